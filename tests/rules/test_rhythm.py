"""Rhythm: gaps between contact days, and the silence from which somebody may be named."""

from __future__ import annotations

import statistics
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rules import rhythm
from rules.verdicts import Rhythm


@settings(deadline=None)
@given(st.lists(st.integers(0, 5000), min_size=2, max_size=60, unique=True).map(sorted))
def test_the_figures_are_those_of_the_gaps(days: list[int]) -> None:
    gaps = [later - earlier for earlier, later in pairwise(days)]
    found = rhythm.rhythm(days, days[-1] + 10)
    starts = [gap for gap in gaps if gap > rhythm.ONE_CONVERSATION]
    assert min(gaps) <= found.median <= days[-1] - days[0]
    if starts == gaps:
        assert found.median == pytest.approx(statistics.median(gaps))
    assert found.mean == pytest.approx(statistics.mean(gaps))
    assert min(gaps) <= found.upper <= max(gaps)
    assert found.learned == (len(days) >= 4)


def test_the_upper_quartile_is_interpolated() -> None:
    assert rhythm.rhythm([0, 1, 3, 6, 10], 12).upper == pytest.approx(3.25)


@pytest.mark.parametrize(("days", "today", "gap"), [([100], 103, 7.0), ([100], 150, 50.0), ([], 150, 7.0)])
def test_a_single_day_is_no_rhythm(days: list[int], today: int, gap: float) -> None:
    found = rhythm.rhythm(days, today)
    assert (found.median, found.upper, found.mean, found.learned) == (gap, gap, gap, False)


@pytest.mark.parametrize(("upper", "gate"), [(1, 28), (18.7, 28.05), (40, 60), (200, 300)])
def test_the_gate_is_four_weeks_or_half_as_long_again_as_their_longer_gaps(upper: float, gate: float) -> None:
    assert rhythm.gate(Rhythm(upper, upper, upper, 9, learned=True)) == pytest.approx(gate)


def test_nobody_is_named_before_the_usual_time_between_two_conversations_is_over() -> None:
    days = [n * 50 + k for n in range(8) for k in (0, 1, 2, 3)]
    assert rhythm.gate(rhythm.rhythm(days, 400)) == 50
    assert rhythm.gate(rhythm.rhythm(days, 400), pace=1.5) == 75


def test_cold_comes_before_gone() -> None:
    beat = rhythm.rhythm([0, 30, 60, 90, 120], 130)
    assert [rhythm.is_cold(beat, s) for s in (40, 59, 60)] == [False, False, True]
    assert [rhythm.is_gone(beat, s) for s in (181, 239, 240)] == [False, False, True]
