"""The few bodies that are opened: the owner's mail to himself, delivery reports, invitations.

What is to be opened is noted in the same transaction that records the header, and struck out when it
has been read, so nothing is lost to a crash and seeing a mail twice does no harm. No body of a
person's letter is ever asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from daemon.mail import parse
from daemon.mail.body import parts
from daemon.mail.bounce import bounces
from daemon.mail.calendar import meetings
from daemon.mail.values import Batch, FolderState, Piece, RawHeader, Slice, Visit
from daemon.scan.values import OwnMail, Wishes
from store.db import recall, remember
from store.events import keep_bounces, keep_meetings
from store.facts import DAY, PROVEN, Folder, Mark, Message, Role, Sighting
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


def own(store: Store) -> frozenset[str]:
    """Return the owner's addresses as far as they are known."""
    return frozenset(known.address for known in own_addresses(store) if known.used)


def put(
    store: Store, folder: Folder, sightings: Iterable[Sighting], wishes: Wishes, mine: frozenset[str]
) -> None:
    """Note which of the messages just recorded are to be opened. Call it in the recording transaction."""
    uids = [s.uid for s in sightings if wanted(s.message, folder.role, wishes, mine)]
    if uids:
        _keep(store, folder, sorted({*_noted(store, folder), *uids}))


def wanted(message: Message, role: Role, wishes: Wishes, mine: frozenset[str]) -> str:
    """Say what a message is to be opened as: own, report, invitation, or "" for not at all."""
    age = wishes.now - message.at
    if age < OWN_DAYS * DAY and not message.marks & _NEVER and _to_self(message, mine):
        accepted = role is Role.INBOX and wishes.inbox and Mark.TAGGED in message.marks
        if role is Role.SENT or accepted:
            return "own"
    if age > OTHER_DAYS * DAY or role in {Role.TRASH, Role.JUNK}:
        return ""
    if message.marks & Mark.CALENDAR:
        return "invitation"
    return "report" if message.marks & _REPORTS and not message.marks & Mark.LIST_ID else ""


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
        self.mine = own(store)

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
        kinds = {item.uid: wanted(message, folder.role, self.wishes, self.mine) for item, message in readable}
        others = [uid for uid, kind in kinds.items() if kind in {"report", "invitation"}]
        pieces = self.line.structure(others) if others else {}
        for item, message in sorted(readable, key=lambda pair: (pair[1].at, pair[0].uid)):
            kind = kinds[item.uid]
            if kind == "own":
                self._hand_over(folder, item, message)
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
