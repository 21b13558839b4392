"""An open store: one SQLite file, held by one process, with transactions that mean it.

Every write stands in ``BEGIN IMMEDIATE``, so that no reader is ever upgraded into "database is
locked"; commits reach the disk (synchronous FULL). Nothing here knows what a table holds. Errors of
SQLite leave this room as sentences for the owner.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any

from store.faults import FAULTS, sentence, telling

SCHEMA = 6
"""How many steps ``store.migrations`` has; a test keeps the two together."""

APPLICATION_ID = 0x6467776C
"""What the header of every store says; "dgwl"."""

Row = tuple[Any, ...]
Args = Sequence[Any]


class Store:
    """One open store (``store.opening`` opens it). Belongs to the thread that did.

    ``book`` remembers ids of addresses; it is emptied whenever a transaction fails or another
    process has written.
    """

    def __init__(self, path: Path, connection: sqlite3.Connection, *, readonly: bool) -> None:
        self.path = path
        self.readonly = readonly
        self.book: dict[str, int] = {}
        self._connection = connection
        self._depth = 0
        self._seen = 0

    @property
    def schema(self) -> int:
        """How many steps of the schema this file has."""
        return int(self._value("PRAGMA user_version"))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do everything inside or nothing. A transaction inside another joins it."""
        if self._depth:
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
            return
        self.execute("BEGIN IMMEDIATE")
        self._depth = 1
        try:
            self._forget_stale()
            yield
            self.execute("COMMIT")
        except BaseException:
            self.book.clear()
            with suppress(sqlite3.Error):  # SQLite may have rolled back by itself (disk full)
                self._connection.execute("ROLLBACK")
            raise
        finally:
            self._depth = 0

    def _forget_stale(self) -> None:
        seen = int(self._value("PRAGMA data_version"))
        if seen != self._seen:
            self.book.clear()
            self._seen = seen

    def rows(self, sql: str, args: Args = ()) -> list[Row]:
        """Return all rows as tuples."""
        try:
            return self._connection.execute(sql, args).fetchall()
        except FAULTS as error:
            raise sentence(self.path, error) from error

    def one(self, sql: str, args: Args = ()) -> Row | None:
        """Return the first row, or None."""
        try:
            row: Row | None = self._connection.execute(sql, args).fetchone()
        except FAULTS as error:
            raise sentence(self.path, error) from error
        return row

    def stream(self, sql: str, args: Args = ()) -> Iterator[Row]:
        """Yield rows as they are read, for what may be too much for memory."""
        with telling(self.path):
            # not the cursor itself: given up half-way, it would be closed on a store closed before it
            yield from chain(self._connection.execute(sql, args))

    def execute(self, sql: str, args: Args = ()) -> sqlite3.Cursor:
        """Run one statement."""
        try:
            return self._connection.execute(sql, args)
        except FAULTS as error:
            raise sentence(self.path, error, writing=not self.readonly) from error

    def executemany(self, sql: str, rows: Iterable[Args]) -> None:
        """Run one statement for many rows."""
        try:
            self._connection.executemany(sql, rows)
        except FAULTS as error:
            raise sentence(self.path, error) from error

    def _value(self, sql: str) -> Any:  # noqa: ANN401 - whatever SQLite holds
        return self._connection.execute(sql).fetchone()[0]

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection itself, for the other rooms of this storey only."""
        return self._connection

    def close(self) -> None:
        """Close the file. Closing twice is harmless."""
        self._connection.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def remember(store: Store, name: str, value: str) -> None:
    """Keep one small value under a name."""
    with store.transaction():
        store.execute(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )


def recall(store: Store, name: str) -> str:
    """Return the value kept under that name, or ""."""
    row = store.one("SELECT value FROM meta WHERE name = ?", (name,))
    return str(row[0]) if row else ""
