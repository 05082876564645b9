"""Personal data: which values there are, and how a finding shows one: as its token, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.contract.columns import latest_version, payload_leaves
from sim.expected.tokens import TOKEN, TokenKey, token
from sim.truth import Truth

HIDDEN = "<hidden>"


@dataclass(frozen=True)
class PersonalValue:
    """A value that must not be found, and what is shown of it."""

    kind: str
    token: str
    """The token in the tenant where the value was first met, under the oldest key."""


def personal_values(truth: Truth, keys: Sequence[TokenKey]) -> dict[str, PersonalValue]:
    """Every distinct personal value in the facts."""
    values: dict[str, PersonalValue] = {}
    for event_type, facts in truth.facts.items():
        for leaf in payload_leaves(event_type, latest_version(event_type)):
            if leaf.pii is None:
                continue
            pairs = facts.select(["tenant_id", leaf.column]).group_by(["tenant_id", leaf.column], use_threads=False)
            for tenant, value in zip(*pairs.aggregate([]).to_pydict().values(), strict=True):
                if value and value not in values:
                    values[value] = PersonalValue(leaf.pii, token(keys[0], tenant, leaf.pii, value))
    return values


def shown(sample: dict[str, str], pii: str | None) -> dict[str, str]:
    """A sample whose ``observed`` value is hidden if the field is personal and the value is not a token."""
    if pii is None or TOKEN.fullmatch(sample["observed"]) or sample["observed"] == "null":
        return sample
    return {**sample, "observed": HIDDEN}
