"""Whoever reorders, repeats, truncates or edits what a run left is told exactly that, down to the rows."""

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from sim.checks.verdict import Finding, Verdict
from sim.report.terminal import render
from sim.run import check

pytestmark = pytest.mark.slow


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
    assert [finding.kind for finding in findings] == ["lost", "corrupted"]
    assert f"{segment.relative_to(spoiled)}: torn at byte" in findings[1].detail


def test_a_log_written_behind_itself_is_duplicated(spoiled: Path):
    for segment in (spoiled / "log").rglob("*.arrow"):
        segment.write_bytes(segment.read_bytes() * 2)
    verdict = check(spoiled)
    [finding] = _log_findings(verdict)
    assert (finding.kind, finding.rows) == ("duplicated", sum(row.planned.messages for row in verdict.conservation))


@pytest.mark.parametrize("spoil", [lambda whole: whole + b"garbage", lambda whole: whole[:-8]])
def test_a_file_that_ends_elsewhere_than_it_did_is_corrupted(spoiled: Path, spoil: Callable[[bytes], bytes]):
    segment = _largest_segment(spoiled)
    segment.write_bytes(spoil(segment.read_bytes()))
    [finding] = _log_findings(check(spoiled))
    assert (finding.kind, finding.table, finding.rows) == ("corrupted", "log", 1)
    assert segment.relative_to(spoiled).as_posix() in finding.detail


def test_the_same_messages_in_other_bytes_are_corrupted(spoiled: Path):
    segment = _largest_segment(spoiled)
    _rewrite(segment, lambda table: table)
    [finding] = _log_findings(check(spoiled))
    assert (finding.kind, finding.table, finding.rows) == ("corrupted", "log", 1)
    assert f"{segment.relative_to(spoiled).as_posix()} is not as it was sealed" in finding.detail


def test_edited_attributes_are_corrupted(spoiled: Path):
    def edit(table: pa.Table) -> pa.Table:
        attributes = [[("event_type", "x")], *table["attributes"].to_pylist()[1:]]
        at = table.schema.get_field_index("attributes")
        return table.set_column(at, table.schema.field(at), pa.array(attributes, table.schema.field(at).type))

    _rewrite(_largest_segment(spoiled), edit)
    [finding] = _log_findings(check(spoiled))
    assert (finding.kind, finding.rows, finding.samples[0]["field"]) == ("corrupted", 1, "attributes")


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


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda path: path.unlink(), "seal.json is missing"),
        (lambda path: path.write_text("{"), "seal.json is not a seal: "),
        (lambda path: path.write_text("{}"), "seal.json is not a seal: "),
        (lambda path: path.write_text('{"digests": {}, "files": {}}'), "seal.json does not list all of truth"),
    ],
)
def test_without_its_seal_a_run_proves_nothing(spoiled: Path, spoil: Callable[[Path], object], told: str):
    spoil(spoiled / "seal.json")
    verdict = check(spoiled)
    assert (verdict.outcome, verdict.exit_code) == ("UNKNOWN", 3)
    assert told in verdict.reason
    assert told in render(verdict)
    assert Verdict.read(spoiled / "verdict.json") == verdict


@pytest.mark.parametrize("part", ["warehouse", "warehouse/warehouse.duckdb"])
def test_a_warehouse_that_is_gone_is_not_made_anew(spoiled: Path, part: str):
    gone = spoiled / part
    if gone.is_dir():
        shutil.rmtree(gone)
    else:
        gone.unlink()
    verdict = check(spoiled)
    assert (verdict.outcome, verdict.exit_code) == ("UNKNOWN", 3)
    assert "warehouse/warehouse.duckdb is missing" in verdict.reason
    assert {one.name for one in verdict.checks if one.outcome == 0} == {"seal", "world", "log", "fired", "pii"}
    assert not gone.exists()


@pytest.mark.parametrize("moved", [False, True])
def test_a_missing_file_of_a_table_is_unknown_for_that_table(messy_run: Path, spoiled: Path, moved: bool):
    if not moved:  # the views of a copy are made anew
        check(spoiled)
    file = next((spoiled / "warehouse/clean/too_late").rglob("*.parquet"))
    file.unlink()
    verdict = check(spoiled)
    assert (verdict.outcome, verdict.exit_code) == ("UNKNOWN", 3)
    assert len(verdict.checks) == len(Verdict.read(messy_run / "verdict.json").checks)
    [unknown] = [one for one in verdict.checks if one.outcome != 0]
    assert unknown.name == "table clean.too_late"
    assert file.relative_to(spoiled).as_posix() in unknown.note


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
