"""The key of the tokens that stand for personal data: from the environment, and nowhere else. No key, no start."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path

_KEY, _KEY_FILE = "SIM_PII_KEY", "SIM_PII_KEY_FILE"
_BYTES_MIN = 16


class TokenKeyError(Exception):
    """There is no usable key; says what to set. Never quotes the key."""


def is_configured(environment: Mapping[str, str]) -> bool:
    """Whether the environment names a key, usable or not."""
    return _KEY in environment or _KEY_FILE in environment


def read(environment: Mapping[str, str]) -> bytes:
    """The key in SIM_PII_KEY, or in the file that SIM_PII_KEY_FILE names: hex digits, or else text."""
    if _KEY in environment:
        return _decoded(environment[_KEY], _KEY)
    if _KEY_FILE not in environment:
        raise TokenKeyError(f"no key for personal data: set {_KEY} to the key, or {_KEY_FILE} to a file that holds it")
    return _decoded(_content(Path(environment[_KEY_FILE])), _KEY_FILE)


def _content(path: Path) -> str:
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode != stat.S_IRUSR | stat.S_IWUSR:
            raise TokenKeyError(f"{path}: has mode {mode:04o}; a key must be its owner's alone: chmod 0600 {path}")
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise TokenKeyError(f"{_KEY_FILE}: can't read {path}: {error}") from error


def _decoded(text: str, origin: str) -> bytes:
    text = text.strip()
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = text.encode()
    if len(key) < _BYTES_MIN:
        raise TokenKeyError(f"{origin}: the key has {len(key)} bytes; it needs at least {_BYTES_MIN}")
    return key
