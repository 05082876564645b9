"""Expected ``clean.events``, the payloads' leaves by event type, and ``clean.too_late``."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.columns import latest_version, payload_leaves
from pipeline.contract.events import STATUS_CHANGED
from pipeline.contract.tables import EVENTS, TOO_LATE
from sim.expected.kept import microseconds
from sim.expected.schema_hashes import schema_hashes
from sim.expected.terms import Terms
from sim.expected.tokens import tokens
from sim.ledger import Fate

_LATENESS = {Fate.CLEAN: "on_time", Fate.LATE: "late", Fate.TOO_LATE: "too_late"}
_WINDOW_US = 5 * 60 * 1_000_000
_WITHOUT_PAYLOAD = pa.schema([field for field in EVENTS.schema if field.name != "payload"])


def payloads(event_type: str, kept: pa.Table, terms: Terms) -> pa.Table:
    """The place in the log, then a column for each leaf of the payload, tokens in place of personal data."""
    columns = {"log_partition": kept["partition"], "log_offset": kept["offset"]}
    for leaf in payload_leaves(event_type, latest_version(event_type)):
        name = leaf.column
        columns[name] = tokens(terms.token_keys, leaf.pii, kept, name) if leaf.pii else kept[name]
    return pa.table(columns)


def events(event_type: str, kept: pa.Table) -> pa.Table:
    """``clean.events`` of one type, with all columns but ``payload``."""
    made = {
        "event_type": pa.array([event_type] * kept.num_rows, pa.string()),
        "shipment_id": _leaf_or_null(kept, "shipment_id"),
        "facility_id": _leaf_or_null(kept, "facility_id"),
        "schema_hash": schema_hashes(event_type, kept),
        "dedupe_key": _dedupe_keys(event_type, kept),
        "lateness": _by_fate(kept["fate"]),
        "log_partition": kept["partition"],
        "log_offset": kept["offset"],
    }
    names = _WITHOUT_PAYLOAD.names
    return pa.table([made[name] if name in made else kept[name] for name in names], _WITHOUT_PAYLOAD)


def too_late(all_events: pa.Table, terms: Terms) -> pa.Table:
    """``clean.too_late``: what came after the end of its window and the allowed lateness."""
    rows = all_events.filter(pc.equal(all_events["lateness"], "too_late"))
    # NumPy rounds down, Arrow towards zero: the window of a clock that says 1969 would be the one after its own.
    window_ends = (microseconds(rows["event_time"]).to_numpy() // _WINDOW_US + 1) * _WINDOW_US
    allowed = np.array([terms.lateness_us(name) for name in rows["event_type"].to_pylist()], dtype=np.int64)
    by_us = microseconds(rows["ingest_time"]).to_numpy() - window_ends - allowed
    rows = rows.append_column("window_end", pa.array(window_ends, TOO_LATE.schema.field("window_end").type))
    rows = rows.append_column("too_late_by_s", pa.array(by_us / 1e6))
    return rows.select(TOO_LATE.schema.names).cast(TOO_LATE.schema)


def _leaf_or_null(kept: pa.Table, name: str) -> pa.Array | pa.ChunkedArray:
    return kept[name] if name in kept.column_names else pa.nulls(kept.num_rows, pa.string())


def _dedupe_keys(event_type: str, kept: pa.Table) -> pa.ChunkedArray:
    tenants = kept["tenant_id"].fill_null("")
    if event_type != STATUS_CHANGED:
        return pc.binary_join_element_wise(tenants, kept["source"], kept["event_id"], ":")
    instants = microseconds(kept["event_time"]).cast(pa.string())
    return pc.binary_join_element_wise(tenants, kept["shipment_id"], kept["status"], instants, ":")


def _by_fate(fates: pa.ChunkedArray) -> pa.Array:
    return pa.array([_LATENESS[Fate(fate)] for fate in fates.to_pylist()], pa.string())
