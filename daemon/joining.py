"""Questions about who may be one person, the surest first, for the walk through `people merge`."""

from __future__ import annotations

from daemon import records, week
from daemon.app import House
from rules import classify, identity
from rules.identity import Question
from rules.names import called
from rules.verdicts import Kind
from store.facts import Person
from store.snapshot import dossiers

MOST_PAIRS = 100


def questions(house: House) -> tuple[Question, ...]:
    """Return the pairs worth asking about as of now, with their grounds."""
    seen = week.look(house, house.look_from)
    facts = seen.snapshot
    humans = [
        person
        for key, person in facts.people.items()
        if classify.kind_of(person, seen.standing(key), seen.policy, facts.own).kind is Kind.PERSON
    ]
    pairs = identity.alike_pairs(humans, seen.house.different)[:MOST_PAIRS]
    keys = {person.key for pair in pairs for person in pair}
    names = {person.key: called(person) for person in humans}
    return identity.questions(pairs, dossiers(house.store, facts, keys), names=names)


def record(question: Question) -> records.Record:
    """Return a question for scripts."""
    return {
        "one": _who(question.one),
        "other": _who(question.other),
        "grounds": list(question.grounds),
        "weight": round(question.weight, 3),
    }


def lines(question: Question) -> list[str]:
    """Return a question for a terminal."""
    both = (f"  {_line(person)}" for person in (question.one, question.other))
    return [*both, f"  because: {'; '.join(question.grounds)}"]


def _line(person: Person) -> str:
    count = sum(a.sent + a.received for a in person.addresses)
    return f"{called(person)} <{person.main.address}>   {count} mails"


def _who(person: Person) -> records.Record:
    return {"person_id": person.id, "name": person.name, "address": person.main.address}
