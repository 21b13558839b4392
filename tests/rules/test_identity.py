"""Who is the same person: little is certain, much is asked, nothing follows from what strangers choose."""

from __future__ import annotations

from typing import Any

import pytest

from rules.identity import Merge, Question, alike_pairs, certain, questions
from rules.lookalike import look_alike
from rules.names import Alike, alike
from store.facts import DAY, Address, Dossier, Person, Trait

START = 15_000 * DAY


def person(key: int, name: str, address: str, first: int = 0, last: int = 900, **more: Any) -> Person:
    told = {"sent": 4, "received": 4, "last_in": START + last * DAY} | more
    told |= {"first": START + first * DAY, "last": START + last * DAY}
    only = Address(key, address, name, key, (name,), **told)
    return Person(f"p{key}", key, name, (only,))


def asked(*people: Person, **more: Any) -> tuple[Question, ...]:
    return questions(alike_pairs(people, more.pop("different", ())), **more)


@pytest.mark.parametrize(
    ("one", "other", "how"),
    [
        ("Ana Ribeiro", "Ribeiro, Ana", Alike.FULL),
        ("Anna Müller", "MUELLER Anna", Alike.FULL),
        ("Dr. Ana M. Ribeiro", "ana ribeiro", Alike.FULL),
        ("Ana Ribeiro (via Google Docs)", "Ana Ribeiro", Alike.FULL),
        ("Ana Ribeiro via Foo List", "Ana Ribeiro", Alike.FULL),
        ("Ana Maria Ribeiro", "Ana Ribeiro", Alike.FULL),
        ("José Álvarez", "Jose Alvarez", Alike.FULL),
        ("Bob Smith", "Robert Smith", Alike.NICKNAME),
        ("Smith, Bill", "William Smith", Alike.NICKNAME),
        ("Sepp Maier", "Josef Maier", Alike.NICKNAME),
        ("A. Ribeiro", "Ana Ribeiro", Alike.INITIAL),
        ("Ribeiro, A.", "Ana Ribeiro", Alike.INITIAL),
        ("A. Leal", "Leal, Ana", Alike.INITIAL),
        ("Ana", "Ana Ribeiro", Alike.NOT),
        ("Ana Ribeiro", "Ana Duarte", Alike.NOT),
        ("Ana Ribeiro", "Ines Ribeiro", Alike.NOT),
        ("B. Ribeiro", "Ana Ribeiro", Alike.NOT),
        ("Ana R.", "Ana Ribeiro", Alike.NOT),
        ("Ribeiro", "Ana Ribeiro", Alike.NOT),
        ("", "", Alike.NOT),
        ("ana@x.example", "ana@x.example", Alike.NOT),
    ],
)
def test_names_are_compared_whatever_their_order_accents_and_initials(
    one: str, other: str, how: Alike
) -> None:
    assert alike(one, other) is how
    assert alike(other, one) is how


def test_spellings_of_one_mailbox_are_certain() -> None:
    people = (
        person(1, "Ana Ribeiro", "ana.ribeiro@gmail.com", last=10),
        person(2, "Ana Ribeiro", "anaribeiro@googlemail.com"),
        person(3, "", "anaribeiro+shop@gmail.com", last=5),
        person(4, "Ana Ribeiro", "ana.ribeiro@example.org"),
    )
    assert [(m.key, m.main) for m in certain(people)] == [(1, 2), (3, 2)]


def test_dots_and_tags_tell_people_apart_where_the_names_do() -> None:
    people = (
        person(1, "Ana Ribeiro", "team+ana@example.org"),
        person(2, "Ines Duarte", "team+ines@example.org"),
    )
    assert certain(people) == ()
    assert certain((person(1, "", "a.b@example.org"), person(2, "", "ab@example.org"))) == ()


def test_a_forged_spelling_joins_nobody() -> None:
    ana = person(1, "Ana Ribeiro", "ana.ribeiro@gmail.com")
    assert certain((ana, person(2, "Ana Ribeiro", "anaribeiro+x@gmail.com", sent=0))) == ()


def test_addresses_of_one_card_are_certain() -> None:
    people = (person(1, "Ana", "ana@work.example", last=3), person(2, "A. R.", "lili@home.example"))
    cards = (Trait(1, "card", "uid-7", 0), Trait(2, "card", "uid-7", 0))
    assert certain(people, traits=cards) == (Merge(1, 2, "both stand on one card of your address book"),)
    assert certain(people, different=[(2, 1)], traits=cards) == ()


def test_a_name_without_address_belongs_to_the_only_person_of_that_name() -> None:
    ana = person(1, "Ana Ribeiro", "ana@work.example")
    row = person(9, "Ribeiro, Ana", "name:ana ribeiro", sent=0, received=0)
    assert [(m.key, m.main) for m in certain((ana, row))] == [(9, 1)]
    assert certain((ana, person(2, "Ana Ribeiro", "ana@other.example"), row)) == ()
    assert certain((person(1, "Ana", "ana@work.example"), person(9, "Ana", "name:ana", sent=0))) == ()


def test_the_same_full_name_is_asked_with_its_grounds() -> None:
    old = person(1, "Ana Ribeiro", "ana@work.example", 0, 500)
    new = person(2, "Ribeiro, Ana", "ana@home.example", 540, 900)
    (question,) = asked(old, new)
    assert (question.one.key, question.other.key) == (2, 1)
    assert question.grounds == (
        "the same full name",
        "one fell silent as the other began, in July 2012",
    )


