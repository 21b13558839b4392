"""One digwell a store: an advisory lock on a file beside it, let go by the kernel when its holder dies.

This room must never decide by a process number in a file: such files outlive crashes and suspends.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from types import TracebackType

from store.errors import LockedError


class Lock:
    """The right to scan into a store. Hold it with ``with``; LockedError if another process has it."""

    def __init__(self, store: Path) -> None:
        self.path = store.with_name(store.name + ".lock")
        self._file = -1

    def __enter__(self) -> Lock:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._file, 20, 0).decode("ascii", "replace").strip()
            os.close(self._file)
            raise LockedError(
                "another digwell is at work on this store",
                why=f"process {holder}" if holder.isdigit() else str(self.path),
                hint="wait for it, or stop it first; reading commands work meanwhile",
            ) from None
        os.ftruncate(self._file, 0)
        os.pwrite(self._file, f"{os.getpid()}\n".encode(), 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)
        self._file = -1


def is_held(store: Path) -> bool:
    """Say whether a digwell is at work on that store, without disturbing it."""
    path = store.with_name(store.name + ".lock")
    try:
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(file)
    return False
