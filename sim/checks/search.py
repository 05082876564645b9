"""A search for all personal values at once, by the algorithm of Aho and Corasick.

Upper and lower case are one. Found as well is what stands in hexadecimal, standard Base64 or URL quoting, as long as
the encoded text starts where the run of its letters does. Not found: what was encoded twice, or compressed otherwise
than ``searched`` knows, and in files an encoded text of less than 14 letters.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterator, Mapping
from urllib.parse import unquote_to_bytes

import ahocorasick

from sim.checks.personal import HIDDEN, PersonalValue

CHARACTERS_MIN = 5
"""Shorter values would be found everywhere."""

Span = tuple[int, int, str]
"""Where a value begins and ends in a text, and the value."""

_RUN = "[A-Za-z0-9+/]{%d,}"
_RUNS = re.compile(_RUN % 14)
"""What may be encoded text in a file. Shorter runs are in every word."""
_RUNS_SHOWN = re.compile(_RUN % 7)
"""The same in what is shown, of which there is little: as short as the shortest value in Base64."""


class Search:
    """Looks for values in texts whose bytes were read as Latin-1, one character for each byte."""

    def __init__(self, values: Mapping[str, PersonalValue]) -> None:
        self.values = values
        self.sought = [value for value in values if len(value) >= CHARACTERS_MIN]
        """The values that are long enough to be looked for inside of a text."""
        self._short = {value.lower(): value for value in values if len(value) < CHARACTERS_MIN}
        self._automaton = ahocorasick.Automaton()
        for value in self.sought:
            for form in _forms(value):
                self._automaton.add_word(form, (value, len(form)))
        self._automaton.make_automaton()

    def found(self, text: str) -> Iterator[str]:
        """Each value that stands, as whole words, in a text or in what is encoded in it."""
        for view in _views(text):
            for start, end, value in self._spans(view):
                if _stands_alone(view, start, end):
                    yield value

    def concealed(self, text: str) -> str:
        """A text (of any characters) with each value in it, also as a part of a word, replaced by its token."""
        if text.lower() in self._short:
            return self.values[self._short[text.lower()]].token
        shown = text.encode("utf-8", "replace").decode("latin-1")
        shown = _RUNS_SHOWN.sub(lambda run: HIDDEN if self._holds_any(_decoded(run[0])) else run[0], shown)
        for start, end, value in reversed(_apart(self._spans(shown))):
            shown = shown[:start] + self.values[value].token + shown[end:]
        return HIDDEN if self._holds_any(_unquoted(shown)) else shown.encode("latin-1").decode("utf-8", "replace")

    def _spans(self, text: str) -> Iterator[Span]:
        if not self.sought:
            return
        for last, (value, length) in self._automaton.iter(text.lower()):
            yield last - length + 1, last + 1, value

    def _holds_any(self, encoded: bytes) -> bool:
        return any(self._spans(encoded.decode("latin-1")))


def _forms(value: str) -> set[str]:
    """How a value may be written, as it is and in JSON. Only ASCII has one lower case once bytes are characters."""
    cases = (value, value.lower(), value.upper())
    return {form.encode().decode("latin-1").lower() for case in cases for form in (case, json.dumps(case)[1:-1])}


def _views(text: str) -> Iterator[str]:
    """The text, and what is encoded in it, each run on a line."""
    yield text
    yield b"\n".join(map(_decoded, _RUNS.findall(text))).decode("latin-1")
    if "%" in text or "+" in text:
        yield _unquoted(text).decode("latin-1")


def _decoded(run: str) -> bytes:
    """Bytes from hexadecimal, or else from Base64: a text in Base64 that has hexadecimal digits alone is too rare."""
    for digits in (run, run[1:].lstrip("xX")):
        try:
            return bytes.fromhex(digits)
        except ValueError:
            pass
    whole = run[:-1] if len(run) % 4 == 1 else run
    return b64decode(whole + "=" * (-len(whole) % 4))


def _unquoted(text: str) -> bytes:
    return unquote_to_bytes(text.replace("+", " ").encode("latin-1"))


def _stands_alone(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    if before == "." and text[start].isdigit():
        return False
    return not any(neighbour.isascii() and neighbour.isalnum() for neighbour in (before, after))


def _apart(spans: Iterator[Span]) -> list[Span]:
    """Spans that don't touch: where some overlap, one over all of them, for the first and longest of the values."""
    apart: list[Span] = []
    for start, end, value in sorted(spans, key=lambda span: (span[0], -span[1])):
        if apart and start < apart[-1][1]:
            first, until, kept = apart[-1]
            apart[-1] = (first, max(end, until), kept)
        else:
            apart.append((start, end, value))
    return apart
