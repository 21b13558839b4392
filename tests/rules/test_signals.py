"""News about people: each signal from facts, each with its proof, none from strangers alone."""

from __future__ import annotations

from array import array
from datetime import date
from typing import Any

import pytest

from rules.policy import Policy
from rules.signals import next_birthday, signals
from rules.verdicts import Evidence, News, Signal
from store.facts import DAY, Address, Bounce, Dossier, Exchange, Meeting, Person, Snapshot, Timeline, Trait

NOW = 20_000 * DAY + 3600


def ago(days: float) -> int:
    return int(NOW - days * DAY)


def address(number: int, text: str, first: float, last: float, **more: Any) -> Address:
    told = {"sent": 3, "received": 3, "last_in": ago(last), "last_out": ago(last)} | more
    return Address(number, text, "", number, first=ago(first), last=ago(last), **told)


def person(key: int, name: str, *addresses: Address) -> Person:
    return Person(f"p{key}", key, name, addresses)


def news(
    *people: Person, dossiers: dict[int, Dossier] | None = None, **more: Any
) -> dict[int, tuple[Signal, ...]]:
    snapshot = Snapshot(
        as_of=NOW,
        own=frozenset({"maya@example.org"}),
        people={p.key: p for p in people},
        timelines=more.pop("timelines", {}),
        **more,
    )
    return signals(snapshot, Policy(), dossiers)


def only(found: dict[int, tuple[Signal, ...]], key: int = 1) -> Signal:
    (signal,) = found[key]
    return signal


ANA = person(1, "Ana Ribeiro", address(1, "ana@acme.example", 900, 100))


def test_a_permanent_bounce_is_news_of_a_dead_address() -> None:
    bounce = Bounce("ana@acme.example", True, ago(3), "bounce@mx")
    signal = only(news(ANA, bounces=(bounce,)))
    assert (signal.news, signal.what) == (News.BOUNCED, "ana@acme.example")
    assert signal.evidence == (Evidence(message_id="bounce@mx"),)


@pytest.mark.parametrize(
    ("bounce", "who"),
    [
        (Bounce("ana@acme.example", False, ago(3), "b"), ANA),
        (Bounce("ana@acme.example", True, ago(200), "b"), ANA),
        (Bounce("other@acme.example", True, ago(3), "b"), ANA),
        (
            Bounce("eve@x.example", True, ago(3), "b"),
            person(1, "Eve", address(1, "eve@x.example", 9, 8, sent=0)),
        ),
    ],
    ids=["passing", "wrote afterwards", "another address", "never written to"],
)
def test_a_bounce_that_proves_nothing_is_no_news(bounce: Bounce, who: Person) -> None:
    assert news(who, bounces=(bounce,)) == {}


def test_a_second_address_at_another_firm_is_a_move() -> None:
    ana = person(1, "Ana", ANA.main, address(2, "ana@kestrel.example", 20, 2))
    signal = only(news(ana))
    assert (signal.news, signal.what, signal.before) == (News.MOVED, "Kestrel", "Acme")
    assert signal.evidence[0].date


def test_a_second_private_address_is_a_new_address() -> None:
    ana = person(1, "Ana", ANA.main, address(2, "ana@gmail.com", 20, 2))
    assert only(news(ana)).news is News.NEW_ADDRESS


def test_two_addresses_known_for_long_or_from_the_same_month_are_no_news() -> None:
    assert news(person(1, "Ana", ANA.main, address(2, "ana@gmail.com", 800, 2))) == {}
    young = (address(1, "a@acme.example", 30, 1), address(2, "a@gmail.com", 20, 1))
    assert news(person(1, "Ana", *young)) == {}


def test_a_new_address_in_a_known_name_is_told_but_not_merged() -> None:
    other = person(2, "Ribeiro, Ana", address(2, "ana.r@gmail.com", 10, 1))
    found = news(ANA, other)
    assert only(found).what == "ana.r@gmail.com"
    assert 2 not in found


def test_a_stranger_in_a_known_name_is_no_news() -> None:
    spoof = person(2, "Ana Ribeiro", address(2, "ana@evil.example", 10, 1, sent=0))
    assert news(ANA, spoof) == {}


def test_a_name_borne_by_two_known_people_tells_nothing() -> None:
    twin = person(2, "Ana Ribeiro", address(2, "ana@beta.example", 700, 90))
    fresh = person(3, "Ana Ribeiro", address(3, "ana@gmail.com", 10, 1))
    assert news(ANA, twin, fresh) == {}


