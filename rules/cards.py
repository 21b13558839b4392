"""Cards without an address: whose they are, by the whole name alone. Pure.

A card is given to a person only if exactly one person bears its full name, and no other card from the
same source does; it then tells of them, and is never a reason to merge anybody.
"""

from __future__ import annotations

from collections import Counter, defaultdict

from rules.names import from_address
from store.addresses import name_key
from store.facts import Card, Snapshot, Trait

_SORTS = ("organisation", "job", "birthday")


def matched(snapshot: Snapshot) -> tuple[Trait, ...]:
    """Return what cards without an address tell, hung on the main address of the one who fits."""
    if not snapshot.cards:
        return ()
    bearers = _bearers(snapshot)
    alike = Counter((card.source, name_key(card.name)) for card in snapshot.cards)
    found: list[Trait] = []
    for card in snapshot.cards:
        key = name_key(card.name)
        if len(bearers.get(key, ())) == 1 and alike[card.source, key] == 1:
            (person,) = bearers[key]
            found += _told(card, person)
    return tuple(found)


def _told(card: Card, key: int) -> list[Trait]:
    values = ((sort, getattr(card, sort)) for sort in _SORTS)
    return [Trait(key, sort, value, card.at, source=card.source) for sort, value in values if value]


def _bearers(snapshot: Snapshot) -> dict[str, set[int]]:
    """Return who bears each full name that a card bears; a single word is no full name."""
    wanted = {key for card in snapshot.cards if " " in (key := name_key(card.name))}
    bearers: dict[str, set[int]] = defaultdict(set)
    for number, person in snapshot.people.items():
        names = {person.name, *(name for one in person.addresses for name in one.names)}
        names |= {from_address(one.address) for one in person.addresses}
        for name in {name_key(name) for name in names} & wanted:
            bearers[name].add(number)
    return bearers
