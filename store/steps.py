"""The steps of the schema as they lie beside this room: one SQL file a step, only ever added.

Reads, and runs nothing: whoever makes or upgrades a store takes the statements from here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from importlib.resources import files


def steps() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the name and the statements of every step, the oldest first."""
    for file in sorted(files(__package__).joinpath("schema").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".sql"):
            yield file.name.removesuffix(".sql"), tuple(_statements(file.read_text(encoding="utf-8")))


def _statements(script: str) -> Iterator[str]:
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
