"""Kept events: each message whose event stands in the clean tables, beside the fact that it reports."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.columns import payload_leaves
from pipeline.contract.events import EVENT_TYPES
from sim.ledger import Body, Fate, Ledger
from sim.truth import Truth
from sim.wire.misshape import CHANGES

CLEAN_FATES = (Fate.CLEAN, Fate.LATE, Fate.TOO_LATE)
_OF_MESSAGE = (
    "message_id",
    "event_id",
    "event_version",
    "event_time",
    "source",
    "producer_time",
    "ingest_time",
    "partition",
    "offset",
    "body",
    "detail",
    "fate",
)
"""What a message may say otherwise than its fact: by its clock and its version, too."""
_UNTRUE = (Body.BROKEN_TYPE, Body.MALFORMED, Body.POISONED)


def kept(truth: Truth, ledger: Ledger, event_type: str) -> pa.Table:
    """One row for each clean message of a type, in order of message id.

    Its columns are those of the fact, but ``event_id`` and what else ``_OF_MESSAGE`` names are the message's,
    fields that its version does not have are null, and a changed copy, which is clean when what it contradicts is
    forgotten, says what it was changed to.
    Raises ValueError if the fact can't tell what the message said.
    """
    messages = ledger.messages
    wanted = pc.and_(
        pc.equal(messages["event_type"], event_type),
        pc.is_in(messages["fate"], pa.array([fate.value for fate in CLEAN_FATES])),
    )
    messages = messages.filter(wanted)
    if pc.any(pc.is_in(messages["body"], pa.array(_UNTRUE))).as_py():
        raise ValueError(f"the ledger has a clean {event_type} message whose body is not that of its fact")
    facts = truth.facts[event_type].take(messages["fact_row"])
    facts = facts.drop_columns([name for name in _OF_MESSAGE if name in facts.column_names])
    for name in _OF_MESSAGE:
        facts = facts.append_column(name, messages[name])
    return _as_versioned(_as_changed(facts, event_type), event_type)


def _as_changed(rows: pa.Table, event_type: str) -> pa.Table:
    changed = pc.equal(rows["body"], Body.CHANGED.value).combine_chunks()
    if not pc.any(changed).as_py():
        return rows
    name, change = CHANGES[event_type]
    column = rows[name].combine_chunks()
    said = pa.array([change(value) for value in column.filter(changed).to_pylist()]).cast(column.type)
    return rows.set_column(rows.column_names.index(name), name, pc.replace_with_mask(column, changed, said))


def _as_versioned(rows: pa.Table, event_type: str) -> pa.Table:
    """Without the values of fields that a message's version does not have."""
    newest = {leaf.column for leaf in payload_leaves(event_type, max(EVENT_TYPES[event_type]))}
    for version in EVENT_TYPES[event_type]:
        of_version = pc.equal(rows["event_version"], version)
        for column in sorted(newest - {leaf.column for leaf in payload_leaves(event_type, version)}):
            without = pc.if_else(of_version, None, rows[column])
            rows = rows.set_column(rows.column_names.index(column), column, without)
    return rows


def microseconds(times: pa.ChunkedArray) -> pa.ChunkedArray:
    """Times as microseconds since 1970, UTC."""
    return times.cast(pa.int64())
