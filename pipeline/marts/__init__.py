"""The marts: one SELECT a file in GoogleSQL, built from clean tables. Whole marts or some of their days, in one go."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from importlib.resources import files

from backends.interface import TableSpec, Warehouse
from pipeline.batch.account import Asked, insert_run
from pipeline.batch.days import ALL_DAYS, Days, day_of
from pipeline.batch.last_commit import last_commit
from pipeline.contract.tables import MARTS


def select(mart: TableSpec) -> str:
    """The SELECT of a mart."""
    name = mart.name.partition(".")[2]
    return files("pipeline.marts").joinpath(f"{name}.sql").read_text(encoding="utf-8")


def build_marts(
    warehouse: Warehouse,
    marts: Sequence[TableSpec] = MARTS,
    days: Days = ALL_DAYS,
    asked: Asked | None = None,
) -> None:
    """Build some days of marts anew from the tables as they are, in one transaction; ``asked`` is told in ``ops.runs``.

    A mart that has no days is built whole.
    """
    parameters: dict[str, object] = dict(days.parameters)
    statements = [statement for mart in marts for statement in rebuilt(mart, _within(mart, days))]
    if asked:
        statements.append(insert_run())
        run_id = asked.run_id(last_commit(warehouse), days, *[mart.name for mart in marts])
        parameters |= asked.told(run_id, 0, 0)
    transaction(warehouse, statements, parameters)


def rebuilt(mart: TableSpec, condition: str) -> list[str]:
    """GoogleSQL that puts what a mart's SELECT says now in the place of all rows that meet a condition."""
    columns = ", ".join(f"`{name}`" for name in mart.schema.names)
    return [
        f"DELETE FROM {mart.name} WHERE {condition}",
        f"INSERT INTO {mart.name} ({columns}) SELECT {columns} FROM (\n{select(mart)}\n) AS built WHERE {condition}",
    ]


def on_days(mart: TableSpec, days: Collection[str]) -> str:
    """The condition that a row is of one of some days, named by parameters; every row, if the mart has no days."""
    day = day_of(mart)
    return "TRUE" if day is None else f"{day} IN ({', '.join(f'@{name}' for name in days)})"


def _within(mart: TableSpec, days: Days) -> str:
    day = day_of(mart)
    return "TRUE" if day is None or days == ALL_DAYS else f"{day} BETWEEN @first_day AND @last_day"


def transaction(warehouse: Warehouse, statements: Sequence[str], parameters: Mapping[str, object]) -> None:
    """Run statements, all or none."""
    script = ";\n".join(["BEGIN TRANSACTION", *statements, "COMMIT TRANSACTION;"])
    warehouse.query(script, parameters).read_all()
