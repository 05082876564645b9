"""Poison is chosen by lot for each message, and a copy has that of the first."""

import numpy as np
import pytest
from plans_by_hand import only_firing, planned, with_producers
from proofs_by_hand import same_bytes

from sim.faults import Corrupt, Poison, apply_all
from sim.ledger import Body
from sim.producers.names import PRODUCERS
from sim.producers.plan import SOUND, body_code
from sim.rng import Randomness
from sim.scenario_parts.producers import DriverApp, HandScanner
from sim.units import Share
from sim.wire.misshape import AVRO_DAMAGES, DAMAGES
from sim.wire.poison import AVRO_POISONS, POISONS

RANDOMNESS = Randomness(3)


@pytest.fixture(scope="module")
def plan():
    mixed = with_producers(
        driver_app=DriverApp(lost_acknowledgement=Share(0.2)), hand_scanner=HandScanner(format="avro")
    )
    return planned(mixed)[1]


@pytest.mark.parametrize(
    ("fault", "body", "json", "avro"),
    [
        (Poison(share=Share(0.5)), Body.POISONED, POISONS, AVRO_POISONS),
        (Corrupt(share=Share(0.5)), Body.MALFORMED, DAMAGES, AVRO_DAMAGES),
    ],
    ids=["poison", "corrupt"],
)
def test_each_format_has_its_own_ways_to_be_spoiled_and_all_of_them_come(plan, fault, body, json, avro):
    after = apply_all((fault,), plan, RANDOMNESS)
    messages, rows = after.messages, only_firing(after, fault.kind).rows
    assert (np.flatnonzero(messages.body == body_code(body)) == np.sort(rows)).all()
    names = np.array(after.details)[messages.detail[rows]]
    in_avro = messages.producer[rows] == PRODUCERS.index("hand_scanner")
    assert set(names[in_avro].tolist()) == {damage.name for damage in avro}
    assert set(names[~in_avro].tolist()) == {damage.name for damage in json}


def test_a_retry_of_a_poisoned_message_is_as_poisonous(plan):
    after = apply_all((Poison(share=Share(0.5)),), plan, RANDOMNESS)
    copies = np.flatnonzero(after.messages.copy_of >= 0)
    assert same_bytes(after.messages, copies, after.messages.copy_of[copies]).all()
    assert (after.messages.body[copies] != SOUND).any()


def test_what_is_damaged_is_not_poisoned_too(plan):
    after = apply_all((Poison(share=Share(1.0)), Corrupt(share=Share(0.5))), plan, RANDOMNESS)
    poisoned, corrupt = only_firing(after, "poison"), only_firing(after, "corrupt")
    assert len(poisoned.rows) + len(corrupt.rows) == len(plan.messages)
