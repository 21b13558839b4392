"""Suggest: from those who may be named to the few who are, with every sentence of theirs.

Pure; the lot is drawn from a key, so that a preview names whom the mail will name. It must never
name more people than the quota, and never order anybody by lateness: lateness opens the gate only.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rules import sentences, warmth
from rules.due import Survey
from rules.manners import Measure
from rules.verdicts import Candidate, Reason, Suggestion
from store.facts import DAY, Dossier

POOL_DAYS = 3
"""Contact days from which somebody lost belongs to the lot."""
MOST_OF_A_KIND = 2
OLD_FRIEND_WEEKS = 4


@dataclass(frozen=True, slots=True)
class Picks:
    """Who is named, in the order of the mail, and how many stood in the lot."""

    chosen: tuple[Candidate, ...]
    pool: int


def picks(seen: Survey, found: Sequence[Candidate], measured: Measure, edition: str, seed: bytes) -> Picks:
    """Choose this week's people: reserved seats first, then the best by order, then the lot."""
    free = [candidate for candidate in found if not candidate.withheld]
    pool = [c for c in free if c.seat == "lot" and c.tie.rhythm.days >= POOL_DAYS]
    drawn = _draw(pool, edition, seed)
    wild = drawn[: measured.wildcard]
    taken = {c.tie.person.key for c in wild}
    rest = [c for c in free if c.seat != "lot" and c.reason.value in seen.policy.week.reasons]
    rest += _old_friend(pool, taken, edition, seed)
    places = measured.people - len(wild)
    ranks = {reason: place for place, reason in enumerate(seen.policy.week.reasons)}
    chosen = sorted(_seated(rest, places), key=lambda c: ranks.get(c.reason.value, len(ranks)))
    return Picks((*chosen, *wild), len(pool))


def suggest(
    seen: Survey, chosen: Iterable[Candidate], dossiers: Mapping[int, Dossier]
) -> tuple[Suggestion, ...]:
    """Write down each chosen person: reason, evidence, what is known, the last exchange, an opening."""
    made: list[Suggestion] = []
    offered = False
    for number, candidate in enumerate(chosen, 1):
        offers = not offered and candidate.reason is Reason.GONE_QUIET
        made.append(_suggestion(seen, candidate, dossiers.get(candidate.tie.person.key), number, offers))
        offered = offered or offers
    return tuple(made)


def _suggestion(
    seen: Survey, candidate: Candidate, dossier: Dossier | None, number: int, offers: bool
) -> Suggestion:
    tie = candidate.tie
    sentence, evidence = sentences.why(seen, candidate, dossier)
    last = sentences.last_exchange(dossier)
    young = last is not None and seen.snapshot.as_of - last.at <= sentences.REPLY_DAYS * DAY
    return Suggestion(
        number=number,
        person=tie.person,
        reason=candidate.reason,
        sentence=sentence,
        evidence=evidence,
        tie=tie,
        wildcard=candidate.reason is Reason.WILDCARD,
        known=sentences.known(seen, candidate),
        last=last,
        reply_to=last if young else None,
        months=dossier.months if dossier else (),
        rhythm_words=sentences.rhythm_words(seen, tie),
        balance_words=sentences.balance_words(seen, tie),
        opening=sentences.opening(seen, candidate, last, offers=offers),
        told_by=tie.cadence_from,
    )


def _seated(free: Sequence[Candidate], places: int) -> list[Candidate]:
    """Fill the places: promises and news, one strong tie gone cold, one new person, then by order."""
    by_reason = {
        reason: [c for c in free if c.reason is reason][:MOST_OF_A_KIND]
        for reason in (Reason.PROMISE, Reason.NEWS)
    }
    new = [c for c in free if c.seat == "new"]
    common = [c for c in free if c.reason in {Reason.YOUR_TURN, Reason.GONE_QUIET}]
    strong = _strong(common)
    queue = [*by_reason[Reason.PROMISE], *by_reason[Reason.NEWS], *strong[:1], *new[:1], *common]
    chosen: dict[int, Candidate] = {}
    for candidate in (*queue, *new[1:2]):
        if len(chosen) < max(places, 0):
            chosen.setdefault(candidate.tie.person.key, candidate)
    return list(chosen.values())


def _strong(common: Sequence[Candidate]) -> list[Candidate]:
    """Return the strong ties that have gone cold, the strongest first."""
    cold = [c for c in common if c.tie.cold and c.tie.mutual]
    return sorted(cold, key=lambda c: (-c.tie.strength, c.tie.person.id))


def _old_friend(pool: Sequence[Candidate], taken: set[int], edition: str, seed: bytes) -> list[Candidate]:
    """Return, every fourth week, the old friend who once was closest, as one gone quiet."""
    if _number(seed, edition[:7], "old friend") % OLD_FRIEND_WEEKS:
        return []
    closest = [c for c in pool if c.tie.person.key not in taken and c.tie.rhythm.days >= warmth.STRONG_DAYS]
    closest.sort(key=lambda c: (-c.tie.rhythm.days, c.tie.person.id))
    return [c._replace(reason=Reason.GONE_QUIET, seat="old") for c in closest[:1]]


def _draw(pool: Sequence[Candidate], edition: str, seed: bytes) -> list[Candidate]:
    """Order the pool by lot: the same key and edition give the same order, whoever else joins."""
    return sorted(pool, key=lambda c: _number(seed, edition, c.tie.person.id))


def _number(seed: bytes, edition: str, who: str) -> int:
    return int.from_bytes(hashlib.sha256(b"\0".join((seed, edition.encode(), who.encode()))).digest()[:8])
