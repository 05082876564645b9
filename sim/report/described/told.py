"""A description as plain text for a terminal: a section for each question, its table aligned."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from sim.report.columns import aligned
from sim.report.description import Description, Fired

_WORST = 10
Section = tuple[str, Sequence[str]]
"""A title, and lines below it; a section without lines is left out."""


def tell_of(description: Description) -> str:
    """Lines of text, without colour and without personal data."""
    head = f"{description.scenario}  seed {description.seed}  {description.start} UTC + {description.duration}"
    sections = [f"{title}\n" + "\n".join(lines) for told in _SECTIONS for title, lines in told(description) if lines]
    return "\n\n".join([head, *sections])


def _table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    return aligned([head, *rows]) if rows else []


def _columns(rows: Sequence[object], names: str) -> list[tuple[object, ...]]:
    return [tuple(getattr(row, name) for name in names.split()) for row in rows]


def _volumes(told: Description) -> Iterator[Section]:
    yield "events", _table(("event type", "events"), _columns(told.events, "event_type events"))
    yield (
        "messages",
        _table(("event type", "producer", "messages"), _columns(told.messages, "event_type source messages")),
    )
    yield "by day (UTC)", _table(("day", "events", "messages"), _columns(told.days, "day events messages"))


def _shipments(told: Description) -> Iterator[Section]:
    names = "booked delivered returned open failed_attempts"
    yield "shipments", _table(names.replace("_", " ").split(" ", 4), _columns([told.shipments], names))


def _times(told: Description) -> Iterator[Section]:
    quantiles = ("50 %", "90 %", "99 %")
    ranges = "p50_min p90_min p99_min"
    yield (
        f"dwell, arrival to departure scan, min{_of(told.dwell)}",
        _table(("facility", "parcels", *quantiles), _columns(told.dwell[:_WORST], f"facility_id parcels {ranges}")),
    )
    yield (
        f"transit, gate to gate, min{_of(told.transit)}",
        _table(
            ("lane", "from", "to", "trips", "parcels", *quantiles, "left late 90 %"),
            _columns(
                told.transit[:_WORST],
                f"lane_id origin_facility_id destination_facility_id trips parcels {ranges} left_late_p90_min",
            ),
        ),
    )
    yield (
        f"waiting for docks, min{_of(told.docks)}",
        _table(
            ("facility", "trucks", *quantiles, "waiting at most", "at (UTC)"),
            _columns(told.docks[:_WORST], f"facility_id trucks {ranges} waiting_max waiting_max_time"),
        ),
    )


def _of(rows: Sequence[object]) -> str:
    return f" (worst {_WORST} of {len(rows)})" if len(rows) > _WORST else ""


def _promises(told: Description) -> Iterator[Section]:
    rows = [
        (one.name or "all", one.delivered, one.on_time, one.overdue, _percent(one.on_time_rate)) for one in told.on_time
    ]
    yield "on time", _table(("", "delivered", "on time", "overdue at the end", "rate %"), rows)
    eta = told.etas
    told_first = ("first", eta.first_error_p50_min, eta.first_off_p50_min, eta.first_off_p90_min)
    told_last = ("last", eta.last_error_p50_min, eta.last_off_p50_min, eta.last_off_p90_min)
    moved = f"{eta.moved:,} of {eta.shipments:,} moved, {eta.updates:,} times in all, one {eta.updates_max:,} times"
    yield (
        f"published arrival times: {moved}; errors in min, later than told is more than 0",
        _table(("", "error 50 %", "off by 50 %", "off by 90 %"), [told_first, told_last]) if eta.delivered else ["-"],
    )


def _percent(rate: float | None) -> float | None:
    return None if rate is None else round(100 * rate, 2)


def _queues(told: Description) -> Iterator[Section]:
    yield (
        f"parcels standing{_of(told.standing)}",
        _table(
            ("facility", "at most", "at (UTC)", "at the end"),
            _columns(told.standing[:_WORST], "facility_id parcels_max parcels_max_time parcels_at_end"),
        ),
    )


def _drivers(told: Description) -> Iterator[Section]:
    one = told.drivers
    yield (
        "drivers",
        _table(
            ("", ""),
            [
                ("drivers", one.drivers),
                ("shifts", one.shifts),
                ("rounds", one.rounds),
                ("stops", one.stops),
                ("driven, km", one.driven_km),
                ("at the wheel, h", one.driving_h),
                ("a driver's day 50 %, h", one.driving_a_day_p50_h),
                ("a driver's longest day, h", one.driving_a_day_max_h),
                ("breaks", one.breaks),
                ("breakdowns", one.breakdowns),
                ("broken down, h", one.broken_down_h),
            ],
        )[1:],
    )


def _disruptions(told: Description) -> Iterator[Section]:
    head = ("", "stays", "dwell 50 %", "dwell 90 %", "trucks", "dock wait 90 %", "promised for then", "on time %")
    for one in told.disruptions:
        rows = [
            (
                *(phase.phase, phase.stays, phase.dwell_p50_min, phase.dwell_p90_min, phase.trucks),
                *(phase.dock_wait_p90_min, phase.delivered, _percent(phase.on_time_rate)),
            )
            for phase in one.phases
        ]
        yield f"{one.kind}  {one.about}  {one.begins} to {one.ends} UTC; times in min", _table(head, rows)


def _faults(told: Description) -> Iterator[Section]:
    yield (
        "faults",
        _table(
            ("fault", "kind", "firings", "dropped", "with root cause", "held at most, s"),
            _columns(told.faults, "fault_id kind firings dropped with_root_cause held_max_s"),
        ),
    )
    causes = [row for fault in told.faults for row in _causes(fault)]
    yield "causes", _table(("fault", "firings", "cause"), causes)
    yield "fates", _table(("fate", "messages"), _columns(told.fates, "fate messages"))
    yield (
        "lateness, arrival minus recorded event time, s",
        _table(
            ("producer", "messages", "min", "50 %", "90 %", "99 %", "max"),
            _columns(told.lateness, "source messages min_s p50_s p90_s p99_s max_s"),
        ),
    )


def _causes(fault: Fired) -> Iterator[tuple[object, ...]]:
    for cause in fault.causes:
        yield fault.fault_id, cause.firings, cause.cause


_SECTIONS: tuple[Callable[[Description], Iterator[Section]], ...] = (
    _volumes,
    _shipments,
    _times,
    _promises,
    _queues,
    _drivers,
    _disruptions,
    _faults,
)
