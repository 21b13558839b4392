"""What can still be read from a damaged store is taken over into the one that stands in for it.

Words, editions with whom they named, and letters on their way: whatever no mailbox can tell again. A row is
taken only if it can be read and each value is of its kind. This room must never write to the ruin.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

from store.book import ids_of
from store.db import Row, Store
from store.errors import DigwellError, TemporaryError
from store.facts import Said
from store.faults import FAULTS
from store.ledger import Command, begin_command, say

_ADDRESS = {"id": int, "address": str}
_GONE = {"fingerprint": bytes}
_COMMAND = {
    "id": int, "mid": str, "at": int, "channel": str, "edition": str, "item": str, "text": str, "state": str,
    "answer": str, "undone": int, "told": int,
}  # fmt: skip
_ACT = {
    "id": int, "command_id": int, "at": int, "verb": str, "address_id": int, "other_id": int, "text": str,
    "value": str, "until": int, "undone": int,
}  # fmt: skip
_EDITION = {
    "id": int, "key": str, "slot": int, "state": str, "message_id": str, "at": int, "error": str,
    "people": int,
}  # fmt: skip
_SUGGESTION = {
    "edition_id": int, "item": str, "address_id": int, "reason": str, "sentence": str, "evidence": str,
    "wildcard": int,
}  # fmt: skip
_ITEM = {"edition": str, "item": str, "address_id": int, "other_id": int, "note": str}
_OUTBOX = {
    "id": int, "key": str, "message_id": str, "raw": bytes, "channel": str, "target": str, "state": str,
    "at": int, "tries": int, "tried": int, "error": str,
}  # fmt: skip

_STATES = {"composed", "delivering", "delivered", "failed"}
_OVER = {"done", "failed"}
_UNDER_WAY = {"pending", "trying"}


def salvage(store: Store, ruin: Path) -> tuple[int, int]:
    """Take over what the owner said and which letters were made, as far as the ruin can be read.

    Return how many commands and editions were added. Harmless to repeat. Raises TemporaryError.
    """
    address = f"{ruin.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as old, store.transaction():
            store.executemany(
                "INSERT OR IGNORE INTO forgotten VALUES (?)", _readable(old, "forgotten", _GONE)
            )
            names = _names(store, old)
            taken = _take_words(store, old, names), _take_editions(store, old, names)
            _take_letters(store, old)
            return taken
    except TemporaryError:
        raise
    except (*FAULTS, DigwellError):  # what nobody can make sense of must not keep the rest from being good
        return 0, 0


def _names(store: Store, old: sqlite3.Connection) -> dict[int, str]:
    """Return the addresses by id. Ids are never used twice, so those of the backup hold in the ruin, too."""
    rows = (*_readable(old, "address", _ADDRESS), *store.rows("SELECT id, address FROM address"))
    return {row[0]: row[1] for row in rows}


def _take_words(store: Store, old: sqlite3.Connection, names: dict[int, str]) -> int:
    acts: dict[int, list[Row]] = {}
    for row in _readable(old, "act", _ACT):
        acts.setdefault(row[1], []).append(row)
    taken = 0
    for row in _readable(old, "command", _COMMAND):
        command = Command(*row)
        if _has(store, command):
            continue
        number = begin_command(store, command)
        said = [a for a in acts.get(command.id, []) if not a[-1]]
        say(store, number, [_said(store, a, names) for a in said])
        if command.undone:  # by whom does not matter any more
            store.execute("UPDATE command SET undone = id WHERE id = ?", (number,))
        taken += 1
    return taken


def _has(store: Store, command: Command) -> bool:
    if command.mid:
        return store.one("SELECT 1 FROM command WHERE mid = ?", (command.mid,)) is not None
    sql = "SELECT 1 FROM command WHERE mid = '' AND at = ? AND channel = ? AND text = ?"
    return store.one(sql, (command.at, command.channel, command.text)) is not None


def _said(store: Store, row: Row, names: dict[int, str]) -> Said:
    _, _, at, verb, key, other, text, value, until, _ = row
    key, other = _now(store, names, key, other)
    return Said("", at, verb, key, other, text, value, until)


def _now(store: Store, names: dict[int, str], *keys: int) -> list[int]:
    """Return what ids of the ruin are in the store, 0 for nobody."""
    book = ids_of(store, [names[key] for key in keys if names.get(key)])
    return [book[names[key]] if names.get(key) else 0 for key in keys]


def _take_editions(store: Store, old: sqlite3.Connection, names: dict[int, str]) -> int:
    before = store.rows("SELECT key, state FROM edition")
    ids: dict[int, str] = {}
    for row in _readable(old, "edition", _EDITION):
        if row[3] in _STATES:
            ids[row[0]] = row[1]
            store.execute(
                "INSERT INTO edition (key, slot, state, message_id, at, error, people)"
                " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE"
                " SET state = excluded.state, at = excluded.at, error = excluded.error",
                row[1:],
            )
    for edition, item, key, *rest in _readable(old, "suggestion", _SUGGESTION):
        store.execute(
            "INSERT OR IGNORE INTO suggestion SELECT id, ?, ?, ?, ?, ?, ? FROM edition WHERE key = ?",
            (item, *_now(store, names, key), *rest, ids.get(edition, "")),
        )
    for name, item, key, other, note in _readable(old, "item", _ITEM):
        both = _now(store, names, key, other)
        store.execute("INSERT OR IGNORE INTO item VALUES (?, ?, ?, ?, ?)", (name, item, *both, note))
    return len(store.rows("SELECT key FROM edition")) - len(before)


def _take_letters(store: Store, old: sqlite3.Connection) -> None:
    """Take over how far each letter is: what has gone out since the backup must not go again."""
    for _, key, message_id, raw, channel, target, state, *rest in _readable(old, "outbox", _OUTBOX):
        whole = state in _UNDER_WAY and message_id.encode() in raw
        if state in _OVER or whole:
            store.execute(
                "INSERT INTO outbox (key, message_id, raw, channel, target, state, at, tries, tried, error)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE"
                " SET state = excluded.state, tries = excluded.tries, tried = excluded.tried,"
                " error = excluded.error, raw = CASE excluded.state WHEN 'done' THEN x'' ELSE raw END",
                (key, message_id, raw, channel, target, state, *rest),
            )


def _readable(old: sqlite3.Connection, table: str, fields: Mapping[str, type]) -> Iterator[Row]:
    """Yield the rows that can be read and are what they should be, from both ends towards the damage."""
    seen: set[object] = set()
    kinds = list(fields.values())
    single = next(iter(fields)) == "id"
    order_by = "rowid" if single else ", ".join(list(fields)[:2])
    for order in ("ASC", "DESC"):
        with suppress(*FAULTS):
            for row in old.execute(_in_order(table, fields, order_by, order)):
                mark = row[0] if single else row[:2]
                if mark in seen:
                    break
                seen.add(mark)
                if [type(value) for value in row] == kinds:
                    yield row


def _in_order(table: str, fields: Mapping[str, type], order_by: str, order: str) -> str:
    keys = ", ".join(f"{key} {order}" for key in order_by.split(", "))
    hint = "NOT INDEXED " if order_by == "rowid" else ""
    return f"SELECT {', '.join(fields)} FROM {table} {hint}ORDER BY {keys}"
