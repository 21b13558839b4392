"""An IMAP server made to lie: answers as a plain one would, unless a test has another answer ready.

It holds a few mails in memory, knows no extension but those a test makes it claim, and speaks to this
machine only.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

from daemon.config.values import MailboxConfig, SecretSource
from tests.fakes.callers import callers

Twist = Callable[["Client", str], bytes | None]
_SET = re.compile(r"(\d+)(?::(\d+))?")


@dataclass(slots=True)
class Client:
    """One connection: which folder is open."""

    open: str = ""


@dataclass(slots=True)
class Scripted:
    """The server. ``folders`` maps names to mails by UID; ``twist`` may give another answer to a command.

    What it returns is sent in the place of the usual answer and what completes it, ``{tag}`` filled in.
    """

    folders: dict[str, dict[int, bytes]]
    twist: Twist = lambda _client, _command: None
    capabilities: str = "IMAP4rev1"
    commands: list[str] = field(default_factory=list)
    _listener: socket.socket = field(init=False)
    _sockets: list[socket.socket] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for sock in (self._listener, *self._sockets):
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()

    def box(self, watch: tuple[str, ...] = ("all",)) -> MailboxConfig:
        """Return the mailbox as configured."""
        port = int(self._listener.getsockname()[1])
        return MailboxConfig(
            "mail", "127.0.0.1", "maya@example.org", port, "none", SecretSource("file"), watch=watch
        )

    def _accept(self) -> None:
        for client in callers(self._listener):
            self._sockets.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, sock: socket.socket) -> None:
        client = Client()
        with suppress(OSError, ValueError):
            sock.sendall(b"* OK hello\r\n")
            for line in sock.makefile("rb"):
                tag, _, command = line.decode().strip().partition(" ")
                self.commands.append(command)
                said = self.twist(client, command)
                if said is None:
                    said = self.usual(client, command)
                sock.sendall(said.replace(b"{tag}", tag.encode()))

    def usual(self, client: Client, command: str) -> bytes:
        """Return the answer of an honest server, with what completes it."""
        word = command.upper().split(" ")[0]
        if word == "UID":
            word = command.upper().split(" ")[1]
        said = getattr(self, f"_{word.lower()}", lambda *_: b"")(client, command)
        return said + (said and b"\r\n") + b"{tag} OK done\r\n"

    def figures(self, name: str) -> bytes:
        """Return what STATUS tells of a folder."""
        mails = self.folders[name]
        return b"MESSAGES %d UIDNEXT %d UIDVALIDITY 7" % (len(mails), max(mails, default=0) + 1)

    def _capability(self, _client: Client, _command: str) -> bytes:
        return b"* CAPABILITY " + self.capabilities.encode()

    def _list(self, _client: Client, _command: str) -> bytes:
        marks = {"Sent": rb"\Sent"}
        rows = [b'* LIST (%s) "/" %s' % (marks.get(name, b""), name.encode()) for name in self.folders]
        return b"\r\n".join(rows)

    def _status(self, _client: Client, command: str) -> bytes:
        name = command.split(" ")[1]
        return b"* STATUS %s (%s)" % (name.encode(), self.figures(name))

    def _examine(self, client: Client, command: str) -> bytes:
        client.open = command.split(" ")[1]
        mails = self.folders[client.open]
        last = max(mails, default=0) + 1
        return b"* %d EXISTS\r\n* OK [UIDVALIDITY 7] ok\r\n* OK [UIDNEXT %d] ok" % (len(mails), last)

    def _search(self, client: Client, _command: str) -> bytes:
        return b"* SEARCH" + b"".join(b" %d" % uid for uid in sorted(self.folders[client.open]))

    def _fetch(self, client: Client, command: str) -> bytes:
        chosen = set()
        for low, high in _SET.findall(command.split(" ")[2]):
            chosen |= set(range(int(low), int(high or low) + 1))
        mails = sorted(self.folders[client.open].items())
        given = [(at, uid, raw) for at, (uid, raw) in enumerate(mails, 1) if uid in chosen]
        return b"\r\n".join(self.told(at, uid, raw, command) for at, uid, raw in given)

    @staticmethod
    def told(at: int, uid: int, raw: bytes, command: str) -> bytes:
        """Return the answer to a FETCH for one mail: header, structure, or all of it."""
        head, _, body = raw.partition(b"\r\n\r\n")
        if "HEADER.FIELDS" in command:
            block = head + b"\r\n\r\n"
            date = b'INTERNALDATE "01-Nov-2026 10:00:00 +0000"'
            return b"* %d FETCH (UID %d %s BODY[HEADER.FIELDS (FROM)] {%d}\r\n%s)" % (
                at, uid, date, len(block), block,
            )  # fmt: skip
        if "BODYSTRUCTURE" in command:
            what = b'("text" "plain" NIL NIL NIL "7bit" %d 1)' % len(body)
            return b"* %d FETCH (UID %d BODYSTRUCTURE %s)" % (at, uid, what)
        return b"* %d FETCH (UID %d BODY[] {%d}\r\n%s)" % (at, uid, len(raw), raw)
