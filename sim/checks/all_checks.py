"""All checks over one run. A check that crashes is UNKNOWN: never green, never lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pyarrow as pa

from backends.interface import TornSegment, Warehouse
from pipeline.contract.tables import TABLES
from sim.checks import conservation, dispositions, fired, log, operated, panes, pii, seal, tables, world
from sim.checks.concealed import concealed_check, concealed_counts
from sim.checks.counts import Conserved, FaultCount
from sim.checks.guard import guarded
from sim.checks.observed import Observed
from sim.checks.personal import personal_values
from sim.checks.scratch import Scratch, open_scratch
from sim.checks.search import Search
from sim.checks.verdict import CheckResult, Outcome, conclude
from sim.expected import COMPARED, Expected, Terms, expected_tables
from sim.expected.tokens import TokenKey
from sim.ledger import Ledger
from sim.run_folder import Mode
from sim.scenario import Scenario
from sim.seal import LOG, Seal
from sim.truth import Truth


@dataclass(frozen=True)
class Inputs:
    """What the checks of one run look at, each read when the seal has held."""

    root: Path
    """The run folder."""
    read_seal: Callable[[], Seal]
    scenario: Scenario
    token_keys: tuple[TokenKey, ...]
    mode: Mode
    """How the pipeline read the log."""
    read_truth: Callable[[], Truth]
    read_ledger: Callable[[], Ledger]
    read_log: Callable[[Callable[[TornSegment], None]], Iterable[pa.RecordBatch]]
    """Starts to read the log's messages; is given what to call for each torn file."""
    open_warehouse: Callable[[], Warehouse]
    progress: Callable[[int], None] = lambda _: None
    """Told how many checks are done, of ``CHECKS``."""


@dataclass(frozen=True)
class Checked:
    """What the checks came to, and what they counted on the way. No personal value is in it."""

    checks: tuple[CheckResult, ...]
    digests: Mapping[str, str] = field(default_factory=dict)
    """As sealed; none if there is no seal."""
    conservation: tuple[Conserved, ...] = ()
    faults: tuple[FaultCount, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)


def run_checks(inputs: Inputs) -> Checked:
    """Run every check. If the seal is broken no other: what changed is the yardstick."""
    seals: list[Seal] = []

    def seal_holds() -> CheckResult:
        seals.append(inputs.read_seal())
        return seal.check(seals[0], inputs.root)

    sealed = guarded("seal", seal_holds)
    digests = seals[0].digests if seals else {}
    if sealed.outcome is not Outcome.PASS:
        return Checked((sealed,), digests)
    with open_scratch() as scratch:
        runs: list[_Run] = []

        def read() -> CheckResult:
            runs.append(_Run(inputs, seals[0], scratch))
            messages = scratch.messages()
            return conclude("read", messages, (), "" if messages else "the ledger has no messages")

        result = guarded("read", read)
        return runs[0].all_checks(sealed) if result.outcome is Outcome.PASS else Checked((sealed, result), digests)


class _Run:
    """The checks after the seal. One gives nothing if it needs what an earlier one could not come by, and said so."""

    def __init__(self, inputs: Inputs, sealed: Seal, scratch: Scratch) -> None:
        self._in = inputs
        self._sealed = sealed
        self._scratch = scratch
        self._search = Search(personal_values(inputs.read_truth(), inputs.token_keys))
        scratch.load_ledger(inputs.read_ledger())
        _let_go()
        self._observed: Observed | None = None
        self._expected: Expected | None = None
        self._conserved: tuple[Conserved, ...] = ()
        self._faults: tuple[FaultCount, ...] = ()

    def all_checks(self, sealed: CheckResult) -> Checked:
        checks = [sealed]
        for done, (name, check) in enumerate(_AFTER_SEAL.items(), start=2):
            result = guarded(name, partial(check, self))
            if result:
                checks.append(concealed_check(result, self._search.concealed))
            self._in.progress(done)
        return Checked(
            tuple(checks),
            self._sealed.digests,
            tuple(concealed_counts(row, self._search.concealed) for row in self._conserved),
            self._faults,
            self._observed.row_counts() if self._observed else {},
        )

    def check_world(self) -> CheckResult:
        return world.check(self._in.root, self._in.scenario)

    def check_log(self) -> CheckResult:
        torn: list[str] = []
        batches = self._in.read_log(lambda error: torn.append(str(error).replace(f"{self._in.root}/", "")))
        return log.check(batches, torn, self._sealed.changes(self._in.root, LOG), self._scratch)

    def check_fired(self) -> CheckResult:
        messages = self._in.read_log(lambda _: None)
        facts = self._in.read_truth().facts
        self._faults = fired.fault_counts(self._in.scenario, facts, messages, self._scratch)
        return fired.check(self._faults)

    def check_pii(self) -> CheckResult:
        return pii.check(self._search, self._in.root)

    def open_warehouse(self) -> None:
        self._observed = Observed(self._in.open_warehouse(), self._scratch)

    def compute_expected(self) -> CheckResult | None:
        if not self._observed:
            return None
        terms = Terms.of(self._in.scenario, self._in.token_keys)
        self._expected = expected_tables(self._in.read_truth(), self._in.read_ledger(), terms)
        _let_go()
        return CheckResult("expected", Outcome.PASS, sum(table.num_rows for table in self._expected.tables.values()))

    def check_panes(self) -> CheckResult | None:
        if not self._expected or not self._observed:
            return None
        return panes.check(self._expected, self._observed, self._in.mode)

    def check_table(self, name: str) -> CheckResult | None:
        if not self._expected or not self._observed:
            return None
        try:
            return tables.check(TABLES[name], self._expected, self._observed)
        finally:
            self._expected.let_go(name)  # what was compared makes room for what comes

    def check_operated(self) -> CheckResult | None:
        if not self._observed:
            return None
        return operated.check(self._observed, self._in.mode, [key.id for key in self._in.token_keys])

    def check_dispositions(self) -> CheckResult | None:
        return dispositions.check(self._observed) if self._observed else None

    def check_conservation(self) -> CheckResult | None:
        if not self._observed:
            return None
        self._conserved = conservation.conserved(self._observed)
        return conservation.check(self._conserved)


def _let_go() -> None:
    """Truth and ledger are large, and read again where they are asked for again: give their memory back."""
    pa.default_memory_pool().release_unused()


_AFTER_SEAL: dict[str, Callable[[_Run], CheckResult | None]] = {
    "world": _Run.check_world,
    "log": _Run.check_log,
    "fired": _Run.check_fired,
    "pii": _Run.check_pii,
    "warehouse": _Run.open_warehouse,
    "expected": _Run.compute_expected,
    "panes": _Run.check_panes,
    **{f"table {name}": partial(_Run.check_table, name=name) for name in COMPARED},
    "operated": _Run.check_operated,
    "dispositions": _Run.check_dispositions,
    "conservation": _Run.check_conservation,
}
CHECKS = len(("seal", *_AFTER_SEAL))
