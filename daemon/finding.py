"""Who: the question put to the store, and its answer as rows for a terminal and records for scripts."""

from __future__ import annotations

from daemon import records, week
from daemon.app import House
from rules.names import called
from rules.verdicts import Evidence
from rules.who import Finding, answer, heat, search
from rules.words import length
from store.facts import DAY, Person
from store.snapshot import dossiers


def find(house: House, words: str, as_of: int) -> tuple[Finding, ...]:
    """Return who goes with some words as of an instant. Raises UsageError without a word."""
    seen = week.look(house, as_of)
    found = search(words, seen)
    return answer(found, seen, dossiers(house.store, seen.snapshot, found.keys))


def record(found: Finding) -> records.Record:
    """Return a line of the answer for scripts."""
    hit, through = found.hit, found.through
    return {
        "person_id": hit.person.id,
        "name": hit.person.name,
        "address": hit.person.main.address,
        "ground": hit.ground,
        "what": hit.what,
        "now": hit.now,
        "warmth": found.warmth,
        "last": records.when(found.last),
        "topic": found.topic or None,
        "evidence": [records.evidence(e) for e in hit.evidence if e != Evidence()],
        "through": through
        and {
            "person_id": through.id,
            "name": through.name,
            "address": through.main.address,
            "threads": found.threads,
        },
    }


def row(found: Finding, as_of: int) -> tuple[str, ...]:
    """Return a line of the answer as cells: who, by what, how warm, how long ago, about what."""
    hit = found.hit
    what = f"{hit.ground}: {hit.what}" + ("" if hit.now else " (once)")
    last = f"{length((as_of - found.last) / DAY)} ago" if found.last else ""
    how = f"never met; through {_name(found.through)}" if found.through else heat(found.warmth)
    return f"{_name(hit.person)} <{hit.person.main.address}>", what, how, last, found.topic


def _name(person: Person) -> str:
    return called(person)
