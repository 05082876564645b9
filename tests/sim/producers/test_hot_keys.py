"""While a campaign lasts, all that the order system says about its tenant has one key."""

import numpy as np
from plans_by_hand import HOUR, firings, only_firing, planned, with_producers

from sim.producers.lookup import of_facts
from sim.producers.names import PRODUCERS
from sim.scenario_parts.producers import HotKey, OrderSystem
from sim.units import Duration


def _hot(tenant: str, after_h: int, until_h: int, key: str) -> HotKey:
    return HotKey(tenant, Duration(after_h * HOUR), Duration(until_h * HOUR), key)


def _planned(*hot: HotKey):
    return planned(with_producers(order_system=OrderSystem(hot_keys=hot)))[1]


def test_all_about_the_tenant_and_nothing_else_has_the_key():
    plan = _planned(_hot("globex", 5, 9, "sale"))
    messages = plan.messages
    since = messages.event_time - plan.start
    of_globex = of_facts(plan, np.arange(len(messages)), "tenant") == 1
    expected = (
        (messages.producer == PRODUCERS.index("order_system")) & of_globex & (since >= 5 * HOUR) & (since < 9 * HOUR)
    )
    assert (messages.key[expected] == plan.keys.index("sale")).all()
    assert (messages.key[~expected] == -1).all()
    firing = only_firing(plan, "hot_key")
    assert sorted(firing.rows.tolist()) == np.flatnonzero(expected).tolist()
    assert firing.fault_id == "producers.order_system.hot_keys.0"
    assert firing.cause[0].as_py() == "keyed by 'sale' for globex"
    assert len(set(messages.event_type[expected].tolist())) == 3


def test_the_first_of_two_campaigns_has_the_messages_of_both():
    plan = _planned(_hot("globex", 5, 9, "sale"), _hot("globex", 8, 10, "more"))
    first, second = firings(plan, "hot_key")
    assert not set(first.rows.tolist()) & set(second.rows.tolist())
    assert plan.messages.event_time[second.rows].min() >= plan.start + 9 * HOUR
