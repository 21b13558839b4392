"""Candidates: who may be named, for what reason, and why everybody else may not."""

from __future__ import annotations

from array import array
from dataclasses import replace
from datetime import date

import pytest

from rules.candidates import candidates
from rules.due import survey
from rules.policy import Circle, Origin, PersonRule, Policy, Quiet
from rules.standing import Standing
from rules.verdicts import Candidate, Kind, KindVerdict, Reason
from store.facts import DAY, Bounce, Meeting, Person, Said, Snapshot, Suggested, Trait
from tests.rules.worlds import TODAY, friend, person, steady, world

ANA = steady("Ana Ribeiro", 21, 100)


def said(verb: str, key: int = 1, ago: int = 1, **more: object) -> Said:
    return Said(f"n-{verb}-{ago}", TODAY - ago * DAY, verb, key, **more)  # type: ignore[arg-type]


def one(snapshot: Snapshot, policy: Policy | None = None) -> Candidate:
    found = {c.tie.person.key: c for c in candidates(survey(snapshot, policy or Policy(), person))}
    return found[1]


def test_somebody_past_the_gate_may_be_named() -> None:
    assert (one(world([ANA])).withheld, one(world([ANA])).reason) == ("", Reason.YOUR_TURN)
    assert one(world([steady("Ana Ribeiro", 21, 30)])).withheld == (
        "not due: 30 days of silence, named from 32 on"
    )


@pytest.mark.parametrize(
    ("act", "why"),
    [
        (said("never"), "you said never"),
        (said("snooze", until=TODAY + 5 * DAY), "you asked for peace until 28 November 2026"),
        (said("skip", ago=10), "named on 13 November 2026 and resting until 5 February 2027"),
    ],
)
def test_the_owners_word_withholds(act: Said, why: str) -> None:
    assert one(world([ANA], said=(act,))).withheld == why


def test_a_snooze_that_is_over_withholds_nobody() -> None:
    assert not one(world([ANA], said=(said("snooze", ago=30, until=TODAY - DAY),))).withheld


def test_the_rules_withhold_and_say_where() -> None:
    later = PersonRule(ANA.address, not_before=date(2027, 1, 10), origin=Origin("rules.yaml", 8))
    assert one(world([ANA]), Policy(people=(later,))).withheld == "not before 10 January (rules.yaml:8)"
    assert one(world([ANA]), Policy(never=("*@example.net",))).withheld == "your rule “*@example.net”"


def test_a_name_rests_after_a_suggestion_until_the_owner_writes() -> None:
    named = Suggested("2026w45", "1", 1, TODAY - 21 * DAY, "gone quiet", wildcard=False)
    assert one(world([ANA], suggested=(named,))).withheld.startswith("named on 2 November 2026")
    wrote = friend("Ana Ribeiro", [(15, "o"), *((15 + 21 * n, "oi"[n % 2]) for n in range(1, 9))])
    assert "not due" in one(world([wrote], suggested=(named,))).withheld


def test_ignoring_a_name_twice_makes_it_rest_twice_as_long() -> None:
    ana = steady("Ana Ribeiro", 21, 300)
    rows = tuple(
        Suggested(f"2026w{week}", "1", 1, TODAY - ago * DAY, "gone quiet", wildcard=False)
        for week, ago in ((20, 187), (33, 100))
    )
    assert one(world([ana], suggested=rows)).withheld
    assert not one(world([ana], suggested=rows[:1])).withheld


def test_who_did_not_answer_the_last_two_is_left_in_peace() -> None:
    told = one(world([friend("Ana Ribeiro", [(40, "o"), (60, "o"), (90, "i"), (110, "o"), (130, "i")])]))
    assert told.withheld.startswith("has not answered your last 2; left in peace until ")


def test_a_done_counts_as_contact() -> None:
    told = one(world([ANA], said=(said("done", ago=3),)))
    assert told.tie.silence < 4
    assert told.withheld


def test_silence_does_not_count_on_days_off() -> None:
    ana = steady("Ana Ribeiro", 21, 40)
    assert not one(world([ana])).withheld
    away = Policy(quiet=(Quiet(date(2026, 10, 20), date(2026, 11, 10)),))
    assert "not due: 18 days" in one(world([ana]), away).withheld


