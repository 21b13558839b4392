"""A line that goes wrong on purpose: stands between digwell and a real server and misbehaves by plan.

Faults are values; each fires at most ``times`` times over all connections, so a scan that tries again
must succeed. It reads IMAP only as far as lines, literals and tags.
"""

from __future__ import annotations

import random
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

from tests.fakes.callers import callers

LITERAL = re.compile(rb"\{(\d+)\}\r\n\Z")


@dataclass(slots=True)
class Fault:
    """One thing that goes wrong.

    ``kind`` names it; it waits for a command that matches ``on`` and for ``lines`` answers (or
    ``after`` bytes) from then. ``text`` and ``find`` belong to the kinds that say or look for something.
    """

    kind: str
    on: str = ""
    lines: int = 0
    after: int = 0
    text: str = ""
    find: str = ""
    size: int = 7
    seconds: float = 1.0
    times: int = 1


class LineEndsError(Exception):
    """This connection is over."""


@dataclass(slots=True)
class Faulty:
    """The proxy. ``commands`` are all commands seen, ``most`` the most connections open at once."""

    upstream: int
    faults: list[Fault] = field(default_factory=list)
    chaos: int = 0
    rate: float = 0.01
    commands: list[bytes] = field(default_factory=list)
    seen: int = 0
    open: int = 0
    most: int = 0
    raw: list[bytes] = field(default_factory=list)
    _listener: socket.socket = field(init=False)
    _dice: random.Random = field(init=False)
    _sockets: list[socket.socket] = field(default_factory=list)
    _connections: list[_Connection] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._dice = random.Random(self.chaos)
        self._listener = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()
        for sock in self._sockets:
            _hang_up(sock)

    @property
    def port(self) -> int:
        """The port to dial."""
        return int(self._listener.getsockname()[1])

    def take(self, kinds: Iterable[str]) -> Fault | None:
        """Use up a fault that waits for no command."""
        for fault in self.faults:
            if fault.kind in kinds and not fault.on and fault.times > 0:
                fault.times -= 1
                return fault
        return None

    def forget(self) -> None:
        """Lead every line that is open now into a hole, as a router does that was switched off meanwhile."""
        for connection in self._connections:
            connection.hole = True

    def chance(self) -> Fault | None:
        """Throw the dice for a random fault."""
        if not self.chaos or self._dice.random() >= self.rate:
            return None
        kind = self._dice.choice(["cut", "reset", "garbage", "bye", "say", "shortlit", "stall"])
        said = self._dice.choice(
            ["* 1 EXPUNGE", "* 9999 EXISTS", "* OK [ALERT] beware", "* SEARCH", "* NO slow"]
        )
        return Fault(kind, text=said, seconds=0.05)

    def _accept(self) -> None:
        for client in callers(self._listener):
            self.seen += 1
            self._sockets.append(client)
            fault = self.take({"refuse", "mute"})
            if fault is not None:
                if fault.kind == "refuse":
                    _hang_up(client)
                continue
            server = socket.create_connection(("127.0.0.1", self.upstream))
            self._sockets.append(server)
            for sock in (client, server):
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.open += 1
            self.most = max(self.most, self.open)
            connection = _Connection(self, client, server)
            self._connections.append(connection)
            threading.Thread(target=connection.upward, daemon=True).start()
            threading.Thread(target=connection.downward, daemon=True).start()

    def ended(self, connection: _Connection) -> None:
        """Count a connection as gone, once."""
        if not connection.over:
            connection.over = True
            self.open -= 1


