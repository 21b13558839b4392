"""Days off: the spans in which no mail is made and silence does not count.

They come from ``quiet:`` in the rules and from ``pause`` and ``resume``. Pure; nothing here may
decide who is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from rules.policy import Policy, Quiet
from store.facts import DAY, Said

EPOCH = date(1970, 1, 1)
Span = tuple[float, float]


def quiet_on(policy: Policy, day: date) -> Quiet | None:
    """Return the quiet span of the rules that covers a day, if any."""
    return next((span for span in policy.quiet if _covers(span, day)), None)


def spans(policy: Policy, said: Iterable[Said], as_of: int) -> tuple[Span, ...]:
    """Return all days off up to ``as_of`` as disjoint ascending spans of days since 1970."""
    first_year = 1970 + int(as_of / DAY / 365.25) - 5
    found = [*_pauses(said, as_of)]
    for quiet in policy.quiet:
        found += _spans_of(quiet, first_year)
    now = as_of / DAY
    return _joined((low, min(high, now)) for low, high in found if low < now)


def overlap(off: Iterable[Span], start: float, end: float) -> float:
    """Return how many days of ``start..end`` were days off."""
    return sum(max(0.0, min(high, end) - max(low, start)) for low, high in off)


def _covers(quiet: Quiet, day: date) -> bool:
    if not quiet.yearly:
        return quiet.start <= day <= quiet.end
    here = (day.month, day.day)
    start, end = (quiet.start.month, quiet.start.day), (quiet.end.month, quiet.end.day)
    return start <= here <= end if start <= end else here >= start or here <= end


def _spans_of(quiet: Quiet, first_year: int) -> list[Span]:
    if not quiet.yearly:
        return [(_day(quiet.start), _day(quiet.end) + 1.0)]
    turn = (quiet.end.month, quiet.end.day) < (quiet.start.month, quiet.start.day)
    return [
        (_day(_in(year, quiet.start)), _day(_in(year + turn, quiet.end)) + 1.0)
        for year in range(first_year, first_year + 7)
    ]


def _pauses(said: Iterable[Said], as_of: int) -> Iterable[Span]:
    start, until = 0, 0
    for act in said:
        if act.verb not in {"pause", "resume"}:
            continue
        if until > start:
            yield start / DAY, min(until, act.at) / DAY
        start, until = (act.at, act.until) if act.verb == "pause" else (0, 0)
    if until > start:
        yield start / DAY, min(until, as_of) / DAY


def _joined(found: Iterable[Span]) -> tuple[Span, ...]:
    result: list[Span] = []
    for low, high in sorted(found):
        if result and low <= result[-1][1]:
            result[-1] = (result[-1][0], max(high, result[-1][1]))
        elif high > low:
            result.append((low, high))
    return tuple(result)


def _in(year: int, day: date) -> date:
    """Return the same month and day in a year (29 February falls back to the 28th)."""
    return (day.replace(day=28) if (day.month, day.day) == (2, 29) else day).replace(year=year)


def _day(day: date) -> float:
    return float((day - EPOCH) // timedelta(days=1))