def test_a_wished_cadence_is_the_gate_and_slower_stretches_it() -> None:
    often = Policy(circles=(Circle("all", every=14),))
    ana = steady("Ana Ribeiro", 21, 15)
    assert not one(world([ana]), often).withheld
    assert "named from 21 on" in one(world([ana], said=(said("slower"),)), often).withheld


def test_a_promise_past_its_day_comes_before_the_gate() -> None:
    ana = steady("Ana Ribeiro", 21, 10)
    due = said("promised", ago=6, text="the agent's name")
    young = said("promised", ago=2, text="the agent's name")
    told = one(world([ana], said=(due,)))
    assert (told.reason, told.withheld) == (Reason.PROMISE, "")
    assert one(world([ana], said=(young,))).reason is not Reason.PROMISE
    by = said("promised", ago=30, text="slides", until=TODAY + 9 * DAY)
    assert one(world([ana], said=(by,))).reason is not Reason.PROMISE


def test_news_come_before_the_gate_with_their_row() -> None:
    snapshot = world([steady("Ana Ribeiro", 21, 10)])
    traits = (
        Trait(1, "job", "Engineer", TODAY - 400 * DAY, source="linkedin"),
        Trait(1, "job", "Director", TODAY - 5 * DAY, "m1@example.net", "linkedin"),
    )
    told = one(Snapshot(snapshot.as_of, snapshot.own, snapshot.people, snapshot.timelines, traits=traits))
    assert (told.reason, told.withheld) == (Reason.NEWS, "")
    assert told.signal is not None
    assert told.signal.evidence


def test_somebody_new_has_a_seat_for_some_weeks() -> None:
    mails = [(20, "o"), (22, "i")]
    told = one(world([friend("Bilal Hassan", mails)]))
    assert (told.reason, told.seat, told.withheld) == (Reason.NEW, "new", "")
    assert one(world([friend("Bilal Hassan", [(3, "o"), (5, "i")])])).withheld


def test_a_tie_gone_for_eight_times_its_rhythm_waits_for_the_lot() -> None:
    told = one(world([steady("Ruth Lindqvist", 30, 900)]))
    assert (told.reason, told.seat, told.withheld) == (Reason.WILDCARD, "lot", "")


def test_somebody_whose_name_the_owner_writes_with_elsewhere_stays_out_of_the_lot() -> None:
    old = steady("Steve Lafontaine", 10, 400)
    nameless = replace(old, name="", address="slafontaine@globalp.example")
    now = replace(steady("Steve Lafontaine", 12, 20), address="steve@bank.example")
    for lost in (old, nameless):
        told = one(world([lost, now]))
        assert (told.reason, told.withheld) == (
            Reason.WILDCARD,
            "perhaps Steve Lafontaine, whom you write with; same or different settles it",
        )
        apart = said("different")._replace(other=2)
        assert not one(world([lost, now], said=(apart,))).withheld
    gone = replace(now, mails=((300, "i"), (320, "o")))
    assert not one(world([old, gone])).withheld