def test_an_initial_alone_is_not_enough_and_a_second_sign_is() -> None:
    ana, short = person(1, "Ana Ribeiro", "ana@work.example"), person(2, "A. Ribeiro", "ar@home.example")
    assert asked(ana, short) == ()
    assert asked(ana, short, replies=[(2, 1)])[0].grounds[-1] == "mail from one asks for answers to the other"
    files = {1: Dossier(1, (), {3: 14, 4: 2}), 2: Dossier(2, (), {3: 20, 4: 1})}
    told = asked(ana, short, dossiers=files, names={3: "Tomás Leal"})
    assert told[0].grounds[-1] == "both in 14 threads with Tomás Leal"


def test_few_shared_threads_and_an_unknown_friend_are_no_second_sign() -> None:
    ana, short = person(1, "Ana Ribeiro", "ana@work.example"), person(2, "A. Ribeiro", "ar@home.example")
    few = {1: Dossier(1, (), {3: 1}), 2: Dossier(2, (), {3: 1})}
    assert asked(ana, short, dossiers=few) == ()
    assert asked(ana, short, dossiers={1: Dossier(1, (), {3: 9})}) == ()


def test_a_nickname_needs_a_second_sign() -> None:
    bob = person(1, "Bob Smith", "bob.smith@work.example", 0, 500)
    robert = person(2, "Robert Smith", "rsmith@home.example", 540, 900)
    (question,) = asked(bob, robert)
    assert question.grounds[0] == "the same name but for a nickname"
    assert asked(bob, person(2, "Robert Smith", "rsmith@home.example", 0, 900)) == ()


def test_a_name_that_a_crowd_shares_tells_nothing() -> None:
    crowd = [person(n, "Info Desk", f"a{n}@x.example") for n in range(1, 60)]
    assert alike_pairs(crowd) == ()


@pytest.mark.parametrize("other", ["Ribeiro, Ana", "A. Ribeiro", "Ana Maria Ribeiro", "ana ribeiro"])
def test_alike_names_are_found_among_many_others(other: str) -> None:
    letters = "bcdfghklmnprst"
    families = [a + "o" + b + "a" for a in letters for b in letters]
    crowd = [person(n, f"Ana {family}", f"a{n}@x.example") for n, family in enumerate(families, 10)]
    one, two = person(1, "Ana Ribeiro", "ana@a.example"), person(2, other, "ana@b.example")
    assert alike_pairs([*crowd, one, two]) == ((one, two),)


@pytest.mark.parametrize(
    "pair",
    [
        (person(1, "Ana", "ana@a.example"), person(2, "Ana", "ana@b.example")),
        (person(1, "Ana Ribeiro", "ana@a.example"), person(2, "Ines Duarte", "ines@a.example")),
        (person(1, "Ana Ribeiro", "ana@a.example"), person(2, "Ana Ribeiro", "ana@b.example", sent=0)),
        (person(1, "Ana Ribeiro", "ana@acme.example"), person(2, "", "anna@acrne.example")),
    ],
    ids=["first names", "one domain", "a stranger", "a look-alike domain"],
)
def test_what_strangers_choose_leads_to_no_question(pair: tuple[Person, Person]) -> None:
    assert asked(*pair) == ()
    assert certain(pair) == ()


def test_a_look_alike_domain_is_named_and_asked_last() -> None:
    forged = asked(
        person(1, "Ana Ribeiro", "ana@acme.example"), person(2, "Ana Ribeiro", "ana@acrne.example")
    )
    assert "careful" in forged[0].grounds[-1]
    honest = asked(person(1, "Bo Lund", "bo@one.example"), person(2, "Bo Lund", "bolund@two.example"))
    assert honest[0].weight > forged[0].weight


def test_a_pair_called_different_is_never_asked_about_again() -> None:
    people = (person(1, "Ana Ribeiro", "ana@a.example"), person(2, "Ana Ribeiro", "ana@b.example"))
    assert len(asked(*people)) == 1
    assert asked(*people, different=[(2, 1)]) == ()


def test_an_address_that_spells_a_name_counts_where_no_name_is_given() -> None:
    (question,) = asked(person(1, "Ana Ribeiro", "ana@a.example"), person(2, "", "ana.ribeiro@b.example"))
    assert question.grounds[0] == "the same full name"


def test_an_address_of_one_word_may_shorten_a_name_and_needs_a_second_sign() -> None:
    bank = person(1, "Steve Lafontaine", "steve@bank.example", 540, 900)
    (question,) = asked(bank, person(2, "", "slafontaine@globalp.example", 0, 500))
    assert question.grounds[0] == "the same family name and the same first letter"
    assert asked(bank, person(2, "", "slafontaine@globalp.example", 0, 900)) == ()


def test_the_surest_question_comes_first_whatever_the_order_of_people() -> None:
    people = [
        person(1, "Ana Ribeiro", "ana@a.example"),
        person(2, "Ana Ribeiro", "ribeiro@b.example"),
        person(3, "Bo Lund", "bo.lund@a.example"),
        person(4, "Bo Lund", "bo.lund@b.example"),
    ]
    found = asked(*people)
    assert found[0].one.name == "Bo Lund"
    assert found == asked(*reversed(people))


@pytest.mark.parametrize(
    ("one", "other", "yes"),
    [
        ("acme.example", "acrne.example", True),
        ("paypal.example", "paypa1.example", True),
        ("acme.example", "асme.example", True),
        ("kestrel.example", "kestrell.example", True),
        ("xn--acm-dma.example", "acme.example", True),
        ("xn--\udce9", "acme.example", False),
        ("kestrel.example", "kestrelhouse.example", False),
        ("acme.example", "beta.example", False),
        ("acme.example", "acme.example", False),
    ],
)
def test_domains_that_look_alike_are_told(one: str, other: str, yes: bool) -> None:
    assert look_alike(one, other) is yes
