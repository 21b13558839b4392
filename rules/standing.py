"""What the owner's words amount to: acts folded into what holds today.

Pure. Later words win; an undone act is never loaded, so undo needs no code here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from store.facts import Said

FAVOURS = ("gave", "asked", "introduced")


class Standing(NamedTuple):
    """What holds for one person: ``every`` is wished days, ``pace`` a factor on the rhythm."""

    tags: tuple[str, ...] = ()
    notes: tuple[Said, ...] = ()
    snoozed_until: int = 0
    never: bool = False
    every: int = 0
    pace: float = 1.0
    friend: bool = False
    not_a_person: bool = False
    done: tuple[Said, ...] = ()
    skipped: tuple[Said, ...] = ()
    promises: tuple[Said, ...] = ()
    favours: tuple[Said, ...] = ()
    kept: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class House:
    """What holds for the owner as a whole; ``unmatched`` are pairs who need not meet."""

    paused_until: int = 0
    people: int = 0
    introduced: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    different: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    unmatched: frozenset[tuple[int, int]] = field(default_factory=frozenset)


def standings(said: Iterable[Said], person_of: dict[int, int]) -> dict[int, Standing]:
    """Fold all acts, oldest first, by person; ``person_of`` maps address ids to main address ids."""
    result: dict[int, Standing] = {}
    for act in said:
        if act.key and not (act.verb == "skip" and act.other):
            key = person_of.get(act.key, act.key)
            result[key] = _fold(result.get(key, Standing()), act)
        if act.verb == "introduced" and act.other:
            key = person_of.get(act.other, act.other)
            result[key] = _fold(result.get(key, Standing()), act)
    return result


def house(said: Iterable[Said], person_of: dict[int, int]) -> House:
    """Fold the acts that are about nobody, or about a pair."""
    paused, people = 0, 0
    pairs: dict[str, set[tuple[int, int]]] = {"introduced": set(), "different": set(), "skip": set()}
    for act in said:
        if act.verb == "pause":
            paused = act.until
        elif act.verb == "resume":
            paused = 0
        elif act.verb == "people":
            people = int(act.value or 0)
        elif act.verb in pairs and act.other:
            one, other = sorted((person_of.get(act.key, act.key), person_of.get(act.other, act.other)))
            pairs[act.verb].add((one, other))
    introduced, different, unmatched = (frozenset(found) for found in pairs.values())
    return House(paused, people, introduced, different, unmatched)


def _fold(now: Standing, act: Said) -> Standing:  # noqa: PLR0911, PLR0912, C901 - one branch a verb
    match act.verb:
        case "tag":
            return now._replace(tags=tuple(sorted({*now.tags, act.value})))
        case "untag":
            return now._replace(tags=tuple(t for t in now.tags if t != act.value))
        case "note" | "log":
            noted = now._replace(notes=(*now.notes, act)) if act.text else now
            return noted._replace(done=(*noted.done, act)) if act.verb == "log" else noted
        case "done":
            # a word about the meeting is kept as a note
            noted = now._replace(notes=(*now.notes, act)) if act.text else now
            return noted._replace(done=(*noted.done, act), snoozed_until=0)
        case "snooze":
            return now._replace(snoozed_until=act.until)
        case "skip":
            return now._replace(skipped=(*now.skipped, act))
        case "never":
            return now._replace(never=True)
        case "always" | "friend":
            return now._replace(never=False, friend=True, not_a_person=False)
        case "not-a-person":
            return now._replace(not_a_person=True, friend=False)
        case "slower":
            return now._replace(pace=now.pace * 1.5)
        case "faster":
            return now._replace(pace=now.pace / 1.5)
        case "every":
            return now._replace(every=int(act.value), pace=1.0)
        case "promised":
            return now._replace(promises=(*now.promises, act))
        case "kept" | "release":
            open_ = tuple(p for p in now.promises if act.value and p.id != act.value)
            return now._replace(promises=open_, kept=(*now.kept, act) if act.verb == "kept" else now.kept)
        case verb if verb in FAVOURS:
            return now._replace(favours=(*now.favours, act))
    return now
