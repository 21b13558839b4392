"""What mail tells beside being mail: delivery failures and meetings.

Facts only: whether a failure means a dead address, or a meeting counts as contact, is judged elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from store.book import ids_of
from store.db import Store
from store.facts import Bounce, Meeting
from store.people import FOREVER
from store.threads import hash_of


def keep_bounces(store: Store, failures: Iterable[Bounce]) -> None:
    """Keep delivery failures. Harmless to repeat."""
    failures = list(failures)
    with store.transaction():
        book = ids_of(store, {b.address for b in failures})
        rows = [
            (b.mid, book[b.address], int(b.permanent), b.at, b.original) for b in failures if book[b.address]
        ]
        store.executemany("INSERT OR REPLACE INTO bounce VALUES (?, ?, ?, ?, ?)", rows)


def keep_meetings(store: Store, invitations: Iterable[Meeting], told: int) -> None:
    """Keep what mail told at that time about meetings. Harmless to repeat."""
    rows = [(m.mid, m.uid, told, m.at, m.status, json.dumps(m.addresses), m.summary) for m in invitations]
    with store.transaction():
        store.executemany("INSERT OR REPLACE INTO meeting VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


def bounces(store: Store, as_of: int = FOREVER) -> tuple[Bounce, ...]:
    """Return the failures of mail the owner really sent, oldest first.

    A report that names no message counts if the owner had written to the address before it came.
    """
    rows = store.rows(
        "SELECT a.address, b.permanent, b.at, b.mid, b.original, b.address_id"
        " FROM bounce b JOIN address a ON a.id = b.address_id WHERE b.at < ? ORDER BY b.at, b.mid, 1",
        (as_of,),
    )
    return tuple(
        Bounce(address, bool(permanent), at, mid, original)
        for address, permanent, at, mid, original, key in rows
        if _was_sent(store, original, key, at)
    )


def _was_sent(store: Store, original: str, key: int, at: int) -> bool:
    if original:
        return store.one("SELECT 1 FROM proven WHERE hash = ?", (hash_of(original),)) is not None
    sql = "SELECT 1 FROM contact_day WHERE address_id = ? AND out_all AND first_at <= ?"
    return store.one(sql, (key, at)) is not None


def meetings(store: Store, as_of: int = FOREVER) -> tuple[Meeting, ...]:
    """Return what mail before an instant told of meetings, in the order it was told."""
    rows = store.rows(
        "SELECT uid, at, status, addresses, summary, mid FROM meeting WHERE told < ? ORDER BY told, mid, uid",
        (as_of,),
    )
    return tuple(
        Meeting(uid, at, status, tuple(json.loads(addresses)), summary, mid)
        for uid, at, status, addresses, summary, mid in rows
    )
