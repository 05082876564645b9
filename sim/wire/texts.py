"""Columns of values to columns of JSON text, in exactly the form that msgspec prints.

The pipeline's quick way takes a message whose re-encoding gives the same bytes, so a text must not differ in one
character. What decides the speed: Arrow's own casts print a number in 10 to 80 ns where a Python object costs hundreds;
a reading with few decimals repeats, so each distinct one is printed once and then looked up; and text that needs no
escape, nearly all, is told by one look over its bytes and used as it is. Rows in a form that Arrow prints otherwise
(very large and very small numbers) go through msgspec, one by one. Arrow indexes text by 32 bits: one column may hold
2 GiB.
"""

from __future__ import annotations

from functools import lru_cache

import msgspec
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from sim.arrays import F64, I64, Mask

_encode = msgspec.json.Encoder().encode
_SECOND_US = 1_000_000
_PLAIN_MIN, _PLAIN_MAX = 1e-5, 1e10
"""Between these both Arrow and msgspec print a number without an exponent."""
_PAGE = 4096
"""Numbers are looked up in tables of two pages, which begin at whole pages, so that the next batch finds its own."""
_SAMPLE = 64
_QUOTE, _BACKSLASH, _SPACE = b'"\\ '


def one_array(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """A column as one array; a chunked one is copied, its dictionaries made one."""
    if not isinstance(column, pa.ChunkedArray):
        return column
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def fixed_width(rows: npt.NDArray[np.uint8]) -> pa.Array:
    """Rows of bytes, shape (n, width), as text, without a copy."""
    offsets = np.arange(len(rows) + 1, dtype=np.int32) * np.int32(rows.shape[1])
    return pa.StringArray.from_buffers(len(rows), pa.py_buffer(offsets), pa.py_buffer(rows))


def times(microseconds: I64) -> pa.Array:
    """RFC 3339 in UTC of microseconds since 1970, years 1 to 9999; the fraction is left out when it is zero."""
    count = len(microseconds)
    printed = pc.cast(pa.array(microseconds, pa.timestamp("us")), pa.string())
    rows = np.empty((count, 27), dtype=np.uint8)
    rows[:, :26] = np.frombuffer(printed.buffers()[2] or b"", np.uint8, 26 * count).reshape(count, 26)
    rows[:, 10] = ord("T")
    rows[:, 26] = ord("Z")
    whole = microseconds % _SECOND_US == 0
    return _without_fraction(rows, whole) if whole.any() else fixed_width(rows)


def _without_fraction(rows: npt.NDArray[np.uint8], whole: Mask) -> pa.Array:
    rows[whole, 19] = ord("Z")
    if whole.all():
        return fixed_width(np.ascontiguousarray(rows[:, :20]))
    lengths = np.where(whole, 20, 27).astype(np.int32)
    offsets = np.concatenate([np.zeros(1, np.int32), np.cumsum(lengths, dtype=np.int32)])
    kept = rows[np.arange(27) < lengths[:, None]]
    return pa.StringArray.from_buffers(len(rows), pa.py_buffer(offsets), pa.py_buffer(kept))


def whole_numbers(numbers: pa.Array) -> pa.Array:
    """Decimal digits; null stays null."""
    return pc.cast(numbers, pa.string())


def reals(numbers: pa.Array) -> pa.Array:
    """The shortest decimal that reads back as the same number; null stays null, and NaN and infinities are ``null``."""
    if numbers.null_count == len(numbers):
        return pa.nulls(len(numbers), pa.string())
    values = np.asarray(numbers.fill_null(0.0).to_numpy(zero_copy_only=False), dtype=np.float64)
    texts = _looked_up(values)
    if texts is None:
        texts = _printed(values)
    return texts if not numbers.null_count else pc.if_else(numbers.is_valid(), texts, None)


def _looked_up(values: F64) -> pa.Array | None:
    """The texts where all numbers have one decimal or all have two, and lie close together; otherwise nothing."""
    for steps in (10.0, 100.0):
        if _in_steps(values[:_SAMPLE], steps) is not None:
            places = _in_steps(values, steps)
            if places is None:
                continue
            page = int(places.min()) // _PAGE
            if int(places.max()) >= (page + 2) * _PAGE:
                return None
            return _table(page, steps).take(pa.array(places - page * _PAGE))
    return None


def _in_steps(values: F64, steps: float) -> I64 | None:
    """The numbers times ``steps``, where all of them are whole then and none is a negative zero."""
    if not (np.abs(values) < 2**40).all():
        return None
    scaled = np.rint(values * steps)
    exact = (scaled / steps == values) & ~((scaled == 0) & np.signbit(values))
    return scaled.astype(np.int64) if exact.all() else None


@lru_cache(maxsize=64)
def _table(page: int, steps: float) -> pa.Array:
    return _printed(np.arange(page * _PAGE, (page + 2) * _PAGE) / steps)


def _printed(values: F64) -> pa.Array:
    size = np.abs(values)
    plain = ((size >= _PLAIN_MIN) & (size < _PLAIN_MAX)) | (size == 0)
    texts = pc.cast(pa.array(values), pa.string())
    whole = values == np.trunc(values)
    if whole.any():
        texts = pc.binary_join_element_wise(texts, _FRACTION_OF_WHOLE.take(pa.array(whole.view(np.int8))), "")
    if plain.all():
        return texts
    others = [_encode(value).decode() for value in values[~plain].tolist()]
    return pc.replace_with_mask(texts, pa.array(~plain), pa.array(others, pa.string()))


_FRACTION_OF_WHOLE = pa.array(["", ".0"])


def needs_escape(texts: pa.Array) -> bool:
    """Whether any of the texts holds a quote, a backslash or a control character."""
    _, offsets, content = texts.buffers()
    if not len(texts) or content is None:
        return False
    bounds = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    held = np.frombuffer(content, np.uint8)[bounds[0] : bounds[-1]]
    return bool(((held < _SPACE) | (held == _QUOTE) | (held == _BACKSLASH)).any())


def strings(texts: pa.Array) -> pa.Array:
    """What stands between the quotes of each JSON string. Dictionary-encoded text is escaped once for each value.

    A dictionary longer than the column (of a slice, say) is not looked at; its values are taken first.
    """
    if not pa.types.is_dictionary(texts.type) or len(texts.dictionary) > len(texts):
        texts = texts.cast(pa.string())
        if not needs_escape(texts):
            return texts
        texts = texts.dictionary_encode()
    return _escaped(texts.dictionary.cast(pa.string())).take(texts.indices)


def _escaped(distinct: pa.Array) -> pa.Array:
    if not needs_escape(distinct):
        return distinct
    escaped = [None if text is None else _encode(text)[1:-1].decode() for text in distinct.to_pylist()]
    return pa.array(escaped, pa.string())
