"""Which bodies are opened, as what, and which of their parts: never more than that.

The owner's mail to himself, delivery reports and invitations; the body of a person's letter only where
the owner chose ``read: first lines``, and then only its beginning. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from daemon.mail.values import Piece, Portion, RawHeader
from store.facts import DAY, LIST_MARKS, MACHINE_MARKS, NEWS_MARKS, Folder, Mark, Message, Role

OWN_DAYS = 62
"""Older mail to oneself is history: a command in it has expired."""
OTHER_DAYS = 400
"""Older reports and invitations tell nothing that still matters."""
WHOLE = 64 * 1024
PART = 256 * 1024
PARTS = 4
LOT = 4 * 1024 * 1024
HEAD = 8 * 1024  # what a header weighs, about
FEW = 3
LETTER = 8 * 1024
MARKED = 64 * 1024  # marks take far more room than words
TEXTS = ("text/plain", "text/html")
HANDED_OVER = frozenset({"own", "stray"})
# plain numbers: flags of an enum cost ten times as much to test, and every message is tested
_OWN, _TAGGED, _LIST_ID, _CALENDAR = map(int, (Mark.OWN, Mark.TAGGED, Mark.LIST_ID, Mark.CALENDAR))
_NEVER = int(Mark.OWN | Mark.LIST_ID | Mark.AUTO)
_REPORTS = int(Mark.REPORT | Mark.NULL_PATH)
_OPENED = {"invitation": "text/calendar", "report": "message/delivery-status"}
_NO_LETTER = int(MACHINE_MARKS | LIST_MARKS | NEWS_MARKS | Mark.OWN | Mark.TAGGED | Mark.MACHINE_FROM)
_UNWANTED = frozenset({Role.TRASH, Role.JUNK})
_PROVEN_ROLES = frozenset({Role.SENT, Role.ARCHIVE, Role.OTHER})


class Ask(NamedTuple):
    """By what it is decided what is opened.

    The time, the owner's addresses, whether answers in the inbox are accepted, whether letters are read.
    """

    now: int
    mine: frozenset[str]
    inbox: bool = False
    letters: bool = False


def wanted(message: Message, role: Role, ask: Ask) -> str:
    """Say what a message is to be opened as: own, report, invitation, letter, or "" for not at all.

    A stray cites one of our letters from Sent but is not from the owner to himself by hand: it stays
    closed, and is handed over only so that it is counted as refused.
    """
    age = ask.now - message.at
    if age > OTHER_DAYS * DAY:
        return ""
    marks, recent = int(message.marks), age < OWN_DAYS * DAY
    if recent and not marks & _NEVER and _to_self(message, ask.mine):
        accepted = role is Role.INBOX and ask.inbox and marks & _TAGGED
        if role is Role.SENT or accepted:
            return "own"
    if role in _UNWANTED:
        return ""
    if marks & (_CALENDAR | _REPORTS):
        return "invitation" if marks & _CALENDAR else "" if marks & _LIST_ID else "report"
    if recent and role is Role.SENT and marks & _TAGGED and not marks & _OWN:
        return "stray"
    return "letter" if ask.letters and recent and _is_letter(message, role, ask.mine) else ""


def _is_letter(message: Message, role: Role, mine: frozenset[str]) -> bool:
    """Tell whether a message is a letter of the owner's to few people, or of one person to the owner."""
    if len(message.sender) != 1 or message.to_count > FEW or int(message.marks) & _NO_LETTER:
        return False
    to = {named.address for named in message.to}
    if message.sender[0].address in mine:
        return role in _PROVEN_ROLES and bool(to - mine)
    return bool(to & mine)


def _to_self(message: Message, mine: frozenset[str]) -> bool:
    if len(message.sender) != 1:
        return False
    known = mine | {message.sender[0].address}
    others = [named.address for named in (*message.to, *message.cc, *message.bcc)]
    return bool(others) and all(address in known for address in others)


@dataclass(slots=True)
class Open:
    """A message being opened: why, what it consists of, and what of it has been read."""

    folder: Folder
    wire: bytes
    item: RawHeader
    message: Message
    kind: str
    pieces: tuple[Piece, ...] = ()
    parts: dict[str, bytes] = field(default_factory=dict)

    @property
    def place(self) -> tuple[bytes, int]:
        """Folder and UID."""
        return self.wire, self.item.uid

    def open_pieces(self) -> list[Piece]:
        """Return the parts of which this kind of message may be opened."""
        if self.kind == "letter":
            texts = [p for p in self.pieces if p.kind in TEXTS]
            return sorted(texts, key=lambda p: TEXTS.index(p.kind))[:1]
        return [p for p in self.pieces if p.kind == _OPENED.get(self.kind)][:PARTS]

    def asks(self) -> list[Portion]:
        """Say what is to be fetched of it."""
        wire, uids = self.wire, (self.item.uid,)
        if self.kind == "own":
            return [Portion(wire, uids, "", WHOLE)] if Mark.TAGGED in self.message.marks else []
        if self.kind == "letter":
            limits = {TEXTS[0]: LETTER, TEXTS[1]: MARKED}
            return [Portion(wire, uids, p.section, limits[p.kind]) for p in self.open_pieces()]
        head = [Portion(wire, uids, "HEADER", WHOLE)] if self.kind == "report" else []
        return head + [Portion(wire, uids, p.section, PART) for p in self.open_pieces()]


def flights(opened: Iterable[Open]) -> Iterator[list[Open]]:
    """Cut what is to be opened into lots whose parts fit into memory together."""
    lot: list[Open] = []
    weight = 0
    for one in opened:
        lot.append(one)
        weight += HEAD + sum(min(piece.size, PART) for piece in one.open_pieces())
        weight += WHOLE if one.kind in HANDED_OVER else 0
        if weight >= LOT:
            yield lot
            lot, weight = [], 0
    if lot:
        yield lot


def together(asks: Iterable[Portion]) -> list[Portion]:
    """Ask for the same section of several messages of a folder in one command."""
    grouped: dict[tuple[bytes, str, int], list[int]] = {}
    for ask in asks:
        grouped.setdefault((ask.wire, ask.section, ask.limit), []).extend(ask.uids)
    return [Portion(wire, tuple(uids), section, limit) for (wire, section, limit), uids in grouped.items()]
