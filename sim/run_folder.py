"""Where a run leaves what it made: one folder for each run, and what stands where in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from sim.errors import UsageError

Mode = Literal["batch", "streaming"]


class RunRecord(msgspec.Struct, frozen=True):
    """What a run was asked to do, and how far it came. Kept in ``run.json``."""

    id: str
    scenario: str
    seed: int
    mutant: str | None
    token_keys: dict[str, str]
    """Each key's id, and a fingerprint that tells keys and their times apart, and gives nothing away."""
    versions: dict[str, str]
    """Of the packages that decide the bytes written."""
    mode: Mode = "batch"
    """How the pipeline read the log."""
    finished: bool = False
    """Whether the pipeline and the marts were done."""


@dataclass(frozen=True)
class RunFolder:
    """The layout of a run folder."""

    path: Path

    @property
    def scenario(self) -> Path:
        """The scenario with every default filled in."""
        return self.path / "scenario.yaml"

    @property
    def truth(self) -> Path:
        """What happened. Restricted: personal data."""
        return self.path / "truth"

    @property
    def ledger(self) -> Path:
        """What must become of each message."""
        return self.path / "ledger"

    @property
    def log(self) -> Path:
        """The event log. Restricted: personal data."""
        return self.path / "log"

    @property
    def spool(self) -> Path:
        """Messages that have not arrived yet, while they are generated."""
        return self.path / "spool"

    @property
    def unfinished(self) -> Path:
        """There as long as the seal is not, so that nobody's own files are taken for a run that was left half-way."""
        return self.path / "unfinished"

    @property
    def seal(self) -> Path:
        """Digests of truth, ledger and log."""
        return self.path / "seal.json"

    @property
    def warehouse(self) -> Path:
        """The tables. ``raw`` in it is restricted: personal data."""
        return self.path / "warehouse"

    @property
    def database(self) -> Path:
        """The file that shows the tables to any DuckDB client."""
        return self.warehouse / "warehouse.duckdb"

    @property
    def staging(self) -> Path:
        """Where the pipeline keeps what it is working on."""
        return self.path / "staging"

    @property
    def pipeline_log(self) -> Path:
        """What the pipeline said while it ran, in JSON lines."""
        return self.path / "pipeline.log.jsonl"

    @property
    def verdict(self) -> Path:
        """What the checks concluded."""
        return self.path / "verdict.json"

    def make_restricted(self) -> None:
        """Make the folders that hold personal data, for their owner alone."""
        for folder in (self.truth, self.log):
            folder.mkdir(mode=0o700)

    def read_record(self) -> RunRecord:
        """What ``write_record`` wrote. Raises UsageError when this is no run folder."""
        try:
            return msgspec.json.decode((self.path / "run.json").read_bytes(), type=RunRecord)
        except FileNotFoundError:
            raise UsageError(f"{self.path}: {self._what_it_is()}") from None
        except msgspec.MsgspecError as error:
            raise UsageError(f"{self.path / 'run.json'}: {error}") from error

    def _what_it_is(self) -> str:
        """What a folder without a record is, and what to do with it."""
        if self.seal.is_file():
            return (
                "generated, and no pipeline ran on it, so there are no tables to check; "
                f"`sim describe {self.path}` tells what happened, `sim run SCENARIO` makes a run with tables"
            )
        return "not a run folder (it has no run.json); `sim runs` lists the runs"

    def write_record(self, record: RunRecord) -> None:
        """Replace ``run.json``, whole or not at all."""
        draft = self.path / "run.json.tmp"
        draft.write_bytes(msgspec.json.format(msgspec.json.encode(record)) + b"\n")
        draft.replace(self.path / "run.json")


def create(runs_folder: Path, name: str) -> RunFolder:
    """Make the next free folder, as in ``hello-0003``; two runs at once get two."""
    runs_folder.mkdir(parents=True, exist_ok=True)
    taken = [int(path.name[len(name) + 1 :]) for path in runs_folder.glob(f"{name}-[0-9][0-9][0-9][0-9]")]
    number = max(taken, default=0)
    while True:
        number += 1
        folder = RunFolder(runs_folder / f"{name}-{number:04}")
        try:
            folder.path.mkdir()
        except FileExistsError:
            continue
        return folder
