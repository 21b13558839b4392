"""Work in a child process."""

from __future__ import annotations

import os
import time

import pytest

from daemon.service.apart import BrokenError, apart
from daemon.service.stop import Stop, Stopping
from store.errors import ConfigError, Problem, TemporaryError


def test_what_the_child_returns_is_returned() -> None:
    with Stop() as stop:
        assert apart(lambda: ("2026w48", 5, b"x" * 200_000), stop, lambda: None) == (
            "2026w48",
            5,
            b"x" * 200_000,
        )
        assert apart(os.getpid, stop, lambda: None) != os.getpid()


def test_an_error_for_the_owner_crosses_whole() -> None:
    def work() -> None:
        raise ConfigError("wrong", (Problem("rules.yaml", 3, 1, "no"),), hint="mend it")

    with Stop() as stop, pytest.raises(ConfigError) as raised:
        apart(work, stop, lambda: None)
    assert raised.value.problems[0].line == 3
    assert (raised.value.hint, raised.value.exit_code) == ("mend it", 78)


def test_a_fault_of_ours_comes_with_its_traceback() -> None:
    with Stop() as stop, pytest.raises(BrokenError, match="ZeroDivisionError"):
        apart(lambda: 1 / 0, stop, lambda: None)


def test_a_child_that_dies_or_hangs_is_a_passing_failure() -> None:
    with Stop() as stop:
        with pytest.raises(TemporaryError):
            apart(lambda: os.kill(os.getpid(), 9), stop, lambda: None)
        began = time.monotonic()
        with pytest.raises(TemporaryError):
            apart(lambda: time.sleep(60), stop, lambda: None, longest=0.1)
        assert time.monotonic() - began < 10


def test_a_stop_ends_the_child_too() -> None:
    with Stop() as stop:
        stop.requested = True
        with pytest.raises(Stopping):
            apart(lambda: time.sleep(60), stop, lambda: None)
