"""Write a store of every schema so far as SQL, with a few rows in it: python -m tests.dbs.make

Run it once after adding a step to the migrations. Files that exist are never touched: they are what
stores of that age look like, and an upgrade must read them.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlite_utils import Database

from store.db import APPLICATION_ID
from store.migrations import STEPS

HERE = Path(__file__).parent

ROWS = {
    1: """
INSERT INTO account VALUES (1, 'main', 'imap.example.org', 'maya@example.org');
INSERT INTO folder (id, account_id, name, role, uidvalidity, low, high)
    VALUES (1, 1, 'INBOX', 'inbox', 7, 1, 3);
INSERT INTO address VALUES (1, 'maya@example.org', 1, 0), (2, 'ana@x.example', 2, 0);
INSERT INTO counter VALUES ('address', 2), ('message', 1);
INSERT INTO address_name VALUES (2, 'Ana', 1);
INSERT INTO own VALUES (1, 'configured', 1);
INSERT INTO message VALUES (1, x'5f5e1000aabbccddeeff00112233445566778899', 'a@x', 1600000000, 'hello',
    1, '', '', '', 0, 1, 1, 0);
INSERT INTO participant VALUES (1, 1, 2);
INSERT INTO contact_day VALUES (2, 18518, 1, 0, 1, 0, 0, 0, 0, 0, 0, 1600000000, 1600000000, 1600000000, 0,
    1600000000, 0);
INSERT INTO pace VALUES (18518, 1);
""",
    2: """
INSERT INTO command VALUES (1, 'c1@x', 1600000100, 'mail', '2020w38', '1', 'note 1: tall', 'obeyed',
    '', 0, 0);
INSERT INTO act VALUES (1, 'nabcdefghij', 1, 1600000100, 'note', 2, 0, 'tall', '', 0, 0);
INSERT INTO edition VALUES (1, '2020w38', 1600000000, 'delivered', 'dw@x', 1600000050, '', 1);
INSERT INTO suggestion VALUES (1, '1', 2, 'new', 'Ana is new', '[]', 0);
""",
}


def make(schema: int, stop_before: str | None) -> str:
    """Return the statements that build a store of that schema."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        STEPS.apply(Database(connection, execute_plugins=False), stop_before=stop_before)
        for since, rows in ROWS.items():
            if since <= schema:
                connection.executescript(rows)
        dump = "\n".join(connection.iterdump())
    return f"PRAGMA application_id = {APPLICATION_ID};\nPRAGMA user_version = {schema};\n{dump}\n"


if __name__ == "__main__":
    with closing(sqlite3.connect(":memory:")) as empty:
        names = [step.name for step in STEPS.pending(Database(empty, execute_plugins=False))]
    for schema, stop_before in enumerate([*names[1:], None], 1):
        file = HERE / f"schema-{schema}.sql"
        if not file.exists():
            file.write_text(make(schema, stop_before))
