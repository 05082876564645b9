"""Expected ``raw.messages``, ``clean.rejected`` and ``ops.duplicates``, which the ledger alone tells."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.tables import DUPLICATES
from sim.ledger import Fate, Ledger

_MESSAGE_COLUMNS = {
    "log_partition": "partition",
    "log_offset": "offset",
    "ingest_time": "ingest_time",
    "event_type": "event_type",
    "tenant_id": "tenant_id",
}
_REJECTED_COLUMNS = _MESSAGE_COLUMNS | {"code": "code"}
_RAW_COLUMNS = _MESSAGE_COLUMNS | {"key": "key", "body_sha256": "value_sha256"}


def raw_messages(ledger: Ledger) -> pa.Table:
    """``raw.messages``, with the digest of each body, and of the attributes the tenant."""
    return pa.table({column: ledger.messages[name] for column, name in _RAW_COLUMNS.items()})


def rejected(ledger: Ledger) -> pa.Table:
    """``clean.rejected``, without what is the pipeline's to word: ``stage``, ``reason``, ``body_bytes``."""
    rows = _of_fate(ledger, Fate.REJECTED)
    return pa.table({column: rows[name] for column, name in _REJECTED_COLUMNS.items()})


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
