"""Producers: the mechanism, the clock and the versions of each system that reports events. All is well by default."""

from __future__ import annotations

from typing import Literal

from sim.distributions import DurationDistribution, LogNormal
from sim.scenario_parts.part import Id, Part
from sim.units import Duration, Share

Format = Literal["json", "avro"]
_S = 1_000_000


class DriverApp(Part, frozen=True):
    """Phones. In a dead zone of the network they keep what they have to say, and send it in one burst at its end."""

    format: Format = "json"
    lost_acknowledgement: Share = Share(0.0)
    """Messages sent again because the answer got lost."""
    lost_in_burst: Share = Share(0.0)
    """The same, of messages in a burst, when the signal is weak."""
    retry_after: Duration = Duration(5 * _S)
    wrong_clock: Share = Share(0.0)
    """Phones whose clock is wrong."""
    clock_error: DurationDistribution = LogNormal(median=Duration(90 * _S), sigma=1.0)
    """By how much; half of the wrong clocks are ahead, the others behind."""


class HandScanner(Part, frozen=True):
    """Scanners at docks and sorters."""

    format: Format = "json"
    double_read: Share = Share(0.0)
    """Labels whose one reading is stored twice, a moment apart."""
    batch_upload: Share = Share(0.0)
    """Scanners without a network, read out when a shift ends."""


class CarrierFeed(Part, frozen=True):
    """Files that carriers put on a server; a message is a line of a file."""

    format: Format = "json"
    file_every: Duration | None = None
    """A file holds what happened since the last; without it, each event comes by itself."""
    file_again: Share = Share(0.0)
    """Files that come a second time within the hour."""
    yesterdays_file: Share = Share(0.0)
    """Files that come once more a day later."""


class Firmware(Part, frozen=True):
    """A release for a cohort of gateways, installed by each at a moment of its own between ``after`` and ``until``.

    ``version_2`` reports by the second version of the contract, ``add_field`` puts a field there that no version has,
    ``break_type`` sends text for a number, ``repair`` undoes the other releases.
    """

    change: Literal["version_2", "add_field", "break_type", "repair"]
    after: Duration
    until: Duration
    share: Share = Share(1.0)
    """Cohorts nest: who is in the first tenth is in every larger one."""
    field: str = ""


class TelematicsGateway(Part, frozen=True):
    """Boxes in vans. After a crash a gateway sends again what it had sent since its last checkpoint."""

    format: Format = "json"
    version_2: Share = Share(0.5)
    """Gateways that report by version 2 from the start."""
    crash_every: Duration | None = None
    """Mean time from one crash of a gateway to its next."""
    checkpoint_every: Duration = Duration(10 * 60 * _S)
    restart_time: Duration = Duration(90 * _S)
    firmware: tuple[Firmware, ...] = ()


class HotKey(Part, frozen=True):
    """While it lasts, the order system keys everything about a tenant's orders by one key: a campaign's."""

    tenant: Id
    after: Duration
    until: Duration
    key: str = "campaign"


class OrderSystem(Part, frozen=True):
    """Where tenants book."""

    format: Format = "json"
    hot_keys: tuple[HotKey, ...] = ()


class FacilitySystem(Part, frozen=True):
    """Where facilities report their docks."""

    format: Format = "json"


class Producers(Part, frozen=True):
    """One entry for each producer."""

    driver_app: DriverApp = DriverApp()
    hand_scanner: HandScanner = HandScanner()
    carrier_feed: CarrierFeed = CarrierFeed()
    telematics_gateway: TelematicsGateway = TelematicsGateway()
    order_system: OrderSystem = OrderSystem()
    facility_system: FacilitySystem = FacilitySystem()
