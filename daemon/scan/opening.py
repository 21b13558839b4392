"""The few bodies that are opened: the owner's mail to himself, delivery reports, invitations.

What is to be opened is noted in the same transaction that records the header, and struck out when it
has been read, so nothing is lost to a crash and seeing a mail twice does no harm. The body of a person's
letter is asked for only where the owner chose ``read: first lines``, and then only its beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from daemon.mail import parse
from daemon.mail.body import Part, parts, unmarked
from daemon.mail.bounce import bounces
from daemon.mail.calendar import meetings
from daemon.mail.firstlines import LONGEST, Gist, gist
from daemon.mail.values import Batch, FolderState, Piece, RawHeader, Slice, Visit
from daemon.scan.values import OwnMail, Wishes
from store.book import known_ids
from store.cards import keep_traits
from store.db import recall, remember
from store.events import keep_bounces, keep_meetings
from store.facts import (
    DAY,
    LIST_MARKS,
    MACHINE_MARKS,
    NEWS_MARKS,
    PROVEN,
    Folder,
    Mark,
    Message,
    Role,
    Sighting,
    Trait,
)
from store.folders import place_of
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
AT_ONCE = 50
_NEVER = Mark.OWN | Mark.LIST_ID | Mark.AUTO
_REPORTS = Mark.REPORT | Mark.NULL_PATH
FEW = 3
MARKED = 64 * 1024  # marks take far more room than words
_TEXTS = ("text/plain", "text/html")
_NO_LETTER = MACHINE_MARKS | LIST_MARKS | NEWS_MARKS | Mark.OWN | Mark.TAGGED | Mark.MACHINE_FROM
_PROVEN_ROLES = frozenset({Role.SENT, Role.ARCHIVE, Role.OTHER})


@dataclass(frozen=True, slots=True)
class Ask:
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
    """Say what a message is to be opened as: own, report, invitation, letter, or "" for not at all."""
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


class Opener:
    """Opens what is noted, on one line, for one mailbox."""

    def __init__(self, store: Store, line: Session, box: MailboxConfig, wishes: Wishes) -> None:
        self.store, self.line, self.box, self.wishes = store, line, box, wishes
        self.ask = ask(store, box, wishes)
        self.mine = self.ask.mine

    def go(self, folders: Iterable[Folder], states: Mapping[str, FolderState]) -> None:
        """Open all that is noted, folder by folder, Sent first; strike out what is done."""
        for folder in sorted(folders, key=lambda f: f.role is not Role.SENT):
            state = states.get(folder.name)
            noted = _noted(self.store, folder) if state is not None else []
            if state is None or not noted:
                continue
            self.line.examine(state.wire)
            while noted:
                some, noted = noted[:AT_ONCE], noted[AT_ONCE:]
                self._open(folder, some)
                _keep(self.store, folder, noted)

    def _open(self, folder: Folder, uids: list[int]) -> None:
        visit = Visit(b"", (Slice(uids[0], uids[-1], len(uids), tuple(uids)),), opened=True)
        steps = list(self.line.headers([visit]))
        found = [item for step in steps if isinstance(step, Batch) for item in step.found]
        readable = [
            (item, parse.read(item.raw, item.received)) for item in found if isinstance(item, RawHeader)
        ]
        kinds = {item.uid: wanted(message, folder.role, self.ask) for item, message in readable}
        others = [uid for uid, kind in kinds.items() if kind in {"report", "invitation", "letter"}]
        pieces = self.line.structure(others) if others else {}
        for item, message in sorted(readable, key=lambda pair: (pair[1].at, pair[0].uid)):
            kind = kinds[item.uid]
            if kind == "own":
                self._hand_over(folder, item, message)
            elif kind == "letter":
                self._read_letter(item.uid, pieces.get(item.uid, ()), message)
            elif kind:
                raw = _assembled(self.line, item.uid, pieces.get(item.uid, ()), kind)
                self._learn(folder, raw, message, kind)

    def _hand_over(self, folder: Folder, item: RawHeader, message: Message) -> None:
        if self.wishes.commands is None or message.sender[0].address not in self.mine:
            return
        raw = self.line.part(item.uid, "", WHOLE) if message.marks & Mark.TAGGED else b""
        found = OwnMail(self.box.name, folder.name, item.uid, item.received, message, raw, folder.role)
        self.wishes.commands(found)

    def _learn(self, folder: Folder, raw: bytes, message: Message, kind: str) -> None:
        if kind == "report":
            keep_bounces(self.store, bounces(raw, message))
            return
        mine = bool(message.sender) and message.sender[0].address in self.mine
        proven = mine and bool(place_of(self.store, folder) & PROVEN)
        for part in parts(raw):
            if part.type == "text/calendar":
                told = meetings(part, message, self.mine, proven=proven)
                keep_meetings(self.store, told, message.at)

    def _read_letter(self, uid: int, pieces: Iterable[Piece], message: Message) -> None:
        """Read the beginning of a letter and keep what was promised, asked and signed."""
        texts = sorted((p for p in pieces if p.kind in _TEXTS), key=lambda p: _TEXTS.index(p.kind))
        if not texts:
            return
        piece = texts[0]
        raw = self.line.part(uid, piece.section, LONGEST if piece.kind == _TEXTS[0] else MARKED)
        text = Part(piece.kind, {"charset": piece.charset}, piece.encoding, raw).text()
        told = gist(text if piece.kind == _TEXTS[0] else unmarked(text))
        keep_traits(self.store, _traits(self.store, told, message, self.mine))


def _traits(store: Store, told: Gist, message: Message, mine: frozenset[str]) -> list[Trait]:
    """Return what a letter tells of the other side: the owner's promise to them, or their words."""
    ours = message.sender[0].address in mine
    others = [n.address for n in (message.to if ours else message.sender) if n.address not in mine]
    values = [("promise", one) for one in told.promises] if ours else []
    if not ours:
        values = [("question", told.question), ("signature", told.signature)]
    keys = known_ids(store, others)
    return [
        Trait(key, sort, value, message.at, message.mid) for key in keys.values() for sort, value in values
    ]


