"""Marks of a picture: text, lines and bars in the coordinates of a panel, and the style that shows them.

Colours are those of Okabe and Ito (jfly.uni-koeln.de/color, 2008), which people tell apart whatever their sight, made
darker or lighter where the ground asks for it; dashes tell the lines apart as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal

import svg

from sim.report.axes import Axis
from sim.report.described.series import Values

WIDTH, HEIGHT = 852, 130
"""Of a panel's ground; its left top corner is where both coordinates are 0."""
_DASHES: Sequence[list[Decimal | float | int]] = ([1, 0], [7, 3], [2, 2], [9, 3, 2, 3], [4, 2], [1, 3])
_LIGHT = ("#0072b2", "#c84e00", "#007a5a", "#a8508a", "#8a6100", "#555555")
_DARK = ("#56b4e9", "#ff8f45", "#2bc79a", "#e7a6c8", "#f0e442", "#bbbbbb")
_STYLE = """
text{font:12px system-ui,sans-serif;fill:#222}.title{font-weight:600;font-size:13px}.tick{font-size:11px;fill:#555}
.paper{fill:#fff}.grid{stroke:#ccc;stroke-width:.5}.stretch{fill:#000;fill-opacity:.08}
.line{fill:none;stroke-width:1.6;stroke-linejoin:round}.area{fill-opacity:.55;stroke:none}
"""
_STYLE_DARK = """
text{fill:#eee}.tick{fill:#aaa}.paper{fill:#15181c}.grid{stroke:#444}.stretch{fill:#fff;fill-opacity:.13}
"""


def style() -> svg.Style:
    """Colours and letters; whoever shows the picture on dark ground gets the dark ones."""
    dark = f"@media (prefers-color-scheme:dark){{{_colours(_DARK, _STYLE_DARK)}}}"
    return svg.Style(text=_colours(_LIGHT, _STYLE) + dark)


def _colours(colours: Sequence[str], rest: str) -> str:
    classes = (f".line.s{k}{{stroke:{colour}}}.area.s{k}{{fill:{colour}}}" for k, colour in enumerate(colours))
    return rest.replace("\n", "") + "".join(classes)


def text(said: str, x: float, y: float, kind: str, anchor: Literal["start", "middle", "end"] = "start") -> svg.Text:
    """A line of text; ``kind`` is a class of the style."""
    return svg.Text(text=svg.escape(said), x=rounded(x), y=rounded(y), class_=[kind], text_anchor=anchor)


def rounded(number: float) -> float:
    """A place to a tenth of a pixel."""
    return round(number, 1)


def line(path: list[svg.PathData], k: int) -> svg.Path:
    """The line of the series with this number."""
    return svg.Path(d=path, class_=["line", f"s{k % len(_LIGHT)}"], stroke_dasharray=_DASHES[k % len(_DASHES)])


def steps(values: Values, axis: Axis) -> list[svg.PathData]:
    """A line that is level over each step; it stops where there is no value."""
    path: list[svg.PathData] = []
    before: float | None = None
    for k, value in enumerate(values):
        level = None if value is None else _level(value, axis)
        if level is not None and before is None:
            path.append(svg.M(_across(k, values), level))
        elif level is not None and level != before:
            path.append(svg.V(level))
        if level is not None:
            path.append(svg.H(_across(k + 1, values)))
        before = level
    return path


def area(values: Values, floor: Values, axis: Axis, k: int) -> svg.Path:
    """A bar for each step that has something to stand for."""
    path: list[svg.PathData] = []
    for step, (low, high) in enumerate(zip(floor, values, strict=True)):
        if low != high:
            ends = _across(step, values), _across(step + 1, values)
            path += bar(*ends, _level(low or 0, axis), _level(high or 0, axis))
    return svg.Path(d=path, class_=["area", f"s{k}"])


def bar(left: float, right: float, low: float, high: float) -> list[svg.PathData]:
    """A rectangle as a path."""
    return [svg.M(left, low), svg.V(high), svg.H(right), svg.V(low), svg.Z()]


def _across(step: int, values: Values) -> float:
    return rounded(step * WIDTH / len(values))


def _level(value: float, axis: Axis) -> float:
    return rounded(HEIGHT * (1 - axis.place(value)))
