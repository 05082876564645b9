"""Choosing how bytes are spoiled: by the format that a message is written in, by lot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sim.arrays import I64
from sim.faults.base import Luck
from sim.ledger import Body
from sim.producers.causes import causes
from sim.producers.copies import alike, firsts
from sim.producers.plan import Plan, body_code
from sim.wire.misshape import Damage


def spoiled(plan: Plan, luck: Luck, rows: I64, body: Body, damages: tuple[tuple[Damage, ...], ...], why: str) -> Plan:
    """These messages and their copies, each first with one of its format's damages (by row of ``FORMATS``)."""
    messages = plan.messages
    names = list(dict.fromkeys(damage.name for of_format in damages for damage in of_format))
    codes = [np.array([names.index(damage.name) for damage in of_format]) for of_format in damages]
    written = np.asarray(plan.formats)[messages.producer[rows]]
    lot = luck.of_messages("damage", messages, rows)
    chosen = np.empty(len(rows), dtype=np.int64)
    for number, its in enumerate(codes):
        here = written == number
        chosen[here] = its[(lot[here] * len(its)).astype(np.int64)]
    of_first = np.full(len(messages), -1, dtype=np.int64)
    of_first[rows] = chosen
    touched = alike(messages, rows)
    which = of_first[firsts(messages)[touched]]
    changed = messages.with_values(touched, body=body_code(body), detail=len(plan.details) + which)
    plan = replace(plan, details=(*plan.details, *names))
    return plan.fired(changed, luck.firing(touched, causes([f"{why}{name}" for name in names], which)))
