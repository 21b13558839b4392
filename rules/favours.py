"""Favours: what was given and asked, told in one sentence, and a word before the next request.

Pure. A balance is a remark and never a reproach; it must never rank anybody.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from rules import words
from rules.due import NEVER, Survey
from rules.standing import Standing
from rules.verdicts import Tie
from rules.words import Words, clipped, first_name, length
from store.facts import DAY, Person, Said

SAY = Words()
QUARTER = 92
GUARD_LAST = 3
GUARD_SILENCE = 2 * 365


def quarter(seen: Survey) -> str:
    """Return what was given and asked within three months in one sentence, empty if nothing was."""
    since = seen.snapshot.as_of - QUARTER * DAY
    lately = [act for act in seen.snapshot.said if act.at >= since]
    gave = sum(1 for act in lately if act.verb in {"gave", "introduced", "kept"})
    asked = sum(1 for act in lately if act.verb == "asked")
    if not gave and not asked:
        return ""
    given = words.counted(gave, "favour", "favours")
    if not asked:
        return SAY("favours.quarter.gave", gave=given)
    if not gave:
        return SAY("favours.quarter.asked", asked=words.counted(asked, "favour", "favours"))
    return SAY("favours.quarter", gave=given, asked=words.number(asked))


def balance(standing: Standing, first: str) -> str:
    """Return what went each way with one person in one sentence, empty if nothing is written down."""
    gave = [act for act in standing.favours if act.verb != "asked"] + list(standing.kept)
    asked = [act for act in standing.favours if act.verb == "asked"]
    if not gave and not asked:
        return ""
    since = words.day_of_year(_date(min(act.at for act in (*gave, *asked))))
    return SAY("favours.balance", first=first, gave=_times(len(gave)), asked=_times(len(asked)), since=since)


def guard(seen: Survey, key: int) -> str:
    """Return a word of caution before asking a favour: give first; empty where there is no need.

    The last three entries were all requests of the owner's, or the silence is years long.
    """
    last = sorted(seen.standing(key).favours, key=lambda act: act.at)[-GUARD_LAST:]
    if len(last) == GUARD_LAST and all(act.verb == "asked" for act in last):
        return SAY("favours.guard.asked", count=words.number(GUARD_LAST))
    tie = _tie(seen, key)
    if tie is not None and GUARD_SILENCE <= tie.silence < NEVER:
        return SAY("favours.guard.silence", silence=length(tie.silence))
    return ""


def before(seen: Survey, person: Person) -> tuple[str, ...]:
    """Return what to know before writing to somebody, a line each: silence, notes, promises, favours."""
    standing, tie = seen.standing(person.key), _tie(seen, person.key)
    first = first_name(person.name, person.main.address)
    lines = [_silence(tie, first)]
    lines += [_noted("before.note", act) for act in _latest(standing.notes)]
    lines += [_noted("before.promise", act) for act in standing.promises]
    lines += [_noted(f"before.{act.verb}", act) for act in _latest(standing.favours)]
    return tuple(line for line in (*lines, balance(standing, first), guard(seen, person.key)) if line)


def _silence(tie: Tie | None, first: str) -> str:
    if tie is None or tie.silence >= NEVER:
        return SAY("before.none", first=first)
    if not tie.rhythm.learned:
        return SAY("before.silence", silence=length(tie.silence))
    return SAY("before.rhythm", silence=length(tie.silence), every=words.about(tie.rhythm.median))


def _noted(key: str, act: Said) -> str:
    return SAY(key, day=words.day_of_year(_date(act.at)), text=clipped(act.text, 160))


def _latest(acts: Iterable[Said]) -> list[Said]:
    return sorted(acts, key=lambda act: -act.at)[:3]


def _times(count: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(count, f"{words.number(count)} times")


def _tie(seen: Survey, key: int) -> Tie | None:
    return next((tie for tie in seen.ties if tie.person.key == key), None)


def _date(at: int) -> datetime:
    return datetime.fromtimestamp(at, UTC)