class _Connection:
    def __init__(self, proxy: Faulty, client: socket.socket, server: socket.socket) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self.armed: list[Fault] = [f for f in proxy.faults if not f.on]
        self.counted: dict[int, int] = {}
        self.swallowed: set[bytes] = set()
        self.hole = False
        self.drip = 0
        self.over = False

    def upward(self) -> None:
        """Carry commands to the server."""
        lines = self.client.makefile("rb")
        try:
            while line := lines.readline():
                self.proxy.raw.append(line)
                if not self._command(line):
                    continue  # nobody will send a literal that was not asked for
                if not self.hole:
                    self.server.sendall(line)
                if found := LITERAL.search(line):
                    # the server asks for the literal through the other direction
                    self.server.sendall(lines.read(int(found[1])))
        except (OSError, ValueError):
            pass
        self._end()

    def _command(self, line: bytes) -> bool:
        tag, _, rest = line.strip().partition(b" ")
        self.proxy.commands.append(rest.upper())
        for fault in self.proxy.faults:
            if fault.times < 1 or not fault.on or not re.search(fault.on.encode(), rest.upper()):
                continue
            if fault.kind == "deny":
                fault.times -= 1
                self.client.sendall(
                    tag + b" " + (fault.text or "NO [UNAVAILABLE] not now").encode() + b"\r\n"
                )
                return False
            if fault.kind == "swallow":
                fault.times -= 1
                self.swallowed.add(tag)
            elif fault not in self.armed:
                self.armed.append(fault)
        return True

    def downward(self) -> None:
        """Carry answers to the client, and spoil them."""
        lines = self.server.makefile("rb")
        try:
            while line := lines.readline():
                self._spoil(line)
                line = self._rewritten(line)
                if line.split(b" ", 1)[0] in self.swallowed:
                    continue
                self._send(line)
                while found := LITERAL.search(line):
                    # a rewritten length must not mislead the proxy itself
                    self._send(lines.read(self._true_length or int(found[1])))
                    line = self._rewritten(lines.readline())
                    self._send(line)
        except (OSError, ValueError, LineEndsError):
            pass
        self._end()

    def _spoil(self, line: bytes) -> None:
        """Do what breaks between two answers."""
        for fault in list(self.armed):
            number = self.counted[id(fault)] = self.counted.get(id(fault), -1) + 1
            if fault.times > 0 and number >= fault.lines and fault.kind in DEEDS and not fault.after:
                fault.times -= 1
                DEEDS[fault.kind](self, fault)
        random_one = self.proxy.chance() if line.startswith(b"*") else None
        if random_one is not None and random_one.kind in DEEDS:
            DEEDS[random_one.kind](self, random_one)
        elif random_one is not None:
            self.armed.append(random_one)

    _true_length = 0

    def _rewritten(self, line: bytes) -> bytes:
        self._true_length = 0
        found = LITERAL.search(line)
        for fault in self.armed:
            if fault.times < 1:
                continue
            new = line
            if fault.kind in {"shortlit", "longlit"} and found:
                length = int(found[1])
                told = length + fault.size if fault.kind == "shortlit" else max(0, length - fault.size)
                new, self._true_length = line[: found.start()] + b"{%d}\r\n" % told, length
            elif fault.kind == "sub" and re.search(fault.find.encode(), line):
                new = re.sub(fault.find.encode(), fault.text.encode(), line)
            elif fault.kind == "drop" and re.search(fault.find.encode(), line):
                new = b""
            if new != line:
                fault.times -= 1
                line = new
        return line

    def _send(self, data: bytes) -> None:
        for fault in self.armed:
            if fault.after and fault.times > 0 and fault.kind in DEEDS:
                fault.after -= len(data)
                if fault.after <= 0:
                    fault.times -= 1
                    self.client.sendall(data[: len(data) + fault.after])
                    DEEDS[fault.kind](self, fault)
                    return
        if self.hole:
            return
        if self.drip:
            for byte in data:
                self.client.sendall(bytes([byte]))
                time.sleep(self.drip / 1000)
            return
        self.client.sendall(data)

    def cut(self, _: Fault) -> None:
        """Close both sides."""
        self._end()
        raise LineEndsError

    def reset(self, _: Fault) -> None:
        """Break the connection with a TCP reset."""
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._end()
        raise LineEndsError

    def say(self, fault: Fault) -> None:
        """Put in an answer nobody asked for."""
        self._send(fault.text.encode() + b"\r\n")

    def bye(self, fault: Fault) -> None:
        """Say goodbye in the middle."""
        self._send(b"* BYE " + (fault.text or "[UNAVAILABLE] going down").encode() + b"\r\n")
        self.cut(fault)

    def garbage(self, _: Fault) -> None:
        """Send bytes that are no answer."""
        self._send(b'\x00\x7f({{ \\ "zz\x01\xff\r\n')

    def blackhole(self, _: Fault) -> None:
        """Forward nothing more, and keep the line open."""
        self.hole = True

    def stall(self, fault: Fault) -> None:
        """Pause."""
        time.sleep(fault.seconds)

    def dribble(self, fault: Fault) -> None:
        """Send byte by byte from here on."""
        self.drip = fault.size

    def _end(self) -> None:
        if self.hole:
            return
        self.proxy.ended(self)
        for sock in (self.client, self.server):
            _hang_up(sock)


DEEDS: dict[str, Callable[[_Connection, Fault], None]] = {
    "cut": _Connection.cut,
    "reset": _Connection.reset,
    "say": _Connection.say,
    "bye": _Connection.bye,
    "garbage": _Connection.garbage,
    "blackhole": _Connection.blackhole,
    "stall": _Connection.stall,
    "drip": _Connection.dribble,
}


def _hang_up(sock: socket.socket) -> None:
    with suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()
