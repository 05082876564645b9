"""Truth, ledger and scenario as sealed before the pipeline started: a yardstick that changed proves nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from sim.checks.verdict import CheckResult, Outcome, conclude


def check(sealed: Mapping[str, str], root: Path) -> CheckResult:
    """Compare files under ``root`` with the SHA-256 (hex) that each had, by path.

    UNKNOWN, naming the files, if one is missing or not as it was: that is no finding about the pipeline.
    """
    broken = [
        f"{path} {problem}" for path, digest in sorted(sealed.items()) if (problem := _problem(root / path, digest))
    ]
    if broken:
        return CheckResult("seal", Outcome.UNKNOWN, len(sealed), note="; ".join(broken))
    return conclude("seal", len(sealed), (), "" if sealed else "nothing was sealed")


def _problem(path: Path, digest: str) -> str | None:
    if not path.is_file():
        return "is missing"
    with path.open("rb") as file:
        unchanged = hashlib.file_digest(file, "sha256").hexdigest() == digest
    return None if unchanged else "is not as it was sealed"
