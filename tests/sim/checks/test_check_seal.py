"""A yardstick that changed proves nothing, and the check says which file."""

import hashlib

import pytest

from sim.checks import seal
from sim.checks.verdict import Outcome


@pytest.fixture
def sealed(tmp_path):
    for name in ("a.parquet", "b.parquet"):
        (tmp_path / name).write_text(name)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.iterdir()}


def test_files_as_sealed_pass(sealed, tmp_path):
    result = seal.check(sealed, tmp_path)
    assert (result.outcome, result.compared) == (Outcome.PASS, 2)


def test_a_changed_file_is_unknown(sealed, tmp_path):
    (tmp_path / "b.parquet").write_text("mended")
    result = seal.check(sealed, tmp_path)
    assert (result.outcome, result.note) == (Outcome.UNKNOWN, "b.parquet is not as it was sealed")


def test_a_missing_file_is_unknown(sealed, tmp_path):
    (tmp_path / "a.parquet").unlink()
    result = seal.check(sealed, tmp_path)
    assert (result.outcome, result.note) == (Outcome.UNKNOWN, "a.parquet is missing")


def test_nothing_sealed_is_unknown(tmp_path):
    assert seal.check({}, tmp_path).outcome is Outcome.UNKNOWN
