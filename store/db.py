"""The store: one SQLite file, opened for one process, with transactions that mean it.

Every write stands in ``BEGIN IMMEDIATE``, so that no reader is ever upgraded into "database is
locked"; commits reach the disk (synchronous FULL). Nothing here knows what a table holds. Errors of
SQLite leave this room as sentences for the owner.
"""

from __future__ import annotations

import errno
import fcntl
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext, suppress
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any

from store import shape
from store.errors import DamagedError, DigwellError, NotFoundError, SafetyStopError, TemporaryError

SCHEMA = 6
"""How many steps ``store.migrations`` has; a test keeps the two together."""

APPLICATION_ID = 0x6467776C
PATIENCE = 10.0  # seconds to wait for another writer
_ROOM = 65_536

FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises; the second comes where a damaged file names damaged tables."""

Row = tuple[Any, ...]
Args = Sequence[Any]


class Store:
    """One open store. Belongs to the thread that opened it.

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

    @classmethod
    def open(cls, path: Path | str, *, readonly: bool = False) -> Store:
        """Open the store, make it if there is none (not when reading), bring its schema up to date.

        Where backups tell that there was one, none is made.
        Raises NotFoundError (nothing to read), SafetyStopError (made by a newer digwell, or no store
        at all), DamagedError (not as digwell makes it, or gone), TemporaryError (disk full, locked).
        """
        path = Path(path)
        with telling(path), _own_words(path):
            if not (path.exists() and path.stat().st_size):
                _miss(path)
            if readonly:
                return cls._open_to_read(path)
            _make_private(path)
            store = cls(path, _connect(path), readonly=False)
            try:
                store._begin()
            except BaseException:
                store.close()
                raise
            return store

    @classmethod
    def _open_to_read(cls, path: Path) -> Store:
        if not path.exists():
            raise NotFoundError("there is no store yet", str(path), "read your mail first: digwell scan")
        store = cls(path, _connect_to_read(path), readonly=True)
        try:
            current = store._check() == SCHEMA
            if current and not store.one("SELECT 1 FROM fresh_day LIMIT 1"):
                return store
        except BaseException:
            store.close()
            raise
        store.close()
        # who may not write reads what is there; only an older schema cannot be read at all
        with suppress(DigwellError) if current else nullcontext():
            cls._make_ready(path)
        return cls(path, _connect_to_read(path), readonly=True)

    @classmethod
    def _make_ready(cls, path: Path) -> None:
        """Bring an older schema up to date, and days that came in bulk to their place."""
        from store.days import fold  # noqa: PLC0415 - days needs this room

        with cls.open(path) as store:
            fold(store)

    def _begin(self) -> None:
        """Check what was opened; make it ready, one process at a time (SQLite would not wait there)."""
        if self._check() == SCHEMA and self._value("PRAGMA journal_mode") == "wal":
            return
        from store.upgrade import upgrade  # noqa: PLC0415 - sqlite_utils is needed for nothing else

        directory = os.open(self.path.parent, os.O_RDONLY)
        try:
            fcntl.flock(directory, fcntl.LOCK_EX)
            self._value("PRAGMA journal_mode = WAL")
            upgrade(self)
        finally:
            os.close(directory)
        self._check()

    def _check(self) -> int:
        found, made_by = self.schema, int(self._value("PRAGMA application_id"))
        if found > SCHEMA:
            raise SafetyStopError(
                "this store was written by a newer digwell",
                f"schema {found}, this program knows {SCHEMA}",
                "install the newer digwell again, or restore a backup made before the upgrade",
            )
        full = bool(self._value("SELECT count(*) FROM sqlite_schema"))
        strange = full and made_by != APPLICATION_ID
        known = found == SCHEMA or (found and not full)
        wrong = shape.fault(self._connection) if known else ""
        if strange and (wrong or found < SCHEMA):
            raise SafetyStopError(f"{self.path} is no digwell store", "", "name another file with --store")
        if strange or wrong:
            raise damaged(self.path, wrong or "its header does not say whose it is")
        return found

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
            raise _sentence(self.path, error) from error

    def one(self, sql: str, args: Args = ()) -> Row | None:
        """Return the first row, or None."""
        try:
            row: Row | None = self._connection.execute(sql, args).fetchone()
        except FAULTS as error:
            raise _sentence(self.path, error) from error
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
            raise _sentence(self.path, error, writing=not self.readonly) from error

    def executemany(self, sql: str, rows: Iterable[Args]) -> None:
        """Run one statement for many rows."""
        try:
            self._connection.executemany(sql, rows)
        except FAULTS as error:
            raise _sentence(self.path, error) from error

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


