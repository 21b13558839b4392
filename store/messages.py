"""Recording: what a folder showed goes into the store in one transaction, each message once.

The door through which the scan and the imports write mail. Nothing here judges people.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from store.batch import Batch
from store.days import fold
from store.db import Store
from store.facts import Cursor, Folder, Place, Quarantined, Sighting
from store.folders import account_id, folders, place_of, set_cursor, sync_folders
from store.own import learn_own, own_addresses, rebuild_days
from store.threads import hash_of

__all__ = [
    "Counts",
    "Recorded",
    "account_id",
    "counts",
    "find",
    "folders",
    "is_ours_proven",
    "learn_own",
    "own_addresses",
    "rebuild_days",
    "record",
    "sync_folders",
]


class Recorded(NamedTuple):
    """What came of a batch: new messages (``fresh`` are their UIDs), and those known before."""

    new: int = 0
    seen: int = 0
    quarantined: int = 0
    fresh: tuple[int, ...] = ()


class Counts(NamedTuple):
    """How much the store holds."""

    messages: int
    people: int
    quarantined: int


def record(
    store: Store,
    folder: Folder | None,
    sightings: Iterable[Sighting],
    quarantined: Iterable[Quarantined] = (),
    cursor: Cursor | None = None,
    *,
    sent: bool = False,
) -> Recorded:
    """Record what a folder showed and how far it was read, all or nothing. Harmless to repeat.

    ``folder`` None is an import: it has no cursor; it proves what the owner sent, but closes nothing.
    ``sent`` says that the import comes from a folder of sent mail, from which own addresses are learned.
    """
    sightings, failed = list(sightings), list(quarantined)
    with store.transaction():
        place = place_of(store, folder) | (Place.IMPORT_SENT if sent else Place(0))
        fresh = Batch(store, int(place)).take_in(sightings)
        if folder is not None:
            _note_failures(store, folder.id, sightings, failed)
            if cursor is not None:
                set_cursor(store, folder.id, cursor)
    return Recorded(len(fresh), len(sightings) - len(fresh), len(failed), tuple(fresh))


def _note_failures(store: Store, folder: int, read: list[Sighting], failed: list[Quarantined]) -> None:
    if read:
        uids = {s.uid for s in read}
        sql = "SELECT uid FROM quarantine WHERE folder_id = ? AND uid BETWEEN ? AND ?"
        mended = uids.intersection(row[0] for row in store.rows(sql, (folder, min(uids), max(uids))))
        store.executemany(
            "DELETE FROM quarantine WHERE folder_id = ? AND uid = ?", [(folder, uid) for uid in mended]
        )
    store.executemany(
        "INSERT OR REPLACE INTO quarantine VALUES (?, ?, ?, ?)",
        [(folder, q.uid, q.reason, q.reader) for q in failed],
    )


def find(store: Store, mid: str) -> int:
    """Return the id of a message by its Message-ID (without brackets), 0 if there is none."""
    row = store.one("SELECT message_id FROM proven WHERE hash = ?", (hash_of(mid),)) or store.one(
        "SELECT id FROM message WHERE mid = ? ORDER BY id LIMIT 1", (mid,)
    )
    return int(row[0]) if row else 0


def is_ours_proven(store: Store, mid: str) -> bool:
    """Tell whether the owner really sent a message of that Message-ID."""
    return bool(mid) and store.one("SELECT 1 FROM proven WHERE hash = ?", (hash_of(mid),)) is not None


def counts(store: Store) -> Counts:
    """Count messages, people with any mail, and quarantined messages."""
    if not store.readonly:
        fold(store)
    row = store.one(
        "SELECT (SELECT count(*) FROM message),"
        " (SELECT count(DISTINCT a.person) FROM address a"
        "   WHERE EXISTS (SELECT 1 FROM contact_day d WHERE d.address_id = a.id)),"
        " (SELECT count(*) FROM quarantine)"
    )
    assert row is not None
    return Counts(*row)
