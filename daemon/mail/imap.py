"""The mailbox door: one signed-in connection to an IMAP server, behind values of our own.

imapclient greets, secures and signs in; after that digwell speaks for itself over the same line
(``wire``, ``answers``, ``fetch``), because it streams and pipelines. This room must never change a
flag of a message it reads, send a secret in the clear, or let a line end into a command.
"""

from __future__ import annotations

import logging
import ssl
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import date

from daemon.config.values import MailboxConfig
from daemon.mail import answers, fetch, gather, listing
from daemon.mail.idle import Idling
from daemon.mail.signin import sign_in, wire_to
from daemon.mail.talk import Talk, clean, mailbox_name, quoted
from daemon.mail.troubles import LostError, RefusedError, told
from daemon.mail.values import (
    Appended,
    Batch,
    Credential,
    Deadlines,
    FolderState,
    Gathered,
    Opened,
    Portion,
    Visit,
)
from daemon.mail.wire import LineLostError
from store.errors import DigwellError, TemporaryError, UsageError

MOST_CONNECTIONS = 2
_open: dict[tuple[str, int, str], int] = {}


def connect(box: MailboxConfig, credential: Credential, deadlines: Deadlines | None = None) -> Session:
    """Dial, secure, sign in. Raises TemporaryError or NeedsOwnerError; never sends a secret in the clear."""
    deadlines = deadlines or Deadlines()
    clean(box.user + credential.secret)
    key = (box.host, box.port, box.user)
    if _open.get(key, 0) >= MOST_CONNECTIONS:
        raise TemporaryError(f"there are already {MOST_CONNECTIONS} connections to {box.host}")
    with told(box):
        wire = wire_to(box, deadlines)
        try:
            capabilities, alerts = sign_in(wire, box, credential)
        except BaseException:
            wire.close()
            raise
    _open[key] = _open.get(key, 0) + 1
    return Session(box, Talk(wire, capabilities, alerts), key)


