"""Every message as it came, before anything can go wrong with it: the rows of ``raw.messages``."""

from __future__ import annotations

from base64 import b64encode

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.rejections import MESSAGE_BYTES_MAX
from pipeline.contract.tables import RAW_MESSAGES
from pipeline.stages.attributes import attributes_json, claimed_type
from pipeline.stages.each_batch import EachBatch, derived

_NEIGHBOURS = 64


def archive(messages: pa.RecordBatch) -> pa.RecordBatch:
    """A row for each message: its bytes as text, or in Base64 where they are not UTF-8 or larger than 1 MiB.

    In JSON a control character takes six bytes: as text, a large message could become too long a line to be read.
    """
    body, body_base64 = _bodies(messages.column("value"))
    columns = {
        "log_partition": messages.column("partition"),
        "log_offset": messages.column("offset"),
        "ingest_time": messages.column("ingest_time"),
        "key": messages.column("key"),
        "attributes": attributes_json(messages),
        "body": body,
        "body_base64": body_base64,
        "event_type": claimed_type(messages),
        "ingest_date": pc.cast(messages.column("ingest_time"), pa.date32()),
    }
    return derived(messages, columns, RAW_MESSAGES.schema)


def _bodies(values: pa.Array) -> tuple[pa.Array, pa.Array]:
    bodies, small = _texts(values), pc.less_equal(pc.binary_length(values), MESSAGE_BYTES_MAX)
    if small.false_count:
        bodies = pc.if_else(small, bodies, None)
    if not bodies.null_count:
        return bodies, pa.nulls(len(values), pa.string())
    encoded = [b64encode(value).decode() for value in values.filter(bodies.is_null()).to_pylist()]
    return bodies, pc.replace_with_mask(pa.nulls(len(values), pa.string()), bodies.is_null(), pa.array(encoded))


def _texts(values: pa.Array) -> pa.Array:
    """The values as text, null where one is not UTF-8. Only near one that is not, they are looked at one by one."""
    try:
        return pc.cast(values, pa.string())
    except pa.ArrowInvalid:
        if len(values) <= _NEIGHBOURS:
            return pa.array([_text(value) for value in values.to_pylist()], pa.string())
    return pa.concat_arrays([_texts(values.slice(at, _NEIGHBOURS)) for at in range(0, len(values), _NEIGHBOURS)])


def _text(value: bytes) -> str | None:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None


class Archive(EachBatch):
    """Messages to ``raw``: rows of ``raw.messages``."""

    def __init__(self) -> None:
        super().__init__("archive", lambda messages: {"raw": archive(messages)}, ("raw",))
