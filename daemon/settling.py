"""What judgement leaves in the store: who is certainly one person, and the last verdicts for SQL.

Both follow from the facts and are made anew when those have changed, stamped with version and day.
Where the store cannot be written (another's, a full disk), everything goes on without.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext, suppress
from typing import TYPE_CHECKING

from rules import candidates, classify, due, identity
from rules.verdicts import Candidate, Kind
from store.db import Store, recall, remember
from store.errors import DigwellError
from store.facts import DAY, Snapshot
from store.people import Link, newest, replace_certain
from store.snapshot import load
from store.views import Verdict, keep_verdicts

if TYPE_CHECKING:
    from daemon.app import House

NAME = "settled"


def settle(house: House) -> None:
    """Bring certain merges and kept verdicts up to date, if anything has changed since the last time."""
    mark = f"{classify.VERSION} {house.now // DAY} {newest(house.store)}"
    if recall(house.store, NAME) == mark:
        return
    with suppress(DigwellError), _to_write(house) as store:
        seen = _survey(house, store)
        with store.transaction():
            if _join_certain(store, seen):
                seen = _survey(house, store)
            rows = [_verdict(one) for one in candidates.candidates(seen)]
            keep_verdicts(store, str(classify.VERSION), house.now, rows)
            remember(store, NAME, mark)


def _to_write(house: House) -> AbstractContextManager[Store]:
    return Store.open(house.store.path) if house.store.readonly else nullcontext(house.store)


def _survey(house: House, store: Store) -> due.Survey:
    return due.survey(load(store, house.look_from), house.policy, classify.kind_of)


def _join_certain(store: Store, seen: due.Survey) -> bool:
    facts: Snapshot = seen.snapshot
    humans = [
        person
        for key, person in facts.people.items()
        if classify.kind_of(person, seen.standing(key), seen.policy, facts.own).kind is Kind.PERSON
    ]
    merges = identity.certain(humans, seen.house.different, facts.traits)
    return replace_certain(store, [Link(m.key, m.main, m.evidence) for m in merges], facts.as_of)


def _verdict(one: Candidate) -> Verdict:
    tie = one.tie
    return Verdict(
        key=tie.person.key,
        kind=tie.kind.kind.value,
        rule=tie.kind.rule,
        warmth=tie.warmth,
        score=tie.order,
        rhythm_days=tie.rhythm.median if tie.rhythm.learned else 0.0,
        silence_days=tie.silence,
        circle=tie.circle,
        due=not one.withheld,
        reason=one.withheld or one.reason.value,
    )
