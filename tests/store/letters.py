"""Invented letters for the tests of the store: short to write, like real ones to record."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from pathlib import Path

from store.days import fold
from store.db import Row, Store
from store.facts import Folder, Mark, Message, Named, Role, Sighting
from store.messages import account_id, learn_own, sync_folders
from store.opening import open_store

ME = "maya@example.org"
START = 1_600_000_000
ROLES = {
    "INBOX": Role.INBOX,
    "Sent": Role.SENT,
    "Archive": Role.ARCHIVE,
    "All": Role.ALL,
    "Junk": Role.JUNK,
    "Trash": Role.TRASH,
    "Friends": Role.OTHER,
}


def people(*addresses: str) -> tuple[Named, ...]:
    return tuple(Named(a, a.partition("@")[0].title()) for a in addresses)


def letter(
    mid: str,
    sender: str,
    to: str | Iterable[str] = ME,
    *,
    at: int = START,
    cc: Iterable[str] = (),
    bcc: Iterable[str] = (),
    parent: str = "",
    references: tuple[str, ...] = (),
    marks: Mark = Mark(0),  # noqa: B008
    subject: str = "",
    dated: bool = True,
) -> Message:
    recipients = people(*([to] if isinstance(to, str) else to))
    return Message(
        identity=blake2b(f"{mid} {sender} {subject}".encode(), digest_size=16).digest(),
        mid=mid,
        at=at,
        subject=subject or f"about {mid}",
        sender=people(sender) if sender else (),
        to=recipients,
        cc=people(*cc),
        bcc=people(*bcc),
        to_count=len(recipients),
        parent=parent,
        references=references,
        marks=marks,
        dated=dated,
    )


def seen(*messages: Message) -> list[Sighting]:
    return [Sighting(uid, message) for uid, message in enumerate(messages, 1)]


_opened: list[Store] = []


def opened(path: Path) -> Store:
    """Open a store that is closed when the test ends."""
    return closed_later(open_store(path))


def closed_later(store: Store) -> Store:
    """Close a store when the test ends."""
    _opened.append(store)
    return store


def close_all() -> None:
    """Close every store that `new_store` opened: Python 3.13 warns of connections left open."""
    while _opened:
        _opened.pop().close()


def new_store(
    path: Path, own: Iterable[str] = (ME,), roles: dict[str, Role] = ROLES
) -> tuple[Store, dict[str, Folder]]:
    if not path.exists():
        path.write_bytes(_empty())
    store = open_store(path)
    _opened.append(store)
    learn_own(store, own)
    account = account_id(store, "main", "imap.example.org", ME)
    listed = sync_folders(store, account, [(name, role, True) for name, role in roles.items()])
    return store, {folder.name: folder for folder in listed}


@cache
def _empty() -> bytes:
    """Return an empty store as a file: migrating each time would be most of a test's time."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "empty.db")
        open_store(path).close()
        return path.read_bytes()


def days(store: Store) -> list[Row]:
    """Return all contact days by address, without ids."""
    fold(store)
    return store.rows(
        "SELECT a.address, d.* FROM contact_day d JOIN address a ON a.id = d.address_id ORDER BY 1, d.day"
    )


def without_ids(store: Store) -> dict[str, list[Row]]:
    """Return everything that must not depend on the order of arrival."""
    return {
        "days": [(row[0], *row[2:]) for row in days(store)],
        "paces": store.rows("SELECT day, sent FROM pace WHERE sent ORDER BY day"),
        "messages": store.rows(
            "SELECT key, mid, at, subject, parent, root, list_id, marks, places, to_count, answers"
            " FROM message ORDER BY key"
        ),
        "people": store.rows(
            "SELECT m.key, p.part, a.address FROM participant p JOIN message m ON m.id = p.message_id"
            " JOIN address a ON a.id = p.address_id ORDER BY 1, 2, 3"
        ),
    }
