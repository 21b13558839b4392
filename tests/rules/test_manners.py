"""Manners: a mail that is not taken up shrinks the next ones."""

from __future__ import annotations

import pytest

from rules import manners
from rules.policy import Policy, Week
from rules.standing import House
from store.facts import DAY, Edition, Said, Suggested
from tests.rules.worlds import TODAY


def ignored(count: int, before: int = 0) -> tuple[Edition, ...]:
    return tuple(
        Edition(f"2026w{n + 1:02}", TODAY - 7 * DAY * (count - n + before), "delivered", f"m{n}", people=5)
        for n in range(count)
    )


def measured(editions: tuple[Edition, ...], **more: object) -> manners.Measure:
    return manners.measure(Policy(), House(), editions, (), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("count", "people", "form"),
    [(0, 5, "full"), (2, 5, "full"), (3, 3, "small"), (7, 3, "small"), (8, 1, "line"), (30, 1, "line")],
)
def test_three_ignored_mails_make_three_people_and_eight_make_a_line(
    count: int, people: int, form: str
) -> None:
    found = measured(ignored(count))
    assert (found.people, found.form) == (people, form)


def test_a_mail_to_somebody_named_brings_everybody_back() -> None:
    editions = ignored(9)
    wrote = Suggested(editions[-1].key, "1", 1, editions[-1].slot, "new", wildcard=False, wrote=TODAY)
    assert manners.measure(Policy(), House(), editions, [wrote]).form == "full"


def test_asking_for_five_brings_five_back() -> None:
    asked = Said("a", TODAY - DAY, "people", value="5")
    found = manners.measure(Policy(), House(people=5), ignored(9), (), [asked])
    assert (found.people, found.form) == (5, "full")


def test_the_owners_number_beats_the_rules_and_a_single_one_is_not_by_lot() -> None:
    assert manners.measure(Policy(week=Week(people=7)), House(people=2), (), ()).people == 2
    assert manners.measure(Policy(week=Week(people=1, wildcard=1)), House(), (), ()).wildcard == 0


def test_as_many_wildcards_as_people_may_be_asked_for() -> None:
    rules = Policy(week=Week(people=3, wildcard=3))
    assert manners.measure(rules, House(), (), ()).wildcard == 3
    assert manners.measure(rules, House(people=2), (), ()).wildcard == 1


def test_a_line_comes_once_a_month() -> None:
    line = manners.Measure(1, 0, "line")
    assert not manners.is_owed(line, ignored(9), TODAY)
    assert manners.is_owed(line, ignored(9, before=3), TODAY)
    assert manners.is_owed(manners.Measure(5, 1, "full"), ignored(9), TODAY)
