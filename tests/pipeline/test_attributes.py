"""What attributes claim, against Arrow's own look-up in maps: slower, and so not used."""

from random import Random

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from backends.interface import APPENDED
from pipeline.stages.attributes import claimed_tenant, claimed_type

TYPE = APPENDED.field("attributes").type


def batch(attributes: list[list[tuple[str, str | None]]]) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array(attributes, TYPE)], ["attributes"])


@pytest.mark.parametrize("seed", range(20))
def test_the_first_of_a_name_is_claimed_wherever_it_stands(seed: int) -> None:
    draw = Random(seed)
    names = ["tenant_id", "event_type", "source", ""]
    rows = [
        [(draw.choice(names), draw.choice(["acme", "facility.scan", "", None])) for _ in range(draw.randrange(5))]
        for _ in range(draw.randrange(40))
    ]
    whole = batch(rows)
    for part in (whole, whole.slice(len(rows) // 3), whole.slice(len(rows) // 4, len(rows) // 2)):
        looked_up = pc.map_lookup(part.column("attributes"), "tenant_id", "first")
        assert claimed_tenant(part).to_pylist() == looked_up.to_pylist()
        types = pc.map_lookup(part.column("attributes"), "event_type", "first").to_pylist()
        assert claimed_type(part).to_pylist() == [kind if kind == "facility.scan" else "unknown" for kind in types]


def test_no_messages_claim_nothing() -> None:
    assert claimed_tenant(batch([])).to_pylist() == claimed_type(batch([])).to_pylist() == []
