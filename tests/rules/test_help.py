"""Give and take: the balance, the word before a request, and two people who should meet."""

from __future__ import annotations

from dataclasses import replace

from rules import digest, favours
from rules.due import Survey, survey
from rules.introductions import introductions, wanted
from rules.policy import Policy
from rules.verdicts import Evidence, Introduction
from store.facts import DAY, Said
from tests.rules.worlds import TODAY, dossiers, person, steady, world

BILAL, INES, MEI = (steady(name, 21, 10) for name in ("Bilal Hassan", "Ines Duarte", "Mei Tanaka"))
NEEDS = Said("n1", TODAY - 9 * DAY, "note", 1, text="Hiring his first data engineers")
GIVES = Said("n2", TODAY - 90 * DAY, "note", 2, text="data engineer, left Northwind")


def seen(*said: Said) -> Survey:
    return survey(world([BILAL, INES, MEI], said=said), Policy(), person)


def act(verb: str, ago: int, key: int = 1, text: str = "a thing") -> Said:
    return Said(f"n-{verb}-{ago}", TODAY - ago * DAY, verb, key, text=text)


def meet(week: Survey, shared: dict[int, int] | None = None) -> tuple[Introduction, ...]:
    """Return the pairs of four weeks running."""
    found = dict(dossiers(week.snapshot, wanted(week)))
    if shared and 1 in found:
        found[1] = replace(found[1], shared=shared)
    return tuple(i for n in range(4) for i in introductions(week, found, f"2026w4{n}", b"key"))


def test_the_quarter_is_one_sentence() -> None:
    week = seen(act("gave", 5), act("introduced", 9), act("asked", 20), act("gave", 200))
    assert favours.quarter(week) == "This quarter you have given two favours and asked for one."
    assert (
        favours.quarter(seen(act("gave", 5))) == "This quarter you have given one favour and asked for none."
    )
    assert favours.quarter(seen()) == ""


def test_the_balance_with_one_person() -> None:
    standing = seen(act("gave", 5), act("gave", 50), act("asked", 20)).standing(1)
    assert (
        favours.balance(standing, "Bilal") == "Since 4 October 2026: you helped Bilal twice and asked once."
    )


def test_three_requests_in_a_row_call_for_giving_first() -> None:
    asked = [act("asked", ago) for ago in (5, 20, 40)]
    assert favours.guard(seen(*asked, act("gave", 300)), 1).endswith("give first.")
    assert favours.guard(seen(*asked[1:], act("gave", 6)), 1) == ""


def test_years_of_silence_call_for_giving_first() -> None:
    week = survey(world([steady("Ruth Lindqvist", 30, 1500)]), Policy(), person)
    assert favours.guard(week, 1) == "After 4 years of silence, give first and ask for nothing yet."


def test_before_a_letter_everything_written_down_is_told() -> None:
    week = seen(NEEDS, act("promised", 12, text="two names"), act("asked", 30, text="a room"))
    told = favours.before(week, week.snapshot.people[1])
    assert told[0] == "It has been 10 days since you two wrote; your rhythm is every 3 weeks."
    assert "14 November 2026, your note: Hiring his first data engineers" in told
    assert "11 November 2026, still open, you promised: two names" in told
    assert "24 October 2026, you asked: a room" in told


def test_two_whose_notes_fit_meet_once_in_four_weeks_and_the_giver_is_asked_first() -> None:
    found = meet(seen(NEEDS, GIVES))
    assert len(found) == 1
    assert (found[0].ask.name, found[0].letter) == ("Ines Duarte", "i")
    assert found[0].evidence == (Evidence(note_id="n1"), Evidence(note_id="n2"))
    assert found[0].sentence == (
        "Bilal: “Hiring his first data engineers”. Ines: “data engineer, left Northwind”."
        " The two have never shared a thread."
    )


def test_a_note_that_ends_in_a_full_stop_brings_none_too_many() -> None:
    (found,) = meet(seen(*(note._replace(text=f"{note.text}.") for note in (NEEDS, GIVES))))
    assert found.sentence.startswith(
        "Bilal: “Hiring his first data engineers”. Ines: “data engineer, left Northwind”. The two"
    )


def test_two_with_a_tag_of_the_owners_in_common_meet() -> None:
    tags = tuple(Said(f"t{key}", TODAY - key * DAY, "tag", key, value="rail") for key in (1, 3))
    found = meet(seen(*tags))
    assert [i.sentence for i in found] == [
        "Bilal and Mei both carry your tag “rail” and have never shared a thread."
    ]


def test_two_who_shared_a_thread_or_were_introduced_do_not_meet_again() -> None:
    assert not meet(seen(NEEDS, GIVES), shared={2: 1})
    done = Said("n9", TODAY - DAY, "introduced", 1, 2)
    assert not meet(seen(NEEDS, GIVES, done))
    assert not meet(seen(NEEDS, GIVES, Said("n9", TODAY - DAY, "skip", 2, 1)))
    assert not meet(seen(NEEDS, GIVES, Said("n8", TODAY, "never", 2)))


def test_common_words_make_no_match() -> None:
    other = Said("n2", TODAY - 90 * DAY, "note", 2, text="first years at work with people")
    assert not meet(seen(NEEDS, other))


def test_the_digest_carries_the_pair_and_the_balance() -> None:
    week = seen(NEEDS, GIVES, act("gave", 3))
    carried = set()
    for number in range(44, 48):
        occasion = digest.Occasion(f"2026w{number}", "2026-11-23", b"key")
        picked = digest.choose(week, occasion)
        found = dossiers(week.snapshot, digest.wanted(week, picked))
        made = digest.compose(week, picked, found, occasion)
        carried.add(len(made.introductions))
        assert made.favours
    assert carried == {0, 1}
