"""Where people are and were is told by domains; words mean organisations only as whole words."""

from __future__ import annotations

import pytest

from rules.organisations import Membership, contains, fits, memberships, name, plain
from rules.policy import Policy
from store.facts import DAY, Address, Person, Trait

NOW = 1_800_000_000
YEAR = 365 * DAY
NAMED = Policy(organisations={"kestrelrail.example": "Kestrel Rail Ltd"})


def address(text: str, first: float, last: float, number: int = 1) -> Address:
    return Address(number, text, "", 1, first=int(NOW - first * YEAR), last=int(NOW - last * YEAR))


def person(*addresses: Address) -> Person:
    return Person("p1", 1, "Ana Ribeiro", addresses)


def places(found: tuple[Membership, ...]) -> list[tuple[str, bool]]:
    return [(m.name, m.present) for m in found]


def test_a_later_firm_makes_the_earlier_one_past() -> None:
    ana = person(address("ana@northwind.example", 6, 2.2), address("ana@kestrelrail.example", 2.1, 0.1, 2))
    found = memberships(ana, NAMED, NOW)
    assert places(found) == [("Kestrel Rail Ltd", True), ("Northwind", False)]
    assert (found[1].first, found[1].last) == (NOW - 6 * YEAR, int(NOW - 2.2 * YEAR))


def test_two_firms_in_use_side_by_side_are_both_present() -> None:
    ana = person(address("ana@northwind.example", 6, 0.1), address("ana@kestrel.example", 2, 0, 2))
    assert places(memberships(ana, Policy(), NOW)) == [("Kestrel", True), ("Northwind", True)]


def test_free_mail_names_no_organisation() -> None:
    assert memberships(person(address("ana@gmail.com", 6, 0)), Policy(), NOW) == ()


def test_silence_of_two_years_or_a_dead_address_ends_a_membership() -> None:
    assert places(memberships(person(address("a@acme.example", 6, 2.5)), Policy(), NOW)) == [("Acme", False)]
    gone = memberships(person(address("a@acme.example", 6, 0.1)), Policy(), NOW, gone={"a@acme.example"})
    assert places(gone) == [("Acme", False)]


def test_departments_of_a_domain_are_one_organisation() -> None:
    ana = person(address("a@eu.acme.example", 3, 1), address("a@us.acme.example", 1, 0, 2))
    (only,) = memberships(ana, Policy(), NOW)
    assert (only.domain, only.first) == ("acme.example", NOW - 3 * YEAR)


def test_an_address_book_names_organisations_too() -> None:
    told = [Trait(1, "organisation", "Acme GmbH", NOW - YEAR), Trait(1, "organisation", "Beta", NOW)]
    assert places(memberships(person(address("a@gmail.com", 1, 0)), Policy(), NOW, told)) == [
        ("Beta", True),
        ("Acme GmbH", False),
    ]


@pytest.mark.parametrize(
    ("asked", "yes"),
    [
        ("kestrel", True),
        ("Kestrel Rail", True),
        ("KESTREL RAIL LTD.", True),
        ("kestrelrail", True),
        ("@kestrelrail.example", True),
        ("kest", False),
        ("rail kestrel", False),
        ("trel rail", False),
        ("", False),
        ("  ", False),
    ],
)
def test_an_organisation_is_meant_by_whole_words_only(asked: str, yes: bool) -> None:
    assert fits(asked, Membership("Kestrel Rail Ltd", "kestrelrail.example", 0, 0, True)) is yes


def test_accents_case_and_legal_forms_do_not_matter() -> None:
    assert plain("Société Générale S.A.") == "societe generale s a"
    assert plain("ACME GmbH & Co. KG") == "acme"
    assert plain("The Company") == "the company"
    assert contains(plain("Acmedia"), "acme") is False


def test_a_domain_without_a_name_is_made_readable() -> None:
    assert name("old-oak.co.uk", Policy()) == "Old Oak"
    assert name("mail.kestrelrail.example", NAMED) == "Kestrel Rail Ltd"
