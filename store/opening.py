"""How a store is opened: connected to, checked, and made ready, or made where there is none.

Whoever opens one may rely on its header and schema. Nothing else may make a store, and no store takes the
place of one that is gone without a word.
"""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from store import shape
from store.db import APPLICATION_ID, SCHEMA, Store
from store.errors import DamagedError, DigwellError, NotFoundError, SafetyStopError
from store.faults import damaged, is_full, telling

PATIENCE = 10.0  # seconds to wait for another writer


def open_store(path: Path | str, *, readonly: bool = False) -> Store:
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
            return _open_to_read(path)
        _make_private(path)
        store = Store(path, _connect(path), readonly=False)
        try:
            _begin(store)
        except BaseException:
            store.close()
            raise
        return store


def _miss(path: Path) -> None:
    """Raise DamagedError where there was a store once."""
    from store.keep import backups, left_aside  # noqa: PLC0415 - hardly ever needed

    what = f"the store is {'empty' if path.exists() else 'gone'}: {path}"
    if found := backups(path):
        why = f"{len(found)} of its backups lie in {found[0].path.parent}"
        raise DamagedError(what, why, "digwell restore (digwell scan does it by itself)")
    if aside := left_aside(path):
        why = f"it was moved aside: {aside[-1].name}"
        raise DamagedError(what, why, "digwell scan reads from that what can be read")


@contextmanager
def _own_words(path: Path) -> Iterator[None]:
    """Know damage while a store is opened: all statements are ours then, so what is refused is the file."""
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_ERROR:
            raise damaged(path, str(error)) from error
        raise


def _open_to_read(path: Path) -> Store:
    if not path.exists():
        raise NotFoundError("there is no store yet", str(path), "read your mail first: digwell scan")
    store = Store(path, _connect_to_read(path), readonly=True)
    try:
        current = _check(store) == SCHEMA
        if current and not store.one("SELECT 1 FROM fresh_day LIMIT 1"):
            return store
    except BaseException:
        store.close()
        raise
    store.close()
    # who may not write reads what is there; only an older schema cannot be read at all
    with suppress(DigwellError) if current else nullcontext():
        _make_ready(path)
    return Store(path, _connect_to_read(path), readonly=True)


def _make_ready(path: Path) -> None:
    """Bring an older schema up to date, and days that came in bulk to their place."""
    from store.days import fold  # noqa: PLC0415 - hardly ever needed

    with open_store(path) as store:
        fold(store)


def _begin(store: Store) -> None:
    """Check what was opened; make it ready, one process at a time (SQLite would not wait there)."""
    if _check(store) == SCHEMA and _value(store, "PRAGMA journal_mode") == "wal":
        return
    from store.upgrade import upgrade  # noqa: PLC0415 - hardly ever needed

    directory = os.open(store.path.parent, os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        _value(store, "PRAGMA journal_mode = WAL")
        upgrade(store)
    finally:
        os.close(directory)
    _check(store)


def _check(store: Store) -> int:
    """Return the schema of a store that is what it says it is. Raises SafetyStopError, DamagedError."""
    found, made_by = store.schema, int(_value(store, "PRAGMA application_id"))
    if found > SCHEMA:
        raise SafetyStopError(
            "this store was written by a newer digwell",
            f"schema {found}, this program knows {SCHEMA}",
            "install the newer digwell again, or restore a backup made before the upgrade",
        )
    full = bool(_value(store, "SELECT count(*) FROM sqlite_schema"))
    strange = full and made_by != APPLICATION_ID
    known = found == SCHEMA or (found and not full)
    wrong = shape.fault(store.connection) if known else ""
    if strange and (wrong or found < SCHEMA):
        raise SafetyStopError(f"{store.path} is no digwell store", "", "name another file with --store")
    if strange or wrong:
        raise damaged(store.path, wrong or "its header does not say whose it is")
    return found


def _value(store: Store, sql: str) -> Any:  # noqa: ANN401 - whatever SQLite holds
    return store.connection.execute(sql).fetchone()[0]


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
        writable = os.access(path.parent, os.W_OK) and not is_full(path)
        at_rest = not (writable or (wal.exists() and wal.stat().st_size))
        if not (at_rest and isinstance(error, sqlite3.OperationalError)):
            raise
        connection = sqlite3.connect(f"{address}?immutable=1", uri=True, isolation_level=None)
    connection.execute("PRAGMA cache_size = -8000")
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection
