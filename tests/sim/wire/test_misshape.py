"""Whatever is made unsound is refused by the pipeline, with the very code that was promised."""

import msgspec
import pyarrow as pa
import pytest
from wire_messages import KINDS, columns

from pipeline.contract.rejections import DEPTH_MAX, MESSAGE_BYTES_MAX, Rejection
from pipeline.stages.read_event import read_event, schema_hash
from pipeline.stages.strict_json import Refusal
from sim.rules.fields import numbers_of
from sim.wire.avro_body import envelope_avro
from sim.wire.json_body import envelope_json
from sim.wire.misshape import AVRO_DAMAGES, DAMAGES, Damage, add_field, break_type, changed
from sim.wire.poison import AVRO_POISONS, POISONS

SOUND_JSON = [value for kind in KINDS for value in envelope_json(*kind, columns(*kind)).to_pylist()]
SOUND_AVRO = [value for kind in KINDS for value in envelope_avro(*kind, columns(*kind)).to_pylist()]


def code(message: bytes) -> Rejection | None:
    found = read_event(message)
    return found.code if isinstance(found, Refusal) else None


def test_the_messages_were_sound() -> None:
    assert {code(message) for message in SOUND_JSON + SOUND_AVRO} == {None}


@pytest.mark.parametrize("damage", [*DAMAGES, *POISONS], ids=lambda damage: damage.name)
def test_json_is_refused_with_the_code_that_was_promised(damage: Damage) -> None:
    assert {code(damage.spoiled(message)) for message in SOUND_JSON} == {damage.code}


@pytest.mark.parametrize("damage", [*AVRO_DAMAGES, *AVRO_POISONS], ids=lambda damage: damage.name)
def test_avro_is_refused_with_the_code_that_was_promised(damage: Damage) -> None:
    assert {code(damage.spoiled(message)) for message in SOUND_AVRO} == {damage.code}


@pytest.mark.parametrize("kinds", [DAMAGES, POISONS, AVRO_DAMAGES, AVRO_POISONS])
def test_each_way_has_a_name_of_its_own(kinds: tuple[Damage, ...]) -> None:
    assert len({damage.name for damage in kinds}) == len(kinds)


def test_poison_is_just_beyond_what_is_allowed() -> None:
    poison = {damage.name: damage.spoiled(SOUND_JSON[0]) for damage in POISONS}
    assert len(poison["too_large"]) == MESSAGE_BYTES_MAX + 1
    assert code(poison["too_large"].replace(b'xx"}', b'x"}')) is None
    assert (
        code(poison["nested_too_deep"].replace(b"[" * DEPTH_MAX, b"[" * (DEPTH_MAX - 1)).replace(b"]]}", b"]}")) is None
    )
    assert {len(damage.spoiled(SOUND_AVRO[0])) for damage in AVRO_POISONS} >= {MESSAGE_BYTES_MAX + 1, 0}


def payloads(event_type: str, version: int) -> list[bytes]:
    return columns(event_type, version).payload.cast(pa.binary()).to_pylist()


def sent(kind: tuple[str, int], bodies: list[bytes]) -> list[bytes]:
    return envelope_json(*kind, columns(*kind, payload=pa.array(bodies, pa.binary()))).to_pylist()


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_a_field_more_is_tolerated_and_told_by_the_hash(kind: tuple[str, int]) -> None:
    bodies = [add_field(payload, "firmware") for payload in payloads(*kind)]
    for message, sound in zip(sent(kind, bodies), sent(kind, payloads(*kind)), strict=True):
        drifted, before = read_event(message), read_event(sound)
        assert not isinstance(drifted, Refusal)
        assert drifted[4] == schema_hash(*kind, ["firmware"])
        assert drifted[3] == before[3]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if numbers_of(kind[0])], ids=str)
def test_every_number_that_becomes_text_is_refused(kind: tuple[str, int]) -> None:
    for field in numbers_of(kind[0]):
        bodies = [break_type(payload, field) for payload in payloads(*kind)]
        assert {code(message) for message in sent(kind, bodies)} == {Rejection.WRONG_TYPE}


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_what_is_changed_is_sound_and_differs(kind: tuple[str, int]) -> None:
    for payload in payloads(*kind):
        other = changed(payload, kind[0])
        assert msgspec.json.decode(other) != msgspec.json.decode(payload)
        assert code(sent(kind, [other] * 3)[0]) is None
