"""The three silences: theirs, yours and nobody's."""

from __future__ import annotations

import pytest

from rules import silences
from rules.silences import Turn
from store.facts import DAY
from tests.rules.worlds import TODAY, timeline


@pytest.mark.parametrize(
    ("mails", "turn"),
    [
        ([(40, "i"), (50, "o")], Turn.YOURS),
        ([(40, "o"), (50, "i")], Turn.NOBODYS),
        ([(40, "o"), (41, "o"), (50, "i")], Turn.THEIRS),
        ([(40, "o"), (40, "o"), (50, "i")], Turn.NOBODYS),  # one day is one try
        ([(40, "o"), (60, "o")], Turn.THEIRS),
        ([(20, "o"), (30, "o"), (40, "i"), (50, "o"), (60, "i"), (70, "o")], Turn.THEIRS),
    ],
)
def test_whose_silence_it_is(mails: list[tuple[int, str]], turn: Turn) -> None:
    assert silences.turn(timeline(mails)) is turn


def test_two_unanswered_are_nothing_unusual_where_one_in_twenty_is_answered() -> None:
    mails = [(10 + 7 * n, "o") for n in range(40)] + [(24, "i"), (200, "i")]
    assert silences.turn(timeline(mails)) is Turn.NOBODYS


def test_who_does_not_answer_is_left_in_peace_for_half_a_year() -> None:
    line = timeline([(10, "o"), (20, "o"), (60, "i")])
    assert silences.rests_until(line) == TODAY - 10 * DAY + silences.REST_DAYS * DAY
    assert silences.rests_until(timeline([(10, "i"), (20, "o")])) == 0
