"""Manners: how much digwell may ask of its owner this week.

A mail that is not taken up shrinks the next ones, and nobody is ever counted as overdue. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rules.policy import Policy
from rules.standing import House
from store.facts import DAY, Edition, Said, Suggested

SMALL_AFTER, LINE_AFTER = 3, 8
SMALL_PEOPLE, LINE_PEOPLE = 3, 1
MONTH_DAYS = 28


@dataclass(frozen=True, slots=True)
class Measure:
    """How many people, how many of them by lot, and the form of the mail: full, small or line."""

    people: int
    wildcard: int
    form: str


def measure(
    policy: Policy,
    house: House,
    editions: Iterable[Edition],
    suggested: Iterable[Suggested],
    said: Iterable[Said] = (),
) -> Measure:
    """Return the measure of this week's mail from what came of the earlier ones."""
    people = house.people or policy.week.people
    ignored = ignored_in_a_row(editions, suggested, said)
    if ignored >= LINE_AFTER:
        return Measure(min(people, LINE_PEOPLE), 0, "line")
    meant = policy.week.wildcard > 1 and not house.people  # the default leaves a place to who is due
    wildcard = min(policy.week.wildcard, people if meant else max(people - 1, 0))
    if ignored >= SMALL_AFTER and people > SMALL_PEOPLE:
        return Measure(SMALL_PEOPLE, min(wildcard, 1), "small")
    return Measure(people, wildcard, "full")


def is_owed(measured: Measure, editions: Iterable[Edition], slot: int) -> bool:
    """Tell whether a mail is due at a slot (Unix seconds): a line comes once a month only."""
    if measured.form != "line":
        return True
    return all(edition.slot <= slot - (MONTH_DAYS - 1) * DAY for edition in editions if edition.slot < slot)


def ignored_in_a_row(
    editions: Iterable[Edition], suggested: Iterable[Suggested], said: Iterable[Said] = ()
) -> int:
    """Count the latest delivered editions without any reaction.

    A reaction is an answer by mail, a mail to somebody named, or the owner's asking for a number of people.
    """
    wrote = {s.edition for s in suggested if s.wrote}
    asked = max((act.at for act in said if act.verb in {"people", "resume", "now"}), default=0)
    count = 0
    for edition in sorted(editions, key=lambda e: e.slot, reverse=True):
        if edition.state != "delivered":
            continue
        if edition.reactions or edition.key in wrote or asked > edition.slot:
            break
        count += 1
    return count
