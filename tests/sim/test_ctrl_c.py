"""Ctrl-C comes out as Ctrl-C, whatever a library makes of it."""

import contextlib
import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import duckdb
import pytest

from sim.interrupt import keyboard_interrupt


def _press() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def _made_an_error_of() -> None:
    try:
        _press()
    except KeyboardInterrupt as error:
        raise RuntimeError("Query interrupted") from error


def _swallowed() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        _press()


def _during_a_query() -> None:
    def slow() -> int:
        _press()
        return 1

    with duckdb.connect() as connection:
        connection.create_function("slow", slow, [], "BIGINT")
        connection.sql("select slow()").fetchall()


@pytest.mark.parametrize("pressed", [_press, _made_an_error_of, _swallowed, _during_a_query])
def test_it_comes_out(pressed: Callable[[], None]):
    with pytest.raises(KeyboardInterrupt), keyboard_interrupt():
        pressed()


def test_another_error_stays_what_it_is():
    with pytest.raises(ZeroDivisionError), keyboard_interrupt():
        _ = 1 / 0


def test_one_from_before_is_forgotten():
    with contextlib.suppress(KeyboardInterrupt), keyboard_interrupt():
        _press()
    with pytest.raises(ZeroDivisionError), keyboard_interrupt():
        _ = 1 / 0


def test_the_handler_from_before_is_back_afterwards():
    before = signal.getsignal(signal.SIGINT)
    with keyboard_interrupt():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_another_thread_may_use_it_too():
    def work() -> str:
        with keyboard_interrupt():
            return "done"

    with ThreadPoolExecutor() as threads:
        assert threads.submit(work).result() == "done"
