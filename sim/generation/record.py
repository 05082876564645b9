"""Writing as messages arrive: into the log, and one row each into the ledger. Nothing grows with the run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from backends.interface import APPENDED, TIMESTAMP, EventLog
from sim.arrays import I64
from sim.fates import CODES, FATES, MATCHED_ON
from sim.generation.encode import DIGEST
from sim.generation.merge import Piece
from sim.generation.spool import SpooledChunk
from sim.ledger import FIRINGS, FORMATS, MESSAGES
from sim.producers.names import PRODUCERS
from sim.producers.plan import BODIES, EVENT_TYPE_NAMES
from sim.wire.texts import fixed_width

_ROW_GROUP = 131_072
_REPEATING = ("key", "event_type", "tenant_id", "source", "format", "body", "detail", "fate", "code", "matched_on")


class Recorder:
    """A context that writes the log's messages and the ledger."""

    def __init__(self, log: EventLog, ledger: Path, tenants: Sequence[str]) -> None:
        ledger.mkdir(parents=True, exist_ok=True)
        self._log = log
        self._tenants = pa.array(tenants, pa.string())
        self._recorded = 0
        self._messages = _Rows(ledger / "messages.parquet", MESSAGES)
        self._firings = _Rows(ledger / "firings.parquet", FIRINGS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._messages.close()
        self._firings.close()
        if kind is None:
            self._log.close()

    def messages(self, piece: Piece) -> None:
        """Append a piece to the log, and note what must become of each message."""
        named = self._named(piece.messages)
        appended = [
            named["key"],
            _attributes(named),
            piece.messages.column("value").cast(pa.binary()),
            _moments(piece.messages, "ingest_time"),
        ]
        positions = self._log.append(pa.RecordBatch.from_arrays(appended, schema=APPENDED))
        columns = named | {
            "message_id": pa.array(piece.first_id + np.arange(piece.messages.num_rows)),
            "partition": positions.column("partition"),
            "offset": positions.column("offset"),
            "fact_row": pa.array(piece.fact_rows),
            "kept_message_id": pa.array(piece.kept_ids, mask=piece.kept_ids < 0),
            "value_bytes": pc.binary_length(piece.messages.column("value")).cast(pa.int64()),
        }
        self._recorded += piece.messages.num_rows
        self._messages.write(pa.table([columns[name] for name in MESSAGES.names], schema=MESSAGES))

    def firings(self, chunk: SpooledChunk) -> None:
        """Note the firings at a chunk's messages. Those that did not arrive are left out, unless they were dropped."""
        spooled = chunk.chunk.firings
        rows, types = spooled["row"].to_numpy(), spooled["event_type"].to_numpy()
        ids = chunk.message_ids[rows]
        ids = np.where(ids < self._recorded, ids, -1)
        columns = {name: spooled[name] for name in ("fault_id", "kind", "cause", "root_cause", "held_us")} | {
            "message_id": pa.array(ids, mask=ids < 0),
            "event_type": _text(EVENT_TYPE_NAMES, types),
            "fact_row": pa.array(chunk.fact_bases[types] + spooled["fact_row"].to_numpy()),
        }
        told = pa.table([columns[name] for name in FIRINGS.names], schema=FIRINGS)
        self._firings.write(told.filter(pc.or_(pa.array(ids >= 0), spooled["dropped"])))

    def _named(self, messages: pa.RecordBatch) -> dict[str, pa.Array]:
        tenant = messages.column("tenant").to_numpy()
        same = ("key", "event_id", "detail")
        return {name: messages.column(name) for name in same} | {
            "ingest_time": _moments(messages, "ingest_time"),
            "producer_time": _moments(messages, "producer_time"),
            "event_time": _moments(messages, "event_time"),
            "value_sha256": _hex(messages.column("value_sha256")),
            "fate": _text(FATES, messages.column("fate").to_numpy()),
            "code": _text(CODES, messages.column("code").to_numpy()),
            "matched_on": _text(MATCHED_ON, messages.column("matched_on").to_numpy()),
            "event_type": _text(EVENT_TYPE_NAMES, messages.column("event_type").to_numpy()),
            "event_version": messages.column("event_version").cast(pa.int64()),
            "copy": messages.column("copy").cast(pa.int64()),
            "source": _text(PRODUCERS, messages.column("source").to_numpy()),
            "tenant_id": self._tenants.take(pa.array(tenant, mask=tenant < 0)),
            "format": _text(FORMATS, messages.column("format").to_numpy()),
            "body": _text([body.value for body in BODIES], messages.column("body").to_numpy()),
        }


class _Rows:
    """A Parquet file in row groups of one size, however many rows come at a time."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        repeating = [name for name in _REPEATING if name in schema.names] or True
        self._file = pq.ParquetWriter(path, schema, compression="zstd", use_dictionary=repeating)
        self._waiting: list[pa.Table] = []

    def write(self, rows: pa.Table) -> None:
        self._waiting.append(rows)
        if sum(table.num_rows for table in self._waiting) >= _ROW_GROUP:
            table = pa.concat_tables(self._waiting)
            full = table.num_rows - table.num_rows % _ROW_GROUP
            self._file.write_table(table.slice(0, full), row_group_size=_ROW_GROUP)
            self._waiting = [table.slice(full)]

    def close(self) -> None:
        if self._waiting:
            self._file.write_table(pa.concat_tables(self._waiting), row_group_size=_ROW_GROUP)
        self._file.close()


def _moments(messages: pa.RecordBatch, name: str) -> pa.Array:
    return messages.column(name).cast(TIMESTAMP)


def _text(words: Sequence[str], codes: I64) -> pa.Array:
    """The word for each code; null for -1."""
    return pa.array(list(map(str, words)), pa.string()).take(pa.array(codes, mask=codes < 0))


def _hex(digests: pa.Array) -> pa.Array:
    """Digests as text."""
    held = memoryview(digests.buffers()[1])[digests.offset * DIGEST.byte_width :][: len(digests) * DIGEST.byte_width]
    return fixed_width(np.frombuffer(held.hex().encode(), np.uint8).reshape(len(digests), 2 * DIGEST.byte_width))


def _attributes(named: dict[str, pa.Array]) -> pa.MapArray:
    """``event_type``, ``source`` and, where there is one, ``tenant_id``: what a router may read without the body."""
    there = named["tenant_id"].is_valid().to_numpy(zero_copy_only=False)
    ends = np.cumsum(2 + there)
    names = np.empty(int(ends[-1]) if len(ends) else 0, np.int64)
    first = ends - 2 - there
    names[first], names[first + 1] = 0, 1
    names[ends[there] - 1] = 2
    values = pa.concat_arrays([named["event_type"], named["source"], named["tenant_id"]])
    rows = np.repeat(np.arange(len(there)), 2 + there)
    return pa.MapArray.from_arrays(
        pa.array(np.concatenate([[0], ends]).astype(np.int32)),
        _text(("event_type", "source", "tenant_id"), names),
        values.take(pa.array(names * len(there) + rows)),
    )
