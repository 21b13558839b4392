"""Make a store, or bring its schema up to date after a backup; either in one transaction.

sqlite-utils takes the steps that an older store lacks and keeps the record of them. A new store gets
all of them at once through sqlite3, with the same record: the first thing digwell does for anybody
need not wait for a library to load. Two processes may come at once: the second finds nothing to do.
"""

from __future__ import annotations

from store.db import SCHEMA, Store
from store.errors import DamagedError
from store.faults import damaged
from store.steps import steps

# letter for letter what sqlite-utils makes for Migrations("digwell"); a test compares
_RECORD = (
    (
        'CREATE TABLE "_sqlite_migrations" (\n   "id" INTEGER PRIMARY KEY,\n   "migration_set" TEXT,\n'
        '   "name" TEXT,\n   "applied_at" TEXT\n)'
    ),
    (
        'CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"\n'
        '    ON "_sqlite_migrations" ("migration_set", "name")'
    ),
)
_TAKEN = (
    "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
    " VALUES ('digwell', ?, strftime('%Y-%m-%d %H:%M:%f000+00:00', 'now'))"
)


def upgrade(store: Store) -> None:
    """Take all the steps that are missing. Harmless to repeat; killed half-way it leaves the old store."""
    if 0 < store.schema < SCHEMA:
        # only an upgrade needs them, and sqlite-utils is slow to load
        from store.keep import backup  # noqa: PLC0415

        written = int(store.path.stat().st_mtime)  # the backup is of that moment, and needs no clock
        try:
            backup(store, written, label=f"schema-{store.schema}")
        except DamagedError as error:
            raise damaged(store.path, error.why) from error
    with store.transaction():
        if store.one("SELECT 1 FROM sqlite_schema LIMIT 1") is None:
            _make(store)
        elif store.schema < SCHEMA:
            _take_missing(store)


def _make(store: Store) -> None:
    for statement in _RECORD:
        store.execute(statement)
    for name, statements in steps():
        for statement in statements:
            store.execute(statement)
        store.execute(_TAKEN, (name,))
    store.execute(f"PRAGMA user_version = {SCHEMA}")


def _take_missing(store: Store) -> None:
    from sqlite_utils import Database  # noqa: PLC0415

    from store.migrations import STEPS  # noqa: PLC0415

    STEPS.apply(Database(store.connection, execute_plugins=False))
    store.execute(f"PRAGMA user_version = {SCHEMA}")