def _miss(path: Path) -> None:
    """Raise DamagedError where there was a store once."""
    from store.keep import backups  # noqa: PLC0415 - keep needs this room

    if found := backups(path):
        raise DamagedError(
            f"the store is {'empty' if path.exists() else 'gone'}: {path}",
            f"{len(found)} of its backups lie in {found[0].path.parent}",
            "digwell restore (digwell scan does it by itself)",
        )


@contextmanager
def _own_words(path: Path) -> Iterator[None]:
    """Know damage while a store is opened: all statements are ours then, so what is refused is the file."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_ERROR:
            raise damaged(path, str(error)) from error
        raise


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Turn an error of SQLite or the file system into a sentence for the owner."""
    try:
        yield
    except FAULTS as error:
        raise _sentence(path, error) from error
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EROFS, errno.EPERM}:
            hint = f"check who may write to {path.parent}"
            raise DigwellError(f"the store cannot be written: {path}", error.strerror or "", hint) from error
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise _full(path) from error
        why = error.strerror or type(error).__name__
        raise DigwellError(f"the store cannot be opened: {path}", why, "name a file with --store") from error


def _sentence(
    path: Path, error: sqlite3.Error | UnicodeDecodeError, *, writing: bool = False
) -> DigwellError:
    garbled = isinstance(error, UnicodeDecodeError) or "decode to UTF-8" in str(error)
    text = "what should be text is none" if garbled else str(error)
    code = getattr(error, "sqlite_errorcode", 0)
    if garbled or code & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return damaged(path, text)
    if writing and code == sqlite3.SQLITE_READONLY and os.access(path, os.W_OK):
        return damaged(path, "its header forbids to write it")
    return _trouble(path, code & 0xFF, text)


def _trouble(path: Path, code: int, text: str) -> DigwellError:
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(path)):
        return _full(path)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return TemporaryError("the store is busy", text, "another digwell is writing; try again")
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return DigwellError(
            f"the store cannot be written: {path}", text, f"check who may write to {path.parent}"
        )
    if code == sqlite3.SQLITE_IOERR:
        return TemporaryError(f"the disk did not do what it should: {path}", text, "check the disk")
    return DigwellError("the store refused a statement", text)


def damaged(path: Path, why: str) -> DamagedError:
    """Return the error that says that a store is damaged, and what to do."""
    return DamagedError(f"the store is damaged: {path}", why, "digwell scan --full, or digwell restore")


def _is_full(path: Path) -> bool:
    """Say whether the disk has no room even for what SQLite needs to read beside a writer."""
    rest = os.statvfs(path.parent)
    return rest.f_bavail * rest.f_frsize < _ROOM


def _full(path: Path) -> TemporaryError:
    return TemporaryError("the disk is full", str(path.parent), "make room; nothing is lost or deleted")


def _make_private(path: Path) -> None:
    if not path.parent.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)
    try:
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except BaseException:
        connection.close()
        raise
    return connection


_PRAGMAS = (
    "foreign_keys = ON",
    "synchronous = FULL",
    "trusted_schema = OFF",
    "wal_autocheckpoint = 4000",
    "journal_size_limit = 33554432",
    "cache_size = -2000",
    "temp_store = MEMORY",
)


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """Connect without writing; where nothing can be written, a store at rest is still read."""
    address = path.absolute().as_uri()
    connection = sqlite3.connect(f"{address}?mode=ro", uri=True, timeout=PATIENCE, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.DatabaseError as error:
        connection.close()
        wal = path.with_name(path.name + "-wal")
        writable = os.access(path.parent, os.W_OK) and not _is_full(path)
        at_rest = not (writable or (wal.exists() and wal.stat().st_size))
        if not (at_rest and isinstance(error, sqlite3.OperationalError)):
            raise
        connection = sqlite3.connect(f"{address}?immutable=1", uri=True, isolation_level=None)
    connection.execute("PRAGMA cache_size = -8000")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection
