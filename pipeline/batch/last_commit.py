"""Which commit a warehouse has come to: what a command started from, and what must not have moved when it ends."""

from __future__ import annotations

from backends.interface import Warehouse


def last_commit(warehouse: Warehouse) -> str | None:
    """The id of the newest commit; None if there is no run in the warehouse yet."""
    ids = warehouse.query("SELECT commit_id FROM ops.commits ORDER BY number DESC LIMIT 1").read_all()["commit_id"]
    return str(ids[0]) if len(ids) else None
