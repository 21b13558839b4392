"""Suggest: seats, the lot, and what the mail says of each person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rules import digest
from rules.due import survey
from rules.policy import Circle, Origin, PersonRule, Policy, Week
from rules.sentences import topic
from rules.simulate import simulate
from rules.verdicts import Digest, Evidence, Reason
from rules.words import about
from store.facts import DAY, Edition, Meeting, Said, Snapshot, Suggested, Trait
from tests.rules.worlds import TODAY, dossiers, friend, person, steady, world

OCCASION = digest.Occasion("2026w48", "2026-11-23", b"key")
PARTY = [friend(f"Guest {chr(65 + n)}", [(20, "o"), (21, "i")]) for n in range(20)]


def compose(snapshot: Snapshot, policy: Policy | None = None) -> Digest:
    seen = survey(snapshot, policy or Policy(), person)
    picked = digest.choose(seen, OCCASION)
    return digest.compose(seen, picked, dossiers(snapshot, digest.wanted(seen, picked)), OCCASION)


def test_twenty_years_of_mail_make_five_names() -> None:
    many = [steady(f"Friend {n:03}", 20 + n % 40, 30 + 17 * n % 6000, 4 + n % 20) for n in range(300)]
    made = compose(world(many))
    assert len(made.suggestions) == 5
    assert [s.number for s in made.suggestions] == [1, 2, 3, 4, 5]


def test_a_party_of_twenty_is_spread_over_weeks() -> None:
    """Two months after the party, replayed: two guests a mail at most while they are new."""
    later = TODAY + 35 * DAY
    friends = [friend(f.name, [(ago + 35, way) for ago, way in f.mails]) for f in PARTY]
    weeks = simulate(world(friends, as_of=later), Policy(), 5, b"key", person)
    named = [[c for c in week.named if c.reason is Reason.NEW] for week in weeks]
    assert all(len(new) <= 2 for new in named)
    assert sum(map(bool, named)) >= 4
    assert len({c.tie.person.key for new in named for c in new}) == sum(map(len, named))


def test_a_guest_of_the_party_never_crowds_out_an_old_friend() -> None:
    made = compose(world([*PARTY, steady("Ana Ribeiro", 21, 100), steady("Tomás Leal", 35, 110)]))
    assert {"Ana Ribeiro", "Tomás Leal"} <= {s.person.name for s in made.suggestions}


def test_a_strong_tie_gone_cold_has_a_seat_however_many_are_warmer() -> None:
    strong = steady("Ana Ribeiro", 14, 150, 40)
    warmer = [steady(f"Warm {n}", 10, 29, 5) for n in range(12)]
    assert "Ana Ribeiro" in {s.person.name for s in compose(world([strong, *warmer])).suggestions}


def test_the_lot_does_not_care_who_wrote_most() -> None:
    lost = [steady(f"Lost {n:02}", 30, 1500, 60 if n < 3 else 4) for n in range(40)]
    seen = survey(world(lost), Policy(), person)
    drawn = set()
    for week in range(60):
        occasion = digest.Occasion(f"2026w{week}", "2026-11-23", b"key")
        drawn |= {
            c.tie.person.name for c in digest.choose(seen, occasion).chosen if c.reason is Reason.WILDCARD
        }
    assert len(drawn) > 25


def test_another_key_draws_another_lot() -> None:
    seen = survey(world([steady(f"Lost {n:02}", 30, 1500) for n in range(60)]), Policy(), person)
    occasions = [digest.Occasion("2026w48", "2026-11-23", bytes([n])) for n in range(12)]
    draws = {digest.choose(seen, occasion).chosen[-1].tie.person.key for occasion in occasions}
    assert len(draws) > 6


def test_the_rules_choose_reasons_and_numbers() -> None:
    friends = [*PARTY, *(steady(f"Quiet {n}", 21, 90 + n, ends="o") for n in range(9))]
    only_new = compose(world(friends), Policy(week=Week(people=3, wildcard=0, reasons=("new",))))
    assert [s.reason for s in only_new.suggestions] == [Reason.NEW, Reason.NEW]
    most = compose(world(friends), Policy(week=Week(people=7, wildcard=0)))
    assert len(most.suggestions) == 7


def test_reasons_come_in_the_order_of_the_rules() -> None:
    friends = [
        steady("Gone Quiet", 21, 90, ends="o"), steady("Your Turn", 21, 90), PARTY[0],
        steady("The Promised", 21, 9), steady("Lost Friend", 30, 1500),
    ]  # fmt: skip
    promise = Said("n1", TODAY - 9 * DAY, "promised", 4, text="the slides.")
    made = compose(world(friends, said=(promise,)))
    assert [s.reason for s in made.suggestions] == [
        Reason.PROMISE, Reason.YOUR_TURN, Reason.GONE_QUIET, Reason.NEW, Reason.WILDCARD,
    ]  # fmt: skip
    assert made.suggestions[0].sentence == "You promised: the slides. You said so on 14 November."
    assert made.suggestions[0].evidence == (Evidence(note_id="n1"),)


def test_open_promises_of_others_stand_in_letters_and_no_more_than_four() -> None:
    friends = [steady(f"Friend {n}", 21, 5) for n in range(1, 9)]
    said = tuple(Said(f"n{n}", TODAY - n * DAY, "promised", n, text=f"thing {n}") for n in range(1, 9))
    made = compose(world(friends, said=said), Policy(week=Week(reasons=("new",))))
    assert [(p.letter, p.text) for p in made.promises] == [
        ("a", "thing 8"), ("b", "thing 7"), ("c", "thing 6"), ("d", "thing 5"),
    ]  # fmt: skip


def test_what_is_known_comes_with_its_source() -> None:
    note = Said("n1", TODAY - 90 * DAY, "note", 1, text="moving to Lisbon")
    policy = Policy(
        circles=(
            Circle("teachers", people=("Ana Ribeiro",), say="thank them", origin=Origin("rules.yaml", 4)),
        ),
        people=(PersonRule("Ana Ribeiro", note="hates calls", origin=Origin("rules.yaml", 9)),),
    )
    made = compose(world([steady("Ana Ribeiro", 21, 100)], said=(note,)), policy).suggestions[0]
    assert [(k.text, k.source) for k in made.known] == [
        ("moving to Lisbon", "your note"),
        ("hates calls", "your rules, rules.yaml:9"),
        ("thank them", "your rules, rules.yaml:4"),
    ]
    assert made.known[0].evidence == (Evidence(note_id="n1"),)


def test_the_owners_words_open_the_letter() -> None:
    own = Policy(words={"your turn": "{first}, {months} since {subject}. {nonsense}"})
    made = compose(world([steady("Ana Ribeiro", 21, 100)]), own).suggestions[0]
    assert made.opening == "Ana, 14 weeks since flat hunting. {nonsense}"


@pytest.mark.parametrize(
    ("address", "opening"),
    [
        ("jwhite7@mail.example", "I never answered you about “flat hunting”. How did it turn out?"),
        (
            "ruth.white84@mail.example",
            "Ruth, I never answered you about “flat hunting”. How did it turn out?",
        ),
        ("maria@mail.example", "Maria, I never answered you about “flat hunting”. How did it turn out?"),
    ],
)
def test_nobody_is_called_by_a_handle(address: str, opening: str) -> None:
    nameless = replace(steady("Ruth White", 21, 100), name="", address=address)
    assert compose(world([nameless])).suggestions[0].opening.startswith(opening)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        (1.0, "every day or two"),
        (4.0, "every 4 days"),
        (6.0, "every week"),
        (7.0, "every week"),
        (10.0, "every 10 days"),
        (13.0, "every 2 weeks"),
        (13.6, "every 2 weeks"),
        (16.0, "every 2 weeks"),
        (21.0, "every 3 weeks"),
    ],
)
def test_a_learned_rhythm_is_told_as_people_speak(days: float, told: str) -> None:
    assert about(days) == told


def test_a_young_thread_is_answered_and_an_old_one_left_alone() -> None:
    young, old = (compose(world([steady("Ana Ribeiro", 21, ago)])).suggestions[0] for ago in (100, 900))
    assert young.reply_to == young.last
    assert young.reply_to is not None
    assert old.reply_to is None


def test_the_outcome_of_the_last_mail_is_told() -> None:
    rows = tuple(
        Suggested(
            "2026w47", str(n), n, TODAY - 7 * DAY, "new", False, wrote=TODAY if n < 3 else 0, answered=n == 1
        )
        for n in range(1, 6)
    )
    edition = Edition("2026w47", TODAY - 7 * DAY, "delivered", "m", TODAY - 7 * DAY, people=5)
    friends = [steady(f"Ana{n} Ribeiro", 21, 5) for n in range(5)]
    told = compose(world(friends, suggested=rows, editions=(edition,))).outcome
    assert told is not None
    assert (told.suggested, told.wrote, told.answered) == (5, 2, ("Ana0",))
    assert compose(world(friends)).outcome is None


@pytest.mark.parametrize(
    ("subject", "about"),
    [
        ("Re: AW: Fwd: Flat hunting", "Flat hunting"),
        ("RE[2]: \u201cFlat hunting\u201d", "Flat hunting"),
        ("Re: Good to meet you!", ""),
        ("Hi", ""),
        ("Re:", ""),
        ("OUT OF THE OFFICE", ""),
        ("Automatische Antwort: Zug nach Lyon", ""),
        ("Out of office space in Lyon?", ""),
        ("Outer office", "Outer office"),
        ("a " * 60, "a " * 28 + "a…"),
    ],
)
def test_a_subject_is_taken_up_only_if_it_says_something(subject: str, about: str) -> None:
    assert topic(subject) == about


def test_who_wrote_last_is_told_by_the_last_mail_and_who_is_new_by_the_first() -> None:
    few = friend("Mary Hain", [(480, "i"), (560, "o")])
    fresh = friend("Bilal Hassan", [(14, "o"), (21, "i")])
    made = {s.person.name: s.sentence for s in compose(world([few, fresh])).suggestions}
    assert made["Mary Hain"] == "Mary wrote last, 16 months ago; it is your turn."
    assert made["Bilal Hassan"] == "You two first wrote 3 weeks ago: two mails, the last on 9 November."


@pytest.mark.parametrize(
    ("sort", "told", "sentence", "opening"),
    [
        (
            "job",
            ("Engineer", "Director"),
            "Ana has a new job: Director.",
            "Ana, I saw your news and was glad.",
        ),
        (
            "organisation",
            ("North", "Kestrel"),
            "Ana is at Kestrel now; before, it was North.",
            "Ana, I saw your",
        ),
        (
            "signature",
            ("Engineer", "Director of Platform"),
            "The signature of Ana changed on 13 November: Director of Platform.",
            "Ana, I saw your",
        ),
        ("birthday", ("--11-26",), "Ana has a birthday on 26 November.", "Ana, happy birthday!"),
        (
            "question",
            ("How is the boat?",),
            "Ana asked you “How is the boat?” 10 days ago",
            "Ana, I never answered",
        ),
        (
            "promise",
            ("The slides.",),
            "On 13 November you wrote “The slides.”.",
            "Ana, I owe you something: The",
        ),
    ],
)
def test_every_sort_of_news_has_its_sentence_and_its_row(
    sort: str, told: tuple[str, ...], sentence: str, opening: str
) -> None:
    ends = "o" if sort != "question" else "i"
    snapshot = world([steady("Ana Ribeiro", 21, 20, ends=ends)])
    traits = tuple(
        Trait(1, sort, value, TODAY - ago * DAY, f"m{ago}@example.net", "signature")
        for value, ago in zip(told[::-1], (10, 300), strict=False)
    )
    made = compose(replace(snapshot, traits=traits)).suggestions[0]
    assert made.sentence.startswith(sentence)
    assert made.opening.startswith(opening)
    assert made.evidence in {(Evidence(message_id="m10@example.net"),), (Evidence(date="2026-11-26"),)}


def test_a_meeting_ahead_is_told_beside_the_reason() -> None:
    lunch = Meeting(
        "u1", TODAY + 3 * DAY, "accepted", ("ana.ribeiro@example.net",), "Lunch", "m5@example.net"
    )
    made = compose(replace(world([steady("Ana Ribeiro", 21, 100)]), meetings=(lunch,))).suggestions[0]
    assert [(k.text, k.source) for k in made.known] == [
        ("You two meet on 26 November: Lunch.", "from your mail")
    ]


def test_somebody_of_whom_only_the_rules_speak_is_told_truly() -> None:
    policy = Policy(people=(PersonRule("Ana Ribeiro", every=28),))
    snapshot = replace(world([friend("Ana Ribeiro", [(50, "o")])]), timelines={})
    seen = survey(snapshot, policy, person)
    made = digest.compose(seen, digest.choose(seen, OCCASION), {}, OCCASION).suggestions[0]
    assert made.sentence == "You wish to be in touch every 4 weeks; there is no mail between you yet."
    assert made.evidence == (Evidence(date="2026-11-23"),)
    assert made.rhythm_words == "as you wish, every 4 weeks"


def test_a_wish_is_told_as_a_wish() -> None:
    policy = Policy(circles=(Circle("all", every=28),))
    made = compose(world([steady("Ana Ribeiro", 21, 40, ends="o")]), policy).suggestions[0]
    assert made.sentence == "You wish to be in touch every 4 weeks; it has been 6 weeks."
    assert made.told_by == "your circle “all”"


def test_an_old_friend_comes_now_and_then_as_one_gone_quiet() -> None:
    lost = [steady(f"Lost {n:02}", 30, 1500, 8 + n) for n in range(12)]
    seen = survey(world(lost), Policy(), person)
    reasons = [
        [c.seat for c in digest.choose(seen, digest.Occasion(f"2026w{n:02}", "", b"key")).chosen]
        for n in range(1, 41)
    ]
    assert 3 <= sum("old" in seats for seats in reasons) <= 20
    old = next(n for n, seats in enumerate(reasons, 1) if "old" in seats)
    occasion = digest.Occasion(f"2026w{old:02}", "2026-11-23", b"key")
    picked = digest.choose(seen, occasion)
    made = digest.compose(seen, picked, dossiers(seen.snapshot, digest.wanted(seen, picked)), occasion)
    assert made.suggestions[0].sentence == "You two once wrote about every 4 weeks; it has been 4 years."


def test_a_wish_is_never_told_as_the_rhythm_of_the_two() -> None:
    policy = Policy(circles=(Circle("all", every=28),))
    made = compose(world([steady("Ana Ribeiro", 14, 40)]), policy).suggestions[0]
    assert made.sentence.startswith("You two write about every 2 weeks; it has been 6 weeks.")
