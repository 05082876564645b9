"""The types of a struct's fields as they are annotated, for those who read types: the shape reader and the schema."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints


@cache
def field_types(struct: Any) -> dict[str, Any]:
    """Of each field its type; in ``Constant[Duration]`` a duration stands for what ``Constant`` leaves open."""
    plain = get_origin(struct) or struct
    hints = get_type_hints(plain, include_extras=True)
    given = dict(zip(getattr(plain, "__parameters__", ()), get_args(struct), strict=True))
    return {name: _filled(hint, given) for name, hint in hints.items()}


def _filled(hint: Any, given: dict[Any, Any]) -> Any:
    if isinstance(hint, TypeVar):
        return given[hint]
    missing = getattr(hint, "__parameters__", ())
    return hint[tuple(given[each] for each in missing)] if missing else hint
