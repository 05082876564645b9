"""The row of ``ops.runs`` that a command leaves: what it was asked, and what came of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from pipeline.contract.tables import RUNS
from pipeline.progress import stage_seconds


@dataclass(frozen=True)
class Asked:
    """What a command was asked, and when it began: the part of its row that is known from the start."""

    command: str
    started_at: datetime
    settings: Mapping[str, object]
    mode: str = "batch"
    key_ids: tuple[str, ...] = ()
    seconds_before: Mapping[str, float] = field(default_factory=stage_seconds, repr=False)
    """What stages had worked in this process before the command began."""
    messages: int | None = None
    """How many it took in, where that is not how many it archived."""

    def run_id(self, *inputs: object) -> str:
        """The id of a command with these inputs: the same for the same, whenever and wherever it is given."""
        words = [self.command, self.mode, self._settings, *self.key_ids, *map(str, inputs)]
        return sha256("\n".join(words).encode()).hexdigest()[:16]

    def row(self, commit_id: str, added: Mapping[str, int]) -> dict[str, object]:
        """The row of a command that made a commit."""
        messages = added.get("raw.messages", 0) if self.messages is None else self.messages
        return self.told(self.run_id(commit_id), messages, sum(added.values()))

    def told(self, run_id: str, messages: int, rows: int) -> dict[str, object]:
        """The row of a command that took in messages and wrote rows."""
        return {
            "run_id": run_id,
            "command": self.command,
            "mode": self.mode,
            "started_at": self.started_at,
            "finished_at": datetime.now(UTC),
            "messages": messages,
            "rows": rows,
            "key_ids": " ".join(self.key_ids),
            "settings": self._settings,
            "stage_seconds": json.dumps(self._stage_seconds),
        }

    @property
    def _stage_seconds(self) -> dict[str, float]:
        """Of the stages that worked, as far as they have come: the commit that writes the row is still under way."""
        worked = stage_seconds(self.seconds_before)
        return {stage: round(seconds, 3) for stage, seconds in worked.items() if seconds}

    @property
    def _settings(self) -> str:
        return json.dumps(self.settings, sort_keys=True, default=str)


def insert_run() -> str:
    """GoogleSQL that enters a row, given as parameters by its columns' names, unless it stands there."""
    columns = ", ".join(f"`{name}`" for name in RUNS.schema.names)
    values = ", ".join(f"@{name}" for name in RUNS.schema.names)
    return (
        f"INSERT INTO {RUNS.name} ({columns}) SELECT {values} "
        f"FROM (SELECT COUNT(*) AS there FROM {RUNS.name} WHERE run_id = @run_id) AS known WHERE known.there = 0"
    )
