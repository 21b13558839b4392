"""The first letter of all: what was found in the mailbox, and the questions whose answers help most.

Pure. It is no digest: it names nobody to write to and uses up no edition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from rules.due import Survey
from rules.verdicts import Kind, KindVerdict
from store.facts import DAY, Person, Timeline

YEAR = 365
MONTHLY = 31.0
"""Days of a rhythm that counts as every month."""
MOST_QUESTIONS = 3


@dataclass(frozen=True, slots=True)
class Question:
    """A question with its item: are the two one person, or (``other`` None) is this one a friend."""

    item: str
    one: Person
    other: Person | None = None


@dataclass(frozen=True, slots=True)
class FirstLetter:
    """What was found, in numbers of people, and what is asked. ``on`` and ``since`` are ISO dates."""

    on: str
    since: str
    messages: int
    people: int
    heard: int
    quiet: int
    monthly: int
    aside: int
    questions: tuple[Question, ...] = ()
    next_slot: int = 0


def first_letter(
    seen: Survey,
    verdict: Callable[[Person], KindVerdict],
    pairs: Iterable[tuple[Person, Person]],
    dates: tuple[str, str],
    next_slot: int,
) -> FirstLetter:
    """Count what a survey shows. ``dates`` are (today, day of the oldest mail), ``pairs`` may be one person.

    The robots asked about are those to whom the owner himself has written most.
    """
    mutual = [tie for tie in seen.ties if tie.mutual]
    today = seen.snapshot.as_of // DAY
    heard = [tie for tie in mutual if _wrote_since(seen.line(tie.person.key), today - YEAR)]
    quiet = [tie for tie in mutual if tie not in heard]
    kinds = [(person, verdict(person).kind) for person in seen.snapshot.people.values()]
    aside = [person for person, kind in kinds if kind not in {Kind.PERSON, Kind.SELF}]
    robots = sorted(
        (person for person, kind in kinds if kind in {Kind.MACHINE, Kind.ROLE} and person.main.sent),
        key=lambda person: (-person.main.sent, person.id),
    )
    asked = [Question(str(n + 1), one, other) for n, (one, other) in enumerate(_first(pairs))]
    asked += [Question("abc"[n], person) for n, person in enumerate(robots[:MOST_QUESTIONS])]
    return FirstLetter(
        on=dates[0],
        since=dates[1],
        messages=seen.snapshot.messages,
        people=len(mutual),
        heard=len(heard),
        quiet=len(quiet),
        monthly=sum(1 for tie in quiet if tie.rhythm.learned and tie.rhythm.median <= MONTHLY),
        aside=len(aside),
        questions=tuple(asked),
        next_slot=next_slot,
    )


def _first(pairs: Iterable[tuple[Person, Person]]) -> list[tuple[Person, Person]]:
    return [pair for _, pair in zip(range(MOST_QUESTIONS), pairs, strict=False)]


def _wrote_since(line: Timeline, day: int) -> bool:
    """Tell whether the owner wrote to somebody after that day (days since 1970)."""
    return any(at > day and out for at, out in zip(line.days, line.outs, strict=True))
