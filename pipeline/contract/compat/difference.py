"""Where two schemas that should be the same differ, told by fields as people name them."""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

from pipeline.contract.compat.rules import below, said

NOTES = frozenset({"doc", "description", "title", "$comment"})
"""What is there for people alone; a published version may be explained better."""
Difference = tuple[str, str, str]
"""The path of a field, what was there, and what is."""


def difference(old: Any, new: Any) -> Difference | None:
    """The first place where two schemas differ; None if they mean the same."""
    return _between(old, new, "", "")


def _between(old: Any, new: Any, path: str, keyword: str) -> Difference | None:
    """What differs in the value of a keyword of the schema at a path. Lists must have the same order, too."""
    if isinstance(old, dict) and isinstance(new, dict):
        names = [name for name in {**old, **new} if keyword == "properties" or name not in NOTES]
        inside = [(below(path, name), "") if keyword == "properties" else (path, name) for name in names]
        pairs = [(old.get(name), new.get(name), *place) for name, place in zip(names, inside, strict=True)]
        return next(filter(None, (_between(*pair) for pair in pairs)), None)
    if isinstance(old, list) and isinstance(new, list) and keyword == "fields":
        return next(filter(None, (_of_fields(*pair, path) for pair in zip_longest(old, new))), None)
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return next(filter(None, (_between(*pair, path, keyword) for pair in zip(old, new, strict=True))), None)
    return None if old == new else (path, _told(keyword, old), _told(keyword, new))


def _of_fields(old: Any, new: Any, path: str) -> Difference | None:
    """What differs in an Avro record's fields of one position; None stands for none."""
    here = below(path, (old or new)["name"])
    if old and new and old["name"] == new["name"]:
        return _between(old, new, here, "")
    return here, _field(old), _field(new)


def _field(field: Any) -> str:
    return f"the field {field['name']}" if field else "no field"


def _told(keyword: str, value: Any) -> str:
    return said(value) if keyword in ("", "type") or value is None else f"{keyword} {said(value)}"
