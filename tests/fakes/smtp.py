"""A real SMTP server on loopback that has bad manners on demand.

Manners are given one per transaction (per connection for those that begin before it); the last one
repeats. ``box`` holds what a recipient would really have got, whatever the client was told. It must
never listen on anything but loopback.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

MANNERS = (
    "accept",
    "accept-slow",
    "accept-then-hang",
    "accept-then-cut",
    "cut-in-data",
    "4xx",
    "5xx",
    "4xx-mail",
    "5xx-mail",
    "4xx-rcpt",
    "5xx-rcpt",
    "grey",
    "over-quota",
    "too-many",
    "rate-limit",
    "banner-421",
    "banner-mute",
    "auth-535",
    "auth-454",
)
AFTER_DATA = {
    "4xx": "451 4.3.0 try again later",
    "5xx": "554 5.7.1 refused",
    "over-quota": "552 5.2.2 mailbox full",
    "too-many": "452 4.5.3 too many recipients",
}


@dataclass(frozen=True)
class Received:
    """One message the server took, with its envelope; ``told`` says whether the client knows."""

    raw: bytes
    sender: str
    to: tuple[str, ...]
    told: bool
    tls: bool


@dataclass
class SmtpFake:
    """The server. Use it with ``with``; ``port`` is set while it runs."""

    manners: tuple[str, ...] = ("accept",)
    login: tuple[str, str] | None = None
    tls: ssl.SSLContext | None = None
    implicit: bool = False
    delay: float = 0.3
    deliver: Callable[[bytes], object] | None = None
    port: int = 0
    box: list[Received] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    heard: bytearray = field(default_factory=bytearray)

    def __enter__(self) -> SmtpFake:
        self._at = 0
        self._grey = 0.0
        self._loop = asyncio.new_event_loop()
        started = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(started,), daemon=True)
        self._thread.start()
        assert started.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _serve(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        context = self.tls if self.implicit else None
        server = self._loop.run_until_complete(
            self._loop.create_server(self._line, "127.0.0.1", 0, ssl=context)
        )
        self.port = server.sockets[0].getsockname()[1]
        started.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.05))
        self._loop.run_until_complete(self._loop.shutdown_asyncgens())
        self._loop.close()

    def _line(self) -> SMTP:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns that sign-in without TLS is unwise: we know
            return _Line(
                self,
                hostname="fake.invalid",
                enable_SMTPUTF8=True,
                tls_context=None if self.implicit else self.tls,
                auth_required=self.login is not None,
                auth_require_tls=False,
                authenticator=self._authenticate if self.login else None,
                timeout=600,
                loop=self._loop,
            )

    @property
    def manner(self) -> str:
        return self.manners[min(self._at, len(self.manners) - 1)]

    def take(self) -> str:
        """Use up one manner."""
        manner = self.manner
        self._at += 1
        self.seen.append(manner)
        return manner

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        if self.manner in {"auth-535", "auth-454"}:
            wrong = self.take() == "auth-535"
            words = "535 5.7.8 bad credentials" if wrong else "454 4.7.0 for now"
            return AuthResult(success=False, handled=False, message=words)
        given = data if isinstance(data, LoginPassword) else LoginPassword(b"", b"")
        fine = self.login is not None and (given.login.decode(), given.password.decode()) == self.login
        return AuthResult(success=fine, handled=False)

    def keep(self, session: Session, envelope: Envelope, told: bool) -> None:
        raw = envelope.original_content or b""
        self.box.append(
            Received(
                raw,
                envelope.mail_from or "",
                tuple(envelope.rcpt_tos),
                told,
                self.implicit or session.ssl is not None,
            )
        )
        if self.deliver:
            self.deliver(raw)

    # what aiosmtpd calls

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.manner in {"4xx-mail", "5xx-mail"}:
            return "451 4.3.0 not now" if self.take() == "4xx-mail" else "553 5.1.8 bad sender"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.manner in {"4xx-rcpt", "5xx-rcpt"}:
            return "450 4.2.1 not now" if self.take() == "4xx-rcpt" else "550 5.1.1 no such user"
        if self.manner == "grey":
            self._grey = self._grey or time.monotonic()
            if time.monotonic() - self._grey < self.delay:
                self.seen.append("grey")
                return "451 4.7.1 greylisted, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        manner = self.take()
        if manner in AFTER_DATA:
            return AFTER_DATA[manner]
        if manner == "rate-limit":
            assert server.transport is not None
            self._loop.call_later(0.05, server.transport.close)
            return "421 4.7.0 too many messages"
        if manner == "accept-slow":
            await asyncio.sleep(self.delay)
        self.keep(session, envelope, told=manner in {"accept", "accept-slow", "grey"})
        if manner == "accept-then-cut":
            _reset(server.transport)
        if manner in {"accept-then-cut", "accept-then-hang"}:
            await asyncio.sleep(600)
        return "250 2.0.0 OK queued"


class _Line(SMTP):
    def __init__(self, fake: SmtpFake, **how: Any) -> None:
        self.fake = fake
        self.barred = False
        super().__init__(fake, **how)

    def connection_made(self, transport: Any) -> None:
        if self.fake.manner in {"banner-421", "banner-mute"}:
            self.barred = True
            if self.fake.take() == "banner-421":
                transport.write(b"421 4.3.2 not available\r\n")
                transport.close()
            return
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.barred:
            super().connection_lost(error)

    def data_received(self, data: bytes) -> None:
        if self.barred:
            return
        self.fake.heard += data
        words = (b"DATA", b"RCPT", b"RSET", b"QUIT")
        at_data = self.envelope is not None and self.envelope.rcpt_tos and not data.upper().startswith(words)
        if self.fake.manner == "cut-in-data" and at_data:
            self.fake.take()
            _reset(self.transport)
            return
        super().data_received(data)


def _reset(transport: Any) -> None:
    raw = transport.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
