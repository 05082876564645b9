"""JSON Schema of scenario files, so that editors complete and check them while they are written.

msgspec writes it from a twin of the scenario's types, in which each quantity is the text that people write.
"""

from __future__ import annotations

from functools import cache, reduce
from operator import or_
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec

from sim.field_types import field_types
from sim.scenario import Network, Scenario
from sim.units import QUANTITIES, ClockTime, Distance, Duration, Mass, OpeningHours, Quantity, Rate, Share

_EXAMPLES: dict[type[Quantity], list[str]] = {
    Duration: ["90 s", "15 min", "8 h", "2 d"],
    Distance: ["350 m", "12 km"],
    Mass: ["800 g", "2.5 kg"],
    Rate: ["2/s", "120/h", "500/d"],
    Share: ["2.5%", "40%"],
    ClockTime: ["07:00", "13:30"],
    OpeningHours: ["06:00-22:00"],
}
_ELSEWHERE = msgspec.Meta(description="a network file, or the name of a shipped network", examples=["city"])


def scenario_schema() -> str:
    """The schema of scenario files as indented JSON."""
    return _schema(Scenario, "A scenario")


def network_schema() -> str:
    """The schema of network files as indented JSON."""
    return _schema(Network, "A network")


def _schema(part: type[msgspec.Struct], title: str) -> str:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": title,
        **msgspec.json.schema(_twin(part)),
    }
    return msgspec.json.format(msgspec.json.encode(schema), indent=2).decode() + "\n"


def _plain(wanted: Any) -> Any:
    """The type of what stands in the file where a value of this type is wanted."""
    if wanted is Network:
        return _twin(Network) | Annotated[str, _ELSEWHERE]
    if _is_struct(wanted):
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
    if origin in (tuple, dict):
        return origin[tuple(map(_plain, inner))]
    if origin in (Union, UnionType):
        return reduce(or_, (plain for option in inner for plain in _options(option)))
    return wanted


def _options(option: Any) -> list[Any]:
    """The option itself, and the bare value that may stand for it."""
    name = getattr(get_origin(option) or option, "shorthand", None)
    return [_plain(option)] + ([_plain(field_types(option)[name])] if name else [])


def _is_struct(wanted: Any) -> bool:
    plain = get_origin(wanted) or wanted
    return isinstance(plain, type) and issubclass(plain, msgspec.Struct)


@cache
def _twin(part: Any) -> type[msgspec.Struct]:
    struct, of = get_origin(part) or part, get_args(part)
    types = field_types(part)
    fields: list[Any] = []
    for field in msgspec.structs.fields(struct):
        plain = _plain(types[field.name])
        fields.append((field.name, plain) if field.required else (field.name, plain, _default(field.default, plain)))
    return msgspec.defstruct(
        "".join(kind.__name__ for kind in of) + struct.__name__,
        fields,
        namespace={"__doc__": struct.__doc__},
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        tag_field=struct.__struct_config__.tag_field,
        tag=struct.__struct_config__.tag,
    )


def _default(value: object, plain: Any) -> Any:
    return msgspec.convert(msgspec.to_builtins(value, enc_hook=str), plain)
