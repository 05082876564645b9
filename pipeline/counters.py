"""What a run counted, by stage and output, whatever runner it was on.

Beam's counters are used where they are right. The runner of streams loses all but the first bundle of each step (a step
keeps the container of metrics that it was given first; ``StateSampler.scoped_state`` of Beam 2.77), so of a stream the
numbers are those that it wrote to ``ops.metrics``, and the clocks of this process.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from backends.interface import Warehouse
from backends.stage_work import stage_seconds

_OF_METRICS = "SELECT stage, metric, CAST(SUM(value) AS INT64) AS counted FROM ops.metrics GROUP BY stage, metric"
_TOLD_AT_ONCE = ("log/torn_segments",)
"""Counters that all of their counts come to in one bundle."""


def of_batch(result: Any) -> dict[str, int]:
    """Beam's counters, as in ``decode/valid``; those of all steps that count under one name together."""
    counters: Counter[str] = Counter()
    for one in result.metrics().query()["counters"]:
        counters[f"{one.key.metric.namespace}/{one.key.metric.name}"] += one.committed
    return dict(counters)


def of_stream(result: Any, warehouse: Warehouse, seconds_before: Mapping[str, float]) -> dict[str, int]:
    """The same of a stream: by metric, and the time that each stage worked (``work_us``)."""
    counters = {name: count for name, count in of_batch(result).items() if name in _TOLD_AT_ONCE}
    for row in warehouse.query(_OF_METRICS).read_all().to_pylist():
        counters[f"{row['stage']}/{row['metric']}"] = row["counted"]
    worked = {f"{stage}/work_us": round(seconds * 1e6) for stage, seconds in stage_seconds(seconds_before).items()}
    return counters | {name: us for name, us in worked.items() if us}
