"""The local day of a place: marts are cut by the wall clock of the facility where something happened."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sim.expected.statuses import AsOf


class LocalDays:
    """Tells local days by the time zones of facilities. A facility that nobody knows keeps UTC."""

    def __init__(self, facilities: AsOf) -> None:
        self._facilities = facilities

    def of(self, facility_id: str, instant: datetime) -> date:
        """The day on the facility's wall clock at an instant."""
        facility = self._facilities.at(facility_id, instant)
        return instant.astimezone(ZoneInfo(facility["timezone"]) if facility else UTC).date()
