"""Cards without an address and the people who may be meant."""

from __future__ import annotations

from rules.cards import matched
from store.facts import Address, Card, Person, Snapshot

RUTH = Card("linkedin", "k1", "Ruth Adler", (), "Example", "Teacher", at=7)


def world(*names: str, cards: tuple[Card, ...] = (RUTH,)) -> Snapshot:
    people = {}
    for key, name in enumerate(names, 1):
        one = Address(key, f"a{key}@example.org", name, key, (name,))
        people[key] = Person(f"p{key}", key, name, (one,))
    return Snapshot(as_of=100, own=frozenset(), people=people, timelines={}, cards=cards)


def test_a_card_tells_of_the_only_bearer_of_its_name() -> None:
    told = matched(world("Bo Lind", "Adler, Ruth"))
    assert {(t.key, t.sort, t.value, t.at, t.source) for t in told} == {
        (2, "organisation", "Example", 7, "linkedin"),
        (2, "job", "Teacher", 7, "linkedin"),
    }


def test_two_bearers_of_a_name_leave_a_card_unplaced() -> None:
    assert matched(world("Ruth Adler", "Ruth Adler")) == ()


def test_two_cards_of_one_name_tell_of_nobody() -> None:
    assert matched(world("Ruth Adler", cards=(RUTH, Card("linkedin", "k2", "Ruth Adler", (), "Other")))) == ()


def test_a_first_name_is_not_enough() -> None:
    assert matched(world("Ruth", cards=(Card("linkedin", "k1", "Ruth", (), "Example"),))) == ()
    assert matched(world("Ruth Adler", cards=())) == ()


def test_a_name_spelt_by_an_address_counts() -> None:
    one = Address(1, "ruth.adler@example.org", "", 1)
    seen = Snapshot(100, frozenset(), {1: Person("p1", 1, "", (one,))}, {}, cards=(RUTH,))
    assert {t.key for t in matched(seen)} == {1}
