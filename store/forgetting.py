"""Forgetting a person for good: out of the file, out of its journal, and out of the next scan.

First comes the count, so that the owner can be asked. What is erased is overwritten, not only
unlinked. A keyed fingerprint stays, if wished, by which a scan leaves the person out; it tells
nobody without the key who it was. Mail in the mailbox is never touched.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from store.book import fingerprint
from store.db import Store
from store.dossiers import choose
from store.errors import DigwellError, TemporaryError
from store.faults import telling
from store.keep import backups, left_aside
from store.own import own_ids, rebuild_days


@dataclass(frozen=True, slots=True)
class Traces:
    """How much the store holds of a person, and which ``copies`` of it hold them too.

    ``mentions`` are the owner's words about others that contain the name; those stay.
    """

    addresses: tuple[str, ...]
    names: tuple[str, ...]
    messages: int
    shared: int  # mail among several, from which the person is taken out
    words: int
    suggestions: int
    mentions: int
    copies: tuple[Path, ...]


_GONE = """
SELECT id FROM message WHERE from_id IN (SELECT id FROM temp.chosen)
UNION
SELECT message_id FROM participant WHERE part = 0 AND address_id IN (SELECT id FROM temp.chosen)
UNION
SELECT m.id FROM message m JOIN participant p ON p.message_id = m.id
WHERE p.part <= 3 AND m.from_id IN (SELECT id FROM temp.mine)
    AND p.address_id NOT IN (SELECT id FROM temp.mine)
GROUP BY m.id HAVING min(p.address_id IN (SELECT id FROM temp.chosen))
"""
_EMPTY_LETTERS = """
UPDATE outbox SET raw = x'' WHERE state IN ('done', 'failed') AND message_id IN (
    SELECT e.message_id FROM edition e JOIN suggestion s ON s.edition_id = e.id
    WHERE s.address_id IN (SELECT id FROM temp.chosen))
