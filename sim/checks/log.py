"""The event log against the ledger: every message at its place, once, with its bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyarrow as pa

from backends.interface import MESSAGE
from sim.checks.scratch import SAMPLES_MAX, Scratch
from sim.checks.table_findings import rows_word
from sim.checks.verdict import CheckResult, Finding, FindingKind, conclude

_TABLE = "log"
_PLACE = 'm."partition" as "partition", m."offset" as "offset"'

_AT_PLACE = """
create or replace table settled as
select m.rowid as m, l.rowid as l
from messages m join log l using ("partition", "offset")
where m.value_sha256 = l.digest
qualify row_number() over (partition by m.rowid order by l.rowid) = 1
"""
_ELSEWHERE = """
create or replace table moved as
with missing as (
    select rowid as m, value_sha256 as digest, row_number() over (partition by value_sha256 order by rowid) as nth
    from messages where rowid not in (select m from settled)
), spare as (
    select rowid as l, digest, row_number() over (partition by digest order by rowid) as nth from log
    where rowid not in (select l from settled) and not {again_at_place}
)
select m, l from missing join spare using (digest, nth)
"""
_AGAIN_AT_PLACE = """exists (
    from messages m where m."partition" = log."partition" and m."offset" = log."offset" and m.value_sha256 = log.digest
)"""
_OTHER_BYTES = """
create or replace table altered as
select m.rowid as m, l.rowid as l
from messages m join log l using ("partition", "offset")
where m.rowid not in (select m from settled union all select m from moved)
    and l.rowid not in (select l from settled union all select l from moved)
qualify row_number() over (partition by m.rowid order by l.rowid) = 1
"""
_MATCHED = "(select {side} from settled union all select {side} from moved union all select {side} from altered)"


_ATTRIBUTES = """(
    [{'name': 'event_type', 'value': m.event_type}, {'name': 'source', 'value': m.source}]
    || if(m.tenant_id is null, [], [{'name': 'tenant_id', 'value': m.tenant_id}])
)"""
"""What a message's attributes must be, in order of their names."""
_COLUMNS = '"partition", "offset", key, ingest_time, list_sort(attributes) as attributes, sha256(value) as digest'
_READ = pa.schema(
    [
        field.with_type(pa.list_(pa.struct({"name": pa.string(), "value": pa.string()})))
        if field.name == "attributes"
        else field
        for field in MESSAGE
    ]
)


def check(
    batches: Iterable[pa.RecordBatch],
    torn: Sequence[str],
    changed: Mapping[str, str],
    scratch: Scratch,
) -> CheckResult:
    """Compare the log's messages (``MESSAGE`` batches, in reading order) with the ledger's.

    A message is first looked for at its place, then, by its bytes, anywhere. ``torn`` says which files could not be
    read to their end, and may fill up while they are read. ``changed`` says of each file that is not as it was sealed
    what is wrong with it: a finding by itself only if nothing else tells the change.
    """
    load_log(batches, scratch)
    scratch.run(_AT_PLACE)
    scratch.run(_ELSEWHERE.format(again_at_place=_AGAIN_AT_PLACE))
    scratch.run(_OTHER_BYTES)
    findings = [
        *_lost(scratch),
        *_surplus(scratch),
        *_moved(scratch),
        *_out_of_order(scratch),
        *_altered(scratch),
        *_torn(torn),
    ]
    (read,) = scratch.numbers("select count(*) from log")
    return conclude("log", max(read, scratch.messages()), findings or _other_bytes(changed))


def load_log(batches: Iterable[pa.RecordBatch], scratch: Scratch) -> None:
    """Bring the log into the scratch as ``log``, bytes as their digest."""
    reader = pa.RecordBatchReader.from_batches(_READ, map(_readable, batches))
    scratch.load("log", reader, _COLUMNS)


