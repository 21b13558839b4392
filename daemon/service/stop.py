"""Signals: SIGTERM and SIGINT end the daemon cleanly within ten seconds, SIGHUP asks for a reload.

A signal does not cut a blocked system call short (PEP 475), so the handler raises: at once while the
daemon sleeps, after a grace while it works, so that a batch may be finished. Whatever is open then
rolls back. This room must never end the process by itself.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

GRACE = 5  # seconds a piece of work may still take; systemd and the contract allow ten in all


class Stopping(BaseException):  # not an Exception: nothing may catch it as an error
    """Raised in the main thread when it is time to go."""


class Stop:
    """What the outside asked for. Use it with ``with`` in the main thread; handlers are put back after."""

    def __init__(self) -> None:
        self.requested = False
        self.reload = False
        self._asleep = False
        self._before: dict[int, object] = {}

    def __enter__(self) -> Stop:
        for number, handler in (
            (signal.SIGTERM, self._stop),
            (signal.SIGINT, self._stop),
            (signal.SIGHUP, self._reload),
            (signal.SIGALRM, self._enough),
        ):
            self._before[number] = signal.signal(number, handler)
        return self

    def __exit__(self, *_: object) -> None:
        signal.alarm(0)
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    @contextmanager
    def asleep(self) -> Iterator[None]:
        """Mark a wait: a stop ends it at once with ``Stopping``, also one that came just before."""
        self._asleep = True
        try:
            if self.requested:
                raise Stopping
            yield
        finally:
            self._asleep = False

    def check(self) -> None:
        """Raise ``Stopping`` between two pieces of work if a stop was asked for."""
        if self.requested:
            raise Stopping

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        again = self.requested
        self.requested = True
        if self._asleep or again:
            raise Stopping
        signal.alarm(GRACE)

    def _reload(self, _number: int, _frame: FrameType | None) -> None:
        self.reload = True

    def _enough(self, _number: int, _frame: FrameType | None) -> None:
        raise Stopping
