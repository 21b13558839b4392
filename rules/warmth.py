"""Warmth: the probability of direct mail between two people within the next eight weeks.

One frozen model for every mailbox, computed in plain Python over contact days. It must never
learn at run time, and never see notes, tags or wishes: it says what is, not what should be.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from math import exp, log, log1p, sqrt
from operator import mul, sub

from rules import rhythm as rhythms
from store.facts import DAY, Timeline

VERSION = 2
"""Version of the model: cached verdicts carry it."""

ALIVE_DAYS = 56.0
FORTNIGHT, YEAR, TWO_YEARS = 14.0, 365.0, 730.0
WIDE_DAYS = 28
CIRCLE_MAILS = 3
"""Direct mails from which a two-way tie belongs to the owner's circle."""

INTERCEPT = -1.0855
WEIGHTS = (0.4132, -0.3663, 0.0562, 0.3342, 0.9663, -0.2431, 0.6365, -0.0417)
"""Frozen figures of a logistic regression over the terms of ``features``.

Fitted once by ``bench/fit_warmth.py`` on who wrote to whom in four public networks (a company, a
university department, two families of mailing lists), owners weighing nearly alike. They hold on owners
and on whole networks left out of the fit; docs/decisions tells the figures. Longer silence can only
lower the warmth: every weight but the two on silence is positive on terms that fall with time.
"""
ORDER_WEIGHT = 0.2
"""What the pair's own longer gaps say counts a fifth as much in the order as all else."""
STRONG_DAYS, STRONG_SHARE = 6, 0.3
"""Strong: six contact days, and among the owner's first three tenths by strength."""
COLD_WEIGHT = 1.5
"""How much further forward a strong tie stands once it has gone cold, in log odds: most worth a letter are
those whom the owner is about to lose, though others are likelier to be written to anyway."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """How alive one tie is.

    ``silence`` is in days, ``warmth`` a probability, ``order`` the figure to order by (greater
    first); ``strength`` is the number of contact days with a memory of a year, as it stood at the last
    contact; ``cold`` tells a strong tie beyond twice its usual gap.
    """

    silence: float
    warmth: float
    order: float
    strength: float
    cold: bool = False


@dataclass(frozen=True, slots=True)
class Circle:
    """The owner's own pace.

    ``alive`` is the log odds that a tie was touched within eight weeks, ``wide`` the share of ties with
    mail to several people.
    """

    alive: float
    wide: float


def pulses(timelines: Mapping[int, Timeline], as_of: int) -> dict[int, Pulse]:
    """Return the pulse of every tie that has a contact day, by the keys given."""
    found = {key: _pulse(row) for key, row in features(timelines, as_of)}
    bar = _bar(pulse.strength for pulse in found.values())
    for key, pulse in found.items():
        if pulse.strength >= bar and _gone_cold(timelines[key], pulse.silence):
            found[key] = replace(pulse, order=pulse.order + COLD_WEIGHT, cold=True)
    return found


def features(timelines: Mapping[int, Timeline], as_of: int) -> Iterator[tuple[int, Features]]:
    """Yield what the model sees of every tie that has a contact day.

    The eight terms, in the order of ``WEIGHTS``: the log odds that a tie of the owner's was touched
    within eight weeks; then of the pair, as ln(1 + x): days of silence, the spread of their gaps,
    contact days with a memory of a fortnight, weeks with contact with a memory of two years; that term
    times the share of ties with mail to several people; days within four weeks on which the two shared
    such a mail only; and ln((1 + silence) / (1 + their mean gap)).
    """
    now = as_of / DAY
    short = [2 ** ((day - now) / FORTNIGHT) for day in range(int(now) + 2)]
    weeks = [(day + 3) // 7 for day in range(int(now) + 2)]
    years = [2 ** ((day - now) / YEAR) for day in range(int(now) + 2)]
    long = [2 ** ((7 * week + 0.5 - now) / TWO_YEARS) for week in range(weeks[-1] + 1)]
    circle = _circle(timelines, as_of)
    for key, line in timelines.items():
        days = line.days
        if not days:
            continue
        silence = _silence(line, as_of)
        lately = log1p(sum(map(short.__getitem__, days)))
        ever = sum(map(long.__getitem__, set(map(weeks.__getitem__, days))))
        gaps = list(map(sub, days[1:], days))
        count = len(gaps)
        mean = (days[-1] - days[0]) / count if count else max(now - days[0], 7.0)
        spread = sqrt(max(sum(map(mul, gaps, gaps)) / count - mean * mean, 0.0)) if count > 1 else 0.0
        others = line.others
        wide = len(others) - bisect_right(others, now - WIDE_DAYS) if others else 0
        waiting = log1p(silence)
        long_ago = log1p(ever)
        terms = (
            circle.alive,
            waiting,
            log1p(spread),
            lately,
            long_ago,
            long_ago * circle.wide,
            log1p(wide),
            waiting - log1p(mean),
        )
        yield key, Features(silence, terms, _turning(gaps, silence), sum(map(years.__getitem__, days)))


@dataclass(frozen=True, slots=True)
class Features:
    """What the model sees of one tie.

    ``turning`` is the log odds that a silence as long as this one ended within eight weeks, by the
    pair's own gaps; ``days`` the contact days with a memory of a year.
    """

    silence: float
    terms: tuple[float, ...]
    turning: float
    days: float


def is_mutual(line: Timeline) -> bool:
    """Tell whether direct mail has gone both ways."""
    return line.last_out > 0 and line.last_in > 0


def _pulse(row: Features) -> Pulse:
    z = INTERCEPT + sum(map(mul, WEIGHTS, row.terms))
    return Pulse(
        silence=row.silence,
        warmth=1 / (1 + exp(-z)),
        order=z + ORDER_WEIGHT * row.turning,
        strength=row.days * 2 ** (row.silence / YEAR),
    )


def _bar(strengths: Iterable[float]) -> float:
    """Return the strength from which a tie belongs to the first three tenths."""
    ordered = sorted(strengths, reverse=True)
    return ordered[int(STRONG_SHARE * (len(ordered) - 1))] if ordered else 0.0


def _gone_cold(line: Timeline, silence: float) -> bool:
    days = line.days
    return len(days) >= STRONG_DAYS and rhythms.is_cold(rhythms.rhythm(days, days[-1] + silence), silence)


def _circle(timelines: Mapping[int, Timeline], as_of: int) -> Circle:
    """Return the pace of the owner's circle, smoothed by half a tie each way."""
    ties = alive = wide = 0
    for line in timelines.values():
        if is_mutual(line) and sum(line.outs) + sum(line.ins) >= CIRCLE_MAILS:
            ties += 1
            alive += _silence(line, as_of) <= ALIVE_DAYS
            wide += bool(line.others)
    return Circle(log((alive + 0.5) / (ties - alive + 0.5)), wide / ties if ties else 0.0)


def _turning(gaps: list[int], silence: float) -> float:
    longer = [gap for gap in gaps if gap > silence]
    if not longer:
        return 0.0
    horizon = silence + ALIVE_DAYS
    ended = sum(gap <= horizon for gap in longer)
    return log((ended + 1) / (len(longer) - ended + 1))


def _silence(line: Timeline, as_of: int) -> float:
    last = max(line.last_out, line.last_in, line.days[-1] * DAY)
    return max(as_of - last, 0) / DAY
