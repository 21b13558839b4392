"""The schema, step by step: one SQL file a step, only ever added, importing nothing of ours.

Every step runs in one transaction together with its record, so that a process killed half-way leaves
the store as it was. ``user_version`` counts the steps; a store with more of them is refused elsewhere.
Ids of messages and addresses are handed out by the ``counter`` table and never used twice.
After adding a step: count it in ``store.db.SCHEMA`` and run ``python -m tests.dbs.make``.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib.resources import files

from sqlite_utils import Database, Migrations

STEPS = Migrations("digwell")


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _add(name: str, script: str) -> None:
    @STEPS(name=name)
    def step(db: Database) -> None:
        for statement in _statements(script):
            db.execute(statement)


for _file in sorted(files(__package__).joinpath("schema").iterdir(), key=lambda file: file.name):
    if _file.name.endswith(".sql"):
        _add(_file.name.removesuffix(".sql"), _file.read_text(encoding="utf-8"))
