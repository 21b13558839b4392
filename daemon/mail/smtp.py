"""The only door to SMTP: hand one message to one server and say truthfully what became of it.

State table:  connect → greeting → EHLO → (STARTTLS → EHLO) → (AUTH) → MAIL → RCPT → DATA → body → dot.
Whatever fails before the closing dot was surely not taken; a lost answer after the dot leaves it in
doubt. This room must never lower the encryption that was asked for, nor write to anybody but ``to``.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address

from daemon.config.values import SmtpConfig


class Verdict(StrEnum):
    """What became of the message."""

    ACCEPTED = "accepted"
    LATER = "later"  # surely not taken, may be tried again
    NEVER = "never"  # refused for good
    SIGN_IN = "sign in"  # only the owner can mend it
    DOUBT = "doubt"  # perhaps taken: only the mailbox can tell


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict and the server's words, on one line and free of control characters."""

    verdict: Verdict
    words: str = ""


@dataclass(frozen=True, slots=True)
class Login:
    """How to sign in: ``token`` says that ``secret`` is an OAuth access token, not a password."""

    user: str
    secret: str
    token: bool = False


@dataclass(frozen=True, slots=True)
class Letter:
    """One message and its envelope; ``raw`` is sent byte for byte (line ends become CRLF)."""

    sender: str
    to: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds: for the connection, for each answer, and for the whole affair."""

    connect: float = 20.0
    read: float = 90.0
    whole: float = 120.0


class _RefusedError(Exception):
    """The server (or we) ended it before the closing dot."""

    def __init__(self, verdict: Verdict, words: str) -> None:
        super().__init__(words)
        self.verdict = verdict


ME = "[127.0.0.1]"
"""Said in EHLO: the machine's own name is nobody's business and costs a look-up."""

_LOST = (OSError, smtplib.SMTPException, ValueError)
"""Everything a broken line raises here: ssl and socket errors are OSErrors, ValueError a torn reply."""


def send(
    config: SmtpConfig, login: Login | None, letter: Letter, deadlines: Deadlines | None = None
) -> Answer:
    """Send the letter once; never raises for anything the server or the line may do."""

    def hand_over(smtp: smtplib.SMTP) -> Answer:
        _envelope(smtp, letter)
        return _body(smtp, letter.raw)

    return _answered(config, login, deadlines or Deadlines(), hand_over)


def knock(config: SmtpConfig, login: Login | None, deadlines: Deadlines | None = None) -> Answer:
    """Sign in and leave again without a letter: is the way open? Never raises."""
    return _answered(config, login, deadlines or Deadlines(), lambda _: Answer(Verdict.ACCEPTED))


def _answered(
    config: SmtpConfig, login: Login | None, times: Deadlines, work: Callable[[smtplib.SMTP], Answer]
) -> Answer:
    """Do some work on a signed-in line, and put whatever happens into an answer."""
    try:
        with _line(config, times) as smtp:
            if login:
                _sign_in(smtp, login)
            return work(smtp)
    except _RefusedError as refusal:
        return Answer(refusal.verdict, str(refusal))
    except ssl.SSLCertVerificationError as error:
        return Answer(
            Verdict.SIGN_IN, f"the certificate of {config.host} is not trusted: {error.verify_message}"
        )
    except smtplib.SMTPResponseException as error:
        return Answer(Verdict.LATER, _text(error.smtp_code, _bytes(error.smtp_error)))
    except _LOST as error:
        return Answer(Verdict.LATER, _clean(str(error)) or type(error).__name__)


class _Plain(smtplib.SMTP):
    """A line that can be cut from outside while it is still being opened."""

    def __init__(self, config: SmtpConfig, times: Deadlines, lines: list[smtplib.SMTP]) -> None:
        lines.append(self)
        super().__init__(config.host, config.port, ME, timeout=times.connect)


class _Tls(smtplib.SMTP_SSL):
    def __init__(self, config: SmtpConfig, times: Deadlines, lines: list[smtplib.SMTP]) -> None:
        lines.append(self)
        super().__init__(config.host, config.port, ME, timeout=times.connect, context=_context(config))


@contextmanager
def _line(config: SmtpConfig, times: Deadlines) -> Iterator[smtplib.SMTP]:
    """Open the line as encrypted as asked, cut it when the whole deadline is over."""
    if config.tls == "none" and not is_loopback(config.host):
        raise _RefusedError(Verdict.SIGN_IN, "tls: none is for loopback addresses only")
    lines: list[smtplib.SMTP] = []
    cutter = threading.Timer(times.whole, _cut, (lines,))
    cutter.daemon = True
    cutter.start()
    try:
        smtp = (_Tls if config.tls == "implicit" else _Plain)(config, times, lines)
        if smtp.sock is not None:
            smtp.sock.settimeout(times.read)
        _greet(smtp, config)
        yield smtp
        _farewell(smtp)
    finally:
        cutter.cancel()
        for line in lines:
            line.close()


def _context(config: SmtpConfig) -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if config.ca_file:
        context.load_verify_locations(config.ca_file)
    return context


def is_loopback(host: str) -> bool:
    """Say whether a host name or address is this machine, without asking a name server."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _greet(smtp: smtplib.SMTP, config: SmtpConfig) -> None:
    _check(smtp.ehlo())
    if config.tls == "starttls":
        if not smtp.has_extn("starttls"):
            raise _RefusedError(Verdict.SIGN_IN, f"{config.host} does not offer STARTTLS")
        try:
            code, words = smtp.starttls(context=_context(config))
        except smtplib.SMTPResponseException as error:
            code, words = error.smtp_code, _bytes(error.smtp_error)
        if code != 220:
            verdict = Verdict.LATER if 400 <= code < 500 else Verdict.SIGN_IN
            raise _RefusedError(verdict, f"STARTTLS refused: {_text(code, words)}")
        _check(smtp.ehlo())


