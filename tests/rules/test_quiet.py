"""Days off: spans of the rules and of pause, and that silence does not count in them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rules import quiet
from rules.policy import Policy, Quiet
from store.facts import DAY, Said

CHRISTMAS = Quiet(date(2000, 12, 20), date(2000, 1, 4), yearly=True)
AUGUST = Quiet(date(2026, 8, 1), date(2026, 8, 21))


def at(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("day", "span"),
    [
        (date(2026, 12, 19), None),
        (date(2026, 12, 20), CHRISTMAS),
        (date(2027, 1, 4), CHRISTMAS),
        (date(2027, 1, 5), None),
        (date(2026, 8, 1), AUGUST),
        (date(2026, 8, 21), AUGUST),
        (date(2027, 8, 2), None),
    ],
)
def test_a_day_is_quiet_from_the_first_to_the_last_of_a_span(day: date, span: Quiet | None) -> None:
    assert quiet.quiet_on(Policy(quiet=(CHRISTMAS, AUGUST)), day) is span


def test_days_off_are_counted_once_however_many_spans_cover_them() -> None:
    pause = Said("a", at(date(2026, 8, 11)), "pause", until=at(date(2026, 8, 31)))
    off = quiet.spans(Policy(quiet=(AUGUST,)), [pause], at(date(2026, 10, 1)))
    start, end = at(date(2026, 7, 1)) / DAY, at(date(2026, 10, 1)) / DAY
    assert quiet.overlap(off, start, end) == 30


def test_resuming_ends_a_pause_early() -> None:
    said = [
        Said("a", at(date(2026, 9, 1)), "pause", until=at(date(2026, 10, 1))),
        Said("b", at(date(2026, 9, 8)), "resume"),
    ]
    off = quiet.spans(Policy(), said, at(date(2026, 11, 1)))
    assert quiet.overlap(off, 0, 30_000) == 7


YEAR = [date.fromordinal(date(2000, 1, 1).toordinal() + n) for n in range(366)]
LEAP = date(2000, 2, 29)


@settings(deadline=None)
@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)), st.integers(0, 365), st.integers(1, 60))
def test_the_spans_say_the_same_as_the_day(today: date, first: int, length: int) -> None:
    start, end = YEAR[first], YEAR[(first + length) % 366]
    assume(LEAP not in {start, end})
    policy = Policy(quiet=(Quiet(start, end, yearly=True),))
    day = at(today) / DAY
    covered = quiet.overlap(quiet.spans(policy, (), at(today) + DAY), day, day + 1) == 1
    assert covered == (quiet.quiet_on(policy, today) is not None)
