"""One line for people on what a command came to, and what is to be done next."""

from __future__ import annotations

from pathlib import Path

from backends.interface import Warehouse
from pipeline.batch.last_commit import last_commit

_WHOLE, _OF_MARTS = ("run", "replay"), ("marts", "reconcile")


def committed(warehouse: Warehouse, before: str | None) -> str | None:
    """What stands now, if there is a commit: what it wrote, or that it was ``before`` already."""
    after = last_commit(warehouse)
    if after is None:
        return None
    if after == before:
        return f"already there: nothing changed (commit {after})"
    sql = "SELECT c.rows AS written, ARRAY_LENGTH(c.tables) AS tables FROM ops.commits AS c WHERE c.commit_id = @after"
    (commit,) = warehouse.query(sql, {"after": after}).read_all().to_pylist()
    archive = "SELECT SUM(f.rows) AS messages FROM ops.files AS f WHERE f.table_name = 'raw.messages'"
    (kept,) = warehouse.query(archive).read_all()["messages"].to_pylist()
    return (
        f"committed {commit['written']:,} rows in {commit['tables']} tables; "
        f"the archive has {int(kept or 0):,} messages (commit {after})"
    )


def next_step(warehouse: Warehouse, folder: Path) -> str | None:
    """The command that builds the marts, if none has done so since the tables came."""
    runs = warehouse.query("SELECT command FROM ops.runs ORDER BY finished_at DESC").read_all()["command"].to_pylist()
    newest = next((command for command in runs if command in (*_WHOLE, *_OF_MARTS)), None)
    return f"next: python -m pipeline marts --warehouse {folder}" if newest in _WHOLE else None
