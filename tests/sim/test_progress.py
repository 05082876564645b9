"""Progress is shown when a step takes long, and only then."""

import fcntl
import io
import os
import struct
import termios

from sim.progress import Progress


class Clock:
    def __init__(self) -> None:
        self.s = 100.0

    def __call__(self) -> float:
        return self.s


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def shown(steps: list[tuple[float, int]]) -> list[str]:
    clock, stream = Clock(), io.StringIO()
    with Progress("send", 1000, "msg", stream, clock) as progress:
        for wait_s, done in steps:
            clock.s += wait_s
            progress.update_to(done)
    return stream.getvalue().splitlines()


def test_quick_steps_are_silent() -> None:
    assert shown([(0.3, 500), (0.6, 1000)]) == []


def test_lines_come_every_five_seconds_at_most_with_rate_and_time_left() -> None:
    assert shown([(1, 100), (1, 150), (3, 250), (1, 300), (3.9, 400), (0.1, 500)]) == [
        "send: 250 of 1,000 msg, 50 msg/s, 15 s left",
        "send: 500 of 1,000 msg, 50 msg/s, 10 s left",
        "send: 500 msg in 10.0 s",
    ]


def test_nothing_done_yet_has_no_time_left() -> None:
    assert shown([(6, 0)])[0] == "send: 0 of 1,000 msg, 0 msg/s, time left unknown"


def test_a_step_that_failed_does_not_say_that_it_is_done() -> None:
    clock, stream = Clock(), io.StringIO()
    try:
        with Progress("send", 10, "msg", stream, clock):
            clock.s += 3
            raise KeyboardInterrupt
    except KeyboardInterrupt:
        pass
    assert stream.getvalue() == ""


def test_a_quick_step_leaves_nothing_on_a_terminal() -> None:
    stream = Terminal()
    with Progress("send", 10, "msg", stream, Clock()) as progress:
        progress.update_to(10)
    assert stream.getvalue().strip("\r ") == ""


def test_a_long_step_draws_a_bar_on_a_terminal() -> None:
    clock, stream = Clock(), Terminal()
    with Progress("send", 1000, "msg", stream, clock) as progress:
        assert progress._bar is not None
        progress._bar.delay = progress._bar.mininterval = progress._bar.miniters = 0
        progress.update_to(250)
        clock.s += 60
    assert "send:  25%" in stream.getvalue()
    assert stream.getvalue().endswith("send: 250 msg in 60.0 s\n")


def test_all_taken_in_is_not_yet_done() -> None:
    assert shown([(6, 1000), (1, 1000)])[0] == "send: 1,000 of 1,000 msg, 167 msg/s, finishing"


def test_a_bar_says_finishing_too() -> None:
    with Progress("send", 10, "msg", Terminal(), Clock()) as progress:
        progress.update_to(10)
        assert progress._bar is not None
        assert progress._bar.postfix == "finishing"


def test_a_terminal_without_a_size_gets_lines() -> None:
    ours, theirs = os.openpty()
    for columns, bar in ((0, False), (80, True)):
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 0, columns, 0, 0))
        with os.fdopen(os.dup(theirs), "w") as stream, Progress("send", 10, "msg", stream, Clock()) as progress:
            assert (progress._bar is not None) == bar
    os.close(ours)
    os.close(theirs)
