"""Wishes: a word about the person beats the circle, the circle beats the rhythm, and each says so."""

from __future__ import annotations

import pytest

from rules import wishes
from rules.policy import Circle, Origin, PersonRule, Policy
from rules.standing import Standing
from rules.verdicts import Kind, KindVerdict
from store.facts import Address, Person

TOMAS = Person(
    "p1", 1, "Tomás Leal",
    (
        Address(1, "tomas@north.example", "Tomás Leal", 1),
        Address(2, "tleal@mail.northwind.example", "T. Leal", 1),
    ),
)  # fmt: skip
HUMAN = KindVerdict(Kind.PERSON, "they wrote")
FRIENDS = Circle("friends", every=28, tags=("friend",), origin=Origin("rules.yaml", 3))
COLLEAGUES = Circle("colleagues", every=120, domains=("northwind.example",), at_least=5)
ALL = Circle("everyone else")
PEOPLE = Policy(circles=(FRIENDS, COLLEAGUES, ALL))


def wish(standing: Standing = Standing(), policy: Policy = PEOPLE, days: int = 9) -> wishes.Wish:  # noqa: B008
    return wishes.wish(TOMAS, standing, policy, days)


def test_the_first_circle_that_fits_counts() -> None:
    assert wish().circle == "colleagues"
    assert wish(Standing(tags=("friend",))).circle == "friends"


def test_a_circle_may_ask_for_enough_contact_days() -> None:
    assert wish(days=4).circle == "everyone else"
    assert wish(days=4).every is None


def test_a_domain_takes_in_those_below_it_and_no_other_that_ends_alike() -> None:
    assert wishes.in_domain(TOMAS, "northwind.example")
    assert not wishes.in_domain(TOMAS, "wind.example")


def test_the_person_beats_the_circle_and_the_answer_says_who_spoke() -> None:
    rule = PersonRule("Tomás Leal", every=42, note="hates calls", origin=Origin("rules.yaml", 9))
    told = wish(policy=Policy(circles=(COLLEAGUES,), people=(rule,)))
    assert (told.every, told.spoke) == (42, "your rule for Tomás Leal (rules.yaml:9)")
    assert told.named
    said = wish(Standing(every=10, pace=1.5), Policy(circles=(COLLEAGUES,), people=(rule,)))
    assert (said.every, said.spoke, said.pace) == (10, "you said so", 1.5)
    assert wish(Standing(tags=("friend",))).spoke == "your circle “friends” (rules.yaml:3)"


def test_their_rhythm_said_of_a_person_beats_the_cadence_of_the_circle() -> None:
    rule = PersonRule("tomas@north.example", their_rhythm=True, origin=Origin("rules.yaml", 9))
    assert wish(policy=Policy(circles=(COLLEAGUES,), people=(rule,))).every is None


def test_tags_of_the_rules_and_of_the_owner_are_one() -> None:
    rule = PersonRule("tomas@north.example", tags=("friend",))
    told = wish(Standing(tags=("rail",)), Policy(circles=(FRIENDS, ALL), people=(rule,)))
    assert (told.circle, told.tags, told.named) == ("friends", ("friend", "rail"), True)


@pytest.mark.parametrize(
    ("pattern", "kind", "tags", "hit"),
    [
        ("*@north.example", Kind.PERSON, (), True),
        ("*@NORTH.example", Kind.PERSON, (), True),
        ("tomas@north.example", Kind.PERSON, (), True),
        ("*@south.example", Kind.PERSON, (), False),
        ("northwind.example", Kind.PERSON, (), True),
        ("Tomás Leal", Kind.PERSON, (), True),
        ("Tomás", Kind.PERSON, (), False),
        ("tag:ex", Kind.PERSON, ("ex",), True),
        ("tag:ex*", Kind.PERSON, ("ex-boss",), True),
        ("tag:ex", Kind.PERSON, ("next",), False),
        ("list:*", Kind.LIST, (), True),
        ("list:*", Kind.PERSON, (), False),
        ("list:tomas*", Kind.LIST, (), True),
    ],
)
def test_never_means_addresses_domains_names_tags_and_lists(
    pattern: str, kind: Kind, tags: tuple[str, ...], hit: bool
) -> None:
    assert wishes.refusal(TOMAS, kind, tags, Policy(never=("x@y.example", pattern))) == (
        pattern if hit else ""
    )
