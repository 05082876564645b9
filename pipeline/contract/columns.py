"""Arrow columns derived from the payload structs: one column for each leaf, nested names joined by ``_``."""

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import msgspec
import msgspec.inspect as mi
import pyarrow as pa

from pipeline.contract.events import EVENT_TYPES

_ARROW: dict[type[mi.Type], pa.DataType] = {
    mi.StrType: pa.string(),
    mi.LiteralType: pa.string(),
    mi.IntType: pa.int64(),
    mi.FloatType: pa.float64(),
    mi.DateTimeType: pa.timestamp("us", tz="UTC"),
}


@dataclass(frozen=True)
class Leaf:
    """One value in a payload: the way to it, and the column that holds it."""

    path: tuple[str, ...]
    arrow_type: pa.DataType
    nullable: bool
    pii: str | None
    """The kind of personal data (``name``, ``phone``, ``email``), or none."""
    choices: tuple[str, ...] = ()

    @property
    def column(self) -> str:
        """The column's name: ``geo.lat`` is ``geo_lat``."""
        return "_".join(self.path)


class Bare(NamedTuple):
    """A field's type without what is wrapped around it."""

    kind: mi.Type
    pii: str | None
    optional: bool


def bare(kind: mi.Type) -> Bare:
    """The type itself, its kind of PII, and whether the field may be missing."""
    pii, optional = None, False
    while isinstance(kind, mi.Metadata | mi.UnionType):
        if isinstance(kind, mi.Metadata):
            pii = (kind.extra or {}).get("pii", pii)
            kind = kind.type
        else:
            optional = True
            kind = next(option for option in kind.types if not isinstance(option, mi.NoneType))
    return Bare(kind, pii, optional)


def _leaves(struct: mi.StructType, path: tuple[str, ...]) -> list[Leaf]:
    leaves: list[Leaf] = []
    for field in struct.fields:
        kind, pii, nullable = bare(field.type)
        here = (*path, field.encode_name)
        if isinstance(kind, mi.StructType):
            leaves += _leaves(kind, here)
            continue
        choices = tuple(str(v) for v in kind.values) if isinstance(kind, mi.LiteralType) else ()
        leaves.append(Leaf(here, _ARROW[type(kind)], nullable, pii, choices))
    return leaves


@cache
def payload_leaves(event_type: str, version: int) -> tuple[Leaf, ...]:
    """The leaves of a payload, in the order of their definition."""
    struct = mi.type_info(EVENT_TYPES[event_type][version])
    assert isinstance(struct, mi.StructType)
    return tuple(_leaves(struct, ()))


@cache
def latest_version(event_type: str) -> int:
    """The newest version of a type; it has every field that an earlier one has."""
    return max(EVENT_TYPES[event_type])


@cache
def payload_type(event_type: str, version: int) -> type[msgspec.Struct]:
    """The struct of a payload."""
    return EVENT_TYPES[event_type][version]
