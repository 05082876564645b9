"""The payloads in ``clean.events`` against the facts, value by value, inside the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pyarrow as pa

from pipeline.contract.columns import Leaf, latest_version, payload_leaves
from sim.checks.pairing import Pairing, differs
from sim.checks.personal import shown
from sim.checks.scratch import literal, quoted
from sim.checks.table_findings import rows_word
from sim.checks.verdict import Finding, FindingKind

_TABLE = "clean.events"
_SQL_TYPES = {pa.string(): "varchar", pa.int64(): "bigint", pa.float64(): "double"}
_WHOLE = ("UBIGINT", "BIGINT")
_PLACE = "e.log_partition, e.log_offset"
"""Where the message stands that is expected: a payload has no other key, since an event may be there twice."""
_ANY_UNKNOWN = "unknown_names <> []"
_JSON_TYPES = {pa.int64(): _WHOLE, pa.float64(): (*_WHOLE, "HUGEINT", "DOUBLE")}
"""What a value may be in JSON, in DuckDB's names; all others are text. A value that is not there is no null either."""


def payload_findings(payloads: Mapping[str, pa.Table], pairing: Pairing, tolerance: float) -> Iterator[Finding]:
    """A finding for each field that differs. ``payloads`` has a place in the log and each leaf, by event type."""
    _pair_payloads(pairing)
    yield from _unreadable(pairing)
    for event_type, rows in payloads.items():
        if rows.num_rows:
            yield from _of_one_type(event_type, rows, pairing, tolerance)


def _keys(pairing: Pairing, side: str) -> str:
    return ", ".join(f"{side}.{quoted(key)}" for key in pairing.sides.keys)


def _pair_payloads(pairing: Pairing) -> None:
    sides = pairing.sides
    pairing.scratch.run(
        "create or replace table paired_payloads as "
        f"select {_keys(pairing, 'e')}, {_PLACE}, e.event_type, o.payload, json_valid(o.payload) as readable "
        f"from pairs p join {sides.expected} e on e.rowid = p.e join {sides.observed} o on o.rowid = p.o"
    )


def _unreadable(pairing: Pairing) -> Iterator[Finding]:
    wrong = "from paired_payloads p where not coalesce(readable, false)"
    (rows,) = pairing.scratch.numbers(f"select count(*) {wrong}")
    if rows:
        samples = pairing.scratch.samples(f"select {_keys(pairing, 'p')}, event_type {wrong}")
        yield Finding(FindingKind.CORRUPTED, _TABLE, rows, f"payload is not JSON in {rows_word(rows)}", samples)


def _of_one_type(event_type: str, rows: pa.Table, pairing: Pairing, tolerance: float) -> Iterator[Finding]:
    leaves = payload_leaves(event_type, latest_version(event_type))
    expected = pairing.scratch.load("payload leaves", rows)
    paths = ", ".join(f"'$.{'.'.join(leaf.path)}'" for leaf in leaves)
    read = (
        f"select e.*, {_keys(pairing, 'p')}, {_unknown_names(leaves)} as unknown_names, "
        f"json_extract_string(p.payload, [{paths}]) as texts, json_type(p.payload, [{paths}]) as kinds "
        f"from {expected} e join paired_payloads p using (log_partition, log_offset) where p.readable"
    )
    flags = [f"count_if({_leaf_differs(leaf, i, tolerance)})" for i, leaf in enumerate(leaves)]
    *counts, unknown = pairing.scratch.numbers(f"select {', '.join(flags)}, count_if({_ANY_UNKNOWN}) from ({read})")
    for i, (leaf, wrong) in enumerate(zip(leaves, counts, strict=True)):
        if wrong:
            field = f"payload.{'.'.join(leaf.path)}"
            sample = _sample(
                pairing, read, field, quoted(leaf.column), _shown(leaf, i), _leaf_differs(leaf, i, tolerance)
            )
            detail = f"{field} differs in {rows_word(wrong)} of {event_type}"
            samples = tuple(shown(row, leaf.pii) for row in pairing.scratch.samples(sample))
            yield Finding(FindingKind.CORRUPTED, _TABLE, wrong, detail, samples)
    if unknown:
        sample = _sample(pairing, read, "payload", "'names of the contract, once'", "unknown_names", _ANY_UNKNOWN)
        detail = f"payload has names that it must not have in {rows_word(unknown)} of {event_type}"
        yield Finding(FindingKind.CORRUPTED, _TABLE, unknown, detail, pairing.scratch.samples(sample))


def _sample(pairing: Pairing, read: str, field: str, expected: str, observed: str, condition: str) -> str:
    keys = _keys(pairing, "r")
    return (
        f"select {keys}, '{field}' as field, {expected} as expected, {observed} as observed "
        f"from ({read}) r where {condition} order by {keys}"
    )


def _leaf_differs(leaf: Leaf, index: int, tolerance: float) -> str:
    text = f"texts[{index + 1}]"
    real = pa.types.is_floating(leaf.arrow_type)
    value = f"try_cast({text} as {_SQL_TYPES.get(leaf.arrow_type, 'timestamptz')})"
    unreadable = f"({text} is not null and {value} is null)"
    differing = differs(quoted(leaf.column), value, tolerance if real else None)
    return f"({unreadable} or {_mistyped(leaf, index)} or {differing})"


def _mistyped(leaf: Leaf, index: int) -> str:
    allowed = ", ".join(map(literal, _JSON_TYPES.get(leaf.arrow_type, ("VARCHAR",))))
    return f"coalesce(kinds[{index + 1}] not in ({allowed}), false)"


def _shown(leaf: Leaf, index: int) -> str:
    """The value as text, and what it is in JSON where it must be something else."""
    text, kind = f"texts[{index + 1}]", f"kinds[{index + 1}]"
    named = f"if({kind} = 'VARCHAR', 'text', lower({kind}))"
    return f"if({_mistyped(leaf, index)}, concat_ws(' ', 'JSON', {named}, {text}), {text})"


def _unknown_names(leaves: Sequence[Leaf]) -> str:
    """The names in a payload, and in each object in it, that are not the contract's, or stand there again."""
    objects: dict[tuple[str, ...], list[str]] = {}
    for leaf in leaves:
        for depth, name in enumerate(leaf.path):
            objects.setdefault(leaf.path[:depth], []).append(name)
    return f"({' || '.join(_unknown_in(path, names) for path, names in objects.items())})"


def _unknown_in(path: tuple[str, ...], names: Sequence[str]) -> str:
    there = f"coalesce(json_keys(p.payload, '{'.'.join(('$', *path))}'), [])"
    known = ", ".join(map(literal, names))
    return f"list_filter({there}, lambda name, i: name not in ({known}) or list_position({there}, name) < i)"
