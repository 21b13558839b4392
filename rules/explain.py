"""Explain: how the rules come to their verdict on one person, line by line, each figure with its place.

Pure. It recomputes nothing by other means: every line is read from the same survey the mail is made of.
"""

from __future__ import annotations

from datetime import UTC, datetime

from rules import due, favours, silences, words
from rules.candidates import candidates
from rules.due import NEVER, Survey
from rules.policy import Circle
from rules.verdicts import Candidate, Tie
from rules.wishes import Wish, fits, is_named
from rules.words import first_name, length
from store.facts import Person

WIDTH = 34
_TURNS = {
    silences.Turn.YOURS: "theirs was the last word, so it is your turn",
    silences.Turn.NOBODYS: "both went quiet",
    silences.Turn.THEIRS: "your last {count} are unanswered",
}


def explain(seen: Survey, person: Person) -> tuple[str, ...]:
    """Return the trace for one person: circles, cadence, figures, reason, place among those free."""
    title = f"{person.name or person.main.address} <{person.main.address}>"
    found = candidates(seen)
    mine = next((c for c in found if c.tie.person.key == person.key), None)
    if mine is None:
        return (title, *_lines([("verdict", _no_tie(seen, person))]))
    rows = [*_circles(seen, mine.tie), *_cadence(seen, mine.tie), *_figures(seen, mine.tie)]
    rows += _outcome(mine, found)
    return (title, *_lines(rows))


def _lines(rows: list[tuple[str, str]]) -> list[str]:
    return [f"  {label:<{WIDTH}}  {told}" for label, told in rows]


def _no_tie(seen: Survey, person: Person) -> str:
    if person.key not in seen.snapshot.people:
        return "nothing is known of them as of that day"
    if seen.standing(person.key).not_a_person:
        return "you said this is not a person"
    line = seen.line(person.key)
    if not line.days:
        return "no direct mail between you two (To names at most three people), and no word of yours"
    ways = (
        "mail has gone one way only" if not (line.last_in and line.last_out) else "it is no person's address"
    )
    return f"{ways}; digwell why {person.main.address} tells more"


def _circles(seen: Survey, tie: Tie) -> list[tuple[str, str]]:
    """Tell of each circle in turn whether it fits, up to the first that does."""
    rows: list[tuple[str, str]] = []
    wish = seen.wishes[tie.person.key]
    for circle in seen.policy.circles:
        label = f"{circle.origin}  {circle.name}"
        if fits(circle, tie.person, wish.tags, tie.rhythm.days):
            return [*rows, (label, f"yes: {_fitting(circle, tie, wish)}")]
        rows.append((label, f"no: {_missing(circle, tie)}"))
    return [*rows, ("circles", "none fits")]


def _fitting(circle: Circle, tie: Tie, wish: Wish) -> str:
    every = words.every(circle.every) if circle.every else "their rhythm"
    tags = sorted(set(circle.tags) & set(wish.tags))
    if tags:
        ground = f"the tag {words.listed([f'“{tag}”' for tag in tags])}"
    elif is_named(circle, tie.person, wish.tags):
        ground = "on the list"
    else:
        ground = "an address at its domains" if circle.domains else "everybody"
    return f"{ground}; {every}"


def _missing(circle: Circle, tie: Tie) -> str:
    if tie.rhythm.days < circle.at_least:
        return f"{words.counted(tie.rhythm.days, 'day', 'days')} of contact, it asks for {circle.at_least}"
    wants = [
        told
        for has, told in (
            (circle.people, "not on its list"),
            (circle.tags, "no tag of " + words.listed([f"“{tag}”" for tag in circle.tags])),
            (circle.domains, "no address at " + words.listed(circle.domains)),
        )
        if has
    ]
    return "; ".join(wants)


def _cadence(seen: Survey, tie: Tie) -> list[tuple[str, str]]:
    wish = seen.wishes[tie.person.key]
    rows = []
    if wish.rule:
        rows.append((f"{wish.rule.origin}  {wish.rule.who}", "your rule for this person"))
    if wish.tags:
        rows.append(("tags", ", ".join(wish.tags)))
    beat = tie.rhythm
    if beat.learned:
        told = f"{_days(beat.median)} between conversations, as a median over {beat.days} days of contact"
    else:
        told = f"not learned yet: {words.counted(beat.days, 'day', 'days')} of contact"
    rows.append(("rhythm", told))
    if wish.pace != 1:
        rows.append(("pace", f"times {wish.pace:.3g}, by your slower and faster"))
    spoke = f"{tie.cadence} days: {tie.cadence_from}" if tie.cadence else tie.cadence_from
    rows.append(("who spoke", spoke))
    return rows


def _figures(seen: Survey, tie: Tie) -> list[tuple[str, str]]:
    off = due.days_off(seen, tie)
    silence = "no contact yet" if tie.silence >= NEVER else _days(tie.silence)
    if tie.silence < NEVER and tie.rhythm.learned and tie.rhythm.median:
        silence += f" = {tie.silence / tie.rhythm.median:.1f} times the rhythm"
    rows = [("silence", silence)]
    if off:
        rows.append(("days off", f"{_days(off)} of them do not count"))
    rows.append(("named from", f"{_days(tie.gate)} of silence on"))
    line = seen.line(tie.person.key)
    if line.days:
        told = _TURNS[silences.turn(line)].format(count=silences.unanswered(line))
        rows.append(
            ("last word", f"{_date(max(line.last_in, line.last_out, line.days[-1] * 86_400))}: {told}")
        )
        rows.append(("balance", f"{sum(line.outs)} from you, {sum(line.ins)} from them"))
    rows.append(("warmth", f"{tie.warmth:.2f} (chance of direct mail within eight weeks)"))
    if tie.cold:
        rows.append(("cold", "a strong tie beyond twice its usual gap, so it stands further forward"))
    rows.append(("order", f"{tie.order:+.2f}, number {seen.ties.index(tie) + 1} of {len(seen.ties)} ties"))
    given = favours.balance(
        seen.standing(tie.person.key), first_name(tie.person.name, tie.person.main.address)
    )
    return [*rows, ("help", given)] if given else rows


def _outcome(mine: Candidate, found: tuple[Candidate, ...]) -> list[tuple[str, str]]:
    if mine.withheld:
        return [("verdict", f"not this week: {mine.withheld}")]
    free = [c for c in found if not c.withheld]
    seat = {"lot": "by lot", "new": "a seat for somebody new", "old": "a seat for an old friend"}.get(
        mine.seat, ""
    )
    place = "" if mine.seat == "lot" else f"number {free.index(mine) + 1} in order"
    told = "; ".join(part for part in (mine.reason.value, seat, place) if part)
    return [("verdict", told)]


def _days(days: float) -> str:
    whole = round(days)
    return f"{whole} days" if whole < 60 else f"{whole} days ({length(days)})"


def _date(at: int) -> str:
    return words.day_of_year(datetime.fromtimestamp(at, UTC).date())
