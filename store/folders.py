"""Accounts and their folders: what was listed, how far each is recorded, what could not be read.

A folder that vanishes is marked as gone and keeps its row; nothing recorded is ever deleted for it.
"""

from __future__ import annotations

from collections.abc import Iterable

from store.db import Row, Store
from store.facts import Cursor, Folder, Place, Quarantined, Role

_PLACES = {
    Role.INBOX: Place.INBOX,
    Role.SENT: Place.SENT,
    Role.ARCHIVE: Place.ARCHIVE,
    Role.ALL: Place.ALL,
    Role.TRASH: Place.TRASH,
    Role.JUNK: Place.JUNK,
    Role.DRAFTS: Place.TRASH,  # a draft was not sent: it proves as little as what was thrown away
    Role.OTHER: Place.OTHER,
}

_FOLDER = """
SELECT f.id, a.name, f.name, f.role, f.watched, f.uidvalidity, f.low, f.high, f.modseq, f.held
FROM folder f JOIN account a ON a.id = f.account_id
"""


def account_id(store: Store, name: str, host: str, user: str) -> int:
    """Return the id of the account of that name, made or brought up to date."""
    row = store.one("SELECT id, host, user FROM account WHERE name = ?", (name,))
    if row and row[1:] == (host, user):
        return int(row[0])
    with store.transaction():
        store.execute(
            "INSERT INTO account (name, host, user) VALUES (?, ?, ?)"
            " ON CONFLICT (name) DO UPDATE SET host = excluded.host, user = excluded.user",
            (name, host, user),
        )
        found = store.one("SELECT id FROM account WHERE name = ?", (name,))
    assert found is not None
    return int(found[0])


def accounts(store: Store) -> tuple[str, ...]:
    """Return the names of the mailboxes that were ever read, the first one first."""
    return tuple(str(name) for (name,) in store.rows("SELECT name FROM account ORDER BY id"))


def folders(store: Store, account: int) -> tuple[Folder, ...]:
    """Return the folders of an account that were there at the last listing, by name."""
    rows = store.rows(_FOLDER + "WHERE f.account_id = ? AND NOT f.gone ORDER BY f.name", (account,))
    return tuple(map(_folder, rows))


def folders_called(store: Store, account: str) -> tuple[Folder, ...]:
    """Return the folders of the account of that name, none if it is not known yet."""
    rows = store.rows(_FOLDER + "WHERE a.name = ? AND NOT f.gone ORDER BY f.name", (account,))
    return tuple(map(_folder, rows))


def _folder(row: Row) -> Folder:
    return Folder(
        id=row[0],
        account=row[1],
        name=row[2],
        role=Role(row[3]),
        cursor=Cursor(*row[5:]) if row[5] else None,
        watched=bool(row[4]),
    )


def sync_folders(store: Store, account: int, listed: Iterable[tuple[str, Role, bool]]) -> tuple[Folder, ...]:
    """Remember what the server lists as (name, role, watched); return the folders as they stand now."""
    listed = list(listed)
    wanted = {name: (role.value, int(watched), 0) for name, role, watched in listed}
    rows = store.rows("SELECT name, role, watched, gone FROM folder WHERE account_id = ?", (account,))
    known = {row[0]: row[1:] for row in rows}
    vanished = [name for name, now in known.items() if name not in wanted and not now[2]]
    changed = [(name, *now) for name, now in wanted.items() if known.get(name) != now]
    if vanished or changed:
        with store.transaction():
            store.executemany(
                "INSERT INTO folder (account_id, name, role, watched, gone) VALUES (?, ?, ?, ?, ?)"
                " ON CONFLICT (account_id, name) DO UPDATE SET"
                " role = excluded.role, watched = excluded.watched, gone = 0",
                [(account, *row) for row in changed],
            )
            store.executemany(
                "UPDATE folder SET gone = 1 WHERE account_id = ? AND name = ?",
                [(account, name) for name in vanished],
            )
    return folders(store, account)


def set_cursor(store: Store, folder: int, cursor: Cursor | None) -> None:
    """Keep how far a folder is recorded; None forgets it, so that the next scan reads it anew."""
    now = cursor or Cursor(0, 1, 0)
    with store.transaction():
        store.execute(
            "UPDATE folder SET uidvalidity = ?, low = ?, high = ?, modseq = ?, held = ? WHERE id = ?",
            (now.uidvalidity, now.low, now.high, now.modseq, now.exists, folder),
        )
        if cursor is None:
            store.execute("DELETE FROM quarantine WHERE folder_id = ?", (folder,))


def quarantined(store: Store, folder: int) -> tuple[Quarantined, ...]:
    """Return what could not be read in a folder, by UID."""
    rows = store.rows(
        "SELECT uid, reason, reader FROM quarantine WHERE folder_id = ? ORDER BY uid", (folder,)
    )
    return tuple(Quarantined(*row) for row in rows)


def place_of(store: Store, folder: Folder | None) -> Place:
    """Return what being seen in a folder proves; None stands for an import.

    In an account without a Sent folder All Mail is its archive, and as trustworthy.
    """
    if folder is None:
        return Place.IMPORT
    place = _PLACES[folder.role]
    if folder.role is Role.ALL and not store.one(
        "SELECT 1 FROM folder WHERE role = 'sent' AND NOT gone"
        " AND account_id = (SELECT account_id FROM folder WHERE id = ?)",
        (folder.id,),
    ):
        return place | Place.ARCHIVE
    return place
