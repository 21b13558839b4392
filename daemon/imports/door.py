"""The door of the imports: a kind and a path in, facts in the store, counts out.

Importing the same twice changes nothing, and nothing that is imported opens or closes an item of a
letter: late-found history is history.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TypeVar

from daemon.imports import letters, linkedin, vcard
from daemon.imports.letters import Letter
from daemon.mail import body, bounce, parse
from store.cards import keep_cards
from store.db import Store
from store.errors import NotFoundError, UsageError
from store.events import keep_bounces, keep_meetings
from store.facts import Card, Mark, Meeting, Message, Sighting
from store.messages import learn_own, own_addresses, record

T = TypeVar("T")

_BATCH = 500
_LONGEST_BOOK = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of an import: how many messages or cards were read, and how many of them were new."""

    kind: str
    read: int
    new: int


def import_path(store: Store, kind: str, path: Path, now: int, configured: Iterable[str] = ()) -> Imported:
    """Import a Maildir, an mbox, vCards or connections. ``now`` is Unix seconds.

    ``configured`` are the owner's addresses as configured. Raises NotFoundError where the path holds
    nothing of that kind, UsageError for an unknown kind.
    """
    if kind not in KINDS:
        raise UsageError(f"{kind} cannot be imported", hint=f"one of: {', '.join(KINDS)}")
    if not path.exists():
        raise NotFoundError(f"there is no {path}")
    try:
        if kind in _LETTERS:
            done = _letters(store, kind, _LETTERS[kind](path), now, tuple(configured))
        else:
            done = _cards(store, kind, path, now)
    except PermissionError as error:
        raise UsageError(f"{path} cannot be read", str(error)) from error
    if not done.read:
        raise NotFoundError(f"nothing to import as {kind} in {path}")
    return done


def _letters(
    store: Store, kind: str, found: Iterator[Letter], now: int, configured: tuple[str, ...]
) -> Imported:
    read = new = 0
    for batch in _batches((_Read(letter, now) for letter in found), _BATCH):
        read += len(batch)
        for sent in (True, False):
            sightings = [Sighting(0, one.message) for one in batch if one.sent is sent]
            new += record(store, None, sightings, sent=sent).new
        _keep_events(store, [one for one in batch if one.raw])
    learn_own(store, configured or _configured(store))
    return Imported(kind, read, new)


class _Read:
    """A letter as read: its bytes are kept only where they tell of an event."""

    def __init__(self, letter: Letter, now: int) -> None:
        self.sent = letter.sent
        self.message = parse.message(letter.raw, min(letter.received, now) or now)
        self.raw = letter.raw if self.message.marks & (Mark.REPORT | Mark.CALENDAR) else b""


def _keep_events(store: Store, events: list[_Read]) -> None:
    """Keep delivery failures and meetings that imported letters tell of."""
    if not events:
        return
    own = frozenset(one.address for one in own_addresses(store) if one.used)
    for one in events:
        if one.message.marks & Mark.REPORT:
            keep_bounces(store, bounce.bounces(one.raw, one.message))
        else:
            keep_meetings(store, _meetings(one.raw, one.message, own), one.message.at)


def _meetings(raw: bytes, message: Message, own: frozenset[str]) -> tuple[Meeting, ...]:
    from daemon.mail import calendar  # noqa: PLC0415 - few letters are invitations

    found = (part for part in body.parts(raw) if part.type == "text/calendar")
    return tuple(m for part in islice(found, 1) for m in calendar.meetings(part, message, own, proven=True))


def _configured(store: Store) -> tuple[str, ...]:
    return tuple(one.address for one in own_addresses(store) if one.source == "configured")


def _cards(store: Store, kind: str, path: Path, now: int) -> Imported:
    endings = {"vcard": ("*.vcf", "*.vcard"), "linkedin": ("Connections.csv", "connections.csv")}[kind]
    files = sorted({file for ending in endings for file in path.rglob(ending)}) if path.is_dir() else [path]
    found: list[Card] = []
    for file in files:
        with file.open("rb") as opened:
            found.extend(_BOOKS[kind](opened.read(_LONGEST_BOOK)))
    return Imported(kind, len(found), keep_cards(store, found, now))


def _batches(items: Iterator[T], size: int) -> Iterator[list[T]]:
    while batch := list(islice(items, size)):
        yield batch


_LETTERS: dict[str, Callable[[Path], Iterator[Letter]]] = {"maildir": letters.maildir, "mbox": letters.mbox}
_BOOKS: dict[str, Callable[[bytes], Iterator[Card]]] = {"linkedin": linkedin.cards, "vcard": vcard.cards}
KINDS = (*_LETTERS, *_BOOKS)
