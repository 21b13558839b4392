"""What the items of a letter stand for, so that an answer such as `kept a` finds its promise.

People suggested stand in ``suggestion``; here are promises, introductions and questions. Facts only:
what an answer does is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from store.db import Store


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a letter: a number or letter, the address it is about, the second one of a pair.

    ``note`` is the public id of the promise it names, if it names one.
    """

    item: str
    key: int
    other: int = 0
    note: str = ""


def keep_items(store: Store, edition: str, items: Iterable[Item]) -> None:
    """Keep what the items of a letter stand for, in the transaction that keeps its bytes."""
    with store.transaction():
        store.executemany(
            "INSERT OR IGNORE INTO item VALUES (?, ?, ?, ?, ?)",
            [(edition, i.item, i.key, i.other, i.note) for i in items],
        )


def items(store: Store, edition: str) -> dict[str, Item]:
    """Return everything that can be answered to in a letter, the people it suggests included."""
    found = {
        item: Item(item, key)
        for item, key in store.rows(
            "SELECT s.item, s.address_id FROM suggestion s JOIN edition e ON e.id = s.edition_id"
            " WHERE e.key = ? ORDER BY length(s.item), s.item",
            (edition,),
        )
    }
    rows = store.rows(
        "SELECT item, address_id, other_id, note FROM item WHERE edition = ? ORDER BY length(item), item",
        (edition,),
    )
    return found | {row[0]: Item(*row) for row in rows}
