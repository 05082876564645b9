"""The picture of a description: what is on it, that it can be read, and that it is a picture at all."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest
from described_run import FACTS, FIRINGS, LEGS, LINEHAUL, MESSAGES
from written_run import at, scenario, write_run

from sim.report.axes import linear, logarithmic, time_ticks
from sim.report.describe import describe
from sim.report.described.series import Panel, Picture, Series, Stretch, step_of
from sim.report.plot import draw
from sim.units import Duration

SVG = "{http://www.w3.org/2000/svg}"
HOUR = Duration.parse("1 h")


def picture(*panels: Panel, stretches: tuple[Stretch, ...] = ()) -> ElementTree.Element:
    return ElementTree.fromstring(draw(Picture("a & b <c>", at(0), HOUR, 4, panels, stretches)))


def counts(*values: float | None) -> Panel:
    return Panel("parcels", (Series("s", values),))


def texts(root: ElementTree.Element) -> list[str]:
    return [one.text or "" for one in root.iter(f"{SVG}text")]


def marks(root: ElementTree.Element, kind: str) -> list[ElementTree.Element]:
    return [one for one in root.iter() if kind in one.get("class", "").split()]


@pytest.fixture
def drawn(tmp_path: Path) -> ElementTree.Element:
    describe(write_run(tmp_path, scenario(), FACTS, LEGS, LINEHAUL, MESSAGES, FIRINGS))
    return ElementTree.parse(tmp_path / "describe.svg").getroot()


def test_a_described_run_has_a_panel_for_each_question_titled_with_its_unit(drawn):
    titles = [one.text for one in marks(drawn, "title")]
    assert titles == [
        "by-hand, seed 7: what happened, and what was told of it",
        "parcels in the system: booked, not yet delivered or returned",
        "parcels standing at the fullest facilities",
        "deliveries in 1 h",
        "on-time rate of deliveries, %",
        "messages in 5 min",
        "lateness of what arrives: at most this long after its event time",
        "firings of faults in 5 min",
    ]


def test_disruptions_are_shaded_on_every_panel_and_named_above_them(drawn):
    panels, disruptions = 7, 3
    assert len(marks(drawn, "stretch")) == disruptions * (panels + 1)
    assert {"facility closed HUB", "storm north", "demand surge"} <= set(texts(drawn))


def test_series_are_named_in_the_legend(drawn):
    assert {"parcels", "at HUB", "at WEST", "on time", "late", "by arrival", "dead zone", "drop"} <= set(texts(drawn))


def test_the_line_of_the_parcels_in_the_system_goes_up_with_bookings_and_ends_with_the_run(drawn):
    path = next(
        one.get("d") or ""
        for one in marks(drawn, "s0")
        if "line" in (one.get("class") or "") and "V" in one.get("d", "")
    )
    levels = [float(level) for level in re.findall(r"V ?([\d.]+)", path)]
    top = [round(130 * (1 - parcels / 4), 1) for parcels in (1, 2, 3, 4, 3, 2, 1)]
    assert levels == top
    assert len(re.findall("M", path)) == 1


def test_a_level_is_a_share_of_the_axis_and_a_gap_stays_one():
    path = next(one.get("d") for one in marks(picture(counts(0, 10, None, 5)), "line") if "V" in (one.get("d") or ""))
    assert re.sub(r"[ ,]+", " ", str(path)) == "M 0.0 130.0 H 213.0 V 0.0 H 426.0 M 639.0 65.0 H 852.0"


def test_stacked_series_stand_on_each_other():
    panel = Panel("deliveries", (Series("on time", (1, 0, 2, 0)), Series("late", (1, 0, 0, 4))), "stacked")
    first, second = [one.get("d") or "" for one in marks(picture(panel), "area")][2:]
    assert (first.count("Z"), second.count("Z")) == (2, 2)
    assert "M 0.0 97.5 V 65.0" in re.sub(r"[ ,]+", " ", second)  # from one of four to two of four


def test_lines_differ_by_dash_as_well_as_by_colour():
    panel = Panel("many", tuple(Series(str(k), (k, k, k, k)) for k in range(6)))
    lines = marks(picture(panel), "line")
    assert len({one.get("stroke-dasharray") for one in lines}) == 6
    assert len({one.get("class") for one in lines}) == 6


def test_names_from_a_scenario_are_text_and_never_markup():
    stretch = Stretch("closed <script>&", at(60), at(120))
    root = picture(counts(1, 2, 3, 4), stretches=(stretch,))
    assert "closed <script>&" in texts(root)
    assert "a & b <c>" in texts(root)


def test_a_stretch_that_goes_on_after_the_picture_ends_with_it():
    root = picture(counts(1, 2, 3, 4), stretches=(Stretch("storm", at(180), at(9000)),))
    shade = marks(root, "stretch")[-1]
    assert (float(shade.get("x", 0)), float(shade.get("width", 0))) == (639.0, 213.0)


def _luminance(colour: str) -> float:
    """Relative luminance as of WCAG 2.2."""
    channels = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("ground", "part"), [("#ffffff", 0), ("#15181c", 1)])
def test_every_line_stands_out_from_light_and_from_dark_ground(ground, part):
    style = draw(Picture("t", at(0), HOUR, 1, (), ())).partition("</style>")[0]
    colours = re.findall(r"stroke:(#[0-9a-f]{6})", style.split("@media")[part])
    assert len(colours) == 6
    assert all(_contrast(colour, ground) >= 4.5 for colour in colours)  # WCAG 2.2 asks for 3 of graphics


@pytest.mark.parametrize(
    ("top", "labels"),
    [
        (0, ["0", "1"]),
        (1, ["0", "1"]),
        (7, ["0", "2", "4", "6", "8"]),
        (10, ["0", "2", "4", "6", "8", "10"]),
        (12_345, ["0", "5,000", "10,000", "15,000"]),
    ],
)
def test_ticks_of_counts_are_round_and_whole_and_hold_the_highest(top, labels):
    assert [label for _, label in linear([top]).ticks] == labels
    assert linear([top]).place(top) <= 1


def test_seconds_are_on_a_scale_of_powers_with_spans_that_people_know():
    axis = logarithmic([0.5, 1800.0])
    assert [label for _, label in axis.ticks] == ["1 ms", "1 s", "1 min", "1 h"]
    assert axis.place(-5.0) == axis.place(0.0) == 0.0
    assert axis.place(3600.0) == pytest.approx(1.0)
    assert axis.place(60.0) - axis.place(1.0) == pytest.approx(axis.place(3600.0) - axis.place(60.0))


@pytest.mark.parametrize(
    ("hours", "labels"),
    [
        (
            3,
            [
                "23:15",
                "23:30",
                "23:45",
                "03-02",
                "00:15",
                "00:30",
                "00:45",
                "01:00",
                "01:15",
                "01:30",
                "01:45",
                "02:00",
            ],
        ),
        (60, ["03-02", "06:00", "12:00", "18:00", "03-03", "06:00", "12:00", "18:00", "03-04", "06:00"]),
        (24 * 60, ["03-02", "03-09", "03-16", "03-23", "03-30", "04-06", "04-13", "04-20", "04-27"]),
    ],
)
def test_ticks_of_time_are_round_moments_and_say_the_day_at_midnight(hours, labels):
    ticks = time_ticks(datetime(2026, 3, 1, 23, 3, tzinfo=UTC), timedelta(hours=hours))
    assert [label for _, label in ticks][: len(labels)] == labels
    assert all(0 <= share <= 1 for share, _ in ticks)


@pytest.mark.parametrize(("duration", "step"), [("1 h", "1 min"), ("30 h", "15 min"), ("7 d", "1 h"), ("365 d", "7 d")])
def test_steps_are_as_fine_as_can_be_seen(duration, step):
    assert step_of(scenario(duration=Duration.parse(duration), disruptions=())) == Duration.parse(step)
