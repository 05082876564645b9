"""The page about faults has every mechanism and every poison, with its code."""

from pathlib import Path

import msgspec
import pytest

from sim.faults import _ORDER
from sim.ledger import FORMATS
from sim.scenario_parts.producers import Firmware, HotKey, Producers
from sim.wire.poison import AVRO_POISONS, POISONS

PAGE = (Path(__file__).parents[3] / "docs" / "faults.md").read_text(encoding="utf-8")
PARTS = {field.name: type(field.default) for field in msgspec.structs.fields(Producers)}


@pytest.mark.parametrize("producer", PARTS)
def test_every_key_of_a_mechanism_is_there(producer):
    section = PAGE.partition(f"\n### `{producer}`\n")[2].partition("\n### ")[0].partition("\n# ")[0]
    keys = {field.name for field in msgspec.structs.fields(PARTS[producer])} - {"format"}
    if producer == "telematics_gateway":
        keys |= {field.name for field in msgspec.structs.fields(Firmware)} - {"change", "field"}
        keys |= {"version_2", "add_field", "break_type", "repair"}
    if producer == "order_system":
        keys |= {field.name for field in msgspec.structs.fields(HotKey)}
    assert {key for key in keys if f"`{key}`" not in section} == set()
    assert producer == "facility_system" or section


@pytest.mark.parametrize(("title", "poisons"), [("JSON", POISONS), ("Avro", AVRO_POISONS)])
def test_every_poison_is_there_with_its_code(title, poisons):
    table = PAGE.partition(f"| poison in {title} | code |\n")[2].partition("\n\n")[0]
    assert table.split("\n")[1:] == [f"| `{poison.name}` | `{poison.code.value}` |" for poison in poisons]
    assert title.lower() in FORMATS


def test_the_order_is_the_order():
    told = PAGE.partition("wherever they stand in the file: ")[2].partition(".")[0]
    kinds = [str(kind.__struct_config__.tag) for kind in _ORDER]
    assert [name.strip("`") for name in told.replace("\n", " ").split(", ")] == kinds
