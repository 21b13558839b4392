"""Do heavy work in a child process, so that the daemon stays as small as it was.

Reading the configuration, a first scan, composing a letter: each loads much that is not needed again,
and a child gives all of it back by ending. The child opens a store of its own: an open one must never
cross a fork.
"""

from __future__ import annotations

import mmap
import os
import select
import signal
import struct
from collections.abc import Callable
from typing import TypeVar

from daemon import child, clock
from daemon.service.stop import Stop
from store.errors import TemporaryError

T = TypeVar("T")
LONGEST = 150.0
"""Seconds a child may show no progress: longer than any command on a mail server may take."""
SLICE = 2.0


class Gauge:
    """How far a child is, in memory both see."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 16)

    def set(self, done: int, expected: int) -> None:
        """Show progress (in the child)."""
        self._shared[:16] = struct.pack("=qq", done, expected)

    @property
    def shown(self) -> tuple[int, int]:
        """What was last shown (in the parent)."""
        done, expected = struct.unpack("=qq", self._shared[:16])
        return done, expected


def apart(
    work: Callable[[Gauge], T], stop: Stop, alive: Callable[[int, int], None], longest: float = LONGEST
) -> T:
    """Return what ``work`` returns in a child process; its DigwellErrors are raised here.

    ``alive`` is told the gauge while the child works. A child whose gauge stands still for ``longest``
    seconds is killed (TemporaryError, as where no process can be had). Call it with no store open and no
    thread running. Raises ``Stopping``, and BrokenError for a fault of ours.
    """
    gauge = Gauge()
    try:
        pid, reading = child.start(lambda: work(gauge))
    except OSError as error:
        raise TemporaryError("no process could be started", error.strerror or "") from error
    try:
        told = _listen(reading, stop, lambda: _moved(gauge, alive), longest)
    finally:
        os.close(reading)
        _end(pid)
    stop.check()
    return child.result(told)  # type: ignore[return-value]


def _moved(gauge: Gauge, alive: Callable[[int, int], None]) -> tuple[int, int]:
    alive(*gauge.shown)
    return gauge.shown


def _listen(reading: int, stop: Stop, moved: Callable[[], tuple[int, int]], longest: float) -> bytes:
    told, seen, end = b"", moved(), clock.monotonic() + longest
    while clock.monotonic() < end:
        stop.check()
        ready = select.select([reading, stop.wake.fileno()], [], [], SLICE)[0]
        if stop.wake.fileno() in ready:
            stop.wake.recv(4096)
        elif ready:
            chunk = os.read(reading, 65_536)
            if not chunk:
                return told
            told += chunk
        now = moved()
        if now != seen:
            seen, end = now, clock.monotonic() + longest
    return b""


def _end(pid: int) -> None:
    """Let the child end, or end it."""
    if not child.ended(pid, os.WNOHANG):
        os.kill(pid, signal.SIGKILL)
        child.ended(pid)
