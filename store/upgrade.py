"""Bring the schema of a store up to date, after a backup, in one transaction.

The only room that imports sqlite_utils to write: it costs a sixth of a second, so it is entered only
when there is a step to take. Two processes may come at once: the second finds nothing left to do.
"""

from __future__ import annotations

from sqlite_utils import Database

from store.db import SCHEMA, Store
from store.keep import backup
from store.migrations import STEPS


def upgrade(store: Store) -> None:
    """Take all the steps that are missing. Harmless to repeat; killed half-way it leaves the old store."""
    if 0 < store.schema < SCHEMA:
        written = int(store.path.stat().st_mtime)  # the backup is of that moment, and needs no clock
        backup(store, written, label=f"schema-{store.schema}")
    database = Database(store.connection, execute_plugins=False)
    with store.transaction():
        if store.schema < SCHEMA:
            STEPS.apply(database)
            store.execute(f"PRAGMA user_version = {SCHEMA}")
