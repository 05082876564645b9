"""Columns to JSON messages: the same bytes as msgspec gives for each Envelope, without an object for any.

A message is its constant text with the values' texts in between, so it is one ``binary_join_element_wise`` over few
columns: about 8 ns for each of them, constant or not. A vehicle's reading with its envelope costs well under a
microsecond, of which the shortest decimals of its numbers and the joins are most.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipeline.contract.columns import Leaf, payload_leaves
from sim.wire.envelopes import Envelopes
from sim.wire.texts import one_array, reals, strings, times, whole_numbers

Piece: TypeAlias = str | pa.Array


def payload_json(event_type: str, version: int, facts: pa.Table | pa.RecordBatch) -> pa.Array:
    """The JSON of each fact's payload, as text: fields in the order of the contract, missing optional ones left out.

    ``facts`` has the columns of ``payload_leaves(event_type, version)``, and may have others; text may be
    dictionary-encoded. Raises ``ValueError`` where a required value is missing.
    """
    return _joined(list(_payload_pieces(payload_leaves(event_type, version), facts)), facts.num_rows)


def envelope_json(event_type: str, version: int, given: Envelopes) -> pa.BinaryArray:
    """The whole messages of one event type and version. Each payload goes in as it is."""
    kind = f'"event_type":{msgspec.json.encode(event_type).decode()},"event_version":{version}'
    pieces: list[Piece] = ['{"event_id":"', strings(one_array(given.event_id)), f'",{kind},"event_time":"']
    pieces += [times(given.event_time), '","producer_time":"', times(given.producer_time), '","source":"']
    pieces += [strings(one_array(given.source)), '","payload":', _as_text(one_array(given.payload))]
    for name, column in (("trace_id", given.trace_id), ("tenant_id", given.tenant_id)):
        if column is not None:
            pieces += _optional(f',"{name}":"', strings(one_array(column)), '"')
    return _joined([*pieces, "}"], len(given)).view(pa.binary())


def _as_text(payload: pa.Array) -> pa.Array:
    return payload.view(pa.string()) if pa.types.is_binary(payload.type) else payload


def _payload_pieces(leaves: tuple[Leaf, ...], facts: pa.Table | pa.RecordBatch) -> Iterator[Piece]:
    holder: tuple[str, ...] = ()
    before = "{"
    for leaf in leaves:
        if leaf.path[:-1] != holder:
            yield "}" * len(holder)
            holder = leaf.path[:-1]
            before += "".join(f'"{name}":{{' for name in holder)
        quote = "" if pa.types.is_integer(leaf.arrow_type) or pa.types.is_floating(leaf.arrow_type) else '"'
        start = f'{before}"{leaf.path[-1]}":{quote}'
        before = ","
        texts = _texts(leaf, one_array(facts[leaf.column]))
        if leaf.nullable:
            yield from _optional(start, texts, quote)
        elif texts.null_count:
            raise ValueError(f"{leaf.column}: {texts.null_count} rows have no value, and the contract requires one")
        else:
            yield from (start, texts, quote)
    yield "}" * (len(holder) + 1)


def _texts(leaf: Leaf, column: pa.Array) -> pa.Array:
    if pa.types.is_integer(leaf.arrow_type):
        return whole_numbers(column)
    if pa.types.is_floating(leaf.arrow_type):
        return reals(column)
    if pa.types.is_timestamp(leaf.arrow_type):
        return _moments(column)
    return strings(column)


def _moments(column: pa.Array) -> pa.Array:
    counts = column.cast(pa.timestamp("us", "UTC")).cast(pa.int64())
    texts = times(np.asarray(counts.fill_null(0).to_numpy(zero_copy_only=False)))
    return texts if not column.null_count else pc.if_else(column.is_valid(), texts, None)


def _optional(start: str, texts: pa.Array, end: str) -> list[Piece]:
    """The pieces of a field that is left out where it is null."""
    if texts.null_count == len(texts):
        return []
    if texts.null_count == 0:
        return [start, texts, end]
    return [pc.binary_join_element_wise(start, texts, end, "")]


def _joined(pieces: list[Piece], count: int) -> pa.Array:
    """The pieces one after the other; constant ones that stand together become one, and nulls are nothing."""
    merged: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and merged and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    if all(isinstance(piece, str) for piece in merged):
        return pa.array(["".join(str(piece) for piece in merged)] * count, pa.string())
    return pc.binary_join_element_wise(*merged, "", null_handling="skip")
