"""Which mechanisms a scenario switches on, under the ids that their firings have in the ledger."""

from __future__ import annotations

from collections.abc import Iterator

from sim.scenario import Scenario


def mechanisms(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Fault id and kind of each mechanism that may do something in a run. It need not: a small share picks nobody."""
    producers = scenario.producers
    app, scanner, feed = producers.driver_app, producers.hand_scanner, producers.carrier_feed
    gateway, orders = producers.telematics_gateway, producers.order_system
    on = {
        "driver_app.dead_zone": bool(scenario.network.dead_zones),
        "driver_app.retry": bool(app.lost_acknowledgement.of_one or app.lost_in_burst.of_one),
        "driver_app.clock": bool(app.wrong_clock.of_one),
        "hand_scanner.double_read": bool(scanner.double_read.of_one),
        "hand_scanner.batch_upload": bool(scanner.batch_upload.of_one),
        "carrier_feed.file_again": bool(feed.file_again.of_one),
        "carrier_feed.yesterdays_file": bool(feed.yesterdays_file.of_one),
        "telematics_gateway.replay": gateway.crash_every is not None,
        "telematics_gateway.restart": gateway.crash_every is not None,
    }
    for name, switched_on in on.items():
        if switched_on:
            yield f"producers.{name}", name.rpartition(".")[2]
    for number, release in enumerate(gateway.firmware):
        if release.change != "repair":
            yield f"producers.telematics_gateway.firmware.{number}", "firmware"
    for number in range(len(orders.hot_keys)):
        yield f"producers.order_system.hot_keys.{number}", "hot_key"
