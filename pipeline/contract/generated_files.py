"""What is generated from the contract and committed: four folders of files, and a page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pipeline.contract import avro_schemas, bigquery_tables, docs, duckdb_tables, json_schemas

KINDS: dict[str, Callable[[], dict[str, str]]] = {
    "avro": avro_schemas.schema_files,
    "json-schema": json_schemas.schema_files,
    "duckdb": duckdb_tables.schema_files,
    "bigquery": bigquery_tables.schema_files,
}
"""The texts of files by their names, for each kind of schema; its folder has the same name."""

FOLDER = Path("pipeline", "contract", "generated")
PAGE = Path("docs", "data-contracts.md")
CHECKOUT = Path(__file__).parents[2]


def all_files() -> dict[Path, str]:
    """The text of every committed file by its place in the checkout."""
    files = {FOLDER / kind / name: text for kind, made in KINDS.items() for name, text in made().items()}
    return files | {PAGE: docs.contract_page()}


def write(folder: Path, files: dict[Path, str]) -> None:
    """Write texts below a folder."""
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8", newline="\n")
