"""Rescue of a store that cannot be read: nothing the owner said may be lost, and nothing is deleted.

The damaged file is moved aside, the newest sound backup takes its place, and every word of the owner's
and every edition that can still be read from the ruin is added. Mail comes back with the next scan.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from store.book import ids_of
from store.db import FAULTS, Row, Store
from store.errors import DamagedError, SafetyStopError
from store.facts import Said
from store.keep import backups, restore, set_aside, verify
from store.ledger import Command, begin_command, say
from store.soundness import looked, problems

_ADDRESS = {"id": int, "address": str}
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


@dataclass(frozen=True, slots=True)
class Rescue:
    """What was done: where the damaged file lies, which backup stands in, what was read from the ruin."""

    damaged: Path
    backup: Path | None
    commands: int
    editions: int


def open_sound(path: Path, now: int, *, broken: bool = False) -> tuple[Store, Rescue | None]:
    """Open a store that is to be relied on, looked through from end to end; rescue it first if it is damaged.

    ``broken`` says that using it has failed already, whatever the look says.
    Only the daemon and the scan do this, holding the lock.
    """
    try:
        store = Store.open(path)
    except DamagedError:
        return _rescue(path, now)
    with suppress(DamagedError):  # a header may be such that only writing fails
        if not broken and not problems(store, thoroughly=True):
            looked(store, now)
            return store, None
    store.close()
    return _rescue(path, now)


def _rescue(path: Path, now: int) -> tuple[Store, Rescue]:
    damaged = set_aside(path, f"damaged-{now}")
    assert damaged is not None
    source = next((b.path for b in backups(path) if _is_sound(b.path)), None)
    if source:
        restore(path, source, now)
    store = Store.open(path)
    commands, editions = salvage(store, damaged)
    looked(store, now)
    return store, Rescue(damaged, source, commands, editions)


def _is_sound(path: Path) -> bool:
    with suppress(DamagedError, SafetyStopError):
        return bool(verify(path))
    return False


def salvage(store: Store, ruin: Path) -> tuple[int, int]:
    """Take over what the owner said and which editions were made, as far as the ruin can be read.

    Return how many commands and editions were added. Harmless to repeat.
    """
    address = f"{ruin.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True)) as old, store.transaction():
            return _take_words(store, old), _take_editions(store, old)
    except FAULTS:
        return 0, 0


def _take_words(store: Store, old: sqlite3.Connection) -> int:
    names = {row[0]: row[1] for row in _readable(old, "address", _ADDRESS)}
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
    wanted = [names[k] for k in (key, other) if names.get(k)]
    book = ids_of(store, wanted)
    key, other = (book[names[k]] if names.get(k) else 0 for k in (key, other))
    return Said("", at, verb, key, other, text, value, until)


def _take_editions(store: Store, old: sqlite3.Connection) -> int:
    before = store.one("SELECT count(*) FROM edition")
    for row in _readable(old, "edition", _EDITION):
        store.execute(
            "INSERT OR IGNORE INTO edition (key, slot, state, message_id, at, error, people)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            row[1:],
        )
    after = store.one("SELECT count(*) FROM edition")
    return int(after[0] - before[0]) if before and after else 0


def _readable(old: sqlite3.Connection, table: str, fields: dict[str, type]) -> Iterator[Row]:
    """Yield the rows that can be read and are what they should be, from both ends towards the damage."""
    seen: set[int] = set()
    kinds = list(fields.values())
    for order in ("ASC", "DESC"):
        with suppress(*FAULTS):
            for row in old.execute(
                f"SELECT {', '.join(fields)} FROM {table} NOT INDEXED ORDER BY rowid {order}"
            ):
                if row[0] in seen:
                    break
                seen.add(row[0])
                if [type(value) for value in row] == kinds:
                    yield row
