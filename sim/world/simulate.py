"""The composition of the world: draw its luck, let SimPy run its processes, turn their journal into the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import simpy

from sim.rng import Randomness
from sim.scenario import Scenario
from sim.truth import Truth
from sim.world import pings, tables
from sim.world.crew import Crew, draw_crew
from sim.world.facts import FactPress
from sim.world.forecast import Forecast
from sim.world.identities import Registry
from sim.world.journal import Journal
from sim.world.linehaul import Linehaul, draw_timetables
from sim.world.network import Network, build_network
from sim.world.parcels import Parcels
from sim.world.places import Places, draw_places
from sim.world.reference import reference_tables
from sim.world.rounds import Depot
from sim.world.shipments import Shipments, draw_luck, draw_shipments
from sim.world.waiting import Floor, Steps

_REPORTS = 50
_RECIPIENTS_MAX = 5000

Progress = Callable[[float], None]


@dataclass(frozen=True)
class _Cast:
    """Everything that is settled before time runs."""

    scenario: Scenario
    rng: Randomness
    network: Network
    shipments: Shipments
    places: Places
    crew: Crew


def _cast(scenario: Scenario) -> _Cast:
    rng = Randomness(scenario.seed)
    network = build_network(scenario)
    shipments = draw_shipments(scenario, network, rng)
    places = draw_places(network, shipments, scenario.fleet, rng)
    return _Cast(scenario, rng, network, shipments, places, draw_crew(scenario, network, rng))


def _bookings(env: simpy.Environment, shipments: Shipments, parcels: Parcels, floor: Floor) -> Steps:
    for shipment, booked in enumerate(shipments.booked_us.tolist()):
        yield env.timeout(booked - env.now)
        parcels.book(booked, shipment)
        floor.pickups[parcels.origin[shipment]].add(shipment)


def _populate(env: simpy.Environment, cast: _Cast, journal: Journal) -> None:
    scenario, network = cast.scenario, cast.network
    forecast = Forecast(network, scenario.fleet)
    luck = draw_luck(len(cast.shipments), scenario.fleet, network, cast.rng)
    parcels = Parcels(cast.shipments, luck, forecast, cast.places, journal)
    floor = Floor(env, network, parcels)
    docks = [simpy.Resource(env, capacity=facility.docks) for facility in network.facilities]
    timetables = draw_timetables(network, scenario.duration.us, cast.rng)
    Linehaul(env, network, timetables, docks, floor, parcels).start()
    depots = {
        k: Depot(env, k, simpy.Store(env), floor, parcels, cast.places, forecast, journal) for k in network.depots
    }
    for van, depot in enumerate(cast.crew.vehicle_depots):
        depots[depot].vans.put(van)
    for driver, depot in enumerate(cast.crew.driver_depots):
        depots[depot].employ(driver, cast.crew.shifts[driver])
    env.process(_bookings(env, cast.shipments, parcels, floor))


def _let_time_pass(env: simpy.Environment, duration_us: int, progress: Progress | None) -> None:
    for k in range(1, _REPORTS + 1):
        until = duration_us * k // _REPORTS
        if until > env.now:
            env.run(until)
        if progress:
            progress(k / _REPORTS)


def _facts(cast: _Cast, journal: Journal) -> dict[str, pa.Table]:
    press, fleet = FactPress.of(cast.scenario, cast.rng), cast.scenario.fleet
    registry = Registry(cast.scenario.seed)
    drivers = registry.enrol(len(cast.crew.driver_ids))
    recipients = registry.enrol(min(len(cast.shipments), _RECIPIENTS_MAX))
    shipment = tables.ShipmentTables(press, cast.scenario, cast.network, cast.shipments, cast.places)
    legs = pings.measure_legs(journal, cast.places)
    return {
        "shipment.created": shipment.created(recipients),
        "shipment.status.changed": shipment.statuses(journal),
        "shipment.eta.updated": shipment.etas(journal),
        "facility.scan": shipment.scans(journal),
        "facility.capacity.changed": tables.capacity_changes(press, cast.network),
        "driver.status.changed": tables.duty_changes(press, cast.network, cast.crew, drivers, journal),
        "driver.location": pings.locations(press, legs, cast.places, cast.crew, fleet.location_interval.us),
        "vehicle.telemetry": pings.telemetry(press, legs, cast.crew, fleet.telemetry_interval.us),
    }


def simulate(scenario: Scenario, progress: Progress | None = None) -> Truth:
    """Let the world of a scenario happen. ``progress`` gets the share of simulated time done, 0 to 1, now and then.

    The truth is a function of the scenario alone. The scenario must be consistent, as ``scenario_file`` leaves it.
    """
    cast, journal = _cast(scenario), Journal()
    env = simpy.Environment()
    _populate(env, cast, journal)
    _let_time_pass(env, scenario.duration.us, progress)
    return Truth(_facts(cast, journal), reference_tables(scenario, cast.network))
