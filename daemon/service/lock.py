"""One digwell a store, and one postman: advisory locks on files beside it, let go by the kernel.

This room must never decide by a process number in a file: such files outlive crashes and suspends.
"""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from daemon import clock
from store.errors import LockedError
from store.faults import telling

SCAN = "lock"
"""The right to scan into a store: one ``run`` or ``scan`` at a time."""
POST = "post"
"""The right to deliver its letters: while one process is at it, another must not look for traces."""


class Lock:
    """A right to a store. Hold it with ``with``; LockedError if another process has it.

    Where the file cannot be made, what ``store.db.telling`` makes of that is raised.
    ``patience`` is how many seconds to wait for the other first.
    """

    def __init__(self, store: Path, right: str = SCAN, patience: float = 0.0) -> None:
        self.path = _file(store, right)
        self._patience = patience
        self._file = -1

    def __enter__(self) -> Lock:
        with telling(self.path):
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if not self._taken():
            holder = os.pread(self._file, 20, 0).decode("ascii", "replace").strip()
            os.close(self._file)
            raise LockedError(
                "another digwell is at work on this store",
                why=f"process {holder}" if holder.isdigit() else str(self.path),
                hint="wait for it, or stop it first; reading commands work meanwhile",
            )
        with suppress(OSError):  # on a full disk it holds as well; only whose it is stays unsaid
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)
        self._file = -1

    def _taken(self) -> bool:
        end = clock.monotonic() + self._patience
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if clock.monotonic() >= end:
                    return False
                clock.sleep(0.1)
            else:
                return True


def _file(store: Path, right: str) -> Path:
    return store.with_name(f"{store.name}.{right}")


def is_held(store: Path) -> bool:
    """Say whether a digwell is at work on that store, without disturbing it."""
    try:
        file = os.open(_file(store, SCAN), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
