"""Two ways to find copies in the log of a run: shuffle claims and keep events in files, or shuffle the events.

Run: ``python tests/benchmarks/dedupe.py RUN``, with the folder of a finished run. Each way has a process of its own;
each reads, decodes and tokenises the log, then counts the events that are first by id.
"""

import os
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import apache_beam as beam
import pyarrow as pa
from apache_beam.runners.portability.fn_api_runner import FnApiRunner

from backends.local.event_log import LocalEventLog
from pipeline.key_ring import KeyRing
from pipeline.stages.copies import claims_of
from pipeline.stages.decode import Decode
from pipeline.stages.dedupe import Dedupe
from pipeline.stages.each_batch import one_batch
from pipeline.stages.first_of_key import first_of_key, words
from pipeline.stages.tokenise import Tokenise

SHARDS = 4
TTL_US = 7 * 86_400 * 1_000_000
RING = KeyRing.of(b"0123456789abcdef")


def _by_shard(events: pa.RecordBatch):
    shard = words(events.column("id_hash"))[:, 0] % SHARDS
    for number in range(SHARDS):
        yield number, events.filter(pa.array(shard == number))


def _firsts(_: int, batches) -> pa.RecordBatch:
    events = one_batch(pa.Table.from_batches(list(batches)))
    return events.take(pa.array(first_of_key(claims_of(events, bytes(16)), "id_hash", TTL_US).winners))


def shuffle_events(events, _: str):
    keyed = events | beam.FlatMap(_by_shard).with_output_types(beam.typehints.KV[int, pa.RecordBatch])
    return keyed | beam.GroupByKey() | beam.MapTuple(_firsts).with_output_types(pa.RecordBatch)


def shuffle_claims(events, staging: str):
    return (events | Dedupe(staging, SHARDS, TTL_US))["first"]


WAYS = {"shuffle claims": shuffle_claims, "shuffle events": shuffle_events}


def _measure(way: str, run: Path) -> None:
    begin = time.perf_counter()
    with TemporaryDirectory() as staging:
        pipeline = beam.Pipeline(runner=FnApiRunner())
        decoded = pipeline | LocalEventLog.opened(run / "log").source() | Decode(10**9, RING.hash_key)
        events = (decoded["valid"] | Tokenise(RING))["valid"]
        firsts = WAYS[way](events, staging)
        firsts | beam.Map(len) | beam.CombineGlobally(sum) | beam.Map(lambda count: print(f"{count:,} first", end=", "))
        pipeline.run().wait_until_finish()
    print(f"{time.perf_counter() - begin:.1f} s", end=", ", flush=True)


def _in_a_process(way: str, run: Path) -> float:
    print(f"{way}: ", end="", flush=True)
    pid = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, __file__, str(run), way])
    _, status, usage = os.wait4(pid, 0)
    assert status == 0
    print(f"peak {usage.ru_maxrss / 1024:,.0f} MiB")
    return usage.ru_maxrss


if __name__ == "__main__":
    run = Path(sys.argv[1])
    if len(sys.argv) > 2:
        _measure(sys.argv[2], run)
    else:
        peaks = {way: _in_a_process(way, run) for way in WAYS}
        print(f"peak memory, events to claims: {peaks['shuffle events'] / peaks['shuffle claims']:.1f}")
