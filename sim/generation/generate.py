"""The composition of generation: kernel, workers, merge and recorder, into one folder with its seal."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing

from backends.interface import EventLog
from sim.generation.merge import Merge, Piece
from sim.generation.options import Options
from sim.generation.record import Recorder
from sim.generation.workers import chunks, rarely_collecting
from sim.run_folder import RunFolder
from sim.scenario import Scenario
from sim.truth import remove_parts, write_reference
from sim.world.cast import Cast, build_cast
from sim.world.kernel import slices

Progress = Callable[[float, int], None]
"""Told the share of simulated time done, 0 to 1, and the messages appended."""


def generate(
    scenario: Scenario, folder: RunFolder, log: EventLog, options: Options, progress: Progress = lambda *_: None
) -> int:
    """Leave truth, ledger and log of a scenario in a folder; give the number of messages.

    All three are functions of the scenario, at any number of workers.
    """
    cast = build_cast(scenario)
    write_reference(folder.truth, cast)
    folder.spool.mkdir(mode=0o700)
    merge, done = Merge(), _Done(progress, cast, live=options.pace is not None)
    pressed = chunks(cast, slices(cast, done.time), folder.path, options.workers)
    try:
        with (
            rarely_collecting(),
            closing(pressed),
            Recorder(log, folder.ledger, [tenant.id for tenant in scenario.tenants]) as recorder,
        ):
            for piece in _wanted(merge.pieces(pressed), options):
                recorder.messages(piece)
                if options.pace:
                    log.close()  # whoever follows the log sees it now
                done.messages(piece)
                while merge.ended:
                    recorder.firings(merge.ended[0])
                    merge.ended.pop(0).remove()
            for spooled in (*merge.ended, *merge.unfinished()):
                recorder.firings(spooled)
        remove_parts(folder.truth, merge.chunks)  # more workers are further ahead when the limit is reached
    finally:
        shutil.rmtree(folder.spool)
    return done.count


def _wanted(pieces: Iterator[Piece], options: Options) -> Iterator[Piece]:
    left = options.limit
    for piece in options.pace.paced(pieces) if options.pace else pieces:
        if left is not None and piece.messages.num_rows >= left:
            yield piece.rows(0, left)
            return
        yield piece
        left = None if left is None else left - piece.messages.num_rows


class _Done:
    """Brings what two parts know of the progress together."""

    def __init__(self, progress: Progress, cast: Cast, live: bool) -> None:
        self.count = 0
        self._share = 0.0
        self._progress, self._cast, self._live = progress, cast, live

    def time(self, share: float) -> None:
        """How far the kernel is, which runs ahead of a live log."""
        if not self._live:
            self._tell(share)

    def messages(self, piece: Piece) -> None:
        self.count += piece.messages.num_rows
        arrived = int(piece.messages.column("ingest_time")[-1].as_py())
        so_far = (arrived - self._cast.start_us) / self._cast.scenario.duration.us
        self._tell(min(so_far, 1.0) if self._live else self._share)

    def _tell(self, share: float) -> None:
        self._share = share
        self._progress(share, self.count)
