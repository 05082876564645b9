"""The token keys: from the environment, kept to their owner, changed by time, never quoted."""

from pathlib import Path

import pytest

from pipeline.key_ring import Key, KeyRing
from pipeline.token_key import TokenKeyError, is_configured, read

OLD, NEW = "0123456789abcdef-old", "ab" * 16
START_US = 1_772_323_200_000_000  # 2026-03-01T00:00:00Z


def in_file(tmp_path: Path, text: str) -> dict[str, str]:
    path = tmp_path / "keys"
    path.write_text(text)
    path.chmod(0o600)
    return {"SIM_PII_KEY_FILE": str(path)}


def test_hex_and_text_are_understood() -> None:
    assert read({"SIM_PII_KEY": "00" * 16}) == KeyRing.of(bytes(16))
    assert read({"SIM_PII_KEY": "a long enough secret"}) == KeyRing.of(b"a long enough secret")


def test_the_id_of_a_single_key_tells_it_apart_and_does_not_hold_it() -> None:
    one, other = KeyRing.of(b"a" * 16).ids[0], KeyRing.of(b"b" * 16).ids[0]
    assert one != other
    assert len(one) == 8
    assert b"a" * 16 not in one.encode()


def test_a_file_must_be_its_owners_alone(tmp_path: Path) -> None:
    environment = in_file(tmp_path, f"{NEW}\n")
    assert read(environment) == KeyRing.of(bytes.fromhex(NEW))
    (tmp_path / "keys").chmod(0o640)
    with pytest.raises(TokenKeyError, match="chmod 0600"):
        read(environment)


def test_a_file_may_hold_a_key_for_each_time(tmp_path: Path) -> None:
    lines = f"# oldest first\n2025 {OLD}\n\n  spring-26 {NEW} from 2026-03-01T01:00:00+01:00\n"
    ring = read(in_file(tmp_path, lines))
    assert ring == KeyRing((Key("2025", OLD.encode()), Key("spring-26", bytes.fromhex(NEW), START_US)))
    assert ring.ids == ("2025", "spring-26")


def test_a_new_key_leaves_the_hashes_of_copies_alone(tmp_path: Path) -> None:
    one = read(in_file(tmp_path, f"a {OLD}"))
    two = read(in_file(tmp_path, f"a {OLD}\nb {NEW} from 2026-03-01T00:00:00Z"))
    assert one.hash_key == two.hash_key == KeyRing.of(OLD.encode()).hash_key
    assert one.hash_key not in (key.secret for key in two.keys)


@pytest.mark.parametrize(
    "environment", [{}, {"SIM_PII_KEY": ""}, {"SIM_PII_KEY": "s3cret"}, {"SIM_PII_KEY_FILE": "/no/such"}]
)
def test_without_a_usable_key_it_says_what_to_set(environment: dict[str, str]) -> None:
    assert is_configured(environment) == bool(environment)
    with pytest.raises(TokenKeyError, match="SIM_PII_KEY") as raised:
        read(environment)
    assert "s3cret" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "has no key"),
        ("# nothing here", "has no key"),
        (f"a {OLD} from 2026-03-01T00:00:00Z", "keys:1: found 4 words"),
        (f"a {OLD}\nb {NEW}", "keys:2: found 2 words"),
        (f"a {OLD}\n\nb {NEW} since 2026-03-01T00:00:00Z", "keys:3: found 4 words"),
        (f"{OLD} a", "keys:1: id: found 20 characters; must be 1 to 16"),
        ("a short", "keys:1: the key has 5 bytes; it needs at least 16"),
        (f"a {OLD}\na {NEW} from 2026-03-01T00:00:00Z", "keys:2: id 'a' is that of a key above"),
        (f"a {OLD}\nb {OLD} from 2026-03-01T00:00:00Z", "keys:2: the same key as one above"),
        (f"a {OLD}\nb {NEW} from 2026-03-01T00:00:00", "keys:2: from: found 19 characters; must be a time"),
        (f"a {OLD}\nb {NEW} from 2026-13-01T00:00:00Z", "keys:2: from: found 20 characters; must be a time"),
        (f"a {OLD}\nb from {NEW} x", "keys:2: found 4 words"),
        (
            f"a {OLD}\nb {NEW} from 2026-03-01T00:00:00Z\nc {NEW}c from 2026-03-01T00:00:00Z",
            "keys:3: from: must be later",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_told_by_line_and_never_quotes_a_key(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(TokenKeyError) as raised:
        read(in_file(tmp_path, text))
    assert said in str(raised.value)
    assert OLD not in str(raised.value)
    assert NEW not in str(raised.value)


def test_a_file_that_is_no_text_is_not_quoted(tmp_path: Path) -> None:
    environment = in_file(tmp_path, "")
    (tmp_path / "keys").write_bytes(b"s3cret\xff")
    with pytest.raises(TokenKeyError, match="is not UTF-8") as raised:
        read(environment)
    assert raised.value.__cause__ is None


def test_a_folder_is_no_key_file(tmp_path: Path) -> None:
    with pytest.raises(TokenKeyError, match="is a folder; it must be a file that holds the key"):
        read({"SIM_PII_KEY_FILE": str(tmp_path)})
