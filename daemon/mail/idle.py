"""Waiting for mail: IDLE where the server has it (RFC 2177), watched with suspicion.

    quiet --start--> idling --news / wake / time up--> idling --stop--> quiet
                       |--- end of file, BYE, no answer in time ---> the line is lost

A server may fall silent, go away unseen, or answer at once for ever; the caller polls besides. This
room must never sleep longer than it was told.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager

from daemon import clock
from daemon.mail.answers import Answer, read_answer
from daemon.mail.talk import Talk
from daemon.mail.troubles import LostError, RefusedError

AGE = 8 * 60 + 30
ASLEEP = 60
TOO_SOON = 2.0


class Idling:
    """One folder being watched. ``watch`` may be called again and again until ``stop``."""

    def __init__(self, talk: Talk, careful: Callable[[], AbstractContextManager[None]]) -> None:
        self._talk = talk
        self._careful = careful
        self._tag = b""
        self._since = 0.0
        self._seen_at = clock.wall()
        self.told = False
        """Whether it was the server that ended the last ``watch``."""

    def start(self) -> None:
        """Begin to idle. Where the server cannot, ``watch`` only waits."""
        with self._careful():
            self._start()

    def watch(self, seconds: float, wake: socket.socket | None = None) -> bool:
        """Wait at most that long; True when something changed in the folder, or ``wake`` was readable.

        With NOTIFY a change in the folder that is watched besides counts too.

        Raises LostError when the server is gone or this machine has been asleep.
        """
        with self._careful():
            return self._watch(seconds, wake)

    def stop(self) -> None:
        """End idling; what the server still tells counts as seen at the next ``watch``."""
        with self._careful():
            self._stop()

    def _start(self) -> None:
        self._seen_at = clock.wall()
        if "IDLE" not in self._talk.capabilities:
            return
        self._talk.wire.arm_briefly()
        self._tag = self._talk.send(b"IDLE")
        self._since = clock.monotonic()
        while True:
            answer = read_answer(self._talk.wire)
            if answer.tag == b"+":
                return
            if answer.tag == self._tag:
                self._ended(answer)
                return
            self._note(answer)

    def _watch(self, seconds: float, wake: socket.socket | None) -> bool:
        self._notice_sleep(ASLEEP)
        end = clock.monotonic() + seconds
        if self._tag and clock.monotonic() - self._since > AGE:
            self._stop()
            self._start()
        while not self._talk.stirred:
            left = end - clock.monotonic()
            if left <= 0 or self._wait(left, wake):
                break
        self._notice_sleep(seconds + ASLEEP)
        self._seen_at = clock.wall()
        self.told, self._talk.stirred = self._talk.stirred, False
        return self.told or self._woken(wake)

    def _stop(self) -> None:
        if not self._tag:
            return
        tag, self._tag = self._tag, b""
        self._talk.wire.arm_briefly()
        self._talk.wire.send(b"DONE\r\n")
        while True:
            answer = read_answer(self._talk.wire)
            if answer.tag == tag:
                self._talk.settle(answer)
                return
            self._note(answer)

    def _wait(self, left: float, wake: socket.socket | None) -> bool:
        """Wait for one thing; True when the caller was woken."""
        wire = self._talk.wire
        if self._tag and (wire.pending or wire.undecoded):
            ready: list[socket.socket] = [wire.sock]
        else:
            watched = ([wire.sock] if self._tag else []) + ([wake] if wake is not None else [])
            ready = select.select(watched, [], [], left)[0]
        if wake is not None and wake in ready:
            return True
        if self._tag and wire.sock in ready:
            wire.arm_briefly()
            answer = read_answer(wire)
            if answer.tag == self._tag:
                self._ended(answer)
            else:
                self._note(answer)
        return False

    def _note(self, answer: Answer) -> None:
        self._talk.notice(answer)
        if answer.word == b"STATUS":  # nobody asked for it: NOTIFY tells of another folder
            self._talk.stirred = True

    def _ended(self, answer: Answer) -> None:
        """Begin again when the server ends IDLE by itself; one that does so at once cannot idle."""
        self._tag = b""
        try:
            self._talk.settle(answer)
        except RefusedError:
            self._talk.capabilities -= {"IDLE"}
            return
        if clock.monotonic() - self._since < TOO_SOON:
            self._talk.capabilities -= {"IDLE"}
        else:
            self._start()

    def _notice_sleep(self, longest: float) -> None:
        """Take a long gap on the wall clock for a suspend: lines from before it are not to be trusted."""
        gone = clock.wall() - self._seen_at
        if self._tag and gone > longest:
            raise LostError("this machine has been asleep", f"{int(gone)} s")

    @staticmethod
    def _woken(wake: socket.socket | None) -> bool:
        if wake is None or not select.select([wake], [], [], 0)[0]:
            return False
        wake.recv(4096)
        return True
