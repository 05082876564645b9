"""One commit: which files come into the tables and which leave them, in one transaction that also makes the views anew.

Nobody sees a part of a commit; a process that dies before the end leaves what was there before. Files are never
changed: one that loses some of its rows leaves the manifest, and a new one with the rest of them comes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa

from backends.fail_points import reach
from backends.interface import FIRST_COMMIT, Account, AnotherRun, BackendError, Commit, TableSpec
from backends.local.data_file import DataFile
from backends.local.manifest import transaction
from backends.local.native import enter_once
from backends.local.rewrite import without_rows
from backends.local.views import make_views

_ANOTHER_RUN = (
    "holds the tables of another log or other settings, and stays as it is; "
    "a warehouse holds one run of the pipeline: let this one replace it, or name another folder"
)
_ANOTHER_COMMIT = "was changed by another commit meanwhile, and stays as that one left it; try again"


class _Change(NamedTuple):
    """What a commit does to the manifest."""

    commit_id: str
    come: Sequence[DataFile]
    gone: Sequence[str]
    starts_anew: bool = False


def commit(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    specs: Sequence[TableSpec],
    files: Iterable[DataFile],
    how: Commit = FIRST_COMMIT,
) -> str:
    """Enter files and show them; gives the commit's id. The same commit again changes nothing.

    Raises BackendError where the warehouse holds what the commit does not say it replaces: the tables of two runs of
    the pipeline don't add up to the tables of both logs. A KPI would have two rows, and an event read again with other
    settings would stand there twice.
    """
    entered = sorted(set(files))
    reach("commit.before")
    with transaction(connection):
        change = _change(connection, folder, specs, entered, how)
        if isinstance(change, str):
            return change
        _enter(connection, change)
        if how.account:
            _tell(connection, specs, change, how.account)
        reach("commit.before_views")
        make_views(connection, folder, specs)
        reach("commit.before_end")
    reach("commit.after")
    return change.commit_id


def _change(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    specs: Sequence[TableSpec],
    files: Sequence[DataFile],
    how: Commit,
) -> _Change | str:
    """What the commit changes; only the id of the one that stands if it changes nothing."""
    found = connection.execute("SELECT commit_id FROM ops.commits ORDER BY number").fetchall()
    present = [commit_id for (commit_id,) in found]
    if isinstance(how.replaces, Mapping):
        return _rows(connection, folder, specs, files, how, present)
    return _run(connection, folder, files, how.replaces, present)


def _run(
    connection: duckdb.DuckDBPyConnection, folder: Path, files: Sequence[DataFile], replaces: str, present: list[str]
) -> _Change | str:
    """A whole run of the pipeline; only its id if it is there already."""
    commit_id = _digest(file.path for file in files)
    if commit_id in present[:1] and (replaces == "nothing" or len(present) == 1):
        return commit_id
    if present and replaces == "nothing":
        raise AnotherRun(f"{folder}: {_ANOTHER_RUN}")
    gone = [path for (path,) in connection.execute("SELECT path FROM ops.files").fetchall()]
    return _Change(commit_id, files, gone, starts_anew=True)


def _rows(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    specs: Sequence[TableSpec],
    files: Sequence[DataFile],
    how: Commit,
    present: list[str],
) -> _Change | str:
    """Other rows in the place of some; only the last commit's id if it is this one, or there is nothing to do."""
    assert isinstance(how.replaces, Mapping)
    named = {spec.name: spec for spec in specs}
    parts = (f"{table} {_table_digest(rows)}" for table, rows in sorted(how.replaces.items()))
    commit_id = _digest([how.after, *parts, *(file.path for file in files)])
    if present[-1:] == [commit_id]:
        return commit_id
    if present[-1:] != [how.after]:
        raise BackendError(f"{folder}: {_ANOTHER_COMMIT}")
    come, gone = list(files), []
    for table, rows in how.replaces.items():
        left, rest = without_rows(connection, folder, named[table], rows)
        gone += left
        come += rest
    return _Change(commit_id, come, gone) if come or gone else how.after


def _enter(connection: duckdb.DuckDBPyConnection, change: _Change) -> None:
    columns = {name: [getattr(file, name) for file in change.come] for name in DataFile._fields}
    number = connection.execute("SELECT coalesce(max(number), 0) + 1 FROM ops.commits").fetchone()
    if change.starts_anew:
        connection.execute("DELETE FROM ops.commits")
    connection.execute("DELETE FROM ops.files WHERE path IN (SELECT unnest(?::VARCHAR[]))", [list(change.gone)])
    connection.execute(
        "INSERT INTO ops.files SELECT unnest($table::VARCHAR[]), unnest($path::VARCHAR[]), "
        "unnest($rows::BIGINT[]), unnest($bytes::BIGINT[])",
        columns,
    )
    connection.execute(
        "INSERT INTO ops.commits VALUES (?, ?, ?, ?, ?)",
        [change.commit_id, sorted(set(columns["table"])), len(change.come), sum(columns["rows"]), *(number or ())],
    )


def _tell(connection: duckdb.DuckDBPyConnection, specs: Sequence[TableSpec], change: _Change, account: Account) -> None:
    added = Counter[str]()
    for file in change.come:
        added[file.table] += file.rows
    spec = next(spec for spec in specs if spec.name == account.table)
    enter_once(connection, spec, account.row(change.commit_id, added))


def _digest(parts: Iterable[str]) -> str:
    return sha256("\n".join(parts).encode()).hexdigest()[:32]


def _table_digest(rows: pa.Table) -> str:
    out = pa.BufferOutputStream()
    with pa.ipc.new_stream(out, rows.schema) as writer:
        writer.write_table(rows.combine_chunks())
    return sha256(out.getvalue()).hexdigest()
