"""Candidates: who may be named this week and for what reason, and why everybody else may not.

Pure. It must never choose among candidates, and never leave anybody out without saying why.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from rules import due, silences, wishes
from rules import rhythm as rhythms
from rules.due import Survey
from rules.identity import InTouch
from rules.names import called
from rules.signals import signals
from rules.silences import Turn
from rules.verdicts import Candidate, Kind, News, Reason, Signal, Tie
from rules.words import Words, plain_day
from store.facts import DAY, Suggested, Timeline

NEW_FROM, NEW_UNTIL = 10, 60
"""Days after the first mail between which somebody is new and may be named as such."""
NEW_DAYS = 4
REST_DAYS = 84
"""A name that was suggested and not written to rests for twelve weeks, or its own gate."""
PROMISE_AFTER = 5
"""Days after which a promise without a date is due."""
PROMISE_REST = 28
"""A promise that was named and still stands is named again after four weeks, however much was written."""
IN_TOUCH_DAYS = 56
"""Somebody with direct mail within eight weeks is in touch, under whatever address."""
TOLD_DAYS = 14
"""News of a birthday is told up to a week ahead, and only once."""
TELLING = frozenset({News.BIRTHDAY, News.NEW_JOB, News.MOVED, News.SIGNATURE})
"""News that are a reason to write by themselves."""
_SAY = Words()


def candidates(seen: Survey) -> tuple[Candidate, ...]:
    """Return one candidate a tie, in the order of the ties; ``withheld`` says why not, if not."""
    latest = _latest(seen)
    told = signals(seen.snapshot, seen.policy)
    found = [
        _candidate(seen, tie, told.get(tie.person.key, ()), latest.get(tie.person.key, ()))
        for tie in seen.ties
    ]
    return tuple(_without_doubles(seen, found))


def _candidate(seen: Survey, tie: Tie, told: tuple[Signal, ...], named: tuple[Suggested, ...]) -> Candidate:
    reason, seat, signal = _reason(seen, tie, told, named)
    withheld = refused(seen, tie) or _resting(seen, tie, named, reason)
    if not withheld and reason in _GATED and signal is None:
        withheld = _too_soon(seen, tie)
    return Candidate(tie, reason, seat, withheld, signal, told)


def _without_doubles(seen: Survey, found: list[Candidate]) -> Iterable[Candidate]:
    """Keep out of the lot the older address of somebody with whom the owner is in touch."""
    if not any(c.seat == "lot" and not c.withheld for c in found):
        return found
    lately = (tie.person for tie in seen.ties if tie.mutual and tie.silence <= IN_TOUCH_DAYS)
    in_touch = InTouch(lately, seen.house.different)
    return (
        c._replace(withheld=_SAY("withheld.double", name=called(double)))
        if c.seat == "lot" and not c.withheld and (double := in_touch.double(c.tie.person))
        else c
        for c in found
    )


_GATED = frozenset({Reason.YOUR_TURN, Reason.GONE_QUIET, Reason.WILDCARD})


def _reason(
    seen: Survey, tie: Tie, told: Sequence[Signal], named: Sequence[Suggested]
) -> tuple[Reason, str, Signal | None]:
    """Return the reason, the seat it asks for, and the signal that decided."""
    now, line = seen.snapshot.as_of, seen.line(tie.person.key)
    promises = seen.standing(tie.person.key).promises
    if any((act.until or act.at + PROMISE_AFTER * DAY) <= now for act in promises):
        return Reason.PROMISE, "", None
    for signal in told:
        reason = _news(signal, line, named, now)
        if reason is not None:
            return reason, "", signal
    if not named and _is_new(tie, line, now):
        return Reason.NEW, "new", None
    if tie.cadence is None and rhythms.is_gone(tie.rhythm, tie.silence):
        return Reason.WILDCARD, "lot", None
    return (Reason.YOUR_TURN if silences.turn(line) is Turn.YOURS else Reason.GONE_QUIET), "", None


def _news(signal: Signal, line: Timeline, named: Sequence[Suggested], now: int) -> Reason | None:
    """Return the reason that a signal makes, None if it makes none, was taken up or was told before."""
    if signal.news is News.QUESTION:
        return Reason.YOUR_TURN
    taken_up = line.last_out >= signal.at + DAY
    if signal.news is News.PROMISE:
        waits = signal.at <= now - PROMISE_AFTER * DAY
        return Reason.PROMISE if waits and not taken_up else None
    if signal.news not in TELLING or taken_up:
        return None
    if any(s.reason == Reason.NEWS and s.at >= signal.at - TOLD_DAYS * DAY for s in named):
        return None
    return Reason.NEWS


def _is_new(tie: Tie, line: Timeline, now: int) -> bool:
    if not tie.mutual or not line.days or len(line.days) > NEW_DAYS:
        return False
    if line.others and now / DAY - line.others[-1] < NEW_FROM:
        return False  # who still writes to the two of them and others has not been lost sight of
    return NEW_FROM <= now / DAY - line.days[0] <= NEW_UNTIL and tie.silence >= NEW_FROM


def refused(seen: Survey, tie: Tie) -> str:
    """Return why the owner does not want this name, or not now."""
    key, now = tie.person.key, seen.snapshot.as_of
    standing, wish = seen.standing(key), seen.wishes[key]
    if standing.never or (wish.rule and wish.rule.never):
        return _SAY("withheld.never")
    if tie.kind.kind is Kind.ROLE and not wish.named:
        return _SAY("withheld.role")
    pattern = wishes.refusal(tie.person, tie.kind.kind, wish.tags, seen.policy)
    if pattern:
        return _SAY("withheld.rule", pattern=pattern)
    if standing.snoozed_until > now:
        return _SAY("withheld.snoozed", day=_day(standing.snoozed_until))
    if wish.rule and wish.rule.not_before and wish.rule.not_before > datetime.fromtimestamp(now, UTC).date():
        return _SAY("withheld.not before", day=plain_day(wish.rule.not_before), origin=wish.rule.origin)
    gone = seen.dead and all(a.address in seen.dead for a in tie.person.addresses)
    return _SAY("withheld.bounced") if gone else ""


def _resting(seen: Survey, tie: Tie, named: Sequence[Suggested], reason: Reason) -> str:
    """Return why a name rests: it was suggested lately, skipped, or does not answer."""
    now = seen.snapshot.as_of
    contact = now - int(tie.silence * DAY)
    ignored = [s.at for s in named if s.at > contact]
    skipped = [s.at for s in seen.standing(tie.person.key).skipped if s.at > contact]
    span = max(float(tie.cadence or REST_DAYS), tie.gate) * min(2 ** max(len(ignored) - 1, 0), 4)
    marks = [at + int(span) * DAY for at in (*ignored, *skipped)]
    if reason is Reason.PROMISE:
        marks += [s.at + PROMISE_REST * DAY for s in named if s.reason == Reason.PROMISE]
    if marks and max(marks) > now:
        day = max((*ignored, *skipped, *(s.at for s in named)))
        return _SAY("withheld.rest", day=_day(day), until=_day(max(marks)))
    line = seen.line(tie.person.key)
    peace = silences.rests_until(line)
    if peace > now and reason is not Reason.PROMISE:
        return _SAY("withheld.theirs", count=silences.unanswered(line), until=_day(peace))
    return ""


def _too_soon(seen: Survey, tie: Tie) -> str:
    if not (tie.mutual or seen.wishes[tie.person.key].named):
        return _SAY("withheld.one way")
    if due.is_due(seen, tie):
        return ""
    counted = int(tie.silence - due.days_off(seen, tie))
    return _SAY("withheld.early", silence=counted, gate=int(tie.gate + 0.999))


def _latest(seen: Survey) -> dict[int, tuple[Suggested, ...]]:
    """Return the suggestions of each person, oldest first, under today's person of each address."""
    person_of = {a.id: tie.person.key for tie in seen.ties for a in tie.person.addresses}
    found: dict[int, tuple[Suggested, ...]] = {}
    for suggested in sorted(seen.snapshot.suggested, key=lambda s: s.at):
        key = person_of.get(suggested.key, suggested.key)
        found[key] = (*found.get(key, ()), suggested)
    return found


def _day(at: int) -> str:
    day = datetime.fromtimestamp(at, UTC).date()
    return f"{plain_day(day)} {day.year}"
