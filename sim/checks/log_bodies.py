"""The log's messages that bear witness: those a fault was planned to touch, and the others about the same facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from backends.interface import MESSAGE
from pipeline.contract import avro
from pipeline.contract.rejections import MESSAGE_BYTES_MAX
from sim.checks.contract_holds import holds
from sim.checks.scratch import Scratch
from sim.ledger import Body

_READ = pa.schema([*MESSAGE, ("text", pa.string()), ("strict", pa.bool_()), ("holds", pa.bool_())])


def load_bodies(batches: Iterable[pa.RecordBatch], scratch: Scratch, private: Iterable[avro.AvroSchema] = ()) -> None:
    """Make a table ``bodies``: a row for each witness that the log holds at its place.

    ``bodies`` has ``message_id``, ``event_type`` and ``fact_row`` of the ledger's message at that place; of the log's
    ``key``, ``ingest_time``, ``digest``, ``strict`` (whether it is strict JSON, or Avro by a schema of the contract or
    one of ``private``, which only its producers know), ``body`` (as JSON; null if it is not) and, where the ledger
    says that it is poison, ``holds`` (whether the contract allows it).
    """
    scratch.run(
        "create or replace table witnesses as select m.* from messages m "
        "semi join (select event_type, fact_row from messages semi join fired using (message_id)) "
        "using (event_type, fact_row)"
    )
    (highest,) = scratch.numbers('select max("offset") from witnesses')
    places = _places(scratch, highest + 1, "witnesses")
    poisoned = _places(scratch, highest + 1, f"witnesses where body = '{Body.POISONED}'")
    known = {schema.fingerprint: schema for schema in private}
    reader = pa.RecordBatchReader.from_batches(_READ, _witnesses(batches, (places, poisoned), highest + 1, known))
    columns = '"partition", "offset", key, ingest_time, sha256(value) as digest, strict, holds, text'
    scratch.load("witnessed", reader, columns)
    scratch.run(
        "create or replace table bodies as "
        "select w.message_id, w.event_type, w.fact_row, "
        "l.key, l.ingest_time, l.digest, l.strict, l.holds, try_cast(l.text as json) as body "
        'from witnesses w join witnessed l using ("partition", "offset")'
    )


def _places(scratch: Scratch, width: int, messages: str) -> pa.Array:
    rows = scratch.rows(f'select "partition"::bigint * {width} + "offset" from {messages}')
    return pa.array([row[0] for row in rows], pa.int64())


def _witnesses(
    batches: Iterable[pa.RecordBatch],
    wanted: tuple[pa.Array, pa.Array],
    width: int,
    private: Mapping[bytes, avro.AvroSchema],
) -> Iterator[pa.RecordBatch]:
    places, poisoned = wanted
    for batch in batches:
        place = pc.add(pc.multiply(batch["partition"].cast(pa.int64()), width), batch["offset"])
        wanted_here = pc.is_in(place, places)
        rows, poison = batch.cast(MESSAGE).filter(wanted_here), pc.is_in(place.filter(wanted_here), poisoned)
        texts = [_strict_json(value, private) for value in rows["value"].to_pylist()]
        strict = [text is not None for text in texts]
        held = [holds(value) for value in rows["value"].filter(poison).to_pylist()]
        allowed = pc.replace_with_mask(pa.nulls(rows.num_rows, pa.bool_()), poison, pa.array(held, pa.bool_()))
        columns = [*rows.columns, pa.array(texts, pa.string()), pa.array(strict), allowed]
        yield pa.RecordBatch.from_arrays(columns, schema=_READ)


def _strict_json(value: bytes, private: Mapping[bytes, avro.AvroSchema]) -> str | None:
    """The text of a value that is UTF-8 and JSON by RFC 8259, the JSON of one in Avro, or nothing.

    Of what is too large for the contract nothing either: a few hundred such texts would fill the scratch's memory.
    """
    if len(value) > MESSAGE_BYTES_MAX:
        return None
    try:
        if avro.is_avro(value):
            return avro.json_of(value, private).decode()
        msgspec.json.decode(value)
        return value.decode()
    except (ValueError, RecursionError):
        return None
