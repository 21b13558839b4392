"""Work in a child process."""

from __future__ import annotations

import os
import time

import pytest

from daemon.child import BrokenError
from daemon.service.apart import Gauge, apart
from daemon.service.stop import Stop, Stopping
from store.errors import ConfigError, Problem, TemporaryError


def alive(done: int, expected: int) -> None:
    """A daemon that listens, and thinks nothing of it."""


def test_what_the_child_returns_is_returned() -> None:
    with Stop() as stop:
        assert apart(lambda _: ("2026w48", 5, b"x" * 200_000), stop, alive) == (
            "2026w48",
            5,
            b"x" * 200_000,
        )
        assert apart(lambda _: os.getpid(), stop, alive) != os.getpid()


def test_an_error_for_the_owner_crosses_whole() -> None:
    def work(_: Gauge) -> None:
        raise ConfigError("wrong", (Problem("rules.yaml", 3, 1, "no"),), hint="mend it")

    with Stop() as stop, pytest.raises(ConfigError) as raised:
        apart(work, stop, alive)
    assert raised.value.problems[0].line == 3
    assert (raised.value.hint, raised.value.exit_code) == ("mend it", 78)


def test_a_fault_of_ours_comes_with_its_traceback() -> None:
    with Stop() as stop, pytest.raises(BrokenError, match="ZeroDivisionError"):
        apart(lambda _: 1 / 0, stop, alive)


def test_a_child_that_dies_or_hangs_is_a_passing_failure() -> None:
    with Stop() as stop:
        with pytest.raises(TemporaryError):
            apart(lambda _: os.kill(os.getpid(), 9), stop, alive)
        began = time.monotonic()
        with pytest.raises(TemporaryError):
            apart(lambda _: time.sleep(60), stop, alive, longest=0.1)
        assert time.monotonic() - began < 10


def test_a_stop_ends_the_child_too() -> None:
    with Stop() as stop:
        stop.requested = True
        with pytest.raises(Stopping):
            apart(lambda _: time.sleep(60), stop, alive)


def test_a_child_that_shows_progress_may_take_its_time() -> None:
    def work(gauge: Gauge) -> str:
        for done in range(8):
            time.sleep(0.4)
            gauge.set(done, 8)
        return "done"

    seen: set[tuple[int, int]] = set()
    with Stop() as stop:
        assert apart(work, stop, lambda *shown: seen.add(shown), longest=2.5) == "done"
    assert len(seen) > 1
