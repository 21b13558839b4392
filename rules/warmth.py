"""Warmth: the probability of direct mail between two people within the next eight weeks.

One frozen model for every mailbox, computed in plain Python over contact days. It must never
learn at run time, and never see notes, tags or wishes: it says what is, not what should be.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, log, log1p

from store.facts import DAY, Timeline

ALIVE_DAYS = 56.0
_MONTH, _YEAR = 30.0, 365.0
_WEIGHTS = (0.533, 0.4965, -0.5091, 0.3682)
_INTERCEPT = -0.0111


@dataclass(frozen=True, slots=True)
class Pulse:
    """How alive one tie is.

    ``silence`` is in days, ``warmth`` a probability, ``order`` the figure to order by; ``strength`` is the
    number of contact days with a memory of a year, as it stood at the last contact.
    """

    silence: float
    warmth: float
    order: float
    strength: float


def pulses(timelines: Mapping[int, Timeline], as_of: int) -> dict[int, Pulse]:
    """Return the pulse of every tie that has a contact day, by the keys given.

    The owner's own circle enters once: by the share of two-way ties silent for at most eight weeks.
    """
    now = as_of / DAY
    month, year = _fading(now, _MONTH), _fading(now, _YEAR)
    silences = {key: _silence(line, as_of) for key, line in timelines.items() if len(line.days)}
    circle = _log_odds_of_share(timelines, silences)
    result = {}
    for key, silence in silences.items():
        days = timelines[key].days
        lately, ever = sum(map(month.__getitem__, days)), sum(map(year.__getitem__, days))
        terms = (log1p(lately), log1p(ever), log1p(silence), circle)
        z = _INTERCEPT + sum(w * term for w, term in zip(_WEIGHTS, terms, strict=True))
        result[key] = Pulse(
            silence, 1 / (1 + exp(-z)), ever * 2 ** (-silence / 182), ever * 2 ** (silence / _YEAR)
        )
    return result


def is_mutual(line: Timeline) -> bool:
    """Tell whether direct mail has gone both ways."""
    return line.last_out > 0 and line.last_in > 0


def _silence(line: Timeline, as_of: int) -> float:
    last = max(line.last_out, line.last_in, line.days[-1] * DAY)
    return max(as_of - last, 0) / DAY


def _fading(now: float, half_life: float) -> list[float]:
    """Return what a contact day still weighs, indexed by the day itself."""
    return [2 ** ((day - now) / half_life) for day in range(int(now) + 2)]


def _log_odds_of_share(timelines: Mapping[int, Timeline], silences: Mapping[int, float]) -> float:
    mutual = [silence for key, silence in silences.items() if is_mutual(timelines[key])]
    alive = sum(silence <= ALIVE_DAYS for silence in mutual)
    share = (0.5 + alive) / (1 + len(mutual))
    return log(share / (1 - share))
