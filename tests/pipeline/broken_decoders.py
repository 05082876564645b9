"""Decoders that refuse sound events: mutants whose work a backfill has to mend."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
from pipeline_messages import HOUR, START

from pipeline.build import STAGES, Settings, Stages
from pipeline.contract.rejections import Rejection
from pipeline.contract.tables import REJECTED
from pipeline.stages.attributes import claimed_tenant, claimed_type
from pipeline.stages.decode import decode
from pipeline.stages.each_batch import EachBatch, derived

DAY = 24 * HOUR


def refusing(*ids: str, on: int | None = None) -> Stages:
    """Stages of a decoder that takes events with these ids for broken; only on one day of arrival, if it is named."""
    codes = [f'"event_id":"{one}"'.encode() for one in ids]

    def split(settings: Settings) -> Callable[[pa.RecordBatch], dict[str, pa.RecordBatch]]:
        def decoded(messages: pa.RecordBatch) -> dict[str, pa.RecordBatch]:
            broken = pa.array(
                [any(code in value for code in codes) for value in messages["value"].to_pylist()], pa.bool_()
            )
            if on is not None:
                day = pa.scalar((START + on * DAY).date(), pa.date32())
                broken = pc.and_(broken, pc.equal(pc.cast(messages["ingest_time"], pa.date32()), day))
            made = decode(messages.filter(pc.invert(broken)), settings.future_tolerance_us, settings.keys.hash_key)
            refused = _refused(messages.filter(broken))
            return {"valid": made["valid"], "rejected": _joined([made["rejected"], refused])}

        return decoded

    return replace(STAGES, decode=lambda s: EachBatch("decode", split(s), ("valid", "rejected")))


def _joined(batches: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    table = pa.Table.from_batches([batch.replace_schema_metadata(None) for batch in batches]).combine_chunks()
    return derived(batches[0], {name: table[name].combine_chunks() for name in table.schema.names}, REJECTED.schema)


def _refused(messages: pa.RecordBatch) -> pa.RecordBatch:
    columns = {
        "log_partition": messages["partition"],
        "log_offset": messages["offset"],
        "ingest_time": messages["ingest_time"],
        "event_type": claimed_type(messages),
        "tenant_id": claimed_tenant(messages),
        "stage": pa.array(["decode"] * messages.num_rows, pa.string()),
        "code": pa.array([Rejection.BAD_JSON.value] * messages.num_rows, pa.string()),
        "reason": pa.array(["mutant"] * messages.num_rows, pa.string()),
        "body_bytes": pa.array([0] * messages.num_rows, pa.int64()),
    }
    return derived(messages, columns, REJECTED.schema)
