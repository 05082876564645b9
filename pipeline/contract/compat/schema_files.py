"""Schemas in files, named ``<event type>-v<version>.avsc`` or ``.schema.json`` as the generated ones are."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pipeline.contract.compat.json_rules import NotComparable

Kind = Literal["avro", "json"]
_NAME = re.compile(r"(?P<event_type>.+)-v(?P<version>[1-9][0-9]*)(?P<suffix>\.avsc|\.schema\.json)")
_KIND: dict[str, Kind] = {".avsc": "avro", ".json": "json"}


class SchemaFile(NamedTuple):
    """One version of a type's schema. ``version`` is None where the file's name has none."""

    kind: Kind
    event_type: str
    version: int | None
    schema: Any
    path: Path | None = None

    @property
    def label(self) -> str:
        """How people name the version."""
        return Path(self.name).name if self.version is None else f"v{self.version}"

    @property
    def name(self) -> str:
        """Where people find it."""
        return str(self.path or f"{self.event_type}-v{self.version}")


def read_file(path: Path) -> SchemaFile:
    """The schema in a file. Raises NotComparable for what is none, and OSError for what can't be read."""
    kind = _KIND.get(path.suffix)
    if kind is None:
        raise NotComparable(f"{path}: must be an .avsc file, or a .json file with a JSON Schema")
    try:
        schema = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise NotComparable(f"{path}: not JSON: {error}") from error
    named = _NAME.fullmatch(path.name)
    if named:
        return SchemaFile(kind, named["event_type"], int(named["version"]), schema, path)
    return SchemaFile(kind, path.name.partition(".")[0], None, schema, path)


def read_folder(path: Path) -> list[SchemaFile]:
    """The schemas in a folder and those below it, or in one file, in the order of their versions.

    Files of other names are left alone. Raises NotComparable if there is no schema at all.
    """
    if not path.exists():
        raise NotComparable(f"{path}: no such file or folder")
    paths = sorted(path.rglob("*")) if path.is_dir() else [path]
    found = [read_file(file) for file in paths if _NAME.fullmatch(file.name)]
    if not found:
        wanted = "named <event type>-v<version>.avsc or .schema.json"
        if path.is_file():
            raise NotComparable(f"{path}: must be {wanted}, to be compared with those in a folder")
        there = ", ".join(other_files(path))
        raise NotComparable(f"{path}: no file {wanted}{f'; there is {there}' if there else ''}")
    return sorted(found, key=lambda file: (file.kind, file.event_type, file.version or 0))


def other_files(path: Path) -> list[str]:
    """The files in a folder and those below it that are no schemas by their names, of other folders only the number."""
    files = [file for file in sorted(path.rglob("*")) if file.is_file() and not file.name.startswith(".")]
    told: list[str] = []
    for folder in sorted({file.parent for file in files}):
        inside = [file for file in files if file.parent == folder]
        others = [file for file in inside if not _NAME.fullmatch(file.name)]
        is_other = folder != path and len(others) == len(inside) > 1
        told += [f"{folder} ({len(others)} files)"] if is_other else map(str, others)
    return told
