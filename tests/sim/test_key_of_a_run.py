"""A run makes the key of its tokens when there is none; a check never does, and says which key it wants."""

from pathlib import Path

import pytest

from sim.errors import UsageError
from sim.token_key import key_for_a_run, key_id, key_of_a_run


@pytest.fixture(autouse=True)
def nothing_configured(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("SIM_PII_KEY", raising=False)
    monkeypatch.delenv("SIM_PII_KEY_FILE", raising=False)


def test_the_key_is_made_once_for_its_owner_alone_and_told(tmp_path: Path):
    told: list[str] = []
    keys = {key_for_a_run(tmp_path, told.append) for _ in range(3)}
    assert len(keys) == 1
    assert len(told) == 1
    assert (tmp_path / "token.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["token.key"]


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    key_for_a_run(tmp_path, lambda _: None)
    monkeypatch.setenv("SIM_PII_KEY", "ab" * 32)
    assert key_for_a_run(tmp_path, lambda _: None) == bytes.fromhex("ab" * 32)


def test_a_check_makes_no_key(tmp_path: Path):
    with pytest.raises(UsageError, match=r"id 12345678.*SIM_PII_KEY_FILE"):
        key_of_a_run(tmp_path, "12345678")
    assert not list(tmp_path.iterdir())


def test_a_check_refuses_another_key_and_tells_both_ids(tmp_path: Path):
    key = key_for_a_run(tmp_path, lambda _: None)
    assert key_of_a_run(tmp_path, key_id(key)) == key
    with pytest.raises(UsageError, match=rf"{key_id(key)}.*12345678"):
        key_of_a_run(tmp_path, "12345678")


def test_an_id_tells_keys_apart_and_does_not_hold_them():
    assert key_id(b"a" * 16) != key_id(b"b" * 16)
    assert len(key_id(b"a" * 16)) == 8
