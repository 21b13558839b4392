"""Greeting, TLS and login, through imapclient over our own wire with its deadlines.

Nothing secret is sent before TLS stands (or the peer is this very machine), a server that is signed in
before TLS is refused, and what an eavesdropper slips in before TLS is never listened to.
"""

from __future__ import annotations

import base64
import imaplib
import logging
import re
import ssl

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError

from daemon.config.values import MailboxConfig
from daemon.mail.answers import spoken
from daemon.mail.troubles import LostError, of_login, told
from daemon.mail.values import Credential, Deadlines
from daemon.mail.wire import LineLostError, Wire, dial
from store.errors import NeedsOwnerError

for _name in ("imapclient", "imapclient.imaplib"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # below that it prints what it says and hears


_CAPABILITIES = re.compile(rb"\[CAPABILITY ([^\]\r\n]+)\]", re.IGNORECASE)


class _Line(imaplib.IMAP4):
    """imaplib's way of speaking, over our wire."""

    def __init__(self, wire: Wire, box: MailboxConfig) -> None:
        self.wire = wire
        self.alerts: list[str] = []
        super().__init__(box.host, box.port)

    def open(self, host: str = "", port: int = 143, timeout: float | None = None) -> None:  # noqa: ARG002
        self.host, self.port, self.sock = host, port, self.wire.sock

    def read(self, size: int) -> bytes:
        return self.wire.take(size)

    def readline(self) -> bytes:
        line = self.wire.line()
        if b" [ALERT]" in line[:40].upper():
            self.alerts.append(spoken(line.partition(b"]")[2]))
        return line

    def send(self, data: bytes) -> None:  # type: ignore[override]
        self.wire.send(data)

    def shutdown(self) -> None:
        self.wire.close()

    def _get_capabilities(self) -> None:
        """Take them from the greeting where it names them; what was said before TLS counts for nothing."""
        named = _CAPABILITIES.search(self.welcome or b"")
        self.untagged_responses.pop("CAPABILITY", None)
        if named is None or self._tls_established:
            super()._get_capabilities()  # type: ignore[misc]
        else:
            self.capabilities = tuple(named[1].decode("ascii", "replace").upper().split())

    def starttls(self, ssl_context: ssl.SSLContext | None = None) -> tuple[str, list[bytes]]:  # type: ignore[override]
        kind, data = self._simple_command("STARTTLS")
        if kind != "OK" or ssl_context is None:
            raise self.error("STARTTLS refused")
        self.wire.secure(ssl_context, self.host)
        self.sock = self.wire.sock
        self.untagged_responses = {}
        self._tls_established = True
        self._get_capabilities()
        return kind, data


class Client(IMAPClient):  # type: ignore[misc]
    """imapclient over a line of ours."""

    def __init__(self, wire: Wire, box: MailboxConfig) -> None:
        self._wire = wire
        self._box = box
        super().__init__(box.host, box.port, ssl=False)

    def _create_IMAP4(self) -> imaplib.IMAP4:  # noqa: N802 - imapclient's name
        return _Line(self._wire, self._box)

    def _set_read_timeout(self) -> None:
        """Leave time limits to the wire."""

    @property
    def alerts(self) -> list[str]:
        """What the server wants shown, so far."""
        line: _Line = self._imap
        return line.alerts

    @property
    def signed_in(self) -> bool:
        """Tell whether the server took us for somebody before we said who we are (PREAUTH)."""
        return bool(self._imap.state == "AUTH")


def wire_to(box: MailboxConfig, deadlines: Deadlines) -> Wire:
    """Dial the server of a mailbox; without TLS nothing but this machine. Raises OSError."""
    return Wire(dial(box.host, box.port, deadlines, loopback_only=box.tls == "none"), deadlines)


def sign_in(wire: Wire, box: MailboxConfig, credential: Credential) -> tuple[frozenset[str], list[str]]:
    """Do all that comes before the first command: return capabilities and alerts.

    Raises NeedsOwnerError, TemporaryError or what the line raises.
    """
    try:
        client = _greeted(wire, box)
        wire.arm()
        if not client.signed_in:
            _log_in(client, box, credential)
        return _abilities(client), client.alerts
    except imaplib.IMAP4.error as error:
        raise _meaning(error, box) from error


def _abilities(client: Client) -> frozenset[str]:
    """Return what the server can do for who is signed in; one that tells nothing can do what all can."""
    try:
        names = client.capabilities()
    except (AttributeError, TypeError):  # imapclient takes it for granted that something is told
        return frozenset()
    return frozenset(name.decode("ascii", "replace").upper() for name in names)


def knock(box: MailboxConfig, deadlines: Deadlines) -> str:
    """Dial, secure and be greeted, then hang up: nobody is named. Return the version of TLS, "" for none.

    Raises NeedsOwnerError or TemporaryError.
    """
    with told(box):
        wire = wire_to(box, deadlines)
        try:
            _greeted(wire, box)
            return (wire.sock.version() or "") if isinstance(wire.sock, ssl.SSLSocket) else ""
        except imaplib.IMAP4.error as error:
            raise _meaning(error, box) from error
        finally:
            wire.close()


def _greeted(wire: Wire, box: MailboxConfig) -> Client:
    if box.tls == "implicit":
        wire.secure(trust(box), box.host)
    client = Client(wire, box)
    if box.tls == "starttls":
        _start_tls(client, box)
    return client


def trust(box: MailboxConfig) -> ssl.SSLContext:
    """Say whom to trust: the system's authorities, and the owner's own file of them."""
    context = ssl.create_default_context()
    if box.ca_file is not None:
        try:
            context.load_verify_locations(cafile=str(box.ca_file))
        except (OSError, ssl.SSLError) as error:
            raise NeedsOwnerError(
                f"the authority file {box.ca_file} cannot be used", str(error), "ca_file: wants a PEM file"
            ) from error
    return context


def _start_tls(client: Client, box: MailboxConfig) -> None:
    if client.signed_in:
        raise NeedsOwnerError(
            f"{box.host} signs in before the line is secure",
            "PREAUTH",
            "use tls: implicit, or ask who runs the server",
        )
    if not client.has_capability("STARTTLS"):
        raise NeedsOwnerError(
            f"{box.host} offers no secure line", "STARTTLS is missing", "use tls: implicit with port: 993"
        )
    try:
        client.starttls(trust(box))
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise NeedsOwnerError(
            f"{box.host} refuses to secure the line",
            spoken(str(error).encode()),
            "use tls: implicit with port: 993",
        ) from error


def _log_in(client: Client, box: MailboxConfig, credential: Credential) -> None:
    secret = credential.secret
    try:
        if credential.token:
            _log_in_with_token(client, box, secret)
        elif client.has_capability("LOGINDISABLED") or not (secret + box.user).isascii():
            client.plain_login(box.user, secret)
        else:
            client.login(box.user, secret)
    except IMAPClientError as error:
        if isinstance(error, imaplib.IMAP4.abort):
            raise
        raise of_login(str(error), box) from error


def _log_in_with_token(client: Client, box: MailboxConfig, token: str) -> None:
    if client.has_capability("AUTH=OAUTHBEARER") and not client.has_capability("AUTH=XOAUTH2"):
        name = box.user.replace("=", "=3D").replace(",", "=2C")
        mechanism, first = "OAUTHBEARER", f"n,a={name},\1auth=Bearer {token}\1\1"
    else:
        mechanism, first = "XOAUTH2", f"user={box.user}\1auth=Bearer {token}\1\1"
    said: list[bytes] = []

    def answer(challenge: bytes) -> str:
        """Give the token once; the server's second question only explains a refusal."""
        said.append(challenge)
        return first if len(said) == 1 else ("\1" if mechanism == "OAUTHBEARER" else "")

    try:
        client.sasl_login(mechanism, answer)
    except IMAPClientError as error:
        why = _unwrap(said[1]) if len(said) > 1 else ""
        raise type(error)(f"{error} {why}") from error


def _unwrap(challenge: bytes) -> str:
    try:
        return spoken(base64.b64decode(challenge, validate=True))
    except ValueError:
        return spoken(challenge)


def _meaning(error: imaplib.IMAP4.error, box: MailboxConfig) -> Exception:
    """Say what an error of imaplib's outside the login proper means: what lay beneath it, or a lost line."""
    beneath = error.__cause__ or error.__context__
    if isinstance(beneath, OSError | LineLostError):
        return beneath
    return LostError(f"{box.host} broke off before the login", spoken(str(error).encode()))
