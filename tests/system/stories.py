"""What each scenario that ships must show, as asserts: over its summary, and over its truth and ledger in SQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import duckdb
from summaries import Summary

from sim.report.description import Phase
from sim.run_folder import RunFolder
from sim.scenario import Scenario

VIEWS = {
    "message": "ledger/messages.parquet",
    "firing": "ledger/firings.parquet",
    "created": "truth/facts/shipment.created/*.parquet",
    "eta": "truth/facts/shipment.eta.updated/*.parquet",
    "scan": "truth/facts/facility.scan/*.parquet",
    "duty": "truth/facts/driver.status.changed/*.parquet",
    "haul": "truth/world/linehaul/*.parquet",
}
HALF_AN_HOUR = timedelta(minutes=30)
Ask = Callable[[str], list[Any]]
"""Gives the rows of a SELECT over ``VIEWS``."""


def asks(folder: RunFolder) -> Ask:
    connection = duckdb.connect()
    connection.execute("set TimeZone = 'UTC'")
    for view, files in VIEWS.items():
        connection.execute(f"create view {view} as from '{folder.path / files}'")
    return lambda select: connection.execute(select).fetchall()


def _on_time(told: Summary, name: str) -> float:
    rate = next(row.on_time_rate for row in told.on_time if row.name == name)
    assert rate is not None
    return rate


def _fates(told: Summary) -> set[str]:
    return {row.fate for row in told.fates}


def _phases(told: Summary, kind: str) -> dict[str, Phase]:
    one = next(one for one in told.disruptions if one.kind == kind)
    return {phase.phase: phase for phase in one.phases}


def _hello(told: Summary, ask: Ask) -> None:
    assert not told.firings
    assert not told.disruptions
    assert _fates(told) == {"clean", "late"}


def _messy(told: Summary, ask: Ask) -> None:
    assert 15_000 <= told.messages <= 40_000
    assert _fates(told) == {"clean", "late", "too_late", "duplicate", "rejected"}
    ((codes,),) = ask("select count(distinct code) from message")
    assert codes == 13


def _metro_day(told: Summary, ask: Ask) -> None:
    assert 900_000 <= told.messages <= 1_100_000


def _peak_week(told: Summary, ask: Ask) -> None:
    days = dict(ask("select (event_time at time zone 'Europe/Paris')::date::varchar, count(*) from created group by 1"))
    week = sorted(days[f"2026-11-{day}"] for day in range(21, 28))
    assert 6 < days["2026-11-27"] / week[3] < 8, "Black Friday beside the median day"
    for queue in told.fullest[:2]:
        assert queue.facility_id in ("CORBAS", "SATOLAS")
        assert queue.parcels_max > 3 * told.fullest[2].parcels_max
        assert "2026-11-27 12:00" < queue.parcels_max_time < "2026-11-29"
        assert queue.parcels_at_end == 0
    friday, monday, tuesday = (_on_time(told, day) for day in ("2026-11-27", "2026-11-30", "2026-12-01"))
    assert friday > 0.95
    assert monday < 0.5
    assert tuesday > 0.95


def _hub_outage(told: Summary, ask: Ask) -> None:
    assert told.fullest[0].facility_id == "HUB-M"
    assert told.fullest[0].parcels_max > 3 * told.fullest[1].parcels_max
    closed = _phases(told, "facility_closed")
    assert (closed["during"].stays, closed["before"].dock_wait_p90_min, closed["after"].dock_wait_p90_min) == (0, 0, 0)
    assert (closed["during"].dock_wait_p90_min or 0) > 6 * 60
    for kind in ("lane_blocked", "sorter_slowdown"):
        dwell = {name: phase.dwell_p50_min or 0 for name, phase in _phases(told, kind).items()}
        assert dwell["during"] > 2 * max(dwell["before"], dwell["after"]), kind
    tuesday, wednesday, thursday, friday = (_on_time(told, f"2026-03-1{day}") for day in range(4))
    assert max(wednesday, thursday) < 0.95
    assert min(tuesday, friday) > 0.97
    put_off = dict(ask("select day(event_time), avg((eta > previous_eta + interval 1 hour)::int) from eta group by 1"))
    assert put_off[11] > 1.3 * put_off[12], "arrival times are put off by more than an hour"


def _firmware_rollout(told: Summary, ask: Ask) -> None:
    rejected = ask("select distinct source, event_type, body, code from message where fate = 'rejected'")
    assert rejected == [("telematics_gateway", "vehicle.telemetry", "broken_type", "wrong_type")]
    ((first, last),) = ask("select min(event_time), max(event_time) from message where fate = 'rejected'")
    assert "2026-06-09 10:00" < f"{first}" < "2026-06-09 12:00", "from the break on"
    assert "2026-06-10 06:00" < f"{last}" < "2026-06-10 08:00", "until the repair"
    ((added, of_crashes),) = ask(
        "select count(distinct m.message_id) filter (body = 'added_field' and fate in ('clean', 'late')),"
        " count(*) filter (kind = 'replay' and fate = 'duplicate') from message m join firing f using (message_id)"
    )
    assert added > 1000
    assert of_crashes == sum(row.messages for row in told.fates if row.fate == "duplicate") > 100


def _flash_sale(told: Summary, ask: Ask) -> None:
    sale = "event_time between timestamptz '2026-05-05 17:00Z' and timestamptz '2026-05-05 19:00Z'"
    share = f"""select max(messages) / sum(messages) from (
        select count(*) as messages from message where source = 'order_system' and {{}}{sale} group by partition)"""
    assert ask(share.format(""))[0][0] > 0.8, "of eight partitions"
    assert ask(share.format("not "))[0][0] < 0.2
    assert _fates(told) == {"clean", "late"}
    ((clean,),) = ask(f"select avg((fate = 'clean')::int) from message where source = 'order_system' and {sale}")
    assert clean > 0.99, "the last second of a window is late at best"
    assert (_on_time(told, "2026-05-05"), _on_time(told, "2026-05-08")) == (1, 1)
    assert _on_time(told, "2026-05-07") < 0.7


def _carrier_replays_yesterday(told: Summary, ask: Ask) -> None:
    came = ask(
        """select coalesce(kind, 'once'), fate, min(ingest_time - event_time), max(ingest_time - event_time)
        from message left join firing using (message_id) where source = 'carrier_feed' group by all order by all"""
    )
    assert [row[:2] for row in came] == [
        ("file_again", "duplicate"),
        ("once", "late"),
        ("yesterdays_file", "duplicate"),
    ]
    again, once, yesterdays = ((row[2].total_seconds() / 3600, row[3].total_seconds() / 3600) for row in came)
    assert once[1] < 1.1
    assert again[1] < 2
    assert 24 <= yesterdays[0] < yesterdays[1] < 26
    assert ask("select distinct format from message where source = 'carrier_feed'") == [("avro",)]


def _dst_weekend(told: Summary, ask: Ask) -> None:
    hours = """select count(distinct epoch_us(event_time) // 3600000000) from scan where facility_id = '{}'
        and (event_time at time zone '{}')::date = date '2026-10-25'"""
    assert ask(hours.format("HUB-L", "Europe/London")) == [(25,)]
    assert ask(hours.format("NEWARK", "America/New_York"))[0][0] <= 24
    begun = ask(
        """with begun as (select event_time, facility_id, event_time at time zone 'Europe/Berlin' as clock
            from duty where status = 'on_shift' and facility_id in ('BERLIN', 'POTSDAM'))
        select extract(hour from event_time)::int from begun
        where clock between timestamp '2026-10-25 02:00' and timestamp '2026-10-25 03:00'"""
    )
    assert {hour for (hour,) in begun} == {0}, "two o'clock is the first one"
    assert len(begun) == 12
    ((shortest,),) = ask(
        """select min(ends - event_time) from (select event_time, status,
            lead(event_time) over (partition by driver_id order by event_time) as ends
            from duty where status in ('on_shift', 'off_shift'))
        where status = 'on_shift' and event_time > timestamptz '2026-10-24 12:00Z'"""
    )
    assert shortest.total_seconds() >= 7 * 3600


def _night_network(told: Summary, ask: Ask) -> None:
    ((night,),) = ask(
        """select avg((extract(hour from event_time at time zone 'Europe/Berlin') not between 6 and 20)::int)
        from scan where facility_id = 'LEJ'"""
    )
    assert night > 0.8
    flights = """select avg((extract(hour from {}_time at time zone 'Europe/Berlin') between {} and {})::int), count(*)
        from haul where regexp_full_match(lane_id, '{}')"""
    ((before_midnight, count),) = ask(flights.format("arrived", 22, 23, "(ATH|EMA|HEL|MAD)-LEJ"))
    assert (before_midnight > 0.9, count) == (True, 16), "all but one, in fog"
    assert ask(flights.format("left", 3, 4, "LEJ-(ATH|EMA|HEL|MAD)")) == [(1, 16)]
    slow = _phases(told, "sorter_slowdown")
    assert (slow["during"].dwell_p90_min or 0) > 20 * 60, "a flight missed is a day lost"
    first, third, last = (_on_time(told, f"2026-02-0{day}") for day in (3, 5, 6))
    assert first == 1
    assert third < 0.9 < last
    refused = ask("select distinct source, code from message where fate = 'rejected'")
    assert refused == [("driver_app", "event_from_future")]
    assert ask("select distinct source from message where fate = 'too_late'") == [("hand_scanner",)]


def _short_memory(told: Summary, ask: Ask) -> None:
    """An event is forgotten half an hour after it was first, whatever came meanwhile; then it is first again."""
    again = ask(
        """with firsts as (from message where fate not in ('duplicate', 'rejected'))
        select kind, m.fate in ('duplicate', 'rejected') as known, count(*),
            min(m.ingest_time - f.ingest_time), max(m.ingest_time - f.ingest_time)
        from message m join firing using (message_id) asof join firsts f
            on f.event_type = m.event_type and f.event_id = m.event_id and f.ingest_time < m.ingest_time
        where m.matched_on is distinct from 'status' and (m.code is null or m.code = 'conflicting_duplicate')
        group by all order by all"""
    )
    assert [row[:2] for row in again] == [
        ("duplicate", False),
        ("duplicate", True),
        ("replay", False),
        ("replay", True),
    ]
    for _, known, count, shortest, longest in again:
        assert count > 10
        assert longest <= HALF_AN_HOUR if known else shortest > HALF_AN_HOUR
    ((twice,),) = ask(
        """select count(*) from (select event_type, event_id from message where fate not in ('duplicate', 'rejected')
            group by all having count(*) > 1)"""
    )
    assert twice > 200


STORIES: Mapping[str, Callable[[Summary, Ask], None]] = {
    "hello": _hello,
    "messy": _messy,
    "metro-day": _metro_day,
    "peak-week": _peak_week,
    "hub-outage": _hub_outage,
    "firmware-rollout": _firmware_rollout,
    "flash-sale": _flash_sale,
    "carrier-replays-yesterday": _carrier_replays_yesterday,
    "dst-weekend": _dst_weekend,
    "night-network": _night_network,
    "short-memory": _short_memory,
}


def must_fire(scenario: Scenario) -> Iterator[str]:
    """The ids of all faults of a scenario, and of every mechanism that it switches on."""
    yield from (f"faults.{number}" for number in range(len(scenario.faults)))
    app, gateway = scenario.producers.driver_app, scenario.producers.telematics_gateway
    switched_on = {
        "driver_app.dead_zone": scenario.network.dead_zones,
        "driver_app.retry": app.lost_acknowledgement.of_one + app.lost_in_burst.of_one,
        "driver_app.clock": app.wrong_clock.of_one,
        "hand_scanner.double_read": scenario.producers.hand_scanner.double_read.of_one,
        "hand_scanner.batch_upload": scenario.producers.hand_scanner.batch_upload.of_one,
        "carrier_feed.file_again": scenario.producers.carrier_feed.file_again.of_one,
        "carrier_feed.yesterdays_file": scenario.producers.carrier_feed.yesterdays_file.of_one,
        "telematics_gateway.restart": gateway.crash_every,
        "telematics_gateway.replay": gateway.crash_every,
    }
    yield from (f"producers.{name}" for name, given in switched_on.items() if given)
    for number, release in enumerate(gateway.firmware):
        if release.change != "repair":
            yield f"producers.telematics_gateway.firmware.{number}"
    yield from (f"producers.order_system.hot_keys.{nr}" for nr in range(len(scenario.producers.order_system.hot_keys)))
