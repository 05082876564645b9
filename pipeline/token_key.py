"""The keys of the tokens that stand for personal data: from the environment, and nowhere else. No key, no start."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipeline.key_ring import Key, KeyRing

_KEY, _KEY_FILE = "SIM_PII_KEY", "SIM_PII_KEY_FILE"
_BYTES_MIN = 16
_ID = re.compile(r"[a-z0-9-]{1,16}")
_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)")
_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_LINE = "`ID KEY` for the first key and `ID KEY from TIME` for each later one"


class TokenKeyError(Exception):
    """There is no usable key; says what to set, or what is wrong on which line. Never quotes a key."""


def is_configured(environment: Mapping[str, str]) -> bool:
    """Whether the environment names a key, usable or not."""
    return _KEY in environment or _KEY_FILE in environment


def read(environment: Mapping[str, str]) -> KeyRing:
    """The key in SIM_PII_KEY, or those in the file that SIM_PII_KEY_FILE names.

    A key is hex digits, or else text. The file holds one word, which is the key, or a line for each key. Empty lines
    and those that start with ``#`` do not count.
    """
    if _KEY in environment:
        return KeyRing.of(_decoded(environment[_KEY].strip(), _KEY))
    if _KEY_FILE not in environment:
        raise TokenKeyError(f"no key for personal data: set {_KEY} to the key, or {_KEY_FILE} to a file that holds it")
    path = Path(environment[_KEY_FILE])
    return _ring(path, _content(path))


def _content(path: Path) -> str:
    if path.is_dir():
        raise TokenKeyError(f"{_KEY_FILE}: {path} is a folder; it must be a file that holds the key")
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        if mode != stat.S_IRUSR | stat.S_IWUSR:
            raise TokenKeyError(f"{path}: has mode {mode:04o}; a key must be its owner's alone: chmod 0600 {path}")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise TokenKeyError(f"{_KEY_FILE}: {path} is not UTF-8; a key is hex digits or text") from None
    except OSError as error:
        raise TokenKeyError(f"{_KEY_FILE}: can't read {path}: {error}") from error


def _ring(path: Path, content: str) -> KeyRing:
    lines = [(number, line.split()) for number, line in enumerate(content.splitlines(), 1)]
    lines = [(number, words) for number, words in lines if words and not words[0].startswith("#")]
    if not lines:
        raise TokenKeyError(f"{path}: has no key; a file has one word, the key, or {_LINE}")
    if len(lines) == 1 and len(lines[0][1]) == 1:
        return KeyRing.of(_decoded(lines[0][1][0], str(path)))
    return KeyRing(tuple(_keys(path, lines)))


def _keys(path: Path, lines: list[tuple[int, list[str]]]) -> Iterator[Key]:
    before: list[Key] = []
    for number, words in lines:
        here = f"{path}:{number}"
        key = _key(here, words, is_first=not before)
        if key.id in [other.id for other in before]:
            raise TokenKeyError(f"{here}: id '{key.id}' is that of a key above; each key needs an id of its own")
        if key.secret in [other.secret for other in before]:
            raise TokenKeyError(f"{here}: the same key as one above; each id needs a key of its own")
        if before and _start(key) <= _start(before[-1]):
            raise TokenKeyError(f"{here}: from: must be later than that of the key above: keys stand oldest first")
        before.append(key)
        yield key


def _start(key: Key) -> float:
    return float("-inf") if key.from_us is None else key.from_us


def _key(here: str, words: list[str], is_first: bool) -> Key:
    """One line's key. A word out of its place may be the key: what is found is told by its length alone."""
    if len(words) != (2 if is_first else 4) or words[2:3] not in ([], ["from"]):
        raise TokenKeyError(f"{here}: found {len(words)} words; must be {_LINE}")
    if not _ID.fullmatch(words[0]):
        raise TokenKeyError(f"{here}: id: found {len(words[0])} characters; must be 1 to 16 of a-z, 0-9 and -")
    secret = _decoded(words[1], here)
    return Key(words[0], secret, None if is_first else _microseconds(words[3], here))


def _microseconds(text: str, here: str) -> int:
    try:
        if _TIME.fullmatch(text):
            return (datetime.fromisoformat(text.upper()) - _1970) // timedelta(microseconds=1)
    except ValueError:
        pass  # a month 13, or what else looks like a time and is none
    raise TokenKeyError(f"{here}: from: found {len(text)} characters; must be a time such as 2026-03-01T00:00:00Z")


def _decoded(text: str, origin: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = text.encode()
    if len(key) < _BYTES_MIN:
        raise TokenKeyError(f"{origin}: the key has {len(key)} bytes; it needs at least {_BYTES_MIN}")
    return key
