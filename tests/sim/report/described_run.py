"""A run written by hand, of which every number that is told of it is known."""

from __future__ import annotations

from written_run import at, eta, haul, leg, message, scans, shipment, status

STATUS = "shipment.status.changed"
FACTS = {
    "shipment.created": [
        shipment("S-1", 10, 120),
        shipment("S-2", 20, 200, "express"),
        shipment("S-3", 30, 250),
        shipment("S-4", 40, 5000),
    ],
    STATUS: [
        status("S-1", "created", 10),
        status("S-1", "delivered", 110),
        status("S-1", "delivered", 130),  # a second one changes nothing
        status("S-2", "exception", 150, "nobody_home"),
        status("S-2", "delivered", 230),
        status("S-3", "exception", 300, "returned"),
    ],
    "shipment.eta.updated": [
        eta("S-1", 10, 100),
        eta("S-2", 20, 250),
        eta("S-2", 60, 200, 250),
        eta("S-2", 150, 227, 200),
        eta("S-3", 30, 240),
    ],
    "facility.scan": [
        *scans("S-1", "HUB", 50, 60),
        *scans("S-1", "WEST", 90, 100),
        *scans("S-2", "HUB", 50, 170),
        *scans("S-2", "WEST", 190, 195, 200),
        *scans("S-3", "HUB", 125, 185),
        *scans("S-3", "WEST", 220),
    ],
    "driver.status.changed": [
        {"event_time": at(minute), "driver_id": "D-1", "status": what}
        for minute, what in ((0, "on_shift"), (40, "driving"), (50, "breakdown"), (80, "driving"), (120, "on_break"))
    ],
}
LEGS = [
    leg("D-1", 40, 40, 50, "drive", "S-1"),
    leg("D-1", 40, 50, 80, "stop", "S-1"),  # a breakdown at the door it was about to reach is no stop of its own
    leg("D-1", 40, 80, 84, "stop", "S-1"),
    leg("D-1", 40, 84, 94, "drive", None),
    leg("D-1", 90, 95, 105, "drive", "S-2"),
    leg("D-1", 90, 105, 110, "stop", "S-2"),
    leg("D-1", 90, 110, 115, "stop", None),  # a break at the depot
    leg("D-2", 40, 40, 100, "drive", None),
]
LINEHAUL = [
    haul("NORTH-HUB", 10, 40, 40, 2),
    haul("NORTH-HUB", 60, 95, 125),
    haul("NORTH-HUB", 70, 110, 140),
    haul("HUB-WEST", 60, 90, 90),
]
MESSAGES = [
    message(0, 10, 10.5),
    message(1, 20, 20.5, fate="duplicate"),
    message(2, 30, 330, "driver_app", fate="late"),
    message(3, 340, 339, "driver_app"),
    message(4, 340, 1500, "driver_app", event_type="driver.location", fate="rejected"),
]
FIRINGS = [
    {"fault_id": "faults.0", "kind": "drop", "event_type": STATUS, "fact_row": 4, "cause": "lost on the way"},
    *(
        {
            "fault_id": "producers.driver_app.dead_zone",
            "kind": "dead_zone",
            "message_id": number,
            "event_type": "facility.scan",
            "cause": f"phone D-WEST-0{number} in 'Elb tunnel' at HUB until 03:10: not_utf8, 5 us",
            "root_cause": root,
            "held_us": 1_500_000 * number,
        }
        for number, root in ((2, None), (3, "x"))
    ),
]
