"""Which of all events with one key are copies, for events as dicts: as the contract of dedupe words it.

In order of arrival the first of a key is first. Another is a copy, or a conflict, if it came within the memory's
length of it; one that came later is a first again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from speed.one_message import Row

_CONTENT = ("event_type", "event_version", "event_time", "received")
Judged = tuple[str, Row, Row | None]
"""``first``, ``event_id``, ``status`` or ``conflicting_duplicate``; the event; and the first that it is a copy of."""


def judged(events: Iterable[Row], matched_on: str, ttl_us: int) -> Iterator[Judged]:
    """Each event of one key, with what it is."""
    first: Row | None = None
    for event in sorted(events, key=lambda each: (each["ingest_time"], each["log_partition"], each["log_offset"])):
        if first is None or event["ingest_time"] - first["ingest_time"] > ttl_us:
            first = event
            yield "first", event, None
        elif matched_on == "event_id" and any(event[name] != first[name] for name in _CONTENT):
            yield "conflicting_duplicate", event, first
        else:
            yield matched_on, event, first


def identity(event: Row) -> tuple[str, str, str]:
    """The key of the first round."""
    return event["tenant_id"] or "", event["source"], event["event_id"]


def status_key(event: Row) -> tuple[str, str, str, int]:
    """The key of the second round, which is for status changes alone."""
    return event["tenant_id"] or "", event["shipment_id"], event["received"]["status"], event["event_time"]
