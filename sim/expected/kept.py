"""Kept events: each message whose event stands in the clean tables, beside the fact that it reports."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from sim.ledger import Body, Fate, Ledger
from sim.truth import Truth

CLEAN_FATES = (Fate.CLEAN, Fate.LATE, Fate.TOO_LATE)
_OF_MESSAGE = (
    "message_id",
    "event_id",
    "source",
    "producer_time",
    "ingest_time",
    "partition",
    "offset",
    "body",
    "fate",
)


def kept(truth: Truth, ledger: Ledger, event_type: str) -> pa.Table:
    """One row for each clean message of a type, in order of message id.

    Its columns are those of the fact, but ``event_id`` and what else ``_OF_MESSAGE`` names are the message's.
    Raises ValueError if the fact can't tell what the message said.
    """
    messages = ledger.messages
    wanted = pc.and_(
        pc.equal(messages["event_type"], event_type),
        pc.is_in(messages["fate"], pa.array([fate.value for fate in CLEAN_FATES])),
    )
    messages = messages.filter(wanted)
    if pc.any(pc.is_in(messages["body"], pa.array([Body.CHANGED, Body.BROKEN_TYPE, Body.MALFORMED]))).as_py():
        raise ValueError(f"the ledger has a clean {event_type} message whose body is not that of its fact")
    facts = truth.facts[event_type].take(messages["fact_row"]).drop_columns(["event_id"])
    for name in _OF_MESSAGE:
        facts = facts.append_column(name, messages[name])
    return facts


def microseconds(times: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times as microseconds since 1970, UTC."""
    return times.cast(pa.int64())
