"""The shape of a store: the text of its schema, letter for letter as this version makes it.

One letter that flipped there makes SQLite look for other tables and columns, and find none. What an owner
added is his own and does not matter. This room reads, and must never change anything.
"""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing

SHAPE = 0x51D0315D
"""The checksum of the schema that all steps together make; a test keeps it true."""

Part = tuple[str, str, str, str]

# what SQLite and sqlite-utils keep for themselves is theirs to check
_PARTS = (
    "SELECT type, name, tbl_name, sql FROM sqlite_schema"
    " WHERE sql <> '' AND name NOT LIKE '%sqlite!_%' ESCAPE '!' ORDER BY type, name"
)


def fault(connection: sqlite3.Connection) -> str:
    """Return what is wrong with the schema of a store of this version, "" if it is as it was made."""
    found = parts(connection)
    if checksum(found) == SHAPE:
        return ""
    gone = sorted(set(_made()) - set(found))
    return f"its {gone[0][0]} “{gone[0][1]}” is not as it was made" if gone else ""


def parts(connection: sqlite3.Connection) -> list[Part]:
    """Return the schema as rows, sorted."""
    return connection.execute(_PARTS).fetchall()


def checksum(found: list[Part]) -> int:
    """Return the checksum of a schema."""
    return zlib.crc32(repr(found).encode())


def _made() -> list[Part]:
    from store.steps import steps  # noqa: PLC0415 - only a store that differs asks for them

    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for _, statements in steps():
            for statement in statements:
                connection.execute(statement)
        return parts(connection)
