"""Which versions are published, and by which digest: producers write by them, so they never change again.

``released.json`` has the digest of each. A version that is edited no longer has it, and a test fails; the way on is
another version. Publishing refuses one that does not go with those before it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.contract.avro_schemas import definition
from pipeline.contract.compat.compare import Finding, Mode, check
from pipeline.contract.compat.difference import NOTES
from pipeline.contract.compat.schema_files import SchemaFile
from pipeline.contract.events import EVENT_TYPES
from pipeline.contract.json_schemas import json_schema

RELEASED = Path(__file__).with_name("released.json")


def contract_versions() -> list[SchemaFile]:
    """Both schemas of each version of the contract, as the types say them now."""
    every = [(kind, version) for kind, versions in EVENT_TYPES.items() for version in sorted(versions)]
    return [
        *(SchemaFile("avro", *kind, definition(*kind)) for kind in every),
        *(SchemaFile("json", *kind, json_schema(*kind)) for kind in every),
    ]


def digests() -> dict[str, str]:
    """The digest (SHA-256, in hex) of each version, by name as in ``facility.scan/1``: over all but descriptions."""
    schemas: dict[str, list[Any]] = {}
    for file in contract_versions():
        schemas.setdefault(f"{file.event_type}/{file.version}", []).append(_without_notes(file.schema))
    return {name: hashlib.sha256(_canonical(pair)).hexdigest() for name, pair in schemas.items()}


def _canonical(schemas: list[Any]) -> bytes:
    return json.dumps(schemas, sort_keys=True, separators=(",", ":")).encode()


def _without_notes(schema: Any) -> Any:
    if isinstance(schema, dict):
        return {name: _without_notes(part) for name, part in schema.items() if name not in NOTES}
    return [_without_notes(part) for part in schema] if isinstance(schema, list) else schema


def published() -> dict[str, str]:
    """The digests of the published versions, by name."""
    digests: dict[str, str] = json.loads(RELEASED.read_text(encoding="utf-8"))
    return digests


def edited(published: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """A sentence for each published version that is no longer what it was."""
    said = []
    for name, digest in published.items():
        event_type, _, version = name.partition("/")
        if name not in now:
            said.append(
                f"{event_type} version {version} is published and gone: put it back, since messages of it are kept"
            )
        elif now[name] != digest:
            said.append(
                f"{event_type} version {version} is published, and its schema has changed: put it back as it was, and "
                "add a version instead"
            )
    return said


def publish() -> list[str | Finding]:
    """Write down the versions that are not published yet; or give the reasons why they can't be, and write nothing."""
    now = digests()
    reasons: list[str | Finding] = [*edited(published(), now), *check(contract_versions(), Mode.FULL)]
    if not reasons:
        RELEASED.write_text(json.dumps(published() | now, indent=2) + "\n", encoding="utf-8", newline="\n")
    return reasons
