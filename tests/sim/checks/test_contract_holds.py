"""Whether bytes are an event of the contract, told without the pipeline: sound ones are, and no poison is."""

import pytest

from pipeline.contract.avro import is_avro
from sim.checks.contract_holds import holds
from sim.scenario_parts.producers import HandScanner, Producers
from sim.wire.misshape import Damage
from sim.wire.poison import AVRO_POISONS, POISONS


@pytest.fixture
def sound(run_of) -> list[bytes]:
    values = run_of(producers=Producers(hand_scanner=HandScanner(format="avro"))).messages()["value"].to_pylist()
    assert all(map(holds, values))
    return values


def _holding(values: list[bytes], poisons: tuple[Damage, ...]) -> set[str]:
    return {poison.name for poison in poisons for value in values if holds(poison.spoiled(value))}


def test_no_poison_holds(sound):
    in_avro, in_json = ([value for value in sound if is_avro(value) is wanted][::50] for wanted in (True, False))
    assert len(in_avro) > 1
    assert len(in_json) > 10
    assert (_holding(in_json, POISONS), _holding(in_avro, AVRO_POISONS)) == (set(), set())
