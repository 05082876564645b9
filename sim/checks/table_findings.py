"""Findings about one table, told from a pairing of its expected and observed rows."""

from __future__ import annotations

from collections.abc import Iterator

from sim.checks.pairing import Pairing
from sim.checks.scratch import quoted
from sim.checks.verdict import Finding, FindingKind

_LABELS = ("event_type", "tenant_id")


def rows_word(count: int) -> str:
    """A number of rows for people."""
    return f"{count:,} row" if count == 1 else f"{count:,} rows"


def table_findings(table: str, pairing: Pairing, copies: str | None = None) -> Iterator[Finding]:
    """All ways in which the table's rows differ from those expected.

    ``copies`` names a table of keys that stand for dropped copies: a row of such a key is duplicated, not unexpected.
    """
    labels = [name for name in _LABELS if name in pairing.sides.fields]
    told = [*pairing.sides.keys, *labels]
    yield from _lost(table, pairing, told)
    yield from _duplicated(table, pairing, told, copies)
    yield from _unexpected(table, pairing, told, copies)
    yield from _strayed(table, pairing)
    for index, field in enumerate(pairing.sides.fields):
        yield from _corrupted(table, pairing, index, field)


def _columns(side: str, names: list[str]) -> str:
    return ", ".join(f"{side}.{quoted(name)}" for name in names)


def _lost(table: str, pairing: Pairing, told: list[str]) -> Iterator[Finding]:
    (rows,) = pairing.scratch.numbers("select count(*) from pairs where o is null")
    if rows:
        sample = (
            f"select {_columns('e', told)} from {pairing.sides.expected} e join pairs p on p.e = e.rowid "
            "where p.o is null order by p.e"
        )
        detail = f"{rows_word(rows)} missing from {table}"
        yield Finding(FindingKind.LOST, table, rows, detail, pairing.scratch.samples(sample))


def _is_copy(pairing: Pairing, copies: str | None) -> str:
    if copies is None:
        return "false"
    same = " and ".join(f"c.{quoted(key)} is not distinct from o.{quoted(key)}" for key in pairing.sides.keys)
    return f"exists (from {copies} c where {same})"


def _duplicated(table: str, pairing: Pairing, told: list[str], copies: str | None) -> Iterator[Finding]:
    again = (
        f"select o.rowid as row, {_columns('o', told)} from {pairing.sides.observed} o "
        "where o.rowid in (select o from surplus) or "
        f"(o.rowid in (select o from pairs where e is null) and {_is_copy(pairing, copies)})"
    )
    yield from _observed(FindingKind.DUPLICATED, table, pairing, again, f"of {table} for events that are there already")


def _unexpected(table: str, pairing: Pairing, told: list[str], copies: str | None) -> Iterator[Finding]:
    found = (
        f"select o.rowid as row, {_columns('o', told)} from {pairing.sides.observed} o "
        f"where o.rowid in (select o from pairs where e is null) and not {_is_copy(pairing, copies)}"
    )
    yield from _observed(FindingKind.UNEXPECTED, table, pairing, found, f"in {table} that nothing accounts for")


def _observed(kind: FindingKind, table: str, pairing: Pairing, which: str, said: str) -> Iterator[Finding]:
    """A finding about the rows that a query gives, if it gives any; its column ``row`` is their order."""
    (rows,) = pairing.scratch.numbers(f"select count(*) from ({which})")
    if rows:
        samples = pairing.scratch.samples(f"select * exclude (row) from ({which}) order by row")
        yield Finding(kind, table, rows, f"{rows_word(rows)} {said}", samples)


def _strayed(table: str, pairing: Pairing) -> Iterator[Finding]:
    (rows,) = pairing.scratch.numbers("select count(*) from strayed")
    if rows:
        others = [key for key in pairing.sides.keys if key != "tenant_id"]
        yield _crossed(table, pairing, rows, others, "strayed", "true")


def _crossed(table: str, pairing: Pairing, rows: int, keys: list[str], pairs: str, condition: str) -> Finding:
    detail = f"{rows_word(rows)} of {table} under another tenant"
    samples = _value_samples(pairing, "tenant_id", keys, pairs, condition)
    return Finding(FindingKind.CROSSED, table, rows, detail, samples)


def _corrupted(table: str, pairing: Pairing, index: int, field: str) -> Iterator[Finding]:
    wrong = f"e is not null and o is not null and d{index}"
    (rows,) = pairing.scratch.numbers(f"select count(*) from pairs where {wrong}")
    if not rows:
        return
    keys = list(pairing.sides.keys)
    condition = f"p.e is not null and p.o is not null and p.d{index}"
    if field == "tenant_id":
        yield _crossed(table, pairing, rows, keys, "pairs", condition)
        return
    detail = f"{field} differs in {rows_word(rows)} of {table}"
    samples = _value_samples(pairing, field, keys, "pairs", condition)
    yield Finding(FindingKind.CORRUPTED, table, rows, detail, samples)


def _value_samples(
    pairing: Pairing, field: str, keys: list[str], pairs: str, condition: str
) -> tuple[dict[str, str], ...]:
    return pairing.scratch.samples(
        f"select {_columns('e', keys)}, '{field}' as field, "
        f"e.{quoted(field)}::varchar as expected, o.{quoted(field)}::varchar as observed "
        f"from {pairs} p join {pairing.sides.expected} e on e.rowid = p.e "
        f"join {pairing.sides.observed} o on o.rowid = p.o where {condition} order by p.e"
    )
