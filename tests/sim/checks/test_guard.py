"""A check that crashes says where, and never with which value."""

import duckdb
import pyarrow as pa
import pytest

from backends.interface import BackendError
from sim.checks.guard import CannotTell, guarded
from sim.checks.scratch import Scratch
from sim.checks.verdict import CheckResult, Outcome

NO_FILE = 'IO Error: No files found that match the pattern "/a b.parquet"'
PERSON = "Zelda Fitzroy"


def told(crash) -> str:
    result = guarded("some check", crash)
    assert (result.name, result.outcome, result.compared) == ("some check", Outcome.UNKNOWN, 0)
    return result.note


def test_what_a_check_concludes_is_handed_on():
    held = CheckResult("a", Outcome.PASS, 1)
    assert guarded("a", lambda: held) is held


def test_a_reason_worded_for_people_is_told_whole():
    def crash():
        raise CannotTell("there is no warehouse")

    assert told(crash) == "there is no warehouse"


def test_a_crash_is_told_by_type_and_place_alone(scratch):
    note = told(lambda: scratch.run(f"select '{PERSON}'::int"))
    assert note.startswith("crashed: ConversionException at sim/checks/scratch.py:")
    assert PERSON not in note


def test_a_crash_of_python_is_told_by_type_and_place_alone(scratch: Scratch):
    scratch.load("people", pa.table({"name": [PERSON]}))
    note = told(lambda: scratch.numbers("select name from people"))
    assert note.startswith("crashed: ValueError at sim/checks/scratch.py:")
    assert PERSON not in note


def test_the_cause_of_an_error_is_told_by_type():
    def crash():
        try:
            duckdb.sql(f"select '{PERSON}'::int").fetchall()
        except duckdb.Error as error:
            raise BackendError(f"x: {error}") from error

    assert told(crash).startswith("crashed: BackendError by ConversionException at sim/checks/guard.py:")


@pytest.mark.parametrize(
    ("crash", "named"),
    [
        (lambda: open("/gone/part.parquet"), "/gone/part.parquet"),  # noqa: SIM115, PTH123
        (lambda: duckdb.sql("from read_parquet('/gone/part.parquet')"), "/gone/part.parquet"),
        (lambda: duckdb.sql("from curated.kpi_5min"), "kpi_5min"),
        (
            lambda: duckdb.sql(
                "select error('IO Error: No files found that match the pattern \"/a b\"; x')"
            ).fetchall(),
            "/a b",
        ),
    ],
)
def test_files_and_tables_are_named(crash, named):
    assert named in told(crash)
