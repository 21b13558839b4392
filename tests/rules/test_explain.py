"""Explain and simulate: the trace of a verdict, and the past under today's rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from rules.due import survey
from rules.explain import explain
from rules.policy import Circle, Origin, PersonRule, Policy, Quiet
from rules.simulate import simulate, told
from rules.verdicts import Kind, KindVerdict
from store.facts import DAY, Said
from tests.rules.worlds import NOW, TODAY, Friend, friend, person, steady, world

POLICY = Policy(
    circles=(
        Circle("friends", every=28, tags=("friend",), origin=Origin("rules.yaml", 9)),
        Circle("teachers", people=("ruth@example.edu",), origin=Origin("rules.yaml", 12)),
        Circle("colleagues", domains=("northwind.example",), at_least=20, origin=Origin("rules.yaml", 16)),
        Circle("everyone else", origin=Origin("rules.yaml", 20)),
    )
)


def trace(one: Friend, *said: Said) -> str:
    snapshot = world([one], said=said)
    return "\n".join(explain(survey(snapshot, POLICY, person), snapshot.people[1]))


def test_the_trace_names_each_circle_with_its_line_and_each_figure() -> None:
    lines = trace(steady("Tomás Leal", 35, 97))
    for part in (
        "rules.yaml:9  friends               no: no tag of “friend”",
        "rules.yaml:12  teachers             no: not on its list",
        "no: twelve days of contact, it asks for 20",
        "rules.yaml:20  everyone else        yes: everybody; their rhythm",
        "35 days between conversations",
        "97 days (14 weeks) = 2.8 times the rhythm",
        "named from                          52 days of silence on",
        "so it is your turn",
        "6 from you, 6 from them",
        "verdict                             your turn; number 1 in order",
    ):
        assert part in lines


def test_the_trace_says_who_spoke_and_why_nobody_is_named() -> None:
    tag = Said("t1", TODAY - DAY, "tag", 1, value="friend")
    lines = trace(steady("Tomás Leal", 35, 20), tag)
    assert "yes: the tag “friend”; every 4 weeks" in lines
    assert "28 days: your circle “friends” (rules.yaml:9)" in lines
    assert "not this week: not due: 20 days of silence, named from 28 on" in lines


def test_the_trace_of_somebody_without_a_tie_says_so() -> None:
    assert "mail has gone one way only" in trace(friend("Tomás Leal", [(9, "i")]))


mails = st.lists(st.tuples(st.integers(0, 500), st.sampled_from("oi")), min_size=1, max_size=25)
worlds = st.lists(mails, min_size=1, max_size=15)


@settings(max_examples=25, deadline=None)
@given(worlds)
def test_replayed_nobody_comes_twice_within_their_rhythm_and_no_week_has_too_many(
    many: list[list[tuple[int, str]]],
) -> None:
    snapshot = world([friend(f"Friend Nr{n}", some) for n, some in enumerate(many)])
    last: dict[int, int] = {}
    for week in simulate(snapshot, Policy(), 26, b"key", person):
        assert len(week.named) <= 5
        for candidate in week.named:
            key, today = candidate.tie.person.key, week.at // DAY
            line = snapshot.timelines[key]
            wrote = any(
                out and last.get(key, NOW) <= day < today
                for day, out in zip(line.days, line.outs, strict=True)
            )
            if key in last and not wrote:
                assert today - last[key] >= candidate.tie.gate
            last[key] = today


def test_a_replay_tells_whom_the_owner_wrote_anyway() -> None:
    snapshot = world([friend("Ana Ribeiro", [(10, "o"), *((80 + 10 * n, "oi"[n % 2]) for n in range(8))])])
    weeks = simulate(snapshot, Policy(), 8, b"key", person)
    lines = told(weeks)
    assert sum(len(week.named) for week in weeks) == 1
    assert "Ana Ribeiro  ·  anyway: Ana Ribeiro" in "\n".join(lines)
    assert lines[-1] == (
        "one suggestion, one person; to 1 (100 %) of them you wrote within eight weeks without being told."
    )


def test_a_replay_sees_nothing_of_a_later_day() -> None:
    early = [(70 + 10 * n, "oi"[n % 2]) for n in range(8)]
    one, other = (world([friend("Ana Ribeiro", m)]) for m in (early, [(5, "o"), (7, "i"), *early]))
    first, second = (simulate(s, Policy(), 9, b"key", person) for s in (one, other))
    assert [len(week.named) for week in first[:8]] == [len(week.named) for week in second[:8]]


def test_a_replay_leaves_out_quiet_weeks() -> None:
    policy = Policy(quiet=(Quiet(date(2026, 10, 1), date(2026, 10, 31)),))
    editions = [week.edition for week in simulate(world([]), policy, 10, b"key", person)]
    assert "2026w42" not in editions
    assert len(editions) < 10


def test_the_trace_tells_of_people_without_any_tie() -> None:
    snapshot = world([friend("Tomás Leal", [(9, "i")]), friend("Shop Robot", [(9, "i"), (19, "o")])])
    robot = survey(snapshot, POLICY, lambda *_: KindVerdict(Kind.MACHINE, "a robot"))
    assert "it is no person's address; digwell why" in "\n".join(explain(robot, snapshot.people[2]))
    nobody = replace(snapshot, people={}, timelines={})
    unknown = "\n".join(explain(survey(nobody, POLICY, person), snapshot.people[1]))
    assert "nothing is known of them as of that day" in unknown
    bare = replace(snapshot, timelines={})
    assert "no direct mail between you two" in "\n".join(
        explain(survey(bare, POLICY, person), snapshot.people[1])
    )
    word = replace(snapshot, said=(Said("a", TODAY - DAY, "not-a-person", 1),))
    assert "you said this is not a person" in "\n".join(
        explain(survey(word, POLICY, person), snapshot.people[1])
    )


def test_the_trace_tells_rule_pace_days_off_and_help() -> None:
    policy = Policy(
        circles=(Circle("far", domains=("else.example",)),),
        people=(PersonRule("Tomás Leal", note="hates calls", origin=Origin("rules.yaml", 30)),),
        quiet=(Quiet(date(2026, 10, 1), date(2026, 10, 31)),),
    )
    said = (
        Said("a", TODAY - 3 * DAY, "slower", 1),
        Said("b", TODAY - 2 * DAY, "gave", 1, text="a book"),
    )
    snapshot = world([friend("Tomás Leal", [(97, "i"), (120, "o")])], said=said)
    lines = "\n".join(explain(survey(snapshot, policy, person), snapshot.people[1]))
    for part in (
        "no: no address at else.example",
        "circles                             none fits",
        "rules.yaml:30  Tomás Leal           your rule for this person",
        "not learned yet: two days of contact",
        "times 1.5, by your slower and faster",
        "31 days of them do not count",
        "you helped Tomás once and asked never",
    ):
        assert part in lines
