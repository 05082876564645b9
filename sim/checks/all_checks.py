"""All checks over one run. A check that crashes is UNKNOWN, with the error in its note: never green, never lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pyarrow as pa

from backends.interface import TornSegment, Warehouse
from pipeline.contract.tables import TABLES
from sim.checks import conservation, dispositions, fired, log, pii, seal, tables
from sim.checks.counts import Conserved, FaultCount
from sim.checks.observed import Observed
from sim.checks.scratch import Scratch, open_scratch
from sim.checks.verdict import CheckResult, Outcome, conclude
from sim.expected import Expected, Terms, expected_tables
from sim.ledger import Ledger
from sim.scenario import Scenario
from sim.truth import Truth

CHECKS = len(TABLES) + len(("seal", "log", "fired", "expected", "dispositions", "conservation", "pii"))


@dataclass(frozen=True)
class Inputs:
    """What the checks of one run look at, each read when the seal has held."""

    root: Path
    """The run folder."""
    sealed: Mapping[str, str]
    """The digest of each sealed file, by path under ``root``."""
    scenario: Scenario
    token_key: bytes
    read_truth: Callable[[], Truth]
    read_ledger: Callable[[], Ledger]
    read_log: Callable[[Callable[[TornSegment], None]], Iterable[pa.RecordBatch]]
    """Starts to read the log's messages; is given what to call for each torn file."""
    open_warehouse: Callable[[], Warehouse]
    progress: Callable[[int], None] = lambda _: None
    """Told how many checks are done, of ``CHECKS``."""


@dataclass(frozen=True)
class Checked:
    """What the checks came to, and what they counted on the way."""

    checks: tuple[CheckResult, ...]
    conservation: tuple[Conserved, ...] = ()
    faults: tuple[FaultCount, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)


def run_checks(inputs: Inputs) -> Checked:
    """Run every check. If the seal is broken no other: what changed is the yardstick."""
    sealed = guarded("seal", lambda: seal.check(inputs.sealed, inputs.root))
    if sealed.outcome is not Outcome.PASS:
        return Checked((sealed,))
    with open_scratch() as scratch:
        runs: list[_Run] = []

        def read() -> CheckResult:
            runs.append(_Run(inputs, scratch))
            messages = runs[0].ledger.messages.num_rows
            return conclude("read", messages, (), "" if messages else "the ledger has no messages")

        result = guarded("read", read)
        return runs[0].all_checks(sealed) if result.outcome is Outcome.PASS else Checked((sealed, result))


def guarded(name: str, check: Callable[[], CheckResult]) -> CheckResult:
    """What a check concludes, or UNKNOWN if it crashes."""
    try:
        return check()
    except Exception as error:  # noqa: BLE001 (a check that crashes proves nothing, and must not hide the others)
        what, *_ = str(error).splitlines() or [""]
        return CheckResult(name, Outcome.UNKNOWN, 0, note=f"crashed: {type(error).__name__}: {what}")


class _Run:
    def __init__(self, inputs: Inputs, scratch: Scratch) -> None:
        self._in = inputs
        self._scratch = scratch
        self._truth = [inputs.read_truth()]
        self.ledger = inputs.read_ledger()
        self._observed = Observed(inputs.open_warehouse(), scratch)
        self._conserved: tuple[Conserved, ...] = ()
        self._faults: tuple[FaultCount, ...] = ()

    def all_checks(self, sealed: CheckResult) -> Checked:
        pa.default_memory_pool().release_unused()
        checks = [sealed]
        for check in self._each_check():
            checks.append(check)
            self._in.progress(len(checks))
        return Checked(tuple(checks), self._conserved, self._faults, self._observed.row_counts())

    def _each_check(self) -> Iterator[CheckResult]:
        yield guarded("log", self._log)
        yield guarded("fired", self._fired)
        yield guarded("pii", lambda: pii.check(self._truth[0], self._in.token_key, self._in.root))
        yield from self._tables()
        yield guarded("dispositions", lambda: dispositions.check(self.ledger, self._observed))
        yield guarded("conservation", self._conservation)

    def _log(self) -> CheckResult:
        torn: list[TornSegment] = []
        return log.check(self.ledger, self._in.read_log(torn.append), torn, self._scratch)

    def _fired(self) -> CheckResult:
        messages = self._in.read_log(lambda _: None)
        self._faults = fired.fault_counts(self._in.scenario.faults, self.ledger, messages, self._scratch)
        return fired.check(self._faults)

    def _conservation(self) -> CheckResult:
        self._conserved = conservation.conserved(self.ledger, self._observed)
        return conservation.check(self._conserved)

    def _tables(self) -> Iterator[CheckResult]:
        made: list[Expected] = []

        def compute() -> CheckResult:
            terms = Terms.of(self._in.scenario, self._in.token_key)
            made.append(expected_tables(self._truth.pop(), self.ledger, terms))
            pa.default_memory_pool().release_unused()  # of the truth, which nothing asks for from here on
            return CheckResult("expected", Outcome.PASS, sum(table.num_rows for table in made[0].tables.values()))

        yield guarded("expected", compute)
        for expected in made:
            for name in list(expected.tables):
                yield guarded(f"table {name}", partial(self._table, name, expected))
                del expected.tables[name]  # what was compared makes room for what comes

    def _table(self, name: str, expected: Expected) -> CheckResult:
        return tables.check(TABLES[name], expected, self.ledger, self._observed)
