"""The token key: from the environment, kept to its owner, never quoted."""

from pathlib import Path

import pytest

from pipeline.token_key import TokenKeyError, is_configured, read


def test_hex_and_text_are_understood() -> None:
    assert read({"SIM_PII_KEY": "00" * 16}) == bytes(16)
    assert read({"SIM_PII_KEY": "a long enough secret"}) == b"a long enough secret"


def test_a_file_must_be_its_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("ab" * 32 + "\n")
    path.chmod(0o600)
    assert read({"SIM_PII_KEY_FILE": str(path)}) == bytes.fromhex("ab" * 32)
    path.chmod(0o640)
    with pytest.raises(TokenKeyError, match="chmod 0600"):
        read({"SIM_PII_KEY_FILE": str(path)})


@pytest.mark.parametrize(
    "environment", [{}, {"SIM_PII_KEY": ""}, {"SIM_PII_KEY": "s3cret"}, {"SIM_PII_KEY_FILE": "/no/such"}]
)
def test_without_a_usable_key_it_says_what_to_set(environment: dict[str, str]) -> None:
    assert is_configured(environment) == bool(environment)
    with pytest.raises(TokenKeyError, match="SIM_PII_KEY") as raised:
        read(environment)
    assert "s3cret" not in str(raised.value)