"""
_WORDS = "address_id IN (SELECT id FROM temp.chosen) OR other_id IN (SELECT id FROM temp.chosen)"


def traces(store: Store, person: int) -> Traces:
    """Count what there is of a person (the id of the main address). Changes nothing."""
    rows = store.rows("SELECT id, address FROM address WHERE person = ? OR id = ?", (person, person))
    _choose(store, [row[0] for row in rows])
    sql = "SELECT DISTINCT name FROM address_name WHERE address_id IN (SELECT id FROM temp.chosen) ORDER BY 1"
    names = [row[0] for row in store.rows(sql)]
    addresses = sorted(row[1] for row in rows)

    def count(sql: str) -> int:
        row = store.one(f"SELECT count(*) FROM {sql}")
        return int(row[0]) if row else 0

    return Traces(
        addresses=tuple(addresses),
        names=tuple(names),
        messages=count("temp.gone"),
        shared=count(
            "(SELECT DISTINCT message_id FROM participant WHERE address_id IN (SELECT id FROM temp.chosen)"
            " AND message_id NOT IN (SELECT id FROM temp.gone))"
        ),
        words=count(f"act WHERE {_WORDS}"),
        suggestions=count("suggestion WHERE address_id IN (SELECT id FROM temp.chosen)"),
        mentions=sum(
            any(n.casefold() in text.casefold() for n in (*names, *addresses))
            for (text,) in store.rows(f"SELECT text FROM act WHERE text <> '' AND NOT ({_WORDS})")
        ),
        copies=_copies(store.path, addresses),
    )


def forget(store: Store, person: int, secret: bytes | None) -> Traces:
    """Erase a person and return what was there; ``secret`` None keeps no fingerprint.

    Raises TemporaryError while a letter that names the person is on its way, or while another process
    keeps the journal in use (all is erased then but the journal's tail: run it again).
    """
    found = traces(store, person)
    store.execute("PRAGMA secure_delete = ON")
    with store.transaction():
        _refuse_in_transit(store)
        _scrub(store, found)
        _erase(store)
        if secret is not None:
            marks = [(fingerprint(secret, address),) for address in found.addresses]
            store.executemany("INSERT OR IGNORE INTO forgotten VALUES (?)", marks)
        rebuild_days(store)
    store.book.clear()
    wipe(store)
    return found


def wipe(store: Store) -> None:
    """Rewrite the file without what was erased, and empty the journal."""
    store.execute("VACUUM")
    row = store.one("PRAGMA wal_checkpoint(TRUNCATE)")
    if row and row[0]:
        raise TemporaryError(
            "erased, but the journal is still in use by another digwell", "", "run it again in a minute"
        )


def _choose(store: Store, ids: Sequence[int]) -> None:
    choose(store, ids)
    choose(store, own_ids(store), "mine")
    choose(store, (), "gone")
    store.execute(f"INSERT INTO temp.gone {_GONE}")


def _refuse_in_transit(store: Store) -> None:
    row = store.one(
        "SELECT o.key FROM outbox o JOIN edition e ON e.message_id = o.message_id"
        " JOIN suggestion s ON s.edition_id = e.id"
        " WHERE o.state IN ('pending', 'trying') AND s.address_id IN (SELECT id FROM temp.chosen)"
    )
    if row:
        raise TemporaryError("a letter that names this person is on its way", "", "try again once it arrived")


def _scrub(store: Store, found: Traces) -> None:
    """Blank the lines of others' mail that spell the person out, and what cites erased mail."""
    spelled = [*found.addresses, *(n for n in found.names if " " in n.strip())]
    for text in spelled:
        for table, column in (("message", "subject"), ("suggestion", "sentence"), ("meeting", "summary")):
            sql = f"UPDATE {table} SET {column} = '' WHERE instr(lower({column}), ?)"
            store.execute(sql, (text.lower(),))
    for column in ("parent", "root"):
        store.execute(
            f"UPDATE message SET {column} = '' WHERE {column} <> '' AND {column} IN"
            " (SELECT mid FROM message WHERE id IN (SELECT id FROM temp.gone))"
        )
    for source, key, name, addresses in store.rows("SELECT source, key, name, addresses FROM card"):
        if name in found.names or not set(json.loads(addresses)).isdisjoint(found.addresses):
            store.execute("DELETE FROM card WHERE source = ? AND key = ?", (source, key))
    for mid, uid, addresses in store.rows("SELECT mid, uid, addresses FROM meeting"):
        left = [a for a in json.loads(addresses) if a not in found.addresses]
        if len(left) < len(json.loads(addresses)):
            sql = "UPDATE meeting SET addresses = ?, summary = '' WHERE mid = ? AND uid = ?"
            store.execute(sql, (json.dumps(left), mid, uid))


def _erase(store: Store) -> None:
    them = "IN (SELECT id FROM temp.chosen)"
    gone = "IN (SELECT id FROM temp.gone)"
    for sql in (
        # the mail of a command stays known, so that it is never obeyed again; its words go
        f"UPDATE command SET text = '', answer = '' WHERE id IN (SELECT command_id FROM act WHERE {_WORDS})",
        f"DELETE FROM act WHERE {_WORDS}",
        _EMPTY_LETTERS,
        f"DELETE FROM suggestion WHERE address_id {them}",
        f"DELETE FROM verdict WHERE address_id {them}",
        f"DELETE FROM link WHERE address_id {them} OR main_id {them}",
        f"DELETE FROM trait WHERE address_id {them} OR mid IN (SELECT mid FROM message WHERE id {gone})",
        f"DELETE FROM item WHERE address_id {them} OR other_id {them}",
        f"DELETE FROM bounce WHERE address_id {them}",
        f"DELETE FROM meeting WHERE mid IN (SELECT mid FROM message WHERE id {gone})",
        f"DELETE FROM participant WHERE message_id {gone} OR address_id {them}",
        f"DELETE FROM message WHERE id {gone}",
        f"DELETE FROM address_name WHERE address_id {them}",
        f"DELETE FROM contact_day WHERE address_id {them}",
        f"DELETE FROM own WHERE address_id {them}",
        f"DELETE FROM address WHERE id {them}",
    ):
        store.execute(sql)


def _copies(path: Path, addresses: Sequence[str]) -> tuple[Path, ...]:
    """Return the backups and the stores once moved aside that hold one of the addresses."""
    files = [b.path for b in backups(path)] + list(left_aside(path))
    return tuple(f for f in files if _holds(f, addresses))


def _holds(path: Path, addresses: Sequence[str]) -> bool:
    marks = ",".join("?" * len(addresses))
    with suppress(DigwellError), telling(path):
        address = f"{path.absolute().as_uri()}?mode=ro"
        with closing(sqlite3.connect(address, uri=True)) as copy:
            sql = f"SELECT 1 FROM address WHERE address IN ({marks})"
            return copy.execute(sql, list(addresses)).fetchone() is not None
    return True  # what cannot be read may hold anything
