"""The daemon's store: open while it is needed, put away before a child process is made.

An open SQLite connection must never cross a fork; nothing else may keep one.
"""

from __future__ import annotations

from pathlib import Path

from store.db import Store
from store.opening import open_store


class Cellar:
    """The one place that holds the daemon's open store."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._store: Store | None = None

    @property
    def store(self) -> Store:
        """Return the store, opening it if it is put away."""
        if self._store is None:
            self._store = open_store(self.path)
        return self._store

    def close(self) -> None:
        """Put it away."""
        if self._store is not None:
            self._store.close()
            self._store = None
