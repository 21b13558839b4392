"""Which weekly edition is owed now: a pure function of the ledger, the rule, the zone and the clock.

An edition is keyed by the ISO week of its slot (``2026w48``), so a week has one whatever happens to
the clock, the zone or the machine. This room must never read a clock, keep a timer or remember a run.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from rules.policy import Quiet
from store.facts import DAY, Edition

GRACE = 3 * DAY
"""So long after its slot an edition is still made although its ISO week is over (a lid closed on Sunday)."""

HORIZON = 120  # weeks looked ahead for a slot that is neither quiet nor taken: longer than any sane span
SAID = 52  # missed weeks counted at most


@dataclass(frozen=True, slots=True)
class Weekly:
    """The rule: a weekday (Monday = 0) and a clock time in a zone, and the spans without mail.

    ``paused_until`` is Unix seconds, 0 for no pause.
    """

    weekday: int
    at: time
    zone: tzinfo
    quiet: tuple[Quiet, ...] = ()
    paused_until: int = 0


@dataclass(frozen=True, slots=True)
class Owed:
    """An edition to make now. ``missed`` are the keys of earlier weeks that are not made up for."""

    key: str
    slot: int
    late: bool
    missed: tuple[str, ...] = ()


def week_key(day: date) -> str:
    """Name the ISO week a local day falls into, like ``2026w48``."""
    year, week, _ = day.isocalendar()
    return f"{year}w{week:02d}"


def base_key(key: str) -> str:
    """Strip the letter of a repeated edition: ``2026w48b`` belongs to ``2026w48``."""
    return key.rstrip("abcdefghijklmnopqrstuvxyz")


def again_key(key: str, taken: Iterable[str]) -> str:
    """Name a further edition of that week: ``2026w48b``, then c … (ValueError after z)."""
    base, used = base_key(key), set(taken)
    for letter in "bcdefghijklmnopqrstuvxyz":  # no w: it parts the year from the week
        if base + letter not in used:
            return base + letter
    raise ValueError(f"every letter of {base} is used")


def owed(editions: Iterable[Edition], rule: Weekly, now: int) -> Owed | None:
    """Say which edition is to be made now, or None.

    The latest slot counts. It is made late within its ISO week, and beyond that within ``GRACE``; where
    digwell was not at work before, within both. Older weeks are never made up for. A later edition that
    has gone out (or would, by a clock that was ahead, within ``GRACE``) ends the matter: digests never
    run backwards.
    """
    known = tuple(editions)
    day = _latest(rule, now)
    slot, key = _instant(day, rule), week_key(day)
    if any(base_key(e.key) == key for e in known) or not _wanted(day, slot, rule):
        return None
    if any(e.slot > slot and (e.at or e.slot) <= now + GRACE for e in known):
        return None
    this_week = week_key(_local(now, rule).date()) == key
    at_work = any(e.slot < slot for e in known)
    in_time = now - slot <= GRACE
    if not ((this_week or in_time) if at_work else (this_week and in_time)):
        return None
    return Owed(key, slot, late=now - slot >= DAY // 24, missed=_missed(known, rule, day))


def current_key(rule: Weekly, now: int) -> str:
    """Name the edition a digest made by hand now belongs to: that of the running ISO week."""
    return week_key(_local(now, rule).date())


def slot_in_week(rule: Weekly, now: int) -> int:
    """Return the slot of the running ISO week, past or coming, in Unix seconds."""
    today = _local(now, rule).date()
    return _instant(today - timedelta(days=today.weekday() - rule.weekday), rule)


def next_slot(editions: Iterable[Edition], rule: Weekly, now: int) -> int:
    """Return when the next edition is due, in Unix seconds (0: none within two years)."""
    taken = {base_key(e.key) for e in editions}
    for day in _weeks(_latest(rule, now) + timedelta(days=7)):
        slot = _instant(day, rule)
        if week_key(day) not in taken and _wanted(day, slot, rule):
            return slot
    return 0


def _local(at: int, rule: Weekly) -> datetime:
    return datetime.fromtimestamp(at, rule.zone)


def _instant(day: date, rule: Weekly) -> int:
    """Turn a local day into the slot's instant: a gap moves it forward, in an overlap it is the first."""
    return int(datetime.combine(day, rule.at, rule.zone).timestamp())


def _latest(rule: Weekly, now: int) -> date:
    """Find the local day of the latest slot at or before ``now``."""
    here = _local(now, rule).date()
    day = here - timedelta(days=(here.weekday() - rule.weekday) % 7)
    # a slot in a gap may lie a day off its wall date, so the instant decides
    return day if _instant(day, rule) <= now else day - timedelta(days=7)


def _weeks(first: date) -> Iterator[date]:
    return (first + timedelta(weeks=n) for n in range(HORIZON))


def _wanted(day: date, slot: int, rule: Weekly) -> bool:
    return slot >= rule.paused_until and not any(is_quiet(span, day) for span in rule.quiet)


def is_quiet(span: Quiet, day: date) -> bool:
    """Say whether a local day lies in a span; yearly ones may run over New Year."""
    if not span.yearly:
        return span.start <= day <= span.end
    here, first, last = ((d.month, d.day) for d in (day, span.start, span.end))
    return first <= here <= last if first <= last else here >= first or here <= last


def _missed(known: tuple[Edition, ...], rule: Weekly, day: date) -> tuple[str, ...]:
    """List the keys between the last edition and this one that had no mail, oldest first."""
    before = [e.slot for e in known if e.slot < _instant(day, rule)]
    if not before:
        return ()
    taken = {base_key(e.key) for e in known}
    gone: list[str] = []
    for n in range(1, SAID + 1):
        past = day - timedelta(weeks=n)
        slot = _instant(past, rule)
        if slot <= max(before):
            break
        if week_key(past) not in taken and _wanted(past, slot, rule):
            gone.append(week_key(past))
    return tuple(reversed(gone))
