"""Commands and their answers over a line (RFC 9051): tags, literals, refusals, alerts, goodbyes.

Every argument passes :func:`clean`, because CR, LF or NUL in one would begin a second command.
This room must never read an answer for meaning beyond its status.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from daemon.mail.answers import Answer, read_answer, spoken
from daemon.mail.troubles import RefusedError
from daemon.mail.wire import LineLostError, Wire
from store.errors import UsageError

_ATOM = re.compile(rb"[A-Za-z0-9!#$&'+,\-./:;<=>?@^_`|~]+\Z")
_PLAIN = re.compile(rb"[\x20-\x7e]*\Z")
_FORBIDDEN = re.compile(r"[\r\n\0]")
_STIRRING = (b" EXISTS", b" EXPUNGE")
ALERTS_KEPT = 20
ANSWERS_LIMIT = 200_000
"""So many answers to one command are kept: twice what a hundred thousand folders take."""


class Literal(bytes):
    """Bytes to be sent as they are, announced by their length."""


class Talk:
    """One conversation: what the server can do, what it wants shown, and the next tag."""

    def __init__(self, wire: Wire, capabilities: frozenset[str], alerts: list[str]) -> None:
        self.wire = wire
        self.capabilities = capabilities
        self.alerts = alerts
        self.stirred = False
        """Whether the server has told of mail that came to, or went from, the open folder."""
        self._count = 0

    def send(self, command: bytes) -> bytes:
        """Send one command without waiting (pipelining) and return its tag."""
        return self.send_all([command])[0]

    def send_all(self, commands: Iterable[bytes]) -> list[bytes]:
        """Send commands in one go, without waiting, and return their tags."""
        tagged = [(self._tag(), command) for command in commands]
        if tagged:
            self.wire.send(b"".join([b"%s %s\r\n" % one for one in tagged]))
        return [tag for tag, _ in tagged]

    def run(self, *parts: bytes, farewell: bool = False) -> list[Answer]:
        """Send one command, literals in their turn, and return its answers, the completing one last.

        Raises RefusedError for NO and BAD. With ``farewell`` a BYE is what is hoped for.
        """
        self.wire.arm()
        tag = self._tag()
        line = tag + b" "
        for part in parts:
            if not isinstance(part, Literal):
                line += part
            elif "LITERAL+" in self.capabilities:
                line += b"{%d+}\r\n" % len(part) + part
            else:
                self.wire.send(line + b"{%d}\r\n" % len(part))
                self._invited(tag)
                line = bytes(part)
        self.wire.send(line + b"\r\n")
        return self.hear(tag, farewell)

    def look(self, command: bytes) -> list[Answer]:
        """Send one command that any server answers at once, if it is still there, as :meth:`run` does."""
        self.wire.arm_briefly()
        return self.hear(self.send(command))

    def hear(self, tag: bytes, farewell: bool = False) -> list[Answer]:
        """Collect the untagged answers up to and with the one that completes the command of that tag."""
        heard: list[Answer] = []
        while True:
            answer = read_answer(self.wire)
            if answer.tag == tag:
                self.settle(answer)
                heard.append(answer)
                return heard
            if self.notice(answer, farewell):
                heard.append(answer)
                if len(heard) > ANSWERS_LIMIT:
                    raise LineLostError(f"more than {ANSWERS_LIMIT} answers to one command")

    def notice(self, answer: Answer, farewell: bool = False) -> bool:
        """Take note of an untagged answer; False for a continuation nobody asked for."""
        if answer.tag not in {b"*", b"+"}:
            raise LineLostError("the server completes a command nobody gave")
        word = answer.word
        if word in {b"OK", b"NO", b"BAD", b"BYE"}:
            self._alert(answer)
            if word == b"BYE" and not farewell:
                raise LineLostError("the server says goodbye: " + spoken(answer.text[4:]))
        elif word == b"VANISHED" or (word.isdigit() and answer.text.upper().endswith(_STIRRING)):
            self.stirred = True
        return answer.tag == b"*"

    def settle(self, answer: Answer) -> None:
        """Read the answer that completes a command: fine, or RefusedError."""
        self._alert(answer)
        word = answer.word
        if word == b"OK":
            return
        if word not in {b"NO", b"BAD"}:
            raise LineLostError("the server completes a command with neither yes nor no")
        why = spoken(answer.text.partition(b" ")[2])
        raise RefusedError("the mail server refused a command", why, answer.code[0], word == b"BAD")

    def _invited(self, tag: bytes) -> None:
        while True:
            answer = read_answer(self.wire)
            if answer.tag == b"+":
                return
            if answer.tag == tag:
                self.settle(answer)
                raise LineLostError("the server completed a command before it was told all of it")
            self.notice(answer)

    def _alert(self, answer: Answer) -> None:
        code = answer.code[0]
        if code == "ALERT" and len(self.alerts) < ALERTS_KEPT:
            self.alerts.append(spoken(answer.text.partition(b"]")[2]))

    def _tag(self) -> bytes:
        self._count += 1
        return b"D%d" % self._count


def clean(given: str) -> str:
    """Refuse what would become a second command on the wire. Raises UsageError."""
    if _FORBIDDEN.search(given):
        raise UsageError("a line end or NUL cannot be part of an IMAP argument")
    return given


def quoted(given: str | bytes) -> bytes:
    """Write an argument as a quoted string; only printable ASCII may be one (RFC 9051 section 4.3)."""
    raw = given.encode() if isinstance(given, str) else given
    clean(raw.decode("latin-1"))
    if not _PLAIN.match(raw):
        raise UsageError("only plain ASCII can be an argument here")
    return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def mailbox_name(wire: bytes) -> bytes:
    """Write a folder's name as an argument, byte for byte as the server gave it."""
    clean(wire.decode("latin-1"))
    return (
        wire
        if _ATOM.match(wire) and wire.upper() != b"NIL"
        else b'"' + wire.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    )