def _sign_in(smtp: smtplib.SMTP, login: Login) -> None:
    """Sign in by one mechanism, once: a second one after a refusal would count as another try."""
    code, words = _exchange(smtp, login, set(smtp.esmtp_features.get("auth", "").upper().split()))
    if code == 334:  # XOAUTH2 explains its refusal in a challenge that wants an empty answer
        code, words = smtp.docmd("")
    if 200 <= code < 300 or code == 503:
        return
    raise _RefusedError(Verdict.LATER if 400 <= code < 500 else Verdict.SIGN_IN, _text(code, words))


def _exchange(smtp: smtplib.SMTP, login: Login, offered: set[str]) -> tuple[int, bytes]:
    if login.token:
        return smtp.docmd("AUTH", "XOAUTH2 " + _base64(f"user={login.user}\1auth=Bearer {login.secret}\1\1"))
    if "PLAIN" in offered:
        return smtp.docmd("AUTH", "PLAIN " + _base64(f"\0{login.user}\0{login.secret}"))
    if "LOGIN" in offered:
        reply = smtp.docmd("AUTH", "LOGIN " + _base64(login.user))
        return smtp.docmd(_base64(login.secret)) if reply[0] == 334 else reply
    raise _RefusedError(Verdict.SIGN_IN, "the server offers no sign-in by password here")


def _base64(text: str) -> str:
    return b64encode(text.encode()).decode("ascii")


def _envelope(smtp: smtplib.SMTP, letter: Letter) -> None:
    _check(smtp.mail(letter.sender))
    _check(smtp.rcpt(letter.to))
    _check(smtp.docmd("DATA"), wanted=354)


def _body(smtp: smtplib.SMTP, raw: bytes) -> Answer:
    """Send the body, then the dot: only from the dot on may the server have taken it."""
    smtp.send(_stuffed(raw))
    try:
        smtp.send(b".\r\n")
        code, words = smtp.getreply()
    except _LOST as error:
        return Answer(Verdict.DOUBT, f"no answer after the message: {_clean(str(error))}")
    if 200 <= code < 300:
        return Answer(Verdict.ACCEPTED, _text(code, words))
    if 400 <= code < 500:
        return Answer(Verdict.LATER, _text(code, words))
    if 500 <= code < 600:
        return Answer(Verdict.NEVER, _text(code, words))
    return Answer(Verdict.DOUBT, _text(code, words))


def _stuffed(raw: bytes) -> bytes:
    """Bring line ends to CRLF, end with one, and double a leading dot (RFC 5321, 4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", raw)
    if not lines.endswith(b"\r\n"):
        lines += b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", lines)


def _check(reply: tuple[int, bytes], wanted: int = 250) -> None:
    code, words = reply
    if code == wanted or (wanted == 250 and code in {251, 252}):
        return
    if code == 530:
        raise _RefusedError(Verdict.SIGN_IN, _text(code, words))
    # 552 at this point is a full mailbox as well as a size limit; both are final for these bytes
    raise _RefusedError(Verdict.NEVER if 500 <= code < 600 else Verdict.LATER, _text(code, words))


def _cut(lines: list[smtplib.SMTP]) -> None:
    for smtp in lines:
        try:
            if smtp.sock is not None:
                smtp.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            continue


def _farewell(smtp: smtplib.SMTP) -> None:
    try:
        if smtp.sock is not None:
            smtp.sock.settimeout(5.0)
        smtp.quit()
    except _LOST:
        return  # the message is in good hands already


def _bytes(words: bytes | str) -> bytes:
    return words if isinstance(words, bytes) else words.encode("utf-8", "replace")


def _text(code: int, words: bytes) -> str:
    return f"{code} {_clean(words.decode('utf-8', 'replace'))}".strip()


def _clean(words: str) -> str:
    """Make a server's words safe to show: one line, printable, at most 200 characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())[:200]
