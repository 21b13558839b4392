"""Whom do I know at, in, or who knows: whole words, now or before, and through whom if nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from rules import who
from rules.due import survey
from rules.policy import PersonRule, Policy
from rules.who import Finding
from store.errors import UsageError
from store.facts import DAY, Address, Bounce, Dossier, Exchange, Person, Said, Snapshot, Trait
from tests.rules.worlds import TODAY, person, steady, world

POLICY = Policy(organisations={"kestrelrail.example": "Kestrel Rail Ltd"})
FRIENDS = (
    steady("Grace Adeyemi", 30, 20),
    steady("Samir Haddad", 60, 800),
    steady("Mei Tanaka", 14, 5),
    steady("Ana Ribeiro", 30, 40),
)
PLACES = {
    1: "grace@kestrelrail.example",
    2: "samir@kestrelrail.example",
    3: "mei@gmail.com",
    4: "ana@acmedia.example",
}


def town(**more: Any) -> Snapshot:
    snapshot = world(FRIENDS, **more)
    people = dict(snapshot.people)
    for key, place in PLACES.items():
        line = snapshot.timelines[key]
        main = people[key].main._replace(
            address=place, first=line.days[0] * DAY, last=max(line.last_in, line.last_out)
        )
        people[key] = people[key]._replace(addresses=(main,))
    seen_only = Address(9, "dana@kestrelrail.example", "Dana Cole", 9, ("Dana Cole",), received=2, copied=3)
    people[9] = Person(
        "p0009", 9, "Dana Cole", (seen_only._replace(first=TODAY - 90 * DAY, last=TODAY - 9 * DAY),)
    )
    return replace(snapshot, people=people)


def ask(
    words: str, snapshot: Snapshot, policy: Policy = POLICY, dossiers: Mapping[int, Dossier] | None = None
) -> tuple[Finding, ...]:
    seen = survey(snapshot, policy, person)
    return who.answer(who.search(words, seen), seen, dossiers or {})


def names(found: tuple[Finding, ...]) -> list[tuple[str, str, bool]]:
    return [(f.hit.person.name, f.hit.ground, f.hit.now) for f in found]


@pytest.mark.parametrize("words", ["kestrel", "Kestrel Rail", "at KESTREL RAIL", "kestrelrail.example"])
def test_an_organisation_is_found_now_and_before(words: str) -> None:
    found = ask(words, town())
    assert names(found) == [
        ("Grace Adeyemi", "organisation", True),
        ("Samir Haddad", "organisation", False),
    ]
    assert found[0].warmth is not None
    assert found[0].hit.evidence[0].date == "2026-11-03"


@pytest.mark.parametrize("words", ["acme", "kest", "media", "gmail", "ribe", "nobody here", "mail.com"])
def test_a_piece_of_a_word_and_free_mail_find_nobody(words: str) -> None:
    assert ask(words, town()) == ()


def test_a_domain_is_found_though_it_is_no_organisation() -> None:
    assert names(ask("gmail.com", town())) == [("Mei Tanaka", "domain", True)]


def test_the_dossiers_that_are_needed_are_named() -> None:
    seen = survey(town(), POLICY, person)
    assert who.search("kestrel", seen).keys == (1, 2, 9)


def test_a_dead_address_is_no_present_place() -> None:
    snapshot = replace(town(), bounces=(Bounce("grace@kestrelrail.example", True, TODAY - DAY, "b@x"),))
    assert names(ask("kestrel", snapshot))[0] == ("Grace Adeyemi", "organisation", False)


def test_a_name_is_found_without_its_accents_and_in_any_order() -> None:
    assert names(ask("adeyemi grace", town())) == [("Grace Adeyemi", "name", True)]
    assert names(ask("mei@gmail.com", town())) == [("Mei Tanaka", "name", True)]


def test_tags_and_notes_of_the_owner_are_found_with_their_proof() -> None:
    said = (
        Said("n1", TODAY - 9 * DAY, "note", key=3, text="Hiring her first data engineer."),
        Said("n2", TODAY - 8 * DAY, "tag", key=4, value="choir"),
    )
    snapshot = town(said=said)
    (found,) = ask("who knows a data engineer?".removeprefix("who "), snapshot) or ask(
        "data engineer", snapshot
    )
    assert (found.hit.person.name, found.hit.evidence[0].note_id) == ("Mei Tanaka", "n1")
    assert names(ask("choir", snapshot)) == [("Ana Ribeiro", "tag", True)]


def test_tags_and_notes_of_the_rules_are_found() -> None:
    policy = Policy(people=(PersonRule("Mei Tanaka", note="plays the cello", tags=("music",)),))
    assert names(ask("cello", town(), policy)) == [("Mei Tanaka", "note", True)]
    assert names(ask("music", town(), policy)) == [("Mei Tanaka", "tag", True)]


def test_jobs_and_signatures_are_found_with_the_letter_they_stood_in() -> None:
    traits = (
        Trait(3, "signature", "Head of Signalling, Orbit", TODAY - 90 * DAY, "old@x"),
        Trait(3, "signature", "Director of Platform, Orbit", TODAY - 9 * DAY, "new@x"),
    )
    snapshot = replace(town(), traits=traits)
    (now,) = ask("platform", snapshot)
    assert (now.hit.ground, now.hit.now, now.hit.evidence[0].message_id) == ("signature", True, "new@x")
    (before,) = ask("signalling", snapshot)
    assert not before.hit.now


def test_the_way_to_somebody_never_met_leads_through_the_warmest_friend() -> None:
    files = {
        9: Dossier(9, (), {3: 4, 4: 2}),
        1: Dossier(1, (Exchange("m@x", 1, True, "Re: Panel", "", True),)),
    }
    found = ask("kestrel", town(), dossiers=files)
    last = found[-1]
    assert (last.hit.person.name, last.threads) == ("Dana Cole", 4)
    assert last.through is not None
    assert last.through.name == "Mei Tanaka"
    assert found[0].topic == "Panel"


def test_somebody_never_met_to_whom_nobody_leads_is_left_out() -> None:
    assert "Dana Cole" not in [f.hit.person.name for f in ask("kestrel", town())]


def test_words_without_a_letter_are_refused() -> None:
    with pytest.raises(UsageError):
        ask(" ?! ", town())


def test_warmth_has_a_word() -> None:
    assert [who.heat(w) for w in (0.9, 0.3, 0.01, None)] == ["warm", "cool", "cold", "cold"]