class Session:
    """A signed-in connection: see :class:`daemon.mail.values.Mailbox` for what each method promises."""

    def __init__(self, box: MailboxConfig, talk: Talk, key: tuple[str, int, str]) -> None:
        self.box = box
        self._talk = talk
        self._key: tuple[str, int, str] | None = key
        self._selected = b""
        self._besides = b""
        self._compressed = False

    @property
    def capabilities(self) -> frozenset[str]:
        """Return what the server says it can do, upper case."""
        return self._talk.capabilities

    @property
    def alive(self) -> bool:
        """Tell whether the line has not been hung up yet."""
        return self._key is not None

    @property
    def alerts(self) -> tuple[str, ...]:
        """Return what the server wants its owner to read, each once."""
        return tuple(dict.fromkeys(self._talk.alerts))

    @property
    def secured(self) -> tuple[str, int]:
        """Return the TLS version and when the certificate ends (Unix seconds); "" and 0 in the clear."""
        sock = self._talk.wire.sock
        if not isinstance(sock, ssl.SSLSocket):
            return "", 0
        ends = str((sock.getpeercert() or {}).get("notAfter", ""))
        return sock.version() or "", int(ssl.cert_time_to_seconds(ends)) if ends else 0

    @property
    def received(self) -> int:
        """Bytes that came over the line so far (after deflate and TLS are taken off the line)."""
        return self._talk.wire.received

    def folders(self) -> tuple[FolderState, ...]:
        """List every folder with role and figures."""
        with self._careful():
            return listing.folders(self._talk)

    def examine(self, wire: bytes) -> FolderState:
        """Open a folder for reading only."""
        with self._careful():
            self._selected = b""
            state = listing.examined(wire, self._talk.run(b"EXAMINE " + mailbox_name(wire)))
            self._selected = wire
            self._talk.stirred = False
            return state

    def look(self, wire: bytes) -> FolderState:
        """Return the figures of a folder as cheaply as the server can tell them.

        Opening a large folder is work for a server; STATUS is not, but must not be asked of the one that
        is open (RFC 9051 section 6.3.11): that one is opened anew.
        """
        if wire != self._selected:
            with self._careful():
                state = listing.status(self._talk, wire)
            if min(state.exists, state.uidnext) >= 0:
                return state
        return self.examine(wire)

    def stirs(self, wire: bytes) -> bool:
        """Say whether a folder may have changed since it was opened; True where it is not open."""
        if wire != self._selected:
            return True
        with self._careful():
            self._talk.look(b"NOOP")
        return self._talk.stirred

    def uids(self, low: int = 1, since: date | None = None) -> array[int]:
        """List the UIDs of the open folder from ``low`` on, ascending."""
        criteria = [b"UID %d:*" % max(1, low)] if low > 1 or since is None else []
        if since is not None:
            month = listing.MONTHS[since.month - 1]
            criteria.append(f"SINCE {since.day:02d}-{month}-{since.year:04d}".encode())
        with self._careful():
            found = self._search(b" ".join(criteria))
            return array("q", (uid for uid in found if uid >= low))  # n:* names the last message even below n

    def headers(self, visits: Iterable[Visit], depth: int = fetch.IN_FLIGHT) -> Iterator[Opened | Batch]:
        """Stream headers folder after folder; a refusal is reported in its place."""
        with self._careful():
            self._selected = b""
            for step in fetch.stream(self._talk, visits, depth):
                refused = isinstance(step, Opened) and step.state is None
                self._selected = b"" if refused else step.visit.wire
                yield step

    def part(self, uid: int, section: str, limit: int) -> bytes:
        """Return the beginning of one part of a message of the open folder."""
        with self._careful():
            return gather.part(self._talk, uid, section, limit)

    def gather(self, asks: Iterable[Portion]) -> Gathered:
        """Open folders for reading and fetch all that is asked, pipelined."""
        with self._careful():
            selected, self._selected = self._selected, b""
            came = gather.gather(self._talk, asks, selected)
            self._selected = came.selected
            return came

    def find(self, wire: bytes, message_id: str) -> tuple[int, ...]:
        """Return the UIDs of the messages with that Message-ID in a folder."""
        with self._careful():
            if self._selected != wire:
                self.examine(wire)
            self._talk.run(b"NOOP")  # makes a selected folder show what has just arrived
            return tuple(self._search(b"HEADER Message-ID " + quoted(message_id.strip("<> "))))

    def append(self, wire: bytes, raw: bytes, flags: tuple[str, ...] = (), at: int = 0) -> Appended:
        """Put a mail into a folder."""
        with self._careful():
            if self._selected == wire:
                self._leave()  # Courier takes nothing into a folder that is open for reading only
            heard = self._talk.run(*listing.append_command(wire, raw, flags, at))
            return listing.appended(heard[-1].code)

    def move(self, wire: bytes, uids: Iterable[int], target: bytes) -> None:
        """Move messages of digwell's own. Without MOVE: copy, mark deleted, expunge just those."""
        chosen = b",".join(b"%d" % uid for uid in sorted(uids))
        if not chosen:
            return
        with self._careful():
            self._selected = b""
            self._talk.run(b"SELECT " + mailbox_name(wire))
            self._move(chosen, mailbox_name(target))
            if "UNSELECT" in self.capabilities:
                self._leave()

    def create(self, wire: bytes) -> None:
        """Make a folder; that it is there already is no error."""
        with self._careful():
            try:
                self._talk.run(b"CREATE " + mailbox_name(wire))
            except RefusedError as refused:
                if refused.code not in {"ALREADYEXISTS", ""} or refused.misunderstood:
                    raise

    def noop(self) -> None:
        """Ask whether the server is still there."""
        with self._careful():
            self._talk.run(b"NOOP")

    def compress(self) -> None:
        """Deflate the line where the server offers it and the line is not this machine's own."""
        if "COMPRESS=DEFLATE" not in self.capabilities or self._compressed or self._talk.wire.is_local:
            return
        with self._careful():
            try:
                self._talk.run(b"COMPRESS DEFLATE")
            except RefusedError:
                return
            self._talk.wire.compress()
            self._compressed = True

    def idle(self, wire: bytes, besides: bytes = b"") -> Idling:
        """Open a folder and wait there for news, and for those of another folder where NOTIFY is offered."""
        if self._selected != wire:
            self.examine(wire)
        self._listen_besides(besides)
        idling = Idling(self._talk, self._careful)
        idling.start()
        return idling

    def _listen_besides(self, wire: bytes) -> None:
        """Ask to be told of another folder too (RFC 5465), once a line; a refusal is final."""
        if wire in {b"", self._besides} or "NOTIFY" not in self.capabilities:
            return
        events = b"(MessageNew MessageExpunge)"
        with self._careful():
            try:
                self._talk.run(
                    b"NOTIFY SET (SELECTED-DELAYED %s) (MAILBOXES %s %s)"
                    % (events, mailbox_name(wire), events)
                )
            except RefusedError:
                self._talk.capabilities -= {"NOTIFY"}
        self._besides = wire

    def close(self) -> None:
        """Log out if the line holds, hang up in any case. Never raises."""
        if self._key is None:
            return
        try:
            self._talk.wire.arm(5)
            self._talk.run(b"LOGOUT", farewell=True)
        except (OSError, LineLostError, DigwellError, ValueError):
            logging.getLogger(__name__).debug("the line was gone before the goodbye")
        self.drop()

    def drop(self) -> None:
        """Hang up without a word. Never raises."""
        self._talk.wire.close()
        if self._key is not None:
            _open[self._key] = max(0, _open.get(self._key, 1) - 1)
            self._key = None

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _careful(self) -> Iterator[None]:
        """Hang up on whatever goes wrong but a refused command, which leaves the line whole."""
        if self._key is None:
            raise LostError(f"the line to {self.box.host} is closed")
        try:
            with told(self.box):
                yield
        except (RefusedError, UsageError):  # nothing, or a whole command, was said
            raise
        except BaseException:
            self.drop()
            raise

    def _leave(self) -> None:
        """Close the open folder; one that is open for reading only loses nothing by CLOSE."""
        with suppress(RefusedError):  # pymap closes nothing that is read-only, and needs no closing
            self._talk.run(b"UNSELECT" if "UNSELECT" in self.capabilities else b"CLOSE")
            self._selected = b""

    def _search(self, criteria: bytes) -> array[int]:
        if "ESEARCH" in self.capabilities:
            try:
                return answers.uids(self._talk.run(b"UID SEARCH RETURN (ALL) " + criteria))
            except RefusedError:
                self._talk.capabilities -= {"ESEARCH"}
        return answers.uids(self._talk.run(b"UID SEARCH " + criteria))

    def _move(self, chosen: bytes, target: bytes) -> None:
        if "MOVE" in self.capabilities:
            try:
                self._talk.run(b"UID MOVE " + chosen + b" " + target)
            except RefusedError as refused:
                if not refused.misunderstood:
                    raise
            else:
                return
        self._talk.run(b"UID COPY " + chosen + b" " + target)
        self._talk.run(b"UID STORE " + chosen + rb" +FLAGS.SILENT (\Deleted)")
        if "UIDPLUS" in self.capabilities:
            self._talk.run(b"UID EXPUNGE " + chosen)
