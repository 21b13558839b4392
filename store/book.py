"""The address book: one id for one address, handed out once and never again.

Ids are remembered on the open store and forgotten whenever another process has written. Addresses
whose owner asked to be forgotten get no id.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Iterable
from typing import TypeVar

from store.db import Store
from store.errors import NeedsOwnerError

T = TypeVar("T")

REMEMBERED = 60_000
_CHUNK = 500


def ids_of(store: Store, addresses: Collection[str]) -> dict[str, int]:
    """Return the id of each address, making rows for new ones. Call inside a transaction.

    The answer may hold more than was asked for. A forgotten address has the id 0.
    """
    book = store.book
    missing = {a for a in addresses if a not in book}
    if missing:
        if len(book) > REMEMBERED:
            book.clear()
            missing = set(addresses)
        book.update(known_ids(store, missing))
        fresh = sorted(a for a in missing if a not in book)
        if fresh:
            gone = _forgotten(store, fresh)
            fresh = [a for a in fresh if a not in gone]
            first = take(store, "address", len(fresh))
            store.executemany(
                "INSERT INTO address (id, address, person) VALUES (?, ?, ?)",
                [(first + n, address, first + n) for n, address in enumerate(fresh)],
            )
            book.update((address, first + n) for n, address in enumerate(fresh))
            book.update(dict.fromkeys(gone, 0))
    return book


def known_ids(store: Store, addresses: Iterable[str]) -> dict[str, int]:
    """Return the ids of those addresses that have one."""
    found: dict[str, int] = {}
    for chunk in chunks(list(addresses), _CHUNK):
        marks = ",".join("?" * len(chunk))
        rows = store.rows(f"SELECT address, id FROM address WHERE address IN ({marks})", chunk)
        found.update((row[0], row[1]) for row in rows)
    return found


def take(store: Store, counter: str, count: int) -> int:
    """Hand out ``count`` ids in a row and return the first. They are never handed out again."""
    if not count:
        return 0
    row = store.one(
        "INSERT INTO counter VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET last = last + excluded.last RETURNING last",
        (counter, count),
    )
    assert row is not None
    return int(row[0]) - count + 1


def chunks(items: list[T], size: int) -> Iterable[list[T]]:
    """Cut a list into pieces of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def fingerprint(key: bytes, address: str) -> bytes:
    """Return the keyed, one-way mark of a forgotten address."""
    return hmac.new(key, b"forgotten\x00" + address.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()


def _forgotten(store: Store, addresses: list[str]) -> set[str]:
    marks = {row[0] for row in store.rows("SELECT fingerprint FROM forgotten")}
    if not marks:
        return set()
    try:
        key = store.path.with_name("digwell.key").read_bytes()
    except OSError as error:
        raise NeedsOwnerError(
            "the key beside the store is missing, so the people to be left out cannot be told",
            str(store.path.with_name("digwell.key")),
            "put it back from a backup: digwell restore",
        ) from error
    return {a for a in addresses if fingerprint(key, a) in marks}
