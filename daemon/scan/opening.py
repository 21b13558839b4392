"""The few bodies that are opened: the owner's mail to himself, delivery reports, invitations.

What is to be opened is noted in the same transaction that records the header, and struck out when it
has been read, so nothing is lost to a crash and seeing a mail twice does no harm. The body of a person's
letter is asked for only where the owner chose ``read: first lines``, and then only its beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from daemon.mail import parse
from daemon.mail.values import FIELDS, FolderState, Gathered, Piece, Portion, RawHeader
from daemon.scan.values import OwnMail, Wishes
from store.db import recall, remember
from store.facts import (
    DAY,
    LIST_MARKS,
    MACHINE_MARKS,
    NEWS_MARKS,
    Folder,
    Mark,
    Message,
    Role,
    Sighting,
)
from store.own import own_addresses

if TYPE_CHECKING:
    from daemon.config.values import MailboxConfig
    from daemon.mail.imap import Session
    from store.db import Store

OWN_DAYS = 62
"""Older mail to oneself is history: a command in it has expired."""
OTHER_DAYS = 400
"""Older reports and invitations tell nothing that still matters."""
WHOLE = 64 * 1024
PART = 256 * 1024
PARTS = 4
AT_ONCE = 200
LOT = 4 * 1024 * 1024
HEAD = 8 * 1024  # what a header weighs, about
_NEVER = Mark.OWN | Mark.LIST_ID | Mark.AUTO
_REPORTS = Mark.REPORT | Mark.NULL_PATH
FEW = 3
LETTER = 8 * 1024
MARKED = 64 * 1024  # marks take far more room than words
TEXTS = ("text/plain", "text/html")
_OPENED = {"invitation": "text/calendar", "report": "message/delivery-status"}
_NO_LETTER = MACHINE_MARKS | LIST_MARKS | NEWS_MARKS | Mark.OWN | Mark.TAGGED | Mark.MACHINE_FROM
_HANDED_OVER = frozenset({"own", "stray"})
_PROVEN_ROLES = frozenset({Role.SENT, Role.ARCHIVE, Role.OTHER})


class Ask(NamedTuple):
    """By what it is decided what is opened.

    The time, the owner's addresses, whether answers in the inbox are accepted, whether letters are read.
    """

    now: int
    mine: frozenset[str]
    inbox: bool = False
    letters: bool = False


def ask(store: Store, box: MailboxConfig, wishes: Wishes) -> Ask:
    """Return by what it is decided what is opened, as of now."""
    mine = frozenset(known.address for known in own_addresses(store) if known.used)
    return Ask(wishes.now, mine, wishes.inbox, box.read == "first lines")


def put(store: Store, folder: Folder, sightings: Iterable[Sighting], ask: Ask) -> None:
    """Note which of the messages just recorded are to be opened. Call it in the recording transaction."""
    uids = [s.uid for s in sightings if wanted(s.message, folder.role, ask)]
    if uids:
        _keep(store, folder, sorted({*_noted(store, folder), *uids}))


def wanted(message: Message, role: Role, ask: Ask) -> str:
    """Say what a message is to be opened as: own, report, invitation, letter, or "" for not at all.

    A stray cites one of our letters from Sent but is not from the owner to himself by hand: it stays
    closed, and is handed over only so that it is counted as refused.
    """
    age = ask.now - message.at
    recent = age < OWN_DAYS * DAY
    if recent and not message.marks & _NEVER and _to_self(message, ask.mine):
        accepted = role is Role.INBOX and ask.inbox and Mark.TAGGED in message.marks
        if role is Role.SENT or accepted:
            return "own"
    if age > OTHER_DAYS * DAY or role in {Role.TRASH, Role.JUNK}:
        return ""
    if message.marks & Mark.CALENDAR:
        return "invitation"
    if message.marks & _REPORTS:
        return "" if message.marks & Mark.LIST_ID else "report"
    if recent and role is Role.SENT and message.marks & Mark.TAGGED and not message.marks & Mark.OWN:
        return "stray"
    return "letter" if ask.letters and recent and _is_letter(message, role, ask.mine) else ""


def _is_letter(message: Message, role: Role, mine: frozenset[str]) -> bool:
    """Tell whether a message is a letter of the owner's to few people, or of one person to the owner."""
    if len(message.sender) != 1 or message.to_count > FEW or message.marks & _NO_LETTER:
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
            return [Portion(wire, uids, "", WHOLE)] if self.message.marks & Mark.TAGGED else []
        if self.kind == "letter":
            limits = {TEXTS[0]: LETTER, TEXTS[1]: MARKED}
            return [Portion(wire, uids, p.section, limits[p.kind]) for p in self.open_pieces()]
        head = [Portion(wire, uids, "HEADER", WHOLE)] if self.kind == "report" else []
        return head + [Portion(wire, uids, p.section, PART) for p in self.open_pieces()]


