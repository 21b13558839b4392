"""What leaves the store for other programs: all facts as JSON lines, or the people as CSV or vCard.

Pure reading. People are those the owner wrote to or was answered by; lists and machines are none.
"""

from __future__ import annotations

from collections.abc import Iterator

from daemon.app import House
from rules.classify import kind_of
from rules.standing import Standing
from rules.verdicts import Kind
from store import export, formats
from store.facts import Person


def lines(house: House, shape: str) -> Iterator[str]:
    """Yield the export piece by piece, each with its line end; ``shape`` is jsonl, csv or vcard."""
    if shape == "jsonl":
        return (export.as_line(record) + "\n" for record in export.records(house.store))
    tags = {key: standing.tags for key, standing in house.standings.items() if standing.tags}
    writer = formats.csv_lines if shape == "csv" else formats.vcards
    return writer(_people(house), tags)


def _people(house: House) -> list[Person]:
    facts, nothing = house.snapshot, Standing()
    known = (facts.people[key] for key in facts.timelines if key in facts.people)
    humans = (
        person
        for person in known
        if kind_of(person, house.standings.get(person.key, nothing), house.policy, facts.own).kind
        is Kind.PERSON
    )
    return sorted(humans, key=lambda person: (person.name.casefold(), person.main.address))
