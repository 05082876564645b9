"""The payloads in ``clean.events`` against the facts, value by value, inside the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from pipeline.contract.columns import Leaf, latest_version, payload_leaves
from sim.checks.pairing import Pairing, differs
from sim.checks.personal import shown
from sim.checks.scratch import quoted
from sim.checks.table_findings import rows_word
from sim.checks.verdict import Finding, FindingKind

_TABLE = "clean.events"
_SQL_TYPES = {pa.string(): "varchar", pa.int64(): "bigint", pa.float64(): "double"}


def payload_findings(payloads: Mapping[str, pa.Table], pairing: Pairing, tolerance: float) -> Iterator[Finding]:
    """A finding for each field that differs. ``payloads`` has a column for each leaf, by event type."""
    _pair_payloads(pairing)
    yield from _unreadable(pairing)
    for event_type, rows in payloads.items():
        if rows.num_rows:
            yield from _of_one_type(event_type, rows, pairing, tolerance)


def _pair_payloads(pairing: Pairing) -> None:
    sides = pairing.sides
    pairing.scratch.run(
        "create or replace table paired_payloads as "
        "select e.source, e.event_id, e.event_type, o.payload, json_valid(o.payload) as readable "
        f"from pairs p join {sides.expected} e on e.rowid = p.e join {sides.observed} o on o.rowid = p.o"
    )


def _unreadable(pairing: Pairing) -> Iterator[Finding]:
    wrong = "from paired_payloads where not coalesce(readable, false)"
    (rows,) = pairing.scratch.numbers(f"select count(*) {wrong}")
    if rows:
        samples = pairing.scratch.samples(f"select source, event_id, event_type {wrong}")
        yield Finding(FindingKind.CORRUPTED, _TABLE, rows, f"payload is not JSON in {rows_word(rows)}", samples)


def _of_one_type(event_type: str, rows: pa.Table, pairing: Pairing, tolerance: float) -> Iterator[Finding]:
    leaves = payload_leaves(event_type, latest_version(event_type))
    expected = pairing.scratch.load("payload leaves", rows)
    paths = ", ".join(f"'$.{'.'.join(leaf.path)}'" for leaf in leaves)
    texts = (
        f"select e.*, json_extract_string(p.payload, [{paths}]) as texts from {expected} e "
        "join paired_payloads p using (source, event_id) where p.readable"
    )
    flags = ", ".join(f"count_if({_leaf_differs(leaf, i, tolerance)})" for i, leaf in enumerate(leaves))
    counts = pairing.scratch.numbers(f"select {flags} from ({texts})")
    for i, (leaf, wrong) in enumerate(zip(leaves, counts, strict=True)):
        if wrong:
            field = f"payload.{'.'.join(leaf.path)}"
            sample = (
                f"select source, event_id, '{field}' as field, {quoted(leaf.column)} as expected, "
                f"texts[{i + 1}] as observed from ({texts}) "
                f"where {_leaf_differs(leaf, i, tolerance)} order by source, event_id"
            )
            detail = f"{field} differs in {rows_word(wrong)} of {event_type}"
            samples = tuple(shown(row, leaf.pii) for row in pairing.scratch.samples(sample))
            yield Finding(FindingKind.CORRUPTED, _TABLE, wrong, detail, samples)


def _leaf_differs(leaf: Leaf, index: int, tolerance: float) -> str:
    text = f"texts[{index + 1}]"
    real = pa.types.is_floating(leaf.arrow_type)
    value = f"try_cast({text} as {_SQL_TYPES.get(leaf.arrow_type, 'timestamptz')})"
    unreadable = f"({text} is not null and {value} is null)"
    return f"({unreadable} or {differs(quoted(leaf.column), value, tolerance if real else None)})"
