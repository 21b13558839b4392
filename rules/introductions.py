"""Introductions: two people of the owner's who never shared a thread and whose notes or tags fit.

Pure. It must never tell one of them anything about the other: the owner asks one side first.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from rules import candidates
from rules.due import Survey
from rules.phrases import IDLE
from rules.verdicts import Evidence, Introduction, Tie
from rules.words import Words, clipped, first_name
from store.facts import Dossier, Said

SAY = Words()
MOST_PEOPLE = 40
"""Only the warmest of those with a note or a tag are looked at: pairs grow with the square."""
EVERY_WEEKS = 4
"""A pair that is not taken up comes back after four weeks at the earliest."""
LETTERS = "ijklmn"
_WORD = re.compile(r"[^\W\d_]{4,}")
_NEED = re.compile(
    r"\b(?:hir(?:es|ing)|recruiting|seek(?:s|ing)|search(?:es|ing)|need(?:s|ing)?|looks? for|looking for"
    r"|want(?:s|ing)?)\b",
    re.IGNORECASE,
)
_PLAIN = frozenset(IDLE.split())


@dataclass(frozen=True, slots=True)
class _Side:
    """One person with what the owner wrote about them."""

    tie: Tie
    notes: tuple[Said, ...]
    tags: Mapping[str, Said]


def wanted(seen: Survey) -> tuple[int, ...]:
    """Return the keys of those whose dossiers are needed to tell who never shared a thread."""
    return tuple(side.tie.person.key for side in _sides(seen))


def introductions(
    seen: Survey, dossiers: Mapping[int, Dossier], edition: str, seed: bytes, most: int = 1
) -> tuple[Introduction, ...]:
    """Return at most so many pairs, the best fit first; each pair has its own week in four."""
    found: list[tuple[int, str, _Side, _Side, str]] = []
    for one, other in combinations(_sides(seen), 2):
        if _met(seen, one, other, dossiers) or not _its_week(one, other, edition, seed):
            continue
        fit = _fit(one, other)
        if fit:
            found.append((-fit[0], one.tie.person.id + other.tie.person.id, fit[1], fit[2], fit[3]))
    found.sort(key=lambda entry: entry[:2])
    return tuple(
        _introduction(letter, needs, gives, word)
        for letter, (_, _, needs, gives, word) in zip(LETTERS, found[:most], strict=False)
    )


def _sides(seen: Survey) -> list[_Side]:
    """Return the warmest people with a note or a tag of the owner's who may be named at all."""
    tagged: dict[int, dict[str, Said]] = {}
    person_of = {a.id: tie.person.key for tie in seen.ties for a in tie.person.addresses}
    for act in seen.snapshot.said:
        if act.verb == "tag" and act.key in person_of:
            tagged.setdefault(person_of[act.key], {})[act.value] = act
    sides = []
    for tie in seen.ties:
        standing = seen.standing(tie.person.key)
        mine = {tag: act for tag, act in tagged.get(tie.person.key, {}).items() if tag in standing.tags}
        if tie.mutual and (standing.notes or mine) and not candidates.refused(seen, tie):
            sides.append(_Side(tie, standing.notes[-5:], mine))
    return sorted(sides, key=lambda side: (-side.tie.warmth, side.tie.person.id))[:MOST_PEOPLE]


def _met(seen: Survey, one: _Side, other: _Side, dossiers: Mapping[int, Dossier]) -> bool:
    """Tell whether the two ever shared a thread, were introduced, or are no match as the owner says.

    Of whom nothing was looked up, the same is taken: it cannot be ruled out.
    """
    low, high = sorted((one.tie.person.key, other.tie.person.key))
    if (low, high) in seen.house.introduced | seen.house.unmatched:
        return True
    pairs = ((low, high), (high, low))
    if any(there in dossiers[here].shared for here, there in pairs if here in dossiers):
        return True
    return low not in dossiers or high not in dossiers


def _its_week(one: _Side, other: _Side, edition: str, seed: bytes) -> bool:
    ids = sorted((one.tie.person.id, other.tie.person.id))
    draw = hashlib.sha256(b"\0".join((seed, *(i.encode() for i in ids)))).digest()[0]
    week = int(edition[5:7]) if edition[5:7].isdigit() else 0
    return (draw + week) % EVERY_WEEKS == 0


def _fit(one: _Side, other: _Side) -> tuple[int, _Side, _Side, str] | None:
    """Return how well the two fit, who needs, who may help, and the word they share; None if nothing fits.

    A need written down for one that the other's notes or tags speak of counts twice a common tag.
    """
    for needs, gives in ((one, other), (other, one)):
        need = _words(note.text for note in needs.notes if _NEED.search(note.text))
        common = need & _words((*(note.text for note in gives.notes), *gives.tags))
        if common:
            return 2 * len(common), needs, gives, min(common)
    shared = sorted(set(one.tags) & set(other.tags))
    if shared:
        return len(shared), one, other, shared[0]
    return None


def _words(texts: Iterable[str]) -> set[str]:
    found = {word.lower() for text in texts for word in _WORD.findall(text)}
    return {word.removesuffix("s") for word in found - _PLAIN}


def _introduction(letter: str, needs: _Side, gives: _Side, word: str) -> Introduction:
    first, second = (first_name(s.tie.person.name, s.tie.person.main.address) for s in (needs, gives))
    mine, theirs = _proof(needs, word), _proof(gives, word)
    values = {"one": first, "other": second, "word": word}
    if mine.verb == "tag" and theirs.verb == "tag":
        sentence = SAY("introduce.tag", **values)
    else:
        told = {"mine": _quoted(mine), "theirs": _quoted(theirs)}
        sentence = SAY("introduce.notes", **values, **told)
    evidence = tuple(Evidence(note_id=act.id) for act in (mine, theirs))
    return Introduction(letter, needs.tie.person, gives.tie.person, sentence, evidence, gives.tie.person)


def _proof(side: _Side, word: str) -> Said:
    """Return the note or tag that speaks of the word."""
    for note in reversed(side.notes):
        if word in _words([note.text]):
            return note
    return next(act for tag, act in side.tags.items() if tag == word or word in _words([tag]))


def _quoted(act: Said) -> str:
    """Return what was written in quotation marks; its full stop goes, for one follows behind them."""
    return f"“{clipped(act.text or act.value, 80).removesuffix('.')}”"
