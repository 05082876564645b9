"""A picture of panels as SVG: the same bytes for the same picture, readable on light and on dark ground.

Colours are those of Okabe and Ito (jfly.uni-koeln.de/color, 2008), which people tell apart whatever their sight, made
darker or lighter where the ground asks for it; dashes tell the lines apart as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Literal

import svg

from sim.report.axes import Axis, linear, logarithmic, time_ticks
from sim.report.described.series import Panel, Picture, Stretch, Values

_WIDTH, _LEFT, _RIGHT = 960, 84, 24
_TOP, _PANEL, _HEAD, _FOOT = 44, 130, 46, 24
"""Heights: above all panels, of one, of its title and legend, of its labels of time."""
_PLOT = _WIDTH - _LEFT - _RIGHT
_SAMPLE = 22
_NAMES_ROWS = 9
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


def draw(picture: Picture) -> str:
    """The picture as the text of an SVG file."""
    height = _TOP + len(picture.panels) * (_HEAD + _PANEL + _FOOT)
    elements: list[svg.Element] = [
        svg.Title(text=svg.escape(picture.title)),
        svg.Style(
            text=_colours(_LIGHT, _STYLE) + f"@media (prefers-color-scheme:dark){{{_colours(_DARK, _STYLE_DARK)}}}"
        ),
        svg.Rect(width=_WIDTH, height=height, class_=["paper"]),
        _text(picture.title, _LEFT, 20, "title"),
        _text(_explained(picture), _LEFT, 36, "tick"),
    ]
    for nr, panel in enumerate(picture.panels):
        down = _TOP + nr * (_HEAD + _PANEL + _FOOT)
        names = [] if nr else _names(picture)
        shown = [*_head(panel), *_ground(picture), *_shown(panel), *names]
        elements.append(svg.G(transform=[svg.Translate(_LEFT, down + _HEAD)], elements=shown))
    return f"{svg.SVG(viewBox=svg.ViewBoxSpec(0, 0, _WIDTH, height), extra={'role': 'img'}, elements=elements)}\n"


def _explained(picture: Picture) -> str:
    shaded = "; shaded: " + ", ".join(dict.fromkeys(one.name for one in picture.stretches)) if picture.stretches else ""
    return f"UTC, from {picture.start:%Y-%m-%d %H:%M}, in steps of {picture.step}{shaded}"


def _colours(colours: Sequence[str], rest: str) -> str:
    classes = (f".line.s{k}{{stroke:{colour}}}.area.s{k}{{fill:{colour}}}" for k, colour in enumerate(colours))
    return rest.replace("\n", "") + "".join(classes)


def _text(text: str, x: float, y: float, kind: str, anchor: Literal["start", "middle", "end"] = "start") -> svg.Text:
    return svg.Text(text=svg.escape(text), x=_round(x), y=_round(y), class_=[kind], text_anchor=anchor)


def _round(number: float) -> float:
    return round(number, 1)


def _head(panel: Panel) -> Iterator[svg.Element]:
    """The title, and below it a sample of each line with its name."""
    yield _text(panel.title, 0, -26, "title")
    across = 0.0
    for k, series in enumerate(panel.series):
        yield _sample(panel, _round(across), k)
        yield _text(series.name, across + _SAMPLE + 6, -8, "tick")
        across += _SAMPLE + 22 + 6.4 * len(series.name)


def _sample(panel: Panel, across: float, k: int) -> svg.Path:
    if panel.shape == "stacked":
        return svg.Path(d=_bar(across, across + _SAMPLE, -7, -17), class_=["area", f"s{k}"])
    return _line([svg.M(across, -12), svg.h(_SAMPLE)], k)


def _line(path: list[svg.PathData], k: int) -> svg.Path:
    return svg.Path(d=path, class_=["line", f"s{k % len(_LIGHT)}"], stroke_dasharray=_DASHES[k % len(_DASHES)])


def _ground(picture: Picture) -> Iterator[svg.Element]:
    """Disruptions as shaded stretches, and the axis of time."""
    span = _span(picture)
    for stretch in picture.stretches:
        yield _shade(stretch, picture, span)
    for share, label in time_ticks(picture.start, span):
        x = _round(share * _PLOT)
        yield svg.Line(x1=x, x2=x, y1=0, y2=_PANEL, class_=["grid"])
        yield _text(label, x, _PANEL + 15, "tick", "middle")


def _names(picture: Picture) -> Iterator[svg.Element]:
    """What the shaded stretches are, one below the other, since stretches overlap."""
    span = _span(picture)
    for nr, stretch in enumerate(picture.stretches):
        share = min((stretch.begins - picture.start) / span, 1.0)
        anchor: Literal["start", "end"] = "start" if share < 0.7 else "end"
        yield _text(stretch.name, share * _PLOT + 3, 12 + 13 * (nr % _NAMES_ROWS), "tick", anchor)


def _span(picture: Picture) -> timedelta:
    return timedelta(microseconds=picture.step.us * picture.steps)


def _shade(stretch: Stretch, picture: Picture, span: timedelta) -> svg.Rect:
    begins, ends = (min((at - picture.start) / span, 1.0) * _PLOT for at in (stretch.begins, stretch.ends))
    told = f"{stretch.name}, {stretch.begins:%m-%d %H:%M} to {stretch.ends:%m-%d %H:%M}"
    return svg.Rect(
        x=_round(begins),
        y=0,
        width=_round(max(ends - begins, 1.0)),
        height=_PANEL,
        class_=["stretch"],
        elements=[svg.Title(text=svg.escape(told))],
    )


def _shown(panel: Panel) -> Iterator[svg.Element]:
    tops = [series.values for series in panel.series]
    if panel.shape == "stacked":
        tops = [[sum(v or 0 for v in column) for column in zip(*tops[: k + 1], strict=True)] for k in range(len(tops))]
    axis = _axis(panel, tops)
    for share, label in axis.ticks:
        y = _round(_PANEL * (1 - share))
        yield svg.Line(x1=0, x2=_PLOT, y1=y, y2=y, class_=["grid"])
        yield _text(label, -8, y + 4, "tick", "end")
    floor: Values = [0.0] * len(tops[0])
    for k, values in enumerate(tops):
        if panel.shape == "stacked":
            yield _area(values, floor, axis, k)
            floor = values
        else:
            yield _line(_steps(values, axis), k)


def _axis(panel: Panel, tops: Sequence[Values]) -> Axis:
    if panel.shape == "percent":
        return linear([100.0])
    found = [value for values in tops for value in values if value is not None]
    return logarithmic(found) if panel.shape == "seconds" else linear(found)


def _steps(values: Values, axis: Axis) -> list[svg.PathData]:
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


def _area(values: Values, floor: Values, axis: Axis, k: int) -> svg.Path:
    """A bar for each step that has something to stand for."""
    path: list[svg.PathData] = []
    for step, (low, high) in enumerate(zip(floor, values, strict=True)):
        if low != high:
            ends = _across(step, values), _across(step + 1, values)
            path += _bar(*ends, _level(low or 0, axis), _level(high or 0, axis))
    return svg.Path(d=path, class_=["area", f"s{k}"])


def _bar(left: float, right: float, low: float, high: float) -> list[svg.PathData]:
    return [svg.M(left, low), svg.V(high), svg.H(right), svg.V(low), svg.Z()]


def _across(step: int, values: Values) -> float:
    return _round(step * _PLOT / len(values))


def _level(value: float, axis: Axis) -> float:
    return _round(_PANEL * (1 - axis.place(value)))
