"""Hot keys: a campaign's orders all have the campaign's key, and fall into one partition of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.producers.causes import same_cause
from sim.producers.entities import sent_by
from sim.producers.lookup import of_facts
from sim.producers.plan import Plan, noted

if TYPE_CHECKING:
    from sim.world.cast import Cast


def keyed_by_campaigns(plan: Plan, cast: Cast) -> Plan:
    """What the order system says about a tenant while a hot key lasts, keyed by it; the first in the list wins."""
    hot_keys = cast.scenario.producers.order_system.hot_keys
    if not hot_keys:
        return plan
    rows = np.flatnonzero(sent_by(plan.messages, "order_system"))
    tenants = [tenant.id for tenant in cast.scenario.tenants]
    tenant, time = of_facts(plan, rows, "tenant"), plan.messages.event_time[rows] - plan.start
    for number, hot in enumerate(hot_keys):
        among = (tenant == tenants.index(hot.tenant)) & (time >= hot.after.us) & (time < hot.until.us)
        its = rows[among & (plan.messages.key[rows] < 0)]
        plan, key = plan.with_key(hot.key)
        cause = same_cause(f"keyed by '{hot.key}' for {hot.tenant}", len(its))
        keyed = noted(f"producers.order_system.hot_keys.{number}", "hot_key", its, cause)
        plan = plan.fired(plan.messages.with_values(its, key=key), keyed)
    return plan
