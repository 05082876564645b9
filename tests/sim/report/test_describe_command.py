"""The description as text and as a command, and folders that can't be described."""

from __future__ import annotations

import pytest
from described_run import FACTS, FIRINGS, LEGS, LINEHAUL, MESSAGES
from written_run import scenario, write_run

from sim.cli import main
from sim.errors import UsageError
from sim.exit_status import ExitStatus
from sim.report.describe import describe
from sim.report.description import (
    Description,
    Shipments,
)
from sim.run_folder import RunFolder


def test_the_text_has_a_section_for_each_question_and_says_where_the_rest_is(folder):
    lines = describe(folder).splitlines()
    assert lines[0] == "by-hand  seed 7  2026-03-02 00:00 UTC + 6 h"
    assert "HUB             3  60.0  120.0  120.0" in lines
    assert "faults.0                        drop             1        1                0                -" in lines
    assert "facility_closed  HUB  2026-03-02 02:00 to 2026-03-02 03:00 UTC; times in min" in lines
    assert lines[-1].startswith("next: open ")


def test_the_same_run_elsewhere_gives_the_same_bytes(tmp_path):
    write_run(tmp_path / "tox it's", scenario())  # what the second name would match, if it were a pattern
    written = []
    for name in ("one", "[two]*? it's"):
        folder = write_run(tmp_path / name, scenario(), FACTS, LEGS, LINEHAUL, MESSAGES, FIRINGS)
        describe(folder)
        written.append([(folder.path / file).read_bytes() for file in ("describe.json", "describe.svg")])
        assert not any(word == b"one" for word in written[-1][0].split())
    assert written[0] == written[1]


def test_a_run_in_which_nothing_happened_is_described_too(tmp_path):
    folder = write_run(tmp_path, scenario(disruptions=()))
    text = describe(folder)
    told = Description.read(tmp_path / "describe.json")
    assert told.shipments == Shipments(0, 0, 0, 0, 0)
    assert (told.events, told.messages, told.standing, told.faults, told.disruptions) == ((), (), (), (), ())
    assert "booked" in text
    assert (tmp_path / "describe.svg").read_text().startswith("<svg")


def test_an_event_type_without_a_file_never_happened(folder):
    for part in (folder.truth / "facts" / "driver.location").iterdir():
        part.unlink()
    describe(folder)
    assert Description.read(folder.path / "describe.json").shipments.booked == 4


@pytest.mark.parametrize(
    "gone", ["ledger/firings.parquet", "ledger/messages.parquet", "truth/world/legs/part-00000.parquet"]
)
def test_a_folder_that_was_not_generated_to_its_end_is_told_what_it_lacks(folder, gone):
    (folder.path / gone).unlink()
    with pytest.raises(UsageError, match=gone.removesuffix("/part-00000.parquet")):
        describe(folder)


def test_a_folder_that_is_no_run_is_told_as_one(tmp_path):
    with pytest.raises(UsageError, match="not a run folder"):
        describe(RunFolder(tmp_path))


def test_a_file_that_stops_in_the_middle_is_told_as_one_that_cant_be_read(folder):
    path = folder.ledger / "messages.parquet"
    path.write_bytes(path.read_bytes()[:200])
    with pytest.raises(UsageError, match="can't be read"):
        describe(folder)


def test_the_command_prints_the_text_and_a_mistake_is_one_of_usage(folder, capsys):
    assert main(["describe", str(folder.path)]) == ExitStatus.PASS
    assert capsys.readouterr().out.startswith("by-hand  seed 7")
    assert main(["describe", str(folder.truth)]) == ExitStatus.USAGE
    assert "not a run folder" in capsys.readouterr().err
