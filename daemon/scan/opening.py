"""The few bodies that are opened: the owner's mail to himself, delivery reports, invitations.

What is to be opened is noted in the same transaction that records the header, and struck out when it
has been read, so nothing is lost to a crash and seeing a mail twice does no harm.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from daemon.mail import parse
from daemon.mail.values import FIELDS, FolderState, Gathered, Portion
from daemon.scan.values import OwnMail, Wishes
from daemon.scan.wanted import HANDED_OVER, Ask, Open, flights, together, wanted
from store.db import recall, remember
from store.facts import Folder, Mark, Message, Role, Sighting
from store.own import own_addresses

if TYPE_CHECKING:
    from daemon.config.values import MailboxConfig
    from daemon.mail.imap import Session
    from store.db import Store

AT_ONCE = 200


def ask(store: Store, box: MailboxConfig, wishes: Wishes) -> Ask:
    """Return by what it is decided what is opened, as of now."""
    mine = frozenset(known.address for known in own_addresses(store) if known.used)
    return Ask(wishes.now, mine, wishes.inbox, box.read == "first lines")


def put(store: Store, folder: Folder, sightings: Iterable[Sighting], ask: Ask) -> None:
    """Note which of the messages just recorded are to be opened. Call it in the recording transaction."""
    uids = [s.uid for s in sightings if wanted(s.message, folder.role, ask)]
    if uids:
        _keep(store, folder, sorted({*_noted(store, folder), *uids}))


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
        for flight in flights(opened):
            self._take_in(flight)

    def _take_in(self, flight: list[Open]) -> None:
        asks = together(ask for one in flight for ask in one.asks())
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
            if one.kind in HANDED_OVER:
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


def _name(folder: Folder) -> str:
    return f"unopened {folder.id}"


def _noted(store: Store, folder: Folder) -> list[int]:
    return [int(uid) for uid in recall(store, _name(folder)).split()]


def _keep(store: Store, folder: Folder, uids: Iterable[int]) -> None:
    remember(store, _name(folder), " ".join(map(str, uids)))
