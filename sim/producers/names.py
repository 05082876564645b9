"""The systems that report events. Each is the ``source`` of what it sends."""

from typing import Literal, get_args

Producer = Literal[
    "order_system", "driver_app", "hand_scanner", "carrier_feed", "telematics_gateway", "facility_system"
]
PRODUCERS: tuple[Producer, ...] = get_args(Producer)
