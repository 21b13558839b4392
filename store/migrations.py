"""The steps of the schema as sqlite-utils takes them; imports nothing of ours but the steps.

Every step runs in one transaction together with its record, so that a process killed half-way leaves
the store as it was. ``user_version`` counts the steps; a store with more of them is refused elsewhere.
Ids of messages and addresses are handed out by the ``counter`` table and never used twice.
After adding a step: count it in ``store.db.SCHEMA`` and run ``python -m tests.dbs.make``.
"""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from store.steps import steps

STEPS = Migrations("digwell")


def _add(name: str, statements: tuple[str, ...]) -> None:
    @STEPS(name=name)
    def step(db: Database) -> None:
        for statement in statements:
            db.execute(statement)


for _name, _statements in steps():
    _add(_name, _statements)
