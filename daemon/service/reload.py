"""The configuration in force: read at start, read again when a file changes, the last good one kept.

A wrong file never stops a running daemon; what is wrong with it is kept to be told. This room must
never let a half-read configuration out.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from daemon.config.learned import learned_beside
from daemon.config.values import InForce
from store.errors import ConfigError

Stamp = tuple[tuple[str, int, int, int], ...]


class Files:
    """What is in force, and what is wrong with the newer files if they are not it (``trouble``)."""

    def __init__(self, read: Callable[[], InForce]) -> None:
        self._read = read
        self.now = read()
        self.trouble: ConfigError | None = None
        self._stamp = self._look()

    def changed(self) -> bool:
        """Say whether a file is not as it was when last read."""
        return self._look() != self._stamp

    def reload(self) -> bool:
        """Read the files again; True if they are good and now in force. Never raises ConfigError."""
        # looked at first: a file that changes while it is read is read once more
        self._stamp = self._look()
        try:
            self.now = self._read()
        except ConfigError as error:
            self.trouble = error
            return False
        self.trouble = None
        return True

    def _look(self) -> Stamp:
        config = self.now.config
        rules = (config.rules, learned_beside(config.rules)) if config.rules else ()
        return tuple(_stamp(path) for path in (config.file, *rules) if path is not None)


def _stamp(path: Path) -> tuple[str, int, int, int]:
    try:
        state = os.stat(path)  # noqa: PTH116 - one call for all four
    except OSError:
        return (str(path), 0, 0, 0)
    return (str(path), state.st_ino, state.st_mtime_ns, state.st_size)
