"""JSON Schema of scenario files, so that editors complete and check them while they are written.

msgspec writes it from a twin of the scenario's types, in which each quantity is the text that people write.
"""

from __future__ import annotations

from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec

from sim.scenario import Scenario
from sim.units import QUANTITIES, ClockTime, Duration, OpeningHours, Quantity, Rate, Share

_EXAMPLES: dict[type[Quantity], list[str]] = {
    Duration: ["90 s", "15 min", "8 h", "2 d"],
    Rate: ["2/s", "120/h", "500/d"],
    Share: ["2.5%", "40%"],
    ClockTime: ["07:00", "13:30"],
    OpeningHours: ["06:00-22:00"],
}


def scenario_schema() -> str:
    """The schema as indented JSON."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A scenario",
        **msgspec.json.schema(_twin(Scenario)),
    }
    return msgspec.json.format(msgspec.json.encode(schema), indent=2).decode() + "\n"


def _plain(wanted: Any) -> Any:
    """The type of what stands in the file where a value of this type is wanted."""
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        return _twin(wanted)
    if wanted in QUANTITIES:
        allowed = msgspec.Meta(
            pattern=wanted.pattern,
            description=wanted.allowed,
            examples=_EXAMPLES[wanted],
        )
        return Annotated[str, allowed]
    origin, inner = get_origin(wanted), get_args(wanted)
    if origin is Annotated:
        return Annotated[_plain(inner[0]), *inner[1:]]
    if origin is tuple:
        return tuple[tuple(map(_plain, inner))]  # type: ignore[misc]
    if origin in (Union, UnionType):
        return reduce(or_, map(_plain, inner))
    return wanted


@cache
def _twin(part: type[msgspec.Struct]) -> type[msgspec.Struct]:
    hints = get_type_hints(part, include_extras=True)
    fields: list[Any] = []
    for field in msgspec.structs.fields(part):
        plain = _plain(hints[field.name])
        fields.append((field.name, plain) if field.required else (field.name, plain, _default(field.default, plain)))
    config = part.__struct_config__
    return msgspec.defstruct(
        part.__name__,
        fields,
        namespace={"__doc__": part.__doc__},
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        tag_field=config.tag_field,
        tag=config.tag,
    )


def _default(value: object, plain: Any) -> Any:
    return msgspec.convert(msgspec.to_builtins(value, enc_hook=str), plain)