def test_who_still_writes_to_the_owner_and_others_is_not_named_as_somebody_new() -> None:
    snapshot = world([friend("Bilal Hassan", [(20, "o"), (22, "i")])])
    for ago, free in ((3, False), (15, True)):
        line = replace(snapshot.timelines[1], others=array("i", [TODAY // DAY - ago]))
        told = one(replace(snapshot, timelines={1: line}))
        assert (told.reason is Reason.NEW, not told.withheld) == (free, free)


def test_a_tie_whose_every_address_bounced_is_not_named() -> None:
    snapshot = world([ANA])
    bounce = Bounce(ANA.address, permanent=True, at=TODAY - 5 * DAY, mid="b1")
    args = (snapshot.as_of, snapshot.own, snapshot.people, snapshot.timelines)
    assert one(Snapshot(*args, bounces=(bounce,))).withheld == "mail to every known address comes back"
    passing = Bounce(ANA.address, permanent=False, at=TODAY - 5 * DAY, mid="b1")
    assert not one(Snapshot(*args, bounces=(passing,))).withheld


def test_mail_one_way_makes_no_candidate_unless_the_owner_speaks_of_them() -> None:
    lonely = world([friend("Ana Ribeiro", [(60, "i"), (90, "i")])])
    assert not candidates(survey(lonely, Policy(), person))
    told = one(lonely, Policy(people=(PersonRule("Ana Ribeiro", every=28),)))
    assert (told.reason, told.withheld) == (Reason.YOUR_TURN, "")


def test_an_office_is_named_only_where_the_owner_names_it() -> None:
    def office(_person: Person, _standing: Standing, _policy: Policy, _own: frozenset[str]) -> KindVerdict:
        return KindVerdict(Kind.ROLE, "an office")

    (withheld,) = candidates(survey(world([ANA]), Policy(), office))
    assert withheld.withheld.startswith("the address of an office")
    named = Policy(people=(PersonRule("ana.ribeiro@example.net", every=28),))
    (free,) = candidates(survey(world([ANA]), named, office))
    assert free.withheld == ""


def told_of_a_job(mails: int, *rows: Suggested) -> Candidate:
    snapshot = world([steady("Ana Ribeiro", 21, mails, ends="o")], suggested=rows)
    traits = tuple(
        Trait(1, "job", job, TODAY - ago * DAY, source="linkedin")
        for job, ago in (("Engineer", 400), ("Director", 9))
    )
    args = (snapshot.as_of, snapshot.own, snapshot.people, snapshot.timelines)
    return one(Snapshot(*args, suggested=rows, traits=traits))


def test_news_are_told_once_and_not_after_the_owner_has_written() -> None:
    assert told_of_a_job(12).reason is Reason.NEWS
    assert told_of_a_job(3).reason is not Reason.NEWS
    before = Suggested("2026w47", "1", 1, TODAY - 7 * DAY, "news", wildcard=False)
    assert told_of_a_job(12, before).reason is not Reason.NEWS


def test_somebody_new_is_named_as_new_once() -> None:
    row = Suggested("2026w45", "1", 1, TODAY - 30 * DAY, "new", wildcard=False, wrote=TODAY - 20 * DAY)
    bilal = friend("Bilal Hassan", [(20, "o"), (31, "i"), (32, "o")])
    assert one(world([bilal])).reason is Reason.NEW
    assert one(world([bilal], suggested=(row,))).reason is not Reason.NEW


def test_an_open_promise_does_not_come_every_week_though_the_owner_writes() -> None:
    promise = said("promised", ago=60, text="slides")
    row = Suggested("2026w46", "1", 1, TODAY - 14 * DAY, "promise", wildcard=False, wrote=TODAY - 10 * DAY)
    ana = steady("Ana Ribeiro", 21, 10, ends="o")
    assert not one(world([ana], said=(promise,))).withheld
    assert one(world([ana], said=(promise,), suggested=(row,))).withheld == (
        "named on 9 November 2026 and resting until 7 December 2026"
    )


def test_a_meeting_held_counts_as_contact_and_one_cancelled_or_ahead_does_not() -> None:
    def silence(*meetings: Meeting) -> float:
        seen = survey(replace(world([ANA]), meetings=meetings), Policy(), person)
        return seen.ties[0].silence

    held = Meeting("u1", TODAY - 5 * DAY, "accepted", (ANA.address, "maya@example.org"), "Lunch")
    assert silence(held) < 6
    assert silence(held, held._replace(status="cancelled")) == 100
    assert silence(held._replace(status="requested")) == 100
    assert silence(held._replace(at=TODAY + DAY)) == 100


def test_a_question_and_a_promise_read_in_a_letter_are_reasons_with_their_mail() -> None:
    snapshot = world([steady("Ana Ribeiro", 21, 20)])
    for sort, reason in (("question", Reason.YOUR_TURN), ("promise", Reason.PROMISE)):
        trait = Trait(1, sort, "the agent's name", TODAY - 12 * DAY, "m7@example.net")
        told = one(replace(snapshot, traits=(trait,)))
        assert (told.reason, told.withheld) == (reason, "")
        assert told.signal is not None
        assert told.signal.evidence[0].message_id == "m7@example.net"
