"""Warmth: a probability that can only fall while nobody writes, and the order beside it."""

from __future__ import annotations

from array import array
from math import exp

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import warmth
from store.facts import DAY, Timeline
from tests.rules.worlds import TODAY, timeline

histories = st.lists(st.tuples(st.integers(0, 3000), st.sampled_from("oi")), min_size=1, max_size=40)


def alone(line: Timeline, as_of: int = TODAY) -> warmth.Pulse:
    return warmth.pulses({1: line}, as_of)[1]


@settings(deadline=None)
@given(histories, st.lists(st.integers(0, 3000), max_size=10), st.integers(1, 2000))
def test_warmth_falls_while_nobody_writes(
    mails: list[tuple[int, str]], wide: list[int], further: int
) -> None:
    line = timeline(mails)
    line.others = array("i", sorted({TODAY // DAY - ago for ago in wide} - set(line.days)))
    now, later = alone(line), alone(line, TODAY + further * DAY)
    assert 0 <= later.warmth < now.warmth <= 1
    assert later.silence == pytest.approx(now.silence + further)


@settings(deadline=None)
@given(histories, st.integers(1, 2000))
def test_of_two_with_the_same_history_the_one_longer_silent_is_colder(
    mails: list[tuple[int, str]], further: int
) -> None:
    here, gone = timeline(mails), timeline([(ago + further, way) for ago, way in mails])
    found = warmth.pulses({1: here, 2: gone}, TODAY)
    assert found[2].warmth < found[1].warmth


@settings(deadline=None)
@given(st.lists(histories, max_size=12))
def test_every_tie_with_a_contact_day_has_a_probability(many: list[list[tuple[int, str]]]) -> None:
    lines = {key: timeline(mails) for key, mails in enumerate(many)}
    lines[99] = Timeline()
    found = warmth.pulses(lines, TODAY)
    assert found.keys() == set(range(len(many)))
    assert all(0 < pulse.warmth < 1 for pulse in found.values())


def test_a_tie_of_many_weeks_is_warmer_than_a_single_busy_afternoon() -> None:
    weekly = timeline([(10 + 7 * week, "oi"[week % 2]) for week in range(20)])
    burst = timeline([(10, "oi"[n % 2]) for n in range(20)])
    found = warmth.pulses({1: weekly, 2: burst}, TODAY)
    assert found[1].warmth > found[2].warmth


def test_a_busy_owner_makes_the_same_tie_warmer() -> None:
    tie = timeline([(40, "o"), (45, "i"), (60, "o")])
    busy = {key: timeline([(3, "o"), (9, "i"), (20, "o")]) for key in range(2, 12)}
    quiet = {key: timeline([(900, "o"), (910, "i"), (950, "o")]) for key in range(2, 12)}
    assert (
        warmth.pulses({1: tie, **busy}, TODAY)[1].warmth > warmth.pulses({1: tie, **quiet}, TODAY)[1].warmth
    )


def test_the_order_listens_to_the_pair_whose_longer_gaps_used_to_end_about_now() -> None:
    gaps = [5, 5, 5, 90, 5, 5, 90, 5]
    plain = timeline([(60 + sum(gaps[:n]), "oi"[n % 2]) for n in range(len(gaps))])
    found = alone(plain)
    rows = dict(warmth.features({1: plain}, TODAY))
    assert rows[1].turning > 0
    z = warmth.INTERCEPT + sum(w * t for w, t in zip(warmth.WEIGHTS, rows[1].terms, strict=True))
    assert found.order == pytest.approx(z + warmth.ORDER_WEIGHT * rows[1].turning)


def test_mail_of_the_instant_itself_is_no_silence() -> None:
    assert alone(timeline([(0, "o"), (3, "i")])).silence == 0


def test_a_strong_tie_gone_cold_stands_further_forward_and_is_no_warmer() -> None:
    weekly = [(70 + 7 * n, "io"[n % 2]) for n in range(20)]
    few = {n: timeline([(30 + n, "i"), (60 + n, "o")]) for n in range(2, 12)}
    for ago, cold in ((0, True), (-50, False)):
        moved = timeline([(days + ago, way) for days, way in weekly])
        pulse = warmth.pulses({1: moved, **few}, TODAY)[1]
        chance = 1 / (1 + exp(-(pulse.order - (warmth.COLD_WEIGHT if cold else 0.0))))
        assert pulse.cold is cold
        assert abs(chance - pulse.warmth) < 0.1
    assert not any(pulse.cold for key, pulse in warmth.pulses(few, TODAY).items())
