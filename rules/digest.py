"""Digest: the weekly mail as a value, from the survey of a week.

Pure. Rendering adds no fact to it, and it must never hold a count of people who are overdue.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rules import favours, introductions, manners
from rules.candidates import candidates
from rules.due import Survey
from rules.suggest import Picks, picks, suggest
from rules.verdicts import Digest, OpenPromise, Outcome
from rules.words import clipped, first_name
from store.facts import Dossier, Edition

MOST_PROMISES = 4


@dataclass(frozen=True, slots=True)
class Occasion:
    """What the week is about beyond the facts: ``seed`` is the install key, ``on`` the local ISO date."""

    edition: str
    on: str
    seed: bytes
    slot: str = ""
    synced: int = 0
    next_slot: int = 0
    told: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()


def choose(seen: Survey, occasion: Occasion) -> Picks:
    """Return who is named this week; deterministic, so that a preview shows what will be sent."""
    return picks(seen, candidates(seen), measure(seen), occasion.edition, occasion.seed)


def wanted(seen: Survey, picked: Picks) -> tuple[int, ...]:
    """Return the keys of those whose dossiers ``compose`` needs."""
    named = (c.tie.person.key for c in picked.chosen)
    return tuple(dict.fromkeys((*named, *introductions.wanted(seen))))


def measure(seen: Survey) -> manners.Measure:
    """Return how much this week's mail may ask."""
    snapshot = seen.snapshot
    return manners.measure(seen.policy, seen.house, snapshot.editions, snapshot.suggested, snapshot.said)


def compose(seen: Survey, picked: Picks, dossiers: Mapping[int, Dossier], occasion: Occasion) -> Digest:
    """Compose the mail of an edition from whom ``choose`` named and the dossiers of those ``wanted``."""
    made = suggest(seen, picked.chosen, dossiers)
    form = measure(seen).form
    return Digest(
        edition=occasion.edition,
        on=occasion.on,
        form=form if made else "empty",
        suggestions=made,
        promises=_promises(seen, {c.tie.person.key for c in picked.chosen}),
        introductions=introductions.introductions(seen, dossiers, occasion.edition, occasion.seed)
        if form == "full"
        else (),
        outcome=_outcome(seen),
        favours=favours.quarter(seen),
        told=occasion.told,
        troubles=occasion.troubles,
        pool=picked.pool,
        slot=occasion.slot,
        synced=occasion.synced,
        next_slot=occasion.next_slot,
        notices=occasion.notices,
        nobody=not any(tie.mutual for tie in seen.ties),
    )


def _promises(seen: Survey, named: set[int]) -> tuple[OpenPromise, ...]:
    """Return the oldest open promises to people who are not named above."""
    found = [
        (act, seen.snapshot.people[key])
        for key, standing in seen.standings.items()
        if key in seen.snapshot.people and key not in named and not standing.never
        for act in standing.promises
    ]
    found.sort(key=lambda pair: (pair[0].until or pair[0].at, pair[0].id))
    return tuple(
        OpenPromise(letter, person, clipped(act.text, 120), act.at, act.id)
        for letter, (act, person) in zip("abcdefgh", found[:MOST_PROMISES], strict=False)
    )


def _outcome(seen: Survey) -> Outcome | None:
    """Return what came of the last delivered edition, None where there is none."""
    delivered = [e for e in seen.snapshot.editions if e.state == "delivered" and e.slot < seen.snapshot.as_of]
    if not delivered:
        return None
    last: Edition = max(delivered, key=lambda e: (e.slot, e.key))
    rows = [s for s in seen.snapshot.suggested if s.edition == last.key]
    people = seen.snapshot.people
    answered = tuple(
        first_name(people[s.key].name, people[s.key].main.address)
        for s in rows
        if s.answered and s.key in people
    )
    return Outcome(last.key, len(rows), sum(1 for s in rows if s.wrote), answered) if rows else None
