"""A picture of panels as SVG: the same bytes for the same picture, readable on light and on dark ground."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

import svg

from sim.report import marks
from sim.report.axes import Axis, linear, logarithmic, time_ticks
from sim.report.described.series import Panel, Picture, Stretch, Values

_LEFT, _RIGHT = 84, 24
_WIDTH = _LEFT + marks.WIDTH + _RIGHT
_TOP, _HEAD, _FOOT = 44, 46, 24
"""Heights: above all panels; of the title and legend of one; of its labels of time."""
_SAMPLE = 22
_ROW = 15
"""Height of a disruption's bar."""


def draw(picture: Picture) -> str:
    """The picture as the text of an SVG file."""
    top = _TOP + _ROW * len(picture.stretches)
    height = top + len(picture.panels) * (_HEAD + marks.HEIGHT + _FOOT)
    elements: list[svg.Element] = [
        svg.Title(text=svg.escape(picture.title)),
        marks.style(),
        svg.Rect(width=_WIDTH, height=height, class_=["paper"]),
        marks.text(picture.title, _LEFT, 20, "title"),
        marks.text(f"UTC, from {picture.start:%Y-%m-%d %H:%M}, in steps of {picture.step}", _LEFT, 36, "tick"),
        svg.G(transform=[svg.Translate(_LEFT, _TOP)], elements=list(_names(picture))),
    ]
    for nr, panel in enumerate(picture.panels):
        down = top + nr * (_HEAD + marks.HEIGHT + _FOOT)
        shown = [*_head(panel), *_ground(picture), *_shown(panel)]
        elements.append(svg.G(transform=[svg.Translate(_LEFT, down + _HEAD)], elements=shown))
    return f"{svg.SVG(viewBox=svg.ViewBoxSpec(0, 0, _WIDTH, height), extra={'role': 'img'}, elements=elements)}\n"


def _head(panel: Panel) -> Iterator[svg.Element]:
    """The title, and below it a sample of each line with its name."""
    yield marks.text(panel.title, 0, -26, "title")
    across = 0.0
    for k, series in enumerate(panel.series):
        yield _sample(panel, marks.rounded(across), k)
        yield marks.text(series.name, across + _SAMPLE + 6, -8, "tick")
        across += _SAMPLE + 22 + 6.4 * len(series.name)


def _sample(panel: Panel, across: float, k: int) -> svg.Path:
    if panel.shape == "stacked":
        return svg.Path(d=marks.bar(across, across + _SAMPLE, -7, -17), class_=["area", f"s{k}"])
    return marks.line([svg.M(across, -12), svg.h(_SAMPLE)], k)


def _ground(picture: Picture) -> Iterator[svg.Element]:
    """Disruptions as shaded stretches, and the axis of time."""
    span = _span(picture)
    for stretch in picture.stretches:
        yield _shade(stretch, picture)
    for share, label in time_ticks(picture.start, span):
        x = marks.rounded(share * marks.WIDTH)
        yield svg.Line(x1=x, x2=x, y1=0, y2=marks.HEIGHT, class_=["grid"])
        yield marks.text(label, x, marks.HEIGHT + 15, "tick", "middle")


def _names(picture: Picture) -> Iterator[svg.Element]:
    """A bar for each disruption, one below the other since they overlap, with its name beside it."""
    for nr, stretch in enumerate(picture.stretches):
        begins, ends = _ends(stretch, picture)
        down = nr * _ROW
        yield svg.Rect(x=begins, y=down, width=max(ends - begins, 1.0), height=_ROW - 4, class_=["stretch"])
        after = ends < marks.WIDTH * 0.7
        yield marks.text(stretch.name, ends + 5 if after else begins - 5, down + 9, "tick", "start" if after else "end")


def _ends(stretch: Stretch, picture: Picture) -> tuple[float, float]:
    shares = ((at - picture.start) / _span(picture) for at in (stretch.begins, stretch.ends))
    begins, ends = (marks.rounded(min(share, 1.0) * marks.WIDTH) for share in shares)
    return begins, ends


def _span(picture: Picture) -> timedelta:
    return timedelta(microseconds=picture.step.us * picture.steps)


def _shade(stretch: Stretch, picture: Picture) -> svg.Rect:
    begins, ends = _ends(stretch, picture)
    told = f"{stretch.name}, {stretch.begins:%m-%d %H:%M} to {stretch.ends:%m-%d %H:%M}"
    named = [svg.Title(text=svg.escape(told))]
    return svg.Rect(
        x=begins,
        y=0,
        width=max(ends - begins, 1.0),
        height=marks.HEIGHT,
        class_=["stretch"],
        elements=list[svg.Element](named),
    )


def _shown(panel: Panel) -> Iterator[svg.Element]:
    tops = [series.values for series in panel.series]
    if panel.shape == "stacked":
        tops = [[sum(v or 0 for v in column) for column in zip(*tops[: k + 1], strict=True)] for k in range(len(tops))]
    axis = _axis(panel, tops)
    for share, label in axis.ticks:
        y = marks.rounded(marks.HEIGHT * (1 - share))
        yield svg.Line(x1=0, x2=marks.WIDTH, y1=y, y2=y, class_=["grid"])
        yield marks.text(label, -8, y + 4, "tick", "end")
    floor: Values = [0.0] * len(tops[0])
    for k, values in enumerate(tops):
        if panel.shape == "stacked":
            yield marks.area(values, floor, axis, k)
            floor = values
        else:
            yield marks.line(marks.steps(values, axis), k)


def _axis(panel: Panel, tops: Sequence[Values]) -> Axis:
    if panel.shape == "percent":
        return linear([100.0])
    found = [value for values in tops for value in values if value is not None]
    return logarithmic(found) if panel.shape == "seconds" else linear(found)
