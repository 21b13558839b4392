"""What judgement leaves in the store: who is certainly one person, and the last verdicts for SQL.

Both follow from the facts and are made anew when those have changed, stamped with version and day.
Where the store cannot be written (another's, a full disk), everything goes on without.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, suppress
from typing import TYPE_CHECKING, Protocol

from rules import classify, identity
from rules.contact import person_of
from rules.standing import Standing, standings
from rules.verdicts import Candidate, Kind
from store.cards import together
from store.db import recall, remember
from store.errors import DigwellError
from store.facts import DAY, Snapshot
from store.people import Link, newest, replace_certain
from store.snapshot import load

if TYPE_CHECKING:
    from rules.due import Survey
    from rules.policy import Policy
    from store.db import Store
    from store.views import Verdict

JOINED, JUDGED = "joined", "judged"


class House(Protocol):
    """What is needed here of the house (``daemon.app``)."""

    store: Store
    now: int

    @property
    def policy(self) -> Policy:
        """The rules."""

    @property
    def look_from(self) -> int:
        """The instant from which to look by default."""

    def to_write(self) -> AbstractContextManager[Store]:
        """Open the store to write."""


def settle(house: House) -> Snapshot | None:
    """Bring certain merges up to date if anything has changed; return the facts as of now if they were read.

    Facts that were read on the way and still hold need not be read again.
    """
    mark = f"{classify.VERSION} {newest(house.store)}"
    if recall(house.store, JOINED) == mark:
        return None
    facts: Snapshot | None = None
    with suppress(DigwellError), house.to_write() as store:
        facts = load(store, house.look_from)
        merges = _certain(house, facts)
        with store.transaction():
            changed = replace_certain(store, [Link(m.key, m.main, m.evidence) for m in merges], house.now)
            remember(store, JOINED, mark)
        return None if changed else facts
    return facts


def _certain(house: House, facts: Snapshot) -> tuple[identity.Merge, ...]:
    """Return the merges among humans; whose kind does not matter is not asked for it."""
    apart = {(act.key, act.other) for act in facts.said if act.verb == "different"}
    person, said = person_of(facts), standings(facts.said, person_of(facts))
    cards = together(house.store)
    merges = identity.certain(facts.people.values(), apart, cards)
    concerned = {person[key] for merge in merges for key in (merge.key, merge.main) if key in person}
    robots = {
        key
        for key in concerned
        if classify.kind_of(facts.people[key], said.get(key, Standing()), house.policy, facts.own).kind
        is not Kind.PERSON
    }
    if not robots:
        return merges
    humans = (who for key, who in facts.people.items() if key not in robots)
    return identity.certain(humans, apart, cards)


def keep_judgement(house: House, seen: Survey) -> None:
    """Keep a copy of the verdicts of a survey as of now, if the last is of another day or facts."""
    mark = f"{classify.VERSION} {house.now // DAY} {newest(house.store)}"
    if seen.snapshot.as_of != house.look_from or recall(house.store, JUDGED) == mark:
        return
    from rules.candidates import candidates  # noqa: PLC0415 - at most once a day
    from store.views import keep_verdicts  # noqa: PLC0415

    with suppress(DigwellError), house.to_write() as store, store.transaction():
        keep_verdicts(store, str(classify.VERSION), house.now, [_verdict(one) for one in candidates(seen)])
        remember(store, JUDGED, mark)


def _verdict(one: Candidate) -> Verdict:
    from store.views import Verdict  # noqa: PLC0415

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
