"""What address books and letters tell about the humans behind addresses.

Facts as told: a card without an address waits to be matched by name, elsewhere. Keeping the same card
twice changes nothing; what a source tells differently than before is kept beside what it told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from store.book import ids_of
from store.db import Store
from store.facts import Card, Trait
from store.people import FOREVER

_UPSERT = """
INSERT INTO card VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source, key) DO UPDATE SET
    name = excluded.name, addresses = excluded.addresses, organisation = excluded.organisation,
    job = excluded.job, birthday = excluded.birthday, at = excluded.at
"""


def keep_cards(store: Store, cards: Iterable[Card], at: int) -> int:
    """Keep cards as told at an instant; return how many are new or differ from before."""
    with store.transaction():
        old = {
            (source, key): Card(source, key, name, tuple(json.loads(addresses)), *rest)
            for source, key, name, addresses, *rest in store.rows(
                "SELECT source, key, name, addresses, organisation, job, birthday FROM card"
            )
        }
        told = {(card.source, card.key): card for card in cards}
        fresh = [card for key, card in told.items() if old.get(key) != card]
        store.executemany(
            _UPSERT,
            [
                (c.source, c.key, c.name, json.dumps(c.addresses), c.organisation, c.job, c.birthday, at)
                for c in fresh
            ],
        )
        _place(store, fresh, at)
    return len(fresh)


def keep_traits(store: Store, told: Iterable[Trait]) -> None:
    """Keep what letters told. Harmless to repeat."""
    rows = [(t.key, t.sort, t.source, t.mid, t.value, t.at) for t in told if t.key and t.value]
    with store.transaction():
        store.executemany("INSERT OR IGNORE INTO trait VALUES (?, ?, ?, ?, ?, ?)", rows)


def traits(store: Store, as_of: int = FOREVER) -> tuple[Trait, ...]:
    """Return what was told before an instant, in the order it was told."""
    rows = store.rows(
        "SELECT address_id, sort, value, at, mid, source FROM trait WHERE at < ?"
        " ORDER BY at, address_id, sort, source, mid, value",
        (as_of,),
    )
    return tuple(Trait(*row) for row in rows)


def unplaced(store: Store, as_of: int = FOREVER) -> tuple[Card, ...]:
    """Return the cards without an address, to be matched by name."""
    rows = store.rows(
        "SELECT source, key, name, organisation, job, birthday, at FROM card"
        " WHERE addresses = '[]' AND at < ? ORDER BY name, source, key",
        (as_of,),
    )
    return tuple(
        Card(source, key, name, (), organisation, job, birthday, at)
        for source, key, name, organisation, job, birthday, at in rows
    )


def together(store: Store) -> tuple[Trait, ...]:
    """Return which addresses stand on one card, as traits of the sort ``card`` whose value names the card.

    An address on several cards (a family's, an office's) is nobody's own and is left out.
    """
    rows = store.rows(
        "SELECT a.id, c.source || ' ' || c.key, c.at, c.source, count(*) OVER (PARTITION BY a.id, c.source)"
        " FROM card c, json_each(c.addresses) j JOIN address a ON a.address = j.value ORDER BY 2, 1"
    )
    return tuple(Trait(key, "card", card, at, source=source) for key, card, at, source, n in rows if n == 1)


def _place(store: Store, cards: list[Card], at: int) -> None:
    """Hang what cards tell on their addresses."""
    book = ids_of(store, {address for card in cards for address in card.addresses})
    latest = _latest(store)
    names: set[tuple[int, str]] = set()
    rows = []
    for card in cards:
        for number in (book[address] for address in card.addresses if book[address]):
            names.add((number, card.name))
            for sort in ("organisation", "job", "birthday"):
                value, key = getattr(card, sort), (number, sort, card.source)
                if value and latest.get(key) != value:
                    latest[key] = value
                    rows.append((number, sort, card.source, "", value, at))
    store.executemany("UPDATE address SET known = 1 WHERE id = ?", [(number,) for number, _ in names])
    store.executemany(
        "INSERT OR IGNORE INTO address_name VALUES (?, ?, 1)", [pair for pair in sorted(names) if pair[1]]
    )
    store.executemany("INSERT OR IGNORE INTO trait VALUES (?, ?, ?, ?, ?, ?)", rows)


def _latest(store: Store) -> dict[tuple[int, str, str], str]:
    rows = store.rows("SELECT address_id, sort, source, value FROM trait WHERE source <> '' ORDER BY at")
    return {(number, sort, source): value for number, sort, source, value in rows}
