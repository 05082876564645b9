"""A few messages of a scenario to look at, of every event type that there is early on; nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa

from pipeline.contract.avro import UnreadableAvro, is_avro, json_of
from sim.arrays import I64
from sim.disk import room_in
from sim.fates import CODES, FATES
from sim.generation.merge import Merge
from sim.generation.workers import chunks
from sim.producers.plan import EVENT_TYPE_NAMES
from sim.run_folder import RunFolder
from sim.scenario import Scenario
from sim.world.cast import build_cast
from sim.world.kernel import slices

_SLICES = 2


def sample(scenario: Scenario, count: int) -> Iterator[str]:
    """Two lines for each message: when it arrived, what it is, its key and fate; then its body."""
    with TemporaryDirectory(prefix="sim-sample-") as folder, room_in(Path(folder).parent):
        run = RunFolder(Path(folder))
        run.spool.mkdir()
        cast = build_cast(scenario)
        first = islice(chunks(cast, slices(cast), run.path, workers=1), _SLICES)
        arrived = pa.Table.from_batches([piece.messages for piece in Merge().pieces(first)]).combine_chunks()
    rows = _spread(arrived["event_type"].to_numpy(), count)
    for message in arrived.take(pa.array(rows)).to_pylist():
        yield from _told(message)


def _spread(types: I64, count: int) -> I64:
    """Rows of each type in turn, spread over what there is of it, in order of arrival."""
    by_type = [np.flatnonzero(types == code) for code in np.unique(types)]
    each = min(-(-count // max(len(by_type), 1)), len(types))
    picked = [rows[np.linspace(0, len(rows) - 1, min(each, len(rows))).astype(np.int64)] for rows in by_type]
    in_turn = [row for nth in range(each) for rows in picked for row in rows[nth : nth + 1]]
    return np.sort(np.array(in_turn[:count], np.int64))


def _told(message: dict[str, Any]) -> Iterator[str]:
    arrived = np.datetime64(message["ingest_time"], "us")
    code = f" ({CODES[message['code']]})" if message["code"] >= 0 else ""
    kind = EVENT_TYPE_NAMES[message["event_type"]]
    yield f"{arrived}Z  {kind}  key {message['key']}  {FATES[message['fate']]}{code}"
    yield f"  {_readable(message['value'])}"


def _readable(value: bytes) -> str:
    """A message as text: Avro as the JSON that says the same, and what is neither as its bytes."""
    try:
        return (json_of(value) if is_avro(value) else value).decode()
    except (UnreadableAvro, UnicodeDecodeError):
        return repr(value)