def _assembled(line: Session, uid: int, pieces: Iterable[Piece], kind: str) -> bytes:
    """Put the header and the parts that may be opened together again as a message of only these."""
    kinds = {"text/calendar"} if kind == "invitation" else {"message/delivery-status"}
    header = line.part(uid, "HEADER", WHOLE).rstrip(b"\r\n").split(b"\r\n")
    kept: list[bytes] = []
    skipping = False
    for row in header:
        if not (skipping and row[:1] in {b" ", b"\t"}):
            skipping = row.lower().startswith((b"content-", b"mime-version:"))
        if not skipping:
            kept.append(row)
    boundary = b"=_digwell_parts"
    kept += [b"MIME-Version: 1.0", b'Content-Type: multipart/report; boundary="' + boundary + b'"', b""]
    for piece in [p for p in pieces if p.kind in kinds][:PARTS]:
        charset = f"; charset={piece.charset}" if piece.charset.isalnum() else ""
        kept += [
            b"--" + boundary,
            f"Content-Type: {piece.kind}{charset}".encode("ascii", "replace"),
            f"Content-Transfer-Encoding: {piece.encoding}".encode("ascii", "replace"),
            b"",
            line.part(uid, piece.section, PART),
        ]
    return b"\r\n".join((*kept, b"--" + boundary + b"--", b""))


def _name(folder: Folder) -> str:
    return f"unopened {folder.id}"


def _noted(store: Store, folder: Folder) -> list[int]:
    return [int(uid) for uid in recall(store, _name(folder)).split()]


def _keep(store: Store, folder: Folder, uids: Iterable[int]) -> None:
    remember(store, _name(folder), " ".join(map(str, uids)))
