"""The documented SQL views, for people who read the store with other tools, and the last verdicts.

The views themselves are made by the migrations; ``VIEWS`` says what each is for, and a test holds it
to them. Verdicts are a cached judgement: each row carries the version and the day of what made it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass

from store.db import Store
from store.facts import DAY

VIEWS = {
    "people": "one row a person, under the main address: name, all addresses, counts and dates",
    "interactions": "one row a message, person and direction, for mail that counts",
    "digests": "one row a suggestion: edition, person, reason, sentence",
    "verdicts": "who was due when last judged, with the version and the day of the judgement",
    "notes": "what the owner noted about people",
    "tags": "the tags people carry",
    "snoozes": "until when people are put off",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was concluded of one person; ``key`` is Person.key, ``rhythm_days`` 0 where none is known."""

    key: int
    kind: str
    rule: str
    warmth: float
    score: float
    rhythm_days: float
    silence_days: float
    circle: str
    due: bool
    reason: str = ""


def keep_verdicts(store: Store, version: str, at: int, verdicts: Iterable[Verdict]) -> None:
    """Put these verdicts in place of all earlier ones, stamped with version and day."""
    rows = []
    for verdict in verdicts:
        key, *rest = astuple(verdict)
        rows.append((key, version, at // DAY, *rest[:7], int(verdict.due), verdict.reason))
    with store.transaction():
        store.execute("DELETE FROM verdict")
        store.executemany("INSERT INTO verdict VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)


def judged(store: Store) -> tuple[str, int]:
    """Return version and day (UTC days since 1970) of the last verdicts; ("", 0) if there are none."""
    row = store.one("SELECT version, day FROM verdict LIMIT 1")
    return (str(row[0]), int(row[1])) if row else ("", 0)
