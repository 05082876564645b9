"""JSON as RFC 8259 has it, and not a bit more: the parser for messages that are not in canonical form.

It finds what a quick typed decoder leaves out: names repeated in an object, lone surrogates, bytes that are not UTF-8
in fields nobody looks at. Numbers are checked for their form only; whether one fits its field is the contract's matter.
"""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple, NoReturn

from pipeline.contract.rejections import DEPTH_MAX, MESSAGE_BYTES_MAX, Rejection

_PARSED_DEPTH_MAX = 256
"""Deeper than this the parser is not tried at all, so that how deep it can recurse never decides."""
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)


class Refusal(NamedTuple):
    """Why a message is refused. ``reason`` names the place and what is allowed there, never what was found."""

    code: Rejection
    reason: str


class Document(NamedTuple):
    """A message that is JSON. Its numbers are all floats."""

    root: Any


_BAD_UTF8 = Refusal(Rejection.BAD_ENCODING, "the message must be UTF-8")
TOO_LARGE = Refusal(Rejection.TOO_LARGE, f"the message must have at most {MESSAGE_BYTES_MAX} bytes")
_TOO_DEEP = Refusal(Rejection.TOO_DEEP, f"arrays and objects must be nested at most {DEPTH_MAX} deep")
_SURROGATE = Refusal(Rejection.BAD_JSON, "a surrogate must be half of a pair")


def parse(message: bytes) -> Document | Refusal:
    """The message as JSON, or the first thing that is wrong with it."""
    if len(message) > MESSAGE_BYTES_MAX:
        return TOO_LARGE
    try:
        text = message.decode()
    except UnicodeDecodeError:
        return _BAD_UTF8
    depth = _depth(text)
    if depth > _PARSED_DEPTH_MAX:
        return _TOO_DEEP
    try:
        root = _DECODER.decode(text)
        if "\\u" in text:
            json.dumps(root, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return _SURROGATE
    except _Repeated:
        return Refusal(Rejection.BAD_JSON, "the names in an object must differ")
    except json.JSONDecodeError as error:
        return Refusal(Rejection.BAD_JSON, f"must be JSON by RFC 8259; not at character {error.pos}")
    except _NotANumber:
        return Refusal(Rejection.BAD_JSON, "must be JSON by RFC 8259, which has no NaN and no Infinity")
    return _TOO_DEEP if depth > DEPTH_MAX else Document(root)


def _depth(text: str) -> int:
    """How deep arrays and objects are nested, also where the text is no JSON."""
    if text.count("[") + text.count("{") <= DEPTH_MAX:
        return 0
    depth = deepest = 0
    for match in _STRING_OR_BRACKET.finditer(text):
        start = text[match.start()]
        if start in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif start in "]}":
            depth -= 1
    return deepest


class _Repeated(ValueError):
    """A name comes twice in one object."""


class _NotANumber(ValueError):
    """NaN or an infinity, which the standard library would let pass."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _Repeated
    return fields


def _refuse(_: str) -> NoReturn:
    raise _NotANumber


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse, parse_int=float)
"""Whole numbers become floats because Python refuses to convert very long ones to int."""
