"""Whether a store is sound, page by page and word by word, and when that was last looked at.

Header and schema are looked at whenever a store is opened; all pages once a day, before anything is told
from them. It must never mend anything: that is ``store.rescue``'s.
"""

from __future__ import annotations

import sqlite3
from collections import deque

from store.db import Store, recall, remember
from store.errors import DamagedError
from store.faults import FAULTS, damaged

EVERY = 86_400
"""Seconds for which a look at all pages is good, and a backup."""

_LOOKED = "looked through"
_WORDS = (
    "SELECT t.name, group_concat(c.name) FROM pragma_table_list t, pragma_table_info(t.name) c"
    " WHERE t.schema = 'main' AND t.type = 'table' AND t.strict AND c.type = 'TEXT' GROUP BY t.name"
)


def problems(store: Store, *, thoroughly: bool = False) -> tuple[str, ...]:
    """Return what is wrong with the file, () if all is well. Raises no DamagedError.

    ``thoroughly`` also compares tables with their indexes, and reads every text.
    """
    check = "integrity_check" if thoroughly else "quick_check"
    try:
        rows = store.rows(f"PRAGMA {check}(20)")
        if thoroughly:
            read_all(store.connection)
    except DamagedError as error:
        return (error.why,)
    except FAULTS as error:
        return (str(error),)
    return tuple(row[0] for row in rows if row[0] != "ok")


def read_all(connection: sqlite3.Connection) -> None:
    """Read every text there is: SQLite's own checks do not look whether they still are text."""
    for table, columns in connection.execute(_WORDS).fetchall():
        deque(connection.execute(f'SELECT {columns} FROM "{table}"'), maxlen=0)


def look(store: Store, now: int) -> bool:
    """Look through the whole store if that was last done a day ago; return whether it was done.

    A store without mail and words is taken as it is. Raises DamagedError.
    """
    told = recall(store, _LOOKED)
    if is_recent(int(told) if told.isdecimal() else 0, now):
        return False
    if holds_anything(store):
        found = problems(store, thoroughly=True)
        if found:
            raise damaged(store.path, found[0])
    return True


def is_recent(at: int, now: int) -> bool:
    """Tell whether what was done then is still good. The future does not count: a clock was wrong."""
    return now - EVERY < at <= now


def holds_anything(store: Store) -> bool:
    """Tell whether a store has any mail or words, so that there is something to lose."""
    return store.one("SELECT 1 FROM message UNION ALL SELECT 1 FROM act LIMIT 1") is not None


def looked(store: Store, now: int) -> None:
    """Remember that all of the store was found sound."""
    remember(store, _LOOKED, str(now))
