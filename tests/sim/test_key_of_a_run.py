"""A run makes the key of its tokens when there is none; a check never does, and says which keys it wants."""

from pathlib import Path

import pytest

from pipeline.key_ring import Key, KeyRing
from sim.errors import UsageError
from sim.token_key import fingerprints, keys_for_a_run, keys_of_a_run, token_keys

OLD, NEW = Key("old", b"o" * 16), Key("new", b"n" * 16, 1_772_323_200_000_000)


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SIM_PII_KEY", raising=False)
    monkeypatch.delenv("SIM_PII_KEY_FILE", raising=False)


@pytest.fixture
def key_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "keys"
    path.touch(0o600)
    monkeypatch.setenv("SIM_PII_KEY_FILE", str(path))
    return path


def test_the_key_is_made_once_for_its_owner_alone_and_told(tmp_path: Path):
    told: list[str] = []
    rings = {keys_for_a_run(tmp_path, told.append) for _ in range(3)}
    assert len(rings) == 1
    assert len(told) == 1
    assert (tmp_path / "token.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["token.key"]


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    keys_for_a_run(tmp_path, lambda _: None)
    monkeypatch.setenv("SIM_PII_KEY", "ab" * 32)
    assert keys_for_a_run(tmp_path, lambda _: None) == KeyRing.of(bytes.fromhex("ab" * 32))


def test_a_check_makes_no_key(tmp_path: Path):
    with pytest.raises(UsageError, match=r"id 12345678.*SIM_PII_KEY_FILE"):
        keys_of_a_run(tmp_path, {"12345678": "12345678"})
    assert not list(tmp_path.iterdir())


def test_a_check_refuses_another_key_and_tells_both_ids(tmp_path: Path):
    ring = keys_for_a_run(tmp_path, lambda _: None)
    assert keys_of_a_run(tmp_path, fingerprints(ring)) == token_keys(ring, fingerprints(ring))
    with pytest.raises(UsageError, match=rf"{ring.ids[0]}.*12345678"):
        keys_of_a_run(tmp_path, {"12345678": "12345678"})


@pytest.mark.parametrize(
    "line", ["new mmmmmmmmmmmmmmmm from 2026-03-01T00:00:00Z", "new nnnnnnnnnnnnnnnn from 2026-03-01T00:00:00.000001Z"]
)
def test_a_check_refuses_another_key_or_time_behind_the_same_id(key_file: Path, line: str):
    key_file.write_text(f"old oooooooooooooooo\n{line}")
    with pytest.raises(UsageError, match=r"'new' is not the key, or not from the time"):
        keys_of_a_run(key_file.parent, fingerprints(KeyRing((OLD, NEW))))


def test_keys_that_came_after_the_run_change_nothing(key_file: Path):
    key_file.write_text("old oooooooooooooooo\nnew nnnnnnnnnnnnnnnn from 2026-03-01T00:00:00Z")
    assert [key.id for key in keys_of_a_run(key_file.parent, fingerprints(KeyRing((OLD, NEW))))] == ["old", "new"]
    assert [key.id for key in keys_of_a_run(key_file.parent, fingerprints(KeyRing((OLD,))))] == ["old"]


def test_a_fingerprint_tells_keys_and_times_apart_and_does_not_hold_them():
    rings = [KeyRing((Key("a", b"a" * 16, start),)) for start in (None, 1, 2)] + [KeyRing((Key("a", b"b" * 16),))]
    made = [fingerprints(ring)["a"] for ring in rings]
    assert len(set(made)) == 4
    assert all(len(one) == 8 for one in made)
