"""Truth, ledger and scenario as sealed before the pipeline started: a yardstick that changed proves nothing."""

from __future__ import annotations

from pathlib import Path

from sim.checks.verdict import CheckResult, Outcome, conclude
from sim.seal import SEALED_PARTS, Seal


def check(sealed: Seal, root: Path) -> CheckResult:
    """Compare what the seal lists with what lies under ``root``.

    UNKNOWN, naming the files, if one has changed, is missing, or was not there when the seal was made, and if the seal
    itself leaves some out: that is no finding about the pipeline. The log may have changed: the check of it tells how.
    """
    broken = [f"seal.json does not list all of {part}" for part in sealed.gaps()]
    for part in SEALED_PARTS:
        broken += [f"{path} {problem}" for path, problem in sealed.changes(root, part).items()]
    if broken:
        return CheckResult("seal", Outcome.UNKNOWN, len(sealed.files), note="; ".join(broken))
    return conclude("seal", len(sealed.files), ())
