"""Tables of plain text: columns side by side, numbers to the right, text to the left."""

from __future__ import annotations

from collections.abc import Sequence

_NUMBER = (int, float)


def aligned(rows: Sequence[Sequence[object]]) -> list[str]:
    """Lines of a table whose first row is its head. A column of nothing but numbers and gaps is one of numbers."""
    table = [[_cell(cell) for cell in row] for row in rows]
    right = [_numeric(column[1:]) for column in zip(*rows, strict=True)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return ["  ".join(map(_set, row, widths, right)).rstrip() for row in table]


def _set(cell: str, width: int, right: bool) -> str:
    return cell.rjust(width) if right else cell.ljust(width)


def _numeric(cells: Sequence[object]) -> bool:
    return all(isinstance(cell, (*_NUMBER, type(None))) for cell in cells)


def _cell(cell: object) -> str:
    if cell is None:
        return "-"
    return f"{cell:,}" if isinstance(cell, _NUMBER) else str(cell)
