"""Simulate: replay past weeks with today's rules, to see who would have been named.

Pure: the past is cut out of today's snapshot. Nothing of a later day may reach an earlier week, except
what counts as one person and what kind of address it is.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from rules import classify, manners
from rules.candidates import candidates
from rules.due import KindOf, survey
from rules.names import called
from rules.policy import Policy
from rules.quiet import quiet_on
from rules.standing import House
from rules.suggest import picks
from rules.verdicts import Candidate, KindVerdict, Reason
from rules.words import counted, listed
from store.facts import DAY, Person, Snapshot, Suggested, Timeline

ANYWAY_DAYS = 56
"""Within how many days a mail of the owner's counts as written anyway."""
WEEK = 7 * DAY


@dataclass(frozen=True, slots=True)
class Replayed:
    """One past week: whom the mail would have named, and to whom the owner wrote anyway, by key.

    ``soon`` are those named within the gap that three quarters of the pair's own gaps stay under.
    """

    edition: str
    at: int
    named: tuple[Candidate, ...]
    anyway: frozenset[int]
    soon: frozenset[int]


def simulate(
    snapshot: Snapshot, policy: Policy, weeks: int, seed: bytes, kind_of: KindOf = classify.kind_of
) -> tuple[Replayed, ...]:
    """Replay that many weeks up to the snapshot's instant, oldest first; nobody reacts to a replay.

    Weeks inside a quiet span have no mail. Names rest after a suggestion as they would have.
    """
    judged = _once(kind_of)
    measured = manners.measure(policy, House(), (), ())
    history: list[Suggested] = []
    result = []
    for at in range(snapshot.as_of - weeks * WEEK, snapshot.as_of, WEEK):
        day = datetime.fromtimestamp(at, UTC).date()
        if quiet_on(policy, day):
            continue
        edition = _edition(day)
        seen = survey(_as_of(snapshot, at, tuple(history)), policy, judged)
        named = picks(seen, candidates(seen), measured, edition, seed).chosen
        for item, candidate in enumerate(named, 1):
            key, reason = candidate.tie.person.key, candidate.reason
            wild = reason is Reason.WILDCARD
            history.append(Suggested(edition, str(item), key, at, reason.value, wild))
        result.append(_replayed(snapshot, edition, at, named))
    return tuple(result)


def told(replayed: Iterable[Replayed]) -> tuple[str, ...]:
    """Return the replay in lines: a week each, then what it comes to."""
    weeks = list(replayed)
    named = [candidate for week in weeks for candidate in week.named]
    anyway = sum(len(week.anyway) for week in weeks)
    people = len({candidate.tie.person.key for candidate in named})
    lines = [_line(week) for week in weeks]
    share = f" ({round(100 * anyway / len(named))} %)" if named else ""
    lines.append(
        f"{counted(len(named), 'suggestion', 'suggestions')}, {counted(people, 'person', 'people')}; to "
        f"{anyway}{share} of them you wrote within eight weeks without being told."
    )
    return tuple(lines)


def _line(week: Replayed) -> str:
    names = [("by lot: " if c.reason is Reason.WILDCARD else "") + called(c.tie.person) for c in week.named]
    wrote = [called(c.tie.person) for c in week.named if c.tie.person.key in week.anyway]
    return f"{week.edition}  {', '.join(names) or 'nobody'}" + (
        f"  ·  anyway: {listed(wrote)}" if wrote else ""
    )


def _replayed(snapshot: Snapshot, edition: str, at: int, named: tuple[Candidate, ...]) -> Replayed:
    anyway, soon = set(), set()
    for candidate in named:
        tie = candidate.tie
        if _wrote(snapshot.timelines.get(tie.person.key), at):
            anyway.add(tie.person.key)
        if tie.silence < tie.rhythm.upper:
            soon.add(tie.person.key)
    return Replayed(edition, at, named, frozenset(anyway), frozenset(soon))


def _wrote(line: Timeline | None, at: int) -> bool:
    """Tell whether the owner wrote within the days after an instant."""
    if line is None:
        return False
    first = bisect_left(line.days, at // DAY)
    near = zip(line.days[first:], line.outs[first:], strict=True)
    return any(out for day, out in near if day <= at // DAY + ANYWAY_DAYS)


def _as_of(snapshot: Snapshot, at: int, history: tuple[Suggested, ...]) -> Snapshot:
    """Return the snapshot as it stood at the start of a past day."""
    today = at // DAY
    lines = {key: line for key, whole in snapshot.timelines.items() if (line := _until(whole, today)).days}
    return replace(
        snapshot,
        as_of=today * DAY,
        timelines=lines,
        said=tuple(act for act in snapshot.said if act.at < at),
        suggested=history,
        editions=(),
        bounces=tuple(bounce for bounce in snapshot.bounces if bounce.at < at),
        meetings=tuple(meeting for meeting in snapshot.meetings if meeting.at < at),
        traits=tuple(trait for trait in snapshot.traits if trait.at < at),
        paces=snapshot.paces[: bisect_left(snapshot.paces, today)],
    )


def _until(line: Timeline, today: int) -> Timeline:
    """Return a timeline before a day; the last mail each way is known to the day, for every week alike."""
    count = bisect_left(line.days, today)
    days, outs, ins = line.days[:count], line.outs[:count], line.ins[:count]
    others = line.others[: bisect_left(line.others, today)]
    return Timeline(days, outs, ins, others, _last(days, outs), _last(days, ins))


def _last(days: array[int], counts: array[int]) -> int:
    return next((day * DAY for day, n in zip(reversed(days), reversed(counts), strict=True) if n), 0)


def _once(kind_of: KindOf) -> KindOf:
    """Judge each person's kind once only: it does not change from week to week."""
    known: dict[int, KindVerdict] = {}

    def judged(person: Person, *more: object) -> KindVerdict:
        if person.key not in known:
            known[person.key] = kind_of(person, *more)  # type: ignore[arg-type]
        return known[person.key]

    return judged


def _edition(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}w{week:02}"
