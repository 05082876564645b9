"""What becomes of a run when somebody else ends its workers, or wants to."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from backends.interface import BackendError
from backends.local.event_log import LocalEventLog
from sim.generation.generate import generate
from sim.generation.options import Options
from sim.run_folder import RunFolder
from sim.scenario import Scenario
from sim.world import kernel


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunFolder]:
    """For a run in many slices, whose workers must all be gone at its end."""
    monkeypatch.setattr(kernel, "_SLICE_MESSAGES", 500)
    yield RunFolder(tmp_path)
    assert not multiprocessing.active_children()
    assert not RunFolder(tmp_path).spool.exists()


def _generate(scenario: Scenario, folder: RunFolder, number: signal.Signals, options: Options) -> int:
    """With a signal to every worker whenever there is progress, from the moment that it is started."""

    def send(*_: object) -> None:
        for worker in multiprocessing.active_children():
            assert worker.pid
            os.kill(worker.pid, number)

    return generate(scenario, folder, LocalEventLog(folder.log, 2), options, send)


def test_a_worker_that_is_killed_ends_the_run_with_a_sentence(small_scenario: Scenario, folder: RunFolder) -> None:
    with pytest.raises(BackendError, match="a worker was killed before its work was done"):
        _generate(small_scenario, folder, signal.SIGKILL, Options(workers=2))


@pytest.mark.parametrize(
    ("error", "told"),
    [(OSError("handle is closed"), BackendError), (OSError(errno.EMFILE, "Too many open files"), OSError)],
)
def test_a_pool_that_breaks_while_it_starts_a_worker_is_broken(
    error: OSError,
    told: type[Exception],
    small_scenario: Scenario,
    folder: RunFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def submit(*_: object) -> None:
        raise error

    monkeypatch.setattr(ProcessPoolExecutor, "submit", submit)
    with pytest.raises(told) as caught:
        _generate(small_scenario, folder, signal.SIGINT, Options(workers=2))
    assert type(caught.value) is told


def test_ctrl_c_is_for_the_parent_alone(small_scenario: Scenario, folder: RunFolder) -> None:
    assert _generate(small_scenario, folder, signal.SIGINT, Options(workers=2)) > 4_000


def test_no_worker_outlives_a_limit(small_scenario: Scenario, folder: RunFolder) -> None:
    assert _generate(small_scenario, folder, signal.SIGINT, Options(workers=2, limit=2_000)) == 2_000