class Opener:
    """Opens what is noted, on one line, for one mailbox."""

    def __init__(self, store: Store, line: Session, box: MailboxConfig, wishes: Wishes) -> None:
        self.store, self.line, self.box, self.wishes = store, line, box, wishes
        self.ask = ask(store, box, wishes)
        self.mine = self.ask.mine

    def go(self, folders: Iterable[Folder], states: Mapping[str, FolderState]) -> None:
        """Open all that is noted, some at a time; strike out what is done."""
        noted = {f: _noted(self.store, f) for f in folders if f.name in states}
        noted = {f: uids for f, uids in noted.items() if uids}
        while noted:
            room, some = AT_ONCE, []
            for folder, uids in noted.items():
                some.append((folder, states[folder.name].wire, tuple(uids[:room])))
                room -= len(some[-1][2])
            self._open([one for one in some if one[2]])
            left = {folder: noted[folder][len(uids) :] for folder, _, uids in some}
            with self.store.transaction():
                for folder, uids in left.items():
                    _keep(self.store, folder, uids)
            noted = {folder: uids for folder, uids in left.items() if uids}

    def _open(self, some: list[tuple[Folder, bytes, tuple[int, ...]]]) -> None:
        """Read headers and structures in one flight, parts in the next, however many folders."""
        wants = [Portion(wire, uids, section) for _, wire, uids in some for section in (FIELDS, "")]
        came = self.line.gather(wants)
        opened = self._chosen({wire: folder for folder, wire, _ in some}, came)
        for flight in _flights(opened):
            self._take_in(flight)

    def _take_in(self, flight: list[Open]) -> None:
        asks = _together(ask for one in flight for ask in one.asks())
        places = {one.place: one for one in flight}
        for (wire, uid, section), raw in self.line.gather(asks).parts.items() if asks else ():
            if (wire, uid) in places:
                places[wire, uid].parts[section] = raw
        if asks:
            from daemon.scan import learning  # noqa: PLC0415 - most passes open nothing

            with self.store.transaction():
                for one in flight:
                    learning.learn(self.store, one, self.mine)
        for one in flight:
            if one.kind in _HANDED_OVER:
                self._hand_over(one)

    def _chosen(self, folders: Mapping[bytes, Folder], came: Gathered) -> list[Open]:
        """Return what is to be opened, oldest first, Sent before the others."""
        opened = []
        for (wire, uid), item in came.headers.items():
            message = parse.read(item.raw, item.received)
            kind = self._kind(message, folders[wire].role)
            if kind:
                pieces = came.pieces.get((wire, uid), ())
                opened.append(Open(folders[wire], wire, item, message, kind, pieces))
        return sorted(opened, key=lambda o: (o.folder.role is not Role.SENT, o.message.at, o.item.uid))

    def _kind(self, message: Message, role: Role) -> str:
        """Say what a message is to be opened as, now that the owner's addresses have been learned."""
        kind = wanted(message, role, self.ask)
        if kind != "own" or message.sender[0].address in self.mine:
            return kind
        return "stray" if role is Role.SENT and Mark.TAGGED in message.marks else ""

    def _hand_over(self, one: Open) -> None:
        message, folder = one.message, one.folder
        if self.wishes.commands is None:
            return
        raw = one.parts.get("", b"")
        found = OwnMail(
            self.box.name, folder.name, one.item.uid, one.item.received, message, raw, folder.role
        )
        self.wishes.commands(found)


def _flights(opened: Iterable[Open]) -> Iterator[list[Open]]:
    """Cut what is to be opened into lots whose parts fit into memory together."""
    lot: list[Open] = []
    weight = 0
    for one in opened:
        lot.append(one)
        weight += HEAD + sum(min(piece.size, PART) for piece in one.open_pieces())
        weight += WHOLE if one.kind in _HANDED_OVER else 0
        if weight >= LOT:
            yield lot
            lot, weight = [], 0
    if lot:
        yield lot


def _together(asks: Iterable[Portion]) -> list[Portion]:
    """Ask for the same section of several messages of a folder in one command."""
    grouped: dict[tuple[bytes, str, int], list[int]] = {}
    for ask in asks:
        grouped.setdefault((ask.wire, ask.section, ask.limit), []).extend(ask.uids)
    return [Portion(wire, tuple(uids), section, limit) for (wire, section, limit), uids in grouped.items()]


def _name(folder: Folder) -> str:
    return f"unopened {folder.id}"


def _noted(store: Store, folder: Folder) -> list[int]:
    return [int(uid) for uid in recall(store, _name(folder)).split()]


def _keep(store: Store, folder: Folder, uids: Iterable[int]) -> None:
    remember(store, _name(folder), " ".join(map(str, uids)))
