"""The line to a server: bytes in and out under deadlines, TLS and deflate underneath.

One command may take only so long however the bytes trickle in. This room knows no IMAP and must
never keep more in memory than one answer needs.
"""

from __future__ import annotations

import socket
import zlib
from typing import TYPE_CHECKING

from daemon import clock
from daemon.mail.values import Deadlines

if TYPE_CHECKING:
    import ssl

CHUNK = 1 << 18
LINE_LIMIT = 1 << 24
"""So long a line may be: a list of a million UIDs comes in one."""
BUDGET = 256 << 20
"""So many bytes may come for one command, deflate taken off."""
INFLATED = 1 << 22
# Servers wait with the end of an answer until its beginning is acknowledged, which takes Linux 40 ms.
_ACK_AT_ONCE: int = getattr(socket, "TCP_QUICKACK", 0)


class LineLostError(Exception):
    """The connection is of no use any more; the cause says why."""


class Wire:
    """A connected socket with a buffer. ``buf[pos:]`` is what has come in and is not yet used."""

    def __init__(self, sock: socket.socket, deadlines: Deadlines) -> None:
        self.sock = sock
        self.buf = b""
        self.pos = 0
        self.received = 0
        self._limits = deadlines
        self._end = clock.monotonic() + deadlines.connect
        self._left = BUDGET
        self._brimming = False  # deflate may hold more back
        self._inflate: zlib._Decompress | None = None
        self._deflate: zlib._Compress | None = None

    def arm(self, seconds: float = 0) -> None:
        """Start the clock of a command anew (``seconds``: another length than usual)."""
        self._end = clock.monotonic() + (seconds or self._limits.command)
        self._left = BUDGET

    def arm_briefly(self) -> None:
        """Start the clock of what a living server answers at once: a look at figures, the end of a wait."""
        self.arm(self._limits.look)

    def send(self, data: bytes) -> None:
        """Send all of it, or raise."""
        if self._deflate is not None:
            data = self._deflate.compress(data) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
        self.sock.settimeout(self._patience())
        self.sock.sendall(data)

    def more(self) -> None:
        """Wait for bytes and put them behind what is unused.

        Raise when the peer is gone or too slow, or says more than one command can ask for.
        """
        data = self._receive() if self._inflate is None else self._inflated(self._inflate)
        self._left -= len(data)
        if self._left < 0:
            raise LineLostError(f"more than {BUDGET} bytes for one command")
        self.buf = self.buf[self.pos :] + data if self.pos < len(self.buf) else data
        self.pos = 0

    def _receive(self) -> bytes:
        self.sock.settimeout(self._patience())
        if _ACK_AT_ONCE:
            self.sock.setsockopt(socket.IPPROTO_TCP, _ACK_AT_ONCE, 1)
        data = self.sock.recv(CHUNK)
        if not data:
            raise LineLostError("the server closed the connection")
        self.received += len(data)
        return data

    def _inflated(self, inflate: zlib._Decompress) -> bytes:
        """Take deflate off, a mouthful at a time: a few bytes may stand for gigabytes."""
        data = self._mouthful(inflate, inflate.unconsumed_tail) if self._brimming else b""
        return data or self._mouthful(inflate, self._receive())

    def _mouthful(self, inflate: zlib._Decompress, held: bytes) -> bytes:
        try:
            data = inflate.decompress(held, INFLATED)
        except zlib.error as error:
            raise LineLostError("the server does not deflate what it says it does") from error
        if inflate.eof:
            raise LineLostError("the server ended what it deflates")
        self._brimming = len(data) == INFLATED
        return data

    def more_of_line(self) -> None:
        """Wait for bytes where a line has no end yet. Raise when it is too long as well."""
        if len(self.buf) - self.pos > LINE_LIMIT:
            raise LineLostError(f"a line of more than {LINE_LIMIT} bytes")
        self.more()

    def line(self) -> bytes:
        """Return the next line with its end."""
        start = self.pos
        while (end := self.buf.find(b"\n", start)) < 0:
            held = len(self.buf) - self.pos
            self.more_of_line()
            start = self.pos + held
        line = self.buf[self.pos : end + 1]
        self.pos = end + 1
        return line

    def take(self, size: int) -> bytes:
        """Return exactly that many bytes."""
        while len(self.buf) - self.pos < size:
            self.more()
        data = self.buf[self.pos : self.pos + size]
        self.pos += size
        return data

    @property
    def pending(self) -> bool:
        """Tell whether bytes have come in that nobody has used."""
        return self.pos < len(self.buf)

    @property
    def undecoded(self) -> bool:
        """Tell whether TLS or deflate holds bytes back that no ``select`` would show."""
        held = getattr(self.sock, "pending", None)
        return self._brimming or bool(held and held())

    @property
    def is_local(self) -> bool:
        """Tell whether the peer is this machine."""
        return _is_loopback(str(self.sock.getpeername()[0]))

    def secure(self, context: ssl.SSLContext, host: str) -> None:
        """Go over to TLS. Whatever came before it in the clear was not said by the server: refuse it."""
        if self.pending:
            raise LineLostError("bytes arrived in the clear before TLS began")
        self.sock.settimeout(self._patience())
        self.sock = context.wrap_socket(self.sock, server_hostname=host)

    def compress(self) -> None:
        """Deflate both ways from here on (RFC 4978)."""
        self._inflate = zlib.decompressobj(-15)
        self._deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
        if self.pending:
            held, self.pos = self.buf[self.pos :], 0
            self.buf = self._mouthful(self._inflate, held)

    def close(self) -> None:
        """Hang up. Never raises."""
        try:
            self.sock.close()
        except OSError:
            return

    def _patience(self) -> float:
        left = self._end - clock.monotonic()
        if left <= 0:
            raise TimeoutError("the whole command took too long")
        return min(left, self._limits.read)


def dial(host: str, port: int, deadlines: Deadlines, loopback_only: bool = False) -> socket.socket:
    """Connect to the first address of a host that answers; each gets its share of the time.

    Raises OSError (of the last address tried). With ``loopback_only`` nothing but this machine is dialled.
    """
    end = clock.monotonic() + deadlines.connect
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    if loopback_only:
        found = [entry for entry in found if _is_loopback(str(entry[4][0]))]
        if not found:
            raise PermissionError(f"{host} is not this machine")
    failure: OSError = OSError(f"{host} has no address")
    for tried, (family, kind, proto, _, address) in enumerate(found):
        sock = socket.socket(family, kind, proto)
        try:
            sock.settimeout(max(0.1, (end - clock.monotonic()) / (len(found) - tried)))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        except OSError as error:
            sock.close()
            failure = error
        else:
            return sock
    raise failure


def _is_loopback(address: str) -> bool:
    return address.removeprefix("::ffff:").startswith("127.") or address == "::1"
