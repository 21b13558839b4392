"""Letters on their way: the bytes are kept before anything leaves, and every try is counted first.

Nothing here sends. A row is pending, then trying, then done or failed; only what is done loses its
bytes, so that a letter in doubt can be sent again byte for byte.
"""

from __future__ import annotations

from dataclasses import dataclass

from store.db import Row, Store
from store.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Parcel:
    """A letter in the outbox. ``tried`` is the time of the last try, ``tries`` how many there were."""

    key: str
    message_id: str
    raw: bytes
    channel: str
    target: str
    state: str
    at: int
    tries: int
    tried: int
    error: str


_FIELDS = "SELECT key, message_id, raw, channel, target, state, at, tries, tried, error FROM outbox"


def put(store: Store, key: str, message_id: str, raw: bytes, route: tuple[str, str], at: int) -> bool:
    """Keep a letter for sending by ``route`` = (channel, target); False if that key is known already."""
    with store.transaction():
        done = store.execute(
            "INSERT OR IGNORE INTO outbox (key, message_id, raw, channel, target, state, at)"
            " VALUES (?, ?, ?, ?, ?, 'pending', ?)",
            (key, message_id, raw, *route, at),
        )
        return done.rowcount == 1


def pending(store: Store) -> tuple[Parcel, ...]:
    """Return what is not yet done, oldest first; state ``trying`` means in doubt."""
    return tuple(
        _parcel(r) for r in store.rows(_FIELDS + " WHERE state IN ('pending', 'trying') ORDER BY id")
    )


def parcel(store: Store, key: str) -> Parcel | None:
    """Return the letter of that key, whatever its state."""
    row = store.one(_FIELDS + " WHERE key = ?", (key,))
    return _parcel(row) if row else None


def trying(store: Store, key: str, at: int) -> int:
    """Count a try before it is made; return how many there are now."""
    with store.transaction():
        store.execute(
            "UPDATE outbox SET state = 'trying', tries = tries + 1, tried = ? WHERE key = ?", (at, key)
        )
        row = store.one("SELECT tries FROM outbox WHERE key = ?", (key,))
    if row is None:
        raise NotFoundError("no such letter in the outbox", key)
    return int(row[0])


def waiting(store: Store, key: str, error: str) -> None:
    """Put a letter back that certainly did not leave."""
    _settle(store, key, "pending", error)


def done(store: Store, key: str) -> None:
    """Note that a letter has arrived, and let go of its bytes."""
    with store.transaction():
        _settle(store, key, "done", "")
        store.execute("UPDATE outbox SET raw = x'' WHERE key = ?", (key,))


def failed(store: Store, key: str, error: str) -> None:
    """Note that a letter was refused for good; its bytes stay."""
    _settle(store, key, "failed", error)


def our_mids(store: Store) -> set[str]:
    """Return the Message-IDs of all that digwell itself ever wrote."""
    rows = store.rows("SELECT message_id FROM outbox UNION SELECT message_id FROM edition")
    return {row[0] for row in rows}


def written(store: Store) -> tuple[tuple[str, int], ...]:
    """Return the Message-ID of every letter ever kept for sending, and when."""
    return tuple((mid, at) for mid, at in store.rows("SELECT message_id, at FROM outbox"))


def _settle(store: Store, key: str, state: str, error: str) -> None:
    with store.transaction():
        store.execute("UPDATE outbox SET state = ?, error = ? WHERE key = ?", (state, error, key))


def _parcel(row: Row) -> Parcel:
    return Parcel(*row)
