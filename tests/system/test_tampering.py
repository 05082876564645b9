"""Whoever reorders, repeats, truncates or edits what a run left is told exactly that, down to the rows."""

from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sim.checks.verdict import Finding, Verdict
from sim.run import check


def _largest_segment(run: Path) -> Path:
    return max((run / "log").rglob("*.arrow"), key=lambda path: path.stat().st_size)


def _rewrite(path: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    with pa.ipc.open_stream(path) as reader:
        table = change(reader.read_all())
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)


def _log_findings(verdict: Verdict) -> list[Finding]:
    assert (verdict.outcome, verdict.exit_code) == ("FAIL", 1)
    return [finding for one in verdict.checks if one.name == "log" for finding in one.findings]


def test_two_messages_that_changed_places_are_misrouted(spoiled: Path):
    def swap(table: pa.Table) -> pa.Table:
        order = [*range(table.num_rows)]
        order[10], order[20] = order[20], order[10]
        moved = table.take(order)
        return moved.set_column(1, table.schema.field("offset"), table["offset"])

    segment = _largest_segment(spoiled)
    _rewrite(segment, swap)
    [finding] = _log_findings(check(spoiled))
    assert (finding.kind, finding.rows) == ("misrouted", 2)
    assert {str(sample) for sample in finding.samples if "10" in str(sample) and "20" in str(sample)}


def test_a_message_that_stands_twice_is_duplicated(spoiled: Path):
    _rewrite(_largest_segment(spoiled), lambda table: pa.concat_tables([table, table.slice(5, 3)]))
    [finding] = _log_findings(check(spoiled))
    assert (finding.kind, finding.rows) == ("duplicated", 3)


def test_messages_cut_off_the_end_are_lost(spoiled: Path):
    _rewrite(_largest_segment(spoiled), lambda table: table.slice(0, table.num_rows - 7))
    [finding] = _log_findings(check(spoiled))
    assert (finding.kind, finding.rows) == ("lost", 7)


def test_a_file_torn_in_the_middle_is_said_to_be_torn(spoiled: Path):
    segment = _largest_segment(spoiled)
    with segment.open("r+b") as file:
        file.truncate(segment.stat().st_size // 2)
    verdict = check(spoiled)
    findings = _log_findings(verdict)
    assert {finding.kind for finding in findings} == {"lost"}
    assert "torn" in str(verdict.checks)
    assert segment.name in str(verdict.checks)


def test_an_edited_message_is_corrupted(spoiled: Path):
    def edit(table: pa.Table) -> pa.Table:
        values = pc.binary_replace_slice(table["value"].slice(0, 1), 0, 1, b" ")
        edited = pa.concat_tables([table.select(["value"]).slice(1)])
        column = pa.chunked_array([*values.chunks, *edited["value"].chunks])
        return table.set_column(table.schema.get_field_index("value"), table.schema.field("value"), column)

    _rewrite(_largest_segment(spoiled), edit)
    [finding] = _log_findings(check(spoiled))
    assert (finding.kind, finding.rows) == ("corrupted", 1)


@pytest.mark.parametrize("part", ["truth", "ledger"])
def test_an_edited_yardstick_proves_nothing(spoiled: Path, part: str):
    path = next((spoiled / part).rglob("*.parquet"))
    path.write_bytes(path.read_bytes()[:-1] + b"X")
    verdict = check(spoiled)
    assert (verdict.outcome, verdict.exit_code) == ("UNKNOWN", 3)
    assert path.relative_to(spoiled).as_posix() in str(verdict.checks)


def test_a_row_edited_in_a_mart_is_corrupted_in_that_field(spoiled: Path):
    with duckdb.connect(spoiled / "warehouse" / "warehouse.duckdb") as connection:
        connection.execute(
            "update curated.mart_shipments_daily set delivered = delivered + 1 where rowid = "
            "(select min(rowid) from curated.mart_shipments_daily)"
        )
    verdict = check(spoiled)
    [finding] = [finding for one in verdict.checks for finding in one.findings]
    assert (finding.kind, finding.table, finding.rows) == ("corrupted", "curated.mart_shipments_daily", 1)
    assert finding.samples[0]["field"] == "delivered"


def test_a_run_whose_folder_has_moved_is_checked_all_the_same(spoiled: Path):
    moved = spoiled.with_name("moved")
    spoiled.rename(moved)
    assert check(moved).outcome == "PASS"
