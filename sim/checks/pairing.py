"""Expected rows beside observed rows of the same key: the set comparison that every table goes through."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sim.checks.scratch import Scratch, quoted


@dataclass(frozen=True)
class Sides:
    """Two tables of a scratch with the same columns, as SQL, and how to compare their rows."""

    expected: str
    observed: str
    keys: tuple[str, ...]
    fields: tuple[str, ...]
    """The columns that are compared beside the keys."""
    reals: frozenset[str]
    """Columns compared within ``tolerance``, relative."""
    tolerance: float
    numbered: bool = False
    """Whether both have a column ``occurrence`` (see ``occurrences``) that tells rows of one key apart."""


def differs(expected: str, observed: str, tolerance: float | None = None) -> str:
    """SQL that is true where two values differ. Null equals null; a tolerance is relative, and for finite numbers only.

    DuckDB puts NaN above all numbers and equal to itself: within a tolerance of NaN or infinity is everything.
    """
    different = f"{expected} is distinct from {observed}"
    if tolerance is None:
        return f"({different})"
    near = f"abs({expected} - {observed}) <= {tolerance} * greatest(abs({expected}), abs({observed}))"
    finite = f"isfinite({expected}) and isfinite({observed})"
    return f"({different} and not coalesce({finite} and {near}, false))"


class Pairing:
    """Three sets of row numbers, as tables of the scratch: ``pairs``, ``surplus`` and ``strayed``.

    ``pairs`` has ``e`` and ``o``, of which one is null for a row that stands on one side only, and a column ``d0``,
    ``d1``... for each field that is true where it differs. ``surplus`` has the rows ``o`` that repeat a key.
    ``strayed`` has pairs of rows that agree in all but the tenant.
    """

    def __init__(self, scratch: Scratch, sides: Sides) -> None:
        self.scratch = scratch
        self.sides = sides
        self._join()
        self._set_surplus_apart()
        self._set_strayed_apart()

    def _same(self, names: Sequence[str]) -> str:
        return " and ".join(f"e.{quoted(name)} is not distinct from o.{quoted(name)}" for name in names) or "true"

    def _differs(self, name: str) -> str:
        tolerance = self.sides.tolerance if name in self.sides.reals else None
        return differs(f"e.{quoted(name)}", f"o.{quoted(name)}", tolerance)

    def _join(self) -> None:
        flags = "".join(f", {self._differs(name)} as d{i}" for i, name in enumerate(self.sides.fields))
        keys = (*self.sides.keys, *(("occurrence",) if self.sides.numbered else ()))
        self.scratch.run(
            f"create or replace table pairs as select e.rowid as e, o.rowid as o{flags} "
            f"from {self.sides.expected} e full join {self.sides.observed} o on {self._same(keys)}"
        )
        (repeated,) = self.scratch.numbers("select count(o) - count(distinct o) from pairs")
        if repeated:
            raise ValueError(f"the expected table has {repeated} rows whose key is there already")

    def _set_surplus_apart(self) -> None:
        wrong = " + ".join(f"d{i}::int" for i, _ in enumerate(self.sides.fields)) or "0"
        self.scratch.run(
            "create or replace table surplus as select e, o from pairs "
            "where e in (select e from pairs where e is not null group by e having count(*) > 1) "
            f"qualify row_number() over (partition by e order by {wrong}, o) > 1"
        )
        self.scratch.run("delete from pairs where o in (select o from surplus)")

    def _set_strayed_apart(self) -> None:
        others = [key for key in self.sides.keys if key != "tenant_id"]
        self.scratch.run("create or replace table strayed (e bigint, o bigint)")
        if len(others) == len(self.sides.keys):
            return
        same = " and ".join([self._same(others), *(f"not {self._differs(name)}" for name in self.sides.fields)])
        self.scratch.run(
            "insert into strayed select lost.e, found.o from pairs lost "
            f"join {self.sides.expected} e on e.rowid = lost.e, pairs found "
            f"join {self.sides.observed} o on o.rowid = found.o "
            f"where lost.o is null and found.e is null and {same} "
            "qualify row_number() over (partition by lost.e order by found.o) = 1 "
            "and row_number() over (partition by found.o order by lost.e) = 1"
        )
        self.scratch.run(
            "delete from pairs where (o is null and e in (select e from strayed)) "
            "or (e is null and o in (select o from strayed))"
        )
