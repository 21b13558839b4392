"""Policy: the owner's intentions as read from rules.yaml, as plain values.

Reading and checking the file is ``daemon.config``'s work; this room must never open a file.
Lengths are whole days, times are dates in the owner's zone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

REASONS = ("promise", "news", "your turn", "gone quiet", "new")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an intention stands: file and line (1-based), or the built-in rules (line 0)."""

    file: str = "built-in"
    line: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class Circle(NamedTuple):
    """A named wish: ``every`` is days between contacts, None for the rhythm the pair already has."""

    name: str
    every: int | None = None
    people: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    say: str = ""
    at_least: int = 0
    origin: Origin = Origin()


class PersonRule(NamedTuple):
    """What the owner wrote under ``people:`` about one name or address."""

    who: str
    every: int | None = None
    their_rhythm: bool = False
    note: str = ""
    tags: tuple[str, ...] = ()
    not_before: date | None = None
    never: bool = False
    origin: Origin = Origin()


class Quiet(NamedTuple):
    """A span without mail. Yearly spans carry (month, day) pairs in the year 2000."""

    start: date
    end: date
    yearly: bool = False
    origin: Origin = Origin()


class Week(NamedTuple):
    """How the weekly five are made up."""

    people: int = 5
    wildcard: int = 1
    reasons: tuple[str, ...] = REASONS


@dataclass(frozen=True, slots=True)
class Policy:
    """All intentions. ``learned`` maps an address to "friend" or "not a person" (learned-rules file)."""

    circles: tuple[Circle, ...] = (Circle("everyone else"),)
    never: tuple[str, ...] = ()
    quiet: tuple[Quiet, ...] = ()
    week: Week = field(default_factory=Week)
    people: tuple[PersonRule, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    organisations: Mapping[str, str] = field(default_factory=dict)  # domain -> name
    learned: Mapping[str, str] = field(default_factory=dict)