def _readable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Attributes as a list: in a log that somebody wrote to, a name may stand twice, which no map of DuckDB holds."""
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    attributes = columns["attributes"]
    pairs = pa.StructArray.from_arrays([attributes.keys, attributes.items], ["name", "value"])
    columns["attributes"] = pa.ListArray.from_arrays(attributes.offsets, pairs)
    return pa.RecordBatch.from_arrays([columns[name] for name in _READ.names], schema=_READ)


def _lost(scratch: Scratch) -> Iterator[Finding]:
    lost = f"from messages m where m.rowid not in {_MATCHED.format(side='m')}"
    (rows,) = scratch.numbers(f"select count(*) {lost}")
    if rows:
        runs = (
            'select "partition", min("offset") || \'-\' || max("offset") as offsets, count(*) as messages from ('
            f'select {_PLACE}, m."offset" - row_number() over (partition by m."partition" order by m."offset") as run '
            f'{lost}) group by "partition", run order by "partition", min("offset")'
        )
        (stretches,) = scratch.numbers(f"select count(*) from ({runs})")
        detail = f"{_messages(rows)} of the ledger missing from the log; stretches of offsets: {stretches}"
        yield Finding(FindingKind.LOST, _TABLE, rows, detail, scratch.samples(runs))


def _surplus(scratch: Scratch) -> Iterator[Finding]:
    surplus = (
        'select "partition", "offset", digest, digest in (select value_sha256 from messages) as known '
        f"from log where rowid not in {_MATCHED.format(side='l')}"
    )
    known, unknown = scratch.numbers(f"select count_if(known), count_if(not known) from ({surplus})")
    sample = f'select "partition", "offset", digest from ({surplus}) where {{}} order by "partition", "offset"'
    if known:
        detail = f"{_messages(known)} in the log more often than in the ledger"
        yield Finding(FindingKind.DUPLICATED, _TABLE, known, detail, scratch.samples(sample.format("known")))
    if unknown:
        detail = f"{_messages(unknown)} in the log that the ledger does not know"
        yield Finding(FindingKind.UNEXPECTED, _TABLE, unknown, detail, scratch.samples(sample.format("not known")))


def _moved(scratch: Scratch) -> Iterator[Finding]:
    (rows,) = scratch.numbers("select count(*) from moved")
    if rows:
        sample = (
            'select m.message_id, m."partition" || \':\' || m."offset" as expected, '
            'l."partition" || \':\' || l."offset" as observed '
            "from moved p join messages m on m.rowid = p.m join log l on l.rowid = p.l order by m.message_id"
        )
        detail = f"{_messages(rows)} at another place (partition:offset) than the ledger's"
        yield Finding(FindingKind.MISROUTED, _TABLE, rows, detail, scratch.samples(sample))


def _out_of_order(scratch: Scratch) -> Iterator[Finding]:
    before = 'max(l."offset") over (partition by l."partition" order by l.rowid)'
    behind = (
        f'select "partition", "offset", before as read_after_offset from (select l."partition", l."offset", {before} '
        'as before from log l where l.rowid in (select l from settled)) where before > "offset"'
    )
    (rows,) = scratch.numbers(f"select count(*) from ({behind})")
    if rows:
        detail = f"{_messages(rows)} stored behind one with a higher offset"
        samples = scratch.samples(f'{behind} order by "partition", "offset"')
        yield Finding(FindingKind.MISROUTED, _TABLE, rows, detail, samples)


def _altered(scratch: Scratch) -> Iterator[Finding]:
    fields = {
        "value": ("m.value_sha256", "l.digest"),
        "key": ("m.key", "l.key"),
        "ingest_time": ("m.ingest_time", "l.ingest_time"),
        "attributes": (_ATTRIBUTES, "l.attributes"),
    }
    for field, (expected, observed) in fields.items():
        paired = (
            f"select {_PLACE}, '{field}' as field, {expected} as expected, {observed} as observed "
            "from (from settled union all from altered union all from moved) p "
            "join messages m on m.rowid = p.m join log l on l.rowid = p.l "
            f"where {expected} is distinct from {observed}"
        )
        (rows,) = scratch.numbers(f"select count(*) from ({paired})")
        if rows:
            samples = scratch.samples(f'{paired} order by "partition", "offset"')
            detail = f"{field} differs in {_messages(rows)}"
            yield Finding(FindingKind.CORRUPTED, _TABLE, rows, detail, samples)


def _torn(torn: Sequence[str]) -> Iterator[Finding]:
    if torn:
        detail = f"{_files(len(torn))} of the log can't be read to the end: {torn[0]}"
        samples = tuple({"file": line} for line in torn[:SAMPLES_MAX])
        yield Finding(FindingKind.CORRUPTED, _TABLE, len(torn), detail, samples)


def _other_bytes(changed: Mapping[str, str]) -> Iterator[Finding]:
    """Bytes that hold no message: where they differ, messages may still all be there."""
    if changed:
        told = [f"{path} {problem}" for path, problem in changed.items()]
        detail = f"{_files(len(told))} of the log changed, though every message is there: {told[0]}"
        samples = tuple({"file": line} for line in told[:SAMPLES_MAX])
        yield Finding(FindingKind.CORRUPTED, _TABLE, len(told), detail, samples)


def _files(count: int) -> str:
    return rows_word(count).replace("row", "file")


def _messages(count: int) -> str:
    return rows_word(count).replace("row", "message")
