"""Lengths of time and moments: one meaning in the rules, the mail and the command line."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.moments import days, moment, spell

MONDAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("10d", 10), ("2w", 14), ("3m", 90), ("1y", 365), ("2 weeks", 14), ("1 Month", 30), (" 5D ", 5),
        ("0d", None), ("", None), ("w", None), ("2", None), ("2x", None), ("-2w", None), ("2.5w", None),
        ("99999y", None), ("2wd", None), ("٢w", None),
    ],
)  # fmt: skip
def test_a_length_is_a_figure_and_a_unit(text: str, length: int | None) -> None:
    assert days(text) == length


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("tomorrow", date(2026, 11, 24)), ("2w", date(2026, 12, 7)), ("2027-01-10", date(2027, 1, 10)),
        ("monday", date(2026, 11, 30)), ("Tue", date(2026, 11, 24)), ("sunday", date(2026, 11, 29)),
        ("may", date(2027, 5, 1)), ("december", date(2026, 12, 1)), ("nov", date(2027, 11, 1)),
        ("sept", date(2027, 9, 1)), ("2026-02-30", None), ("soon", None), ("", None), ("2026-1-1", None),
    ],
)  # fmt: skip
def test_a_moment_is_a_day_to_come(text: str, day: date | None) -> None:
    assert moment(text, MONDAY) == day


@given(st.integers(1, 36_500))
def test_what_is_spelt_is_read_back(length: int) -> None:
    assert days(spell(length)) == length


@given(st.text(max_size=30), st.dates())
def test_no_text_and_no_day_breaks_it(text: str, today: date) -> None:
    found = moment(text, today)
    assert found is None or isinstance(found, date)


@given(
    st.dates(date(1970, 1, 1), date(2999, 1, 1)),
    st.sampled_from(["monday", "fri", "may", "dec", "tomorrow", "3w"]),
)
def test_a_named_moment_is_always_to_come(today: date, word: str) -> None:
    found = moment(word, today)
    assert found is not None
    assert found > today
