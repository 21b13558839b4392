"""Signals: SIGTERM and SIGINT end the daemon cleanly within ten seconds, SIGHUP asks for a reload.

SIGHUP also comes when a terminal is closed; a daemon that was started there and has lost it ends, too.

A signal does not cut a blocked system call short (PEP 475). So every signal also writes to ``wake``,
which sleepers watch; and work that does not end within a grace is torn away by ``Stopping``, after
which whatever was open rolls back. This room must never end the process by itself.
"""

from __future__ import annotations

import os
import select
import signal
import socket
from types import FrameType

GRACE = 5  # seconds a piece of work may still take; systemd and the contract allow ten in all


class Stopping(BaseException):  # not an Exception: nothing may catch it as an error
    """Raised in the main thread when it is time to go."""


class Stop:
    """What the outside asked for. Use it with ``with`` in the main thread; handlers are put back after."""

    def __init__(self) -> None:
        self.requested = False
        self.reload = False
        self.exit_code = 0
        """How a process leaves that was told to go: as commands do, 130 if by Ctrl-C."""
        self._terminals = [fd for fd in (0, 1, 2) if os.isatty(fd)]
        self.wake, self._alarm = socket.socketpair()
        for end in (self.wake, self._alarm):
            end.setblocking(False)
        self._before: dict[int, object] = {}
        self._wakeup = -1

    def __enter__(self) -> Stop:
        self._wakeup = signal.set_wakeup_fd(self._alarm.fileno(), warn_on_full_buffer=False)
        for number, handler in (
            (signal.SIGTERM, self._stop),
            (signal.SIGINT, self._stop),
            (signal.SIGHUP, self._hang_up),
            (signal.SIGALRM, self._enough),
        ):
            self._before[number] = signal.signal(number, handler)
        return self

    def __exit__(self, *_: object) -> None:
        signal.alarm(0)
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        signal.set_wakeup_fd(self._wakeup)
        self.wake.close()
        self._alarm.close()

    def check(self) -> None:
        """Raise ``Stopping`` between two pieces of work if a stop was asked for."""
        if self.requested:
            raise Stopping

    def wait(self, seconds: float) -> None:
        """Sleep, but no longer than until the next signal. Raises ``Stopping``."""
        self.check()
        if select.select([self.wake], [], [], max(0.0, seconds))[0]:
            self.wake.recv(4096)
        self.check()

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        if self.requested:
            raise Stopping  # asked twice: at once
        self.requested = True
        self.exit_code = 0 if number == signal.SIGTERM else 128 + number
        signal.alarm(GRACE)

    def _hang_up(self, number: int, frame: FrameType | None) -> None:
        if self._terminals and not any(map(os.isatty, self._terminals)):
            self._stop(number, frame)
        else:
            self.reload = True

    def _enough(self, _number: int, _frame: FrameType | None) -> None:
        raise Stopping
