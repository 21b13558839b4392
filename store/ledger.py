"""What the owner said: commands and their acts.

An act is never changed and never stands without its command: both are written in one transaction,
and the command's Message-ID is unique, so that the same mail cannot be obeyed twice. Undo marks the
acts of a command as undone. What the acts amount to is judged elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from store.addresses import note_id
from store.db import Row, Store
from store.errors import NotFoundError
from store.facts import Said
from store.people import FOREVER, regroup

_GROUPING = frozenset({"same", "different"})


@dataclass(frozen=True, slots=True)
class Command:
    """One command of the owner's: ``channel`` is mail or cli, ``state`` obeyed, misread or refused.

    ``mid`` is the Message-ID of the mail ("" on the command line), ``undone`` the id of the command
    that took it back, ``told`` whether a digest has said what was understood.
    """

    id: int = 0
    mid: str = ""
    at: int = 0
    channel: str = "cli"
    edition: str = ""
    item: str = ""
    text: str = ""
    state: str = "obeyed"
    answer: str = ""
    undone: int = 0
    told: bool = False


_COMMAND = "SELECT id, mid, at, channel, edition, item, text, state, answer, undone, told FROM command"


def begin_command(store: Store, command: Command) -> int:
    """Write a command into the ledger and return its id; 0 if its mail was there already."""
    c = command
    with store.transaction():
        cursor = store.execute(
            "INSERT OR IGNORE INTO command (mid, at, channel, edition, item, text, state, answer)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (c.mid, c.at, c.channel, c.edition, c.item, c.text, c.state, c.answer),
        )
        return int(cursor.lastrowid or 0) if cursor.rowcount == 1 else 0


def end_command(store: Store, command: int, state: str, answer: str = "") -> None:
    """Note what came of a command, in the transaction of its acts."""
    with store.transaction():
        store.execute("UPDATE command SET state = ?, answer = ? WHERE id = ?", (state, answer, command))


def say(store: Store, command: int, acts: Iterable[Said]) -> tuple[Said, ...]:
    """Write what a command said, and return it with its public ids. ``Said.key`` is an address id.

    ``same`` and ``different`` take effect on who is who at once.
    """
    written: list[Said] = []
    with store.transaction():
        for act in acts:
            public = _public_id(store, act)
            store.execute(
                "INSERT INTO act (public, command_id, at, verb, address_id, other_id, text, value, until)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (public, command, act.at, act.verb, act.key, act.other, act.text, act.value, act.until),
            )
            written.append(act._replace(id=public, command=command))
        if any(act.verb in _GROUPING for act in written):
            regroup(store)
    return tuple(written)


def _public_id(store: Store, act: Said) -> str:
    rows = store.rows(
        "SELECT address FROM address WHERE id IN (?, ?) ORDER BY id = ?", (act.key, act.other, act.other)
    )
    who = " ".join(row[0] for row in rows)
    said = "\x1f".join((act.text, act.value, str(act.until)))
    nth = 0
    while store.one(
        "SELECT 1 FROM act WHERE public = ?", (public := note_id(act.verb, act.at, who, said, nth),)
    ):
        nth += 1
    return public


def undo(store: Store, command: int, by: int) -> tuple[Said, ...]:
    """Mark all acts of a command as undone by another, and return them; () if they were already.

    Raises NotFoundError where there is no such command.
    """
    with store.transaction():
        if store.one("SELECT 1 FROM command WHERE id = ?", (command,)) is None:
            raise NotFoundError(f"there is no command {command}", "", "see digwell log")
        taken_back = _said(store, "command_id = ? AND NOT undone", (command,))
        store.execute("UPDATE act SET undone = ? WHERE command_id = ? AND NOT undone", (by, command))
        store.execute("UPDATE command SET undone = ? WHERE id = ? AND NOT undone", (by, command))
        if any(act.verb in _GROUPING for act in taken_back):
            regroup(store)
    return taken_back


def commands(store: Store, limit: int = 100) -> tuple[Command, ...]:
    """Return the latest commands, the latest first."""
    return tuple(_command(row) for row in store.rows(_COMMAND + " ORDER BY id DESC LIMIT ?", (limit,)))


def command(store: Store, mid: str) -> Command | None:
    """Return the command a mail was, or None."""
    row = store.one(_COMMAND + " WHERE mid = ? AND mid <> ''", (mid,))
    return _command(row) if row else None


def last_undoable(store: Store) -> Command | None:
    """Return the latest command that did something and still stands."""
    row = store.one(
        _COMMAND + " WHERE NOT undone AND EXISTS (SELECT 1 FROM act WHERE command_id = command.id)"
        " ORDER BY id DESC LIMIT 1"
    )
    return _command(row) if row else None


def untold(store: Store) -> tuple[Command, ...]:
    """Return the commands by mail that no digest has spoken of, oldest first."""
    rows = store.rows(_COMMAND + " WHERE NOT told AND channel = 'mail' ORDER BY id")
    return tuple(_command(row) for row in rows)


def tell(store: Store, commands: Iterable[int]) -> None:
    """Note that a digest has spoken of these commands, in the transaction that keeps its letter."""
    with store.transaction():
        store.executemany("UPDATE command SET told = 1 WHERE id = ?", [(one,) for one in commands])


def count_commands(store: Store, since: int = 0) -> dict[str, int]:
    """Count commands by mail since a time, by state."""
    rows = store.rows(
        "SELECT state, count(*) FROM command WHERE channel = 'mail' AND at >= ? GROUP BY state", (since,)
    )
    return {"obeyed": 0, "misread": 0, "refused": 0} | dict(rows)


def acts_of(store: Store, command: int) -> tuple[Said, ...]:
    """Return what a command said, undone or not."""
    return _said(store, "command_id = ?", (command,))


def said(store: Store, as_of: int = FOREVER) -> tuple[Said, ...]:
    """Return all that holds of what the owner said before an instant, oldest first."""
    return _said(store, "at < ? AND NOT undone", (as_of,))


def _said(store: Store, where: str, args: tuple[int, ...]) -> tuple[Said, ...]:
    rows = store.rows(
        "SELECT public, at, verb, address_id, other_id, text, value, until, command_id FROM act"
        f" WHERE {where} ORDER BY at, id",
        args,
    )
    return tuple(Said(*row) for row in rows)


def _command(row: Row) -> Command:
    return replace(Command(*row), told=bool(row[-1]))