def test_the_first_mails_both_ways_are_news() -> None:
    bilal = person(1, "Bilal Hassan", address(1, "b@example.net", 20, 18))
    line = Timeline(array("i", [19_980]), array("i", [1]), array("i", [1]), array("i"), ago(20), ago(19))
    signal = only(news(bilal, timelines={1: line}))
    assert (signal.news, signal.at) == (News.FIRST, 19_980 * DAY)
    line.last_in = 0
    assert news(bilal, timelines={1: line}) == {}


def meeting(status: str, at: float, *others: str, uid: str = "u") -> Meeting:
    return Meeting(uid, ago(at), status, ("maya@example.org", *others), "Lunch", "invite@x")


def test_an_accepted_meeting_is_news() -> None:
    signal = only(news(ANA, meetings=(meeting("accepted", -3, "ana@acme.example"),)))
    assert (signal.news, signal.what, signal.evidence) == (
        News.MEETING,
        "Lunch",
        (Evidence(message_id="invite@x"),),
    )


@pytest.mark.parametrize(
    "meetings",
    [
        (meeting("requested", 1, "ana@acme.example"),),
        (meeting("accepted", 90, "ana@acme.example"),),
        (meeting("accepted", 1, "ana@acme.example", "b@x", "c@x", "d@x"),),
        (meeting("accepted", 1, "ana@acme.example"), meeting("cancelled", 1, "ana@acme.example")),
    ],
    ids=["only asked", "long ago", "a crowd", "cancelled later"],
)
def test_other_meetings_are_none(meetings: tuple[Meeting, ...]) -> None:
    assert news(ANA, meetings=meetings) == {}


def test_a_changed_job_and_a_changed_signature_are_news_and_a_first_one_is_not() -> None:
    first = Trait(1, "job", "Engineer", ago(500))
    assert news(ANA, traits=(first,)) == {}
    found = only(news(ANA, traits=(Trait(1, "job", "Director", ago(5)), first)))
    assert (found.news, found.what, found.before) == (News.NEW_JOB, "Director", "Engineer")
    signatures = (
        Trait(1, "signature", "Engineer, Acme", ago(90), "a@x"),
        Trait(1, "signature", "CTO, Acme", ago(4), "b@x"),
    )
    signed = only(news(ANA, traits=signatures))
    assert (signed.news, signed.evidence) == (News.SIGNATURE, (Evidence(message_id="b@x"),))


def test_a_birthday_is_news_a_week_before_and_three_days_after() -> None:
    today = date(2024, 10, 4)  # day 20,000
    for text, told in (("1980-10-11", True), ("--10-04", True), ("--10-01", True), ("--10-12", False)):
        assert bool(news(ANA, traits=(Trait(1, "birthday", text, 0),))) is told, text
    assert next_birthday("2000-02-29", date(2023, 2, 25)) == date(2023, 2, 28)
    assert next_birthday("--01-02", date(2023, 12, 30)) == date(2024, 1, 2)
    assert next_birthday("--12-30", date(2024, 1, 1)) == date(2023, 12, 30)
    assert next_birthday("someday", today) is None


def dossier(*mails: tuple[float, bool, str]) -> dict[int, Dossier]:
    exchanges = tuple(Exchange(f"m{d}@x", ago(d), out, subject, "", True) for d, out, subject in mails)
    return {1: Dossier(1, exchanges)}


def test_an_open_question_is_news_for_the_one_who_owes_the_answer() -> None:
    line = Timeline(last_in=ago(9), last_out=ago(30))
    found = only(news(ANA, timelines={1: line}, dossiers=dossier((9, False, "Free in May?"))))
    assert (found.news, found.what) == (News.QUESTION, "Free in May?")
    line = Timeline(last_in=ago(40), last_out=ago(30))
    found = only(news(ANA, timelines={1: line}, dossiers=dossier((30, True, "Free in May?"))))
    assert found.news is News.ASKED
    line = Timeline(last_in=ago(9), last_out=ago(8))
    assert news(ANA, timelines={1: line}, dossiers=dossier((9, False, "Free in May?"))) == {}


def test_a_question_read_in_a_letter_needs_no_question_mark_in_the_subject() -> None:
    asked = Trait(1, "question", "Could you introduce me to Ines", ago(9), "q@x")
    found = only(news(ANA, traits=(asked,), timelines={1: Timeline(last_in=ago(9), last_out=ago(30))}))
    assert (found.news, found.evidence) == (News.QUESTION, (Evidence(message_id="q@x"),))


def test_the_most_telling_news_comes_first() -> None:
    traits = (
        Trait(1, "promise", "I will send the slides", ago(6), "s@x"),
        Trait(1, "birthday", "--10-06", 0),
    )
    assert [s.news for s in news(ANA, traits=traits)[1]] == [News.BIRTHDAY, News.PROMISE]
