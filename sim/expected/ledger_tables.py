"""Expected ``raw.messages``, ``clean.rejected`` and ``ops.duplicates``, which the ledger alone tells."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.rejections import Rejection
from pipeline.contract.tables import DUPLICATES
from sim.ledger import Fate, Ledger

_MESSAGE_COLUMNS = {
    "log_partition": "partition",
    "log_offset": "offset",
    "ingest_time": "ingest_time",
    "event_type": "event_type",
    "tenant_id": "tenant_id",
}
_REJECTED_COLUMNS = _MESSAGE_COLUMNS | {"code": "code", "body_bytes": "value_bytes"}
_RAW_COLUMNS = _MESSAGE_COLUMNS | {"key": "key", "body_sha256": "value_sha256"}


def raw_messages(ledger: Ledger) -> pa.Table:
    """``raw.messages``, with the digest of each body, how many columns hold one, and its attributes one by one."""
    messages = ledger.messages
    columns = {column: messages[name] for column, name in _RAW_COLUMNS.items()}
    with_tenant = pc.is_valid(messages["tenant_id"])
    return pa.table(
        columns
        | {
            "ingest_date": messages["ingest_time"].cast(pa.timestamp("us")).cast(pa.date32()),
            "attributes names": pc.if_else(with_tenant, "event_type source tenant_id", "event_type source"),
            "attributes.event_type": messages["event_type"],
            "attributes.source": messages["source"],
            "bodies": pa.array(np.ones(messages.num_rows, np.int32)),
        }
    )


def rejected(ledger: Ledger) -> pa.Table:
    """``clean.rejected``; of ``reason``, which is the pipeline's to word, that there is one."""
    rows = _of_fate(ledger, Fate.REJECTED)
    late = pc.equal(rows["code"], Rejection.CONFLICTING_DUPLICATE.value)
    columns = {column: rows[name] for column, name in _REJECTED_COLUMNS.items()}
    columns["stage"] = pc.if_else(late, "dedupe", "decode")
    columns["reason given"] = pa.array(np.ones(rows.num_rows, bool))
    return pa.table(columns)


def duplicates(ledger: Ledger) -> pa.Table:
    """``ops.duplicates``. Message ids count from 0, so that the kept message's id is its row."""
    rows = _of_fate(ledger, Fate.DUPLICATE)
    firsts = ledger.messages.select(["partition", "offset"]).take(rows["kept_message_id"])
    columns = {
        "log_partition": rows["partition"],
        "log_offset": rows["offset"],
        "first_log_partition": firsts["partition"],
        "first_log_offset": firsts["offset"],
    }
    names = DUPLICATES.schema.names
    return pa.table([columns[name] if name in columns else rows[name] for name in names], DUPLICATES.schema)


def _of_fate(ledger: Ledger, fate: Fate) -> pa.Table:
    return ledger.messages.filter(pc.equal(ledger.messages["fate"], fate.value))
