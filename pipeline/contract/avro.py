"""Avro beside JSON: the single-object encoding of messages, by the schemas that are derived from the types.

A message begins with the bytes C3 01 and the CRC-64-AVRO fingerprint of its writer's schema, as the Avro specification
has it ("Single object encoding"). The contract knows the schemas of its own types. A producer may write by any other
``AvroSchema``; whoever does not know that one has only its fingerprint, and can't read the message at all.
What is read is encoded again and must give the same bytes, since Avro's readers let much pass: numbers longer than
needed, branches counted from the end, bytes that are left over.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from types import MappingProxyType
from typing import Any

import fastavro
import msgspec
from fastavro.schema import fingerprint, parse_schema, to_parsing_canonical_form

from pipeline.contract.avro_schemas import definition
from pipeline.contract.events import EVENT_TYPES
from pipeline.contract.rejections import Rejection

MARKER = b"\xc3\x01"
_HEAD_BYTES = len(MARKER) + 8


class UnreadableAvro(ValueError):
    """A message that can't be read; ``code`` and ``reason`` are those of its rejection."""

    def __init__(self, code: Rejection, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


@dataclass(frozen=True)
class AvroSchema:
    """A schema that messages are written by. ``fingerprint`` has its 8 bytes as on the wire, the low one first."""

    definition: Mapping[str, Any]
    parsed: Any
    fingerprint: bytes

    @classmethod
    def of(cls, definition: Mapping[str, Any]) -> AvroSchema:
        """The schema of a definition, which is what an ``.avsc`` file holds."""
        parsed = parse_schema(dict(definition))
        mark = bytes.fromhex(fingerprint(to_parsing_canonical_form(parsed), "CRC-64-AVRO"))
        return cls(definition, parsed, mark)

    @property
    def fingerprint_hex(self) -> str:
        """The fingerprint as people write it, high byte first."""
        return self.fingerprint[::-1].hex()

    def write(self, document: Mapping[str, Any]) -> bytes:
        """The message that says ``document``. Times are datetimes or microseconds since 1970."""
        body = BytesIO()
        body.write(MARKER + self.fingerprint)
        fastavro.schemaless_writer(body, self.parsed, document)
        return body.getvalue()

    def read(self, message: bytes) -> dict[str, Any]:
        """What a message of this schema says. Raises ``UnreadableAvro``."""
        try:
            document: Any = fastavro.schemaless_reader(BytesIO(message[_HEAD_BYTES:]), self.parsed, None)
        except OverflowError:
            raise UnreadableAvro(Rejection.OUT_OF_RANGE, "times must be in the years 1 to 9999, UTC") from None
        except (EOFError, IndexError, ValueError):
            raise UnreadableAvro(Rejection.BAD_AVRO, "must be what the schema of its fingerprint says") from None
        if self.write(document) != message:
            raise UnreadableAvro(Rejection.BAD_AVRO, "must be in the shortest encoding, with nothing after it")
        return dict(document)


@cache
def schema_of(event_type: str, version: int) -> AvroSchema:
    """The contract's schema of a type and version."""
    return AvroSchema.of(definition(event_type, version))


@cache
def schemas() -> dict[tuple[str, int], AvroSchema]:
    """The contract's schemas by event type and version."""
    return {(kind, version): schema_of(kind, version) for kind, versions in EVENT_TYPES.items() for version in versions}


@cache
def _published() -> dict[bytes, tuple[str, int]]:
    return {schema.fingerprint: kind for kind, schema in schemas().items()}


def is_avro(message: bytes) -> bool:
    """Whether a message claims to be in Avro. No JSON begins so, and no UTF-8."""
    return message.startswith(MARKER)


def json_of(message: bytes, private: Mapping[bytes, AvroSchema] = MappingProxyType({})) -> bytes:
    """The JSON message that says what a message in Avro says, in canonical form. Raises ``UnreadableAvro``.

    ``private`` are schemas, by fingerprint, that are known beside the contract's own.
    """
    if len(message) < _HEAD_BYTES:
        raise UnreadableAvro(Rejection.BAD_AVRO, f"must have at least {_HEAD_BYTES} bytes")
    mark = message[len(MARKER) : _HEAD_BYTES]
    kind = _published().get(mark)
    schema = schema_of(*kind) if kind else private.get(mark)
    if schema is None:
        raise UnreadableAvro(Rejection.UNKNOWN_SCHEMA, "the fingerprint must be that of one of the contract's schemas")
    document = schema.read(message)
    if kind and kind != (document["event_type"], document["event_version"]):
        raise UnreadableAvro(Rejection.BAD_AVRO, "event_type and event_version must be those of the schema")
    return msgspec.json.encode(_present(document))


def _present(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are not null, as JSON leaves them out."""
    return {name: _value(value) for name, value in fields.items() if value is not None}


def _value(value: Any) -> Any:
    if isinstance(value, dict):
        return _present(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise UnreadableAvro(Rejection.OUT_OF_RANGE, "numbers must be finite")
    return value
