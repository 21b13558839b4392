"""Everything known of one person on one page: for `people show`.

It shows what the rooms below concluded, and adds no figure of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timezone

from daemon import records
from daemon.app import House
from daemon.digest.sparkline import sparkline
from rules.classify import kind_of
from rules.due import Survey
from rules.names import called
from rules.organisations import Membership, memberships
from rules.sentences import balance_words, last_exchange, rhythm_words
from rules.standing import Standing
from rules.verdicts import KindVerdict, Tie
from rules.words import length
from store.facts import Dossier, Person, Said
from store.snapshot import dossiers

MOST_FELLOWS = 6


@dataclass(frozen=True, slots=True)
class Portrait:
    """One person, everything the store and the rules say of them."""

    person: Person
    kind: KindVerdict
    tie: Tie | None
    standing: Standing
    dossier: Dossier | None
    rhythm: str
    balance: str
    fellows: tuple[str, ...]
    favours: tuple[tuple[str, str], ...]
    places: tuple[Membership, ...]
    record: records.Record


def portrait(house: House, seen: Survey, who: Person) -> Portrait:
    """Put together what is known of a person."""
    tie = next((t for t in seen.ties if t.person.key == who.key), None)
    standing = seen.standing(who.key)
    kind = tie.kind if tie else kind_of(who, standing, seen.policy, seen.snapshot.own)
    dossier = dossiers(house.store, seen.snapshot, [who.key]).get(who.key)
    shared = sorted((dossier.shared if dossier else {}).items(), key=lambda pair: (-pair[1], pair[0]))
    people = seen.snapshot.people
    return Portrait(
        person=who,
        kind=kind,
        tie=tie,
        standing=standing,
        dossier=dossier,
        rhythm=rhythm_words(seen, tie) if tie else "",
        balance=balance_words(seen, tie) if tie else "",
        fellows=tuple(called(people[key]) for key, _ in shared if key in people),
        favours=tuple((act.verb, f"{_day(act.at)}  {_favour(act, seen, who)}") for act in standing.favours),
        places=_places(seen, who),
        record=records.person(seen, who, kind.kind, tie),
    )


def record(found: Portrait) -> records.Record:
    """Return the page for scripts: the person's record and what only this page knows."""
    dossier = found.dossier
    return {
        **found.record,
        "rule": found.kind.rule,
        "rhythm": found.rhythm,
        "balance": found.balance,
        "months": list(dossier.months) if dossier else [],
        "knows": list(found.fellows),
        "memberships": [
            {
                "name": m.name,
                "domain": m.domain or None,
                "first": records.when(m.first),
                "last": records.when(m.last),
                "present": m.present,
            }
            for m in found.places
        ],
        "exchanges": [
            {"message_id": e.mid, "at": records.when(e.at), "out": e.out, "subject": e.subject}
            for e in (dossier.exchanges if dossier else ())
        ],
        "notes": [_said(act) for act in found.standing.notes],
        "promises": [_said(act) for act in found.standing.promises],
        "favours": [{**_said(act), "verb": act.verb} for act in found.standing.favours],
    }


def lines(found: Portrait) -> list[str]:
    """Return the page as lines for a terminal."""
    who, tie, dossier = found.person, found.tie, found.dossier
    told = [("addresses", ", ".join(a.address for a in who.addresses)), ("kind", _kind(found.kind))]
    told += [("at", _place(place)) for place in found.places]
    if tie:
        told.append(("circle", f"{tie.circle} ({tie.cadence_from})" if tie.cadence_from else tie.circle))
    if found.record["tags"]:
        told.append(("tags", ", ".join(found.record["tags"])))
    if dossier and any(dossier.months):
        told.append(("months", f"{sparkline(dossier.months)}  twelve months of direct mail"))
    told += [("rhythm", found.rhythm), ("balance", found.balance)]
    last = last_exchange(dossier)
    if last:
        way = "you wrote" if last.out else "they wrote"
        told.append(("last", f"{_day(last.at)}, {way}: “{last.subject}”"))
    if tie:
        told.append(("silence", length(tie.silence)))
    if found.fellows:
        more = len(found.fellows) - MOST_FELLOWS
        told.append(
            ("knows", ", ".join(found.fellows[:MOST_FELLOWS]) + (f", {more} more" if more > 0 else ""))
        )
    told += [("promised", f"{_day(act.at)}  {act.text}") for act in found.standing.promises]
    told += found.favours
    told += [("note", f"{_day(act.at)}  {act.text}") for act in found.standing.notes]
    if found.standing.never:
        told.append(("never", "not to be named"))
    if found.record["snoozed_until"]:
        told.append(("snoozed", f"until {found.record['snoozed_until'][:10]}"))
    return [called(who), *(f"  {name:<12}{text}" for name, text in told if text)]


def _favour(act: Said, seen: Survey, who: Person) -> str:
    """Return what a favour was in words: for an introduction, to whom."""
    if act.verb != "introduced":
        return act.text
    people = seen.snapshot.people.values()
    ends = {act.key, act.other} - {a.id for a in who.addresses}
    return ", ".join(f"to {called(p)}" for p in people if ends & {a.id for a in p.addresses})


def _places(seen: Survey, who: Person) -> tuple[Membership, ...]:
    """Return where the person is and was."""
    keys = {a.id for a in who.addresses}
    told = [t for t in seen.snapshot.traits if t.key in keys]
    gone = {b.address for b in seen.snapshot.bounces if b.permanent}
    return memberships(who, seen.policy, seen.snapshot.as_of, told, gone)


def _place(place: Membership) -> str:
    first, last = _day(place.first).year, _day(place.last).year
    return f"{place.name}, since {first}" if place.present else f"{place.name}, {first} to {last}"


def _kind(verdict: KindVerdict) -> str:
    return f"{verdict.kind.value} ({verdict.rule})"


def _said(act: Said) -> records.Record:
    return {"note_id": act.id, "at": records.when(act.at), "text": act.text, "until": records.when(act.until)}


def _day(at: int) -> date:
    return datetime.fromtimestamp(at, timezone.utc).date()
