"""What went wrong on the line, sorted by what happens next.

Response codes decide (RFC 5530); words only where a server gives no code. Pure: it must never speak
to a server, and never repeat a secret or a message.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from daemon.config.values import MailboxConfig
from daemon.mail.answers import spoken
from daemon.mail.wire import LineLostError
from store.errors import DigwellError, NeedsOwnerError, TemporaryError

OWNER_CODES = {"AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "CONTACTADMIN", "PRIVACYREQUIRED"}
PASSING_CODES = {"UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG", "THROTTLED"}
_CODE = re.compile(r"\[([A-Za-z\-]+)[^\]]*\]")
_PASSING = re.compile(
    r"temporar|try again|too many|unavailable|internal|later|limit|busy|maintenance|timed? ?out", re.I
)
_OWNER = re.compile(
    r"fail|invalid|incorrect|denied|credential|password|user ?name|authenticat|disabled|wrong", re.I
)
_OTHER_NAME = "call the server by the name in its certificate: host: (init: --host)"
_OUT_OF_TIME = "whoever runs the server must renew it; or is the clock of this machine wrong?"
_FLAWS = {62: _OTHER_NAME, 64: _OTHER_NAME, 9: _OUT_OF_TIME, 10: _OUT_OF_TIME}
"""What to do about a flaw of a certificate, by OpenSSL's X509_V_ERR numbers."""


class LostError(TemporaryError):
    """The line broke: a new one may work at once."""


class SilentError(TemporaryError):
    """The server did not answer in time: waiting longer now is of no use."""


class RefusedError(TemporaryError):
    """The server said NO or BAD; ``code`` is its response code, ``misunderstood`` tells BAD from NO."""

    def __init__(self, what: str, why: str, code: str = "", misunderstood: bool = False) -> None:
        super().__init__(what, why)
        self.code = code
        self.misunderstood = misunderstood


@contextmanager
def told(box: MailboxConfig) -> Iterator[None]:
    """Turn whatever a connection raises into an error for the owner, with its cause kept."""
    try:
        yield
    except DigwellError:
        raise
    except (OSError, LineLostError) as error:
        raise of_line(error, box) from error
    except (ValueError, ArithmeticError, LookupError) as error:  # an answer nobody could have foreseen
        raise LostError(f"{box.host} gave an answer that makes no sense", type(error).__name__) from error


def of_line(error: Exception, box: MailboxConfig) -> DigwellError:
    """Say what a broken line means."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return _untrusted(error, box)
    if isinstance(error, PermissionError) and box.tls == "none":
        return NeedsOwnerError(
            f"{box.host} would be spoken to in the clear",
            "tls: none is for this machine only",
            "use tls: implicit or tls: starttls",
        )
    if isinstance(error, socket.gaierror):
        return LostError(
            f"no address found for {box.host}", error.strerror or "", "is the name right, is the network up?"
        )
    if isinstance(error, TimeoutError):
        return SilentError(f"{box.host}:{box.port} did not answer in time", "")
    if isinstance(error, ssl.SSLError):
        hint = f"is this the port for tls: {box.tls}?"
        return LostError(f"no secure line to {box.host}:{box.port}", error.reason or "", hint)
    return _broken(error, box)


def _untrusted(error: ssl.SSLCertVerificationError, box: MailboxConfig) -> NeedsOwnerError:
    from daemon.config.wording import is_loopback  # noqa: PLC0415 - only here

    own = "if the server is your own, name its authority: ca_file: /path/to/ca.pem (init: --ca-file)"
    hint = _FLAWS.get(error.verify_code, own)
    if is_loopback(box.host):
        hint += "; to this very machine it goes without TLS too: tls: none (init: --tls none)"
    why = (error.verify_message or "verification failed").rstrip(".")
    return NeedsOwnerError(f"the certificate of {box.host} is not to be trusted", why, hint)


def _broken(error: Exception, box: MailboxConfig) -> LostError:
    if isinstance(error, ConnectionRefusedError):
        hint = "is the port right, is the server up?"
        return LostError(f"nobody answers at {box.host}:{box.port}", hint=hint)
    why = error.strerror if isinstance(error, OSError) else ""
    return LostError(f"the line to {box.host}:{box.port} broke", why or str(error))


def of_login(text: str, box: MailboxConfig) -> DigwellError:
    """Say what a refused login means: the owner's to mend, or passing."""
    found = _CODE.search(text)
    code = found[1].upper() if found else ""
    why = spoken(text.removeprefix("b'").removesuffix("'").encode())
    if code in OWNER_CODES or (code not in PASSING_CODES and _is_for_owner(text)):
        return NeedsOwnerError(
            f"{box.host} does not let {box.user} in",
            why,
            "check the user and the password (some providers want an app password): digwell init --password",
        )
    return RefusedError(f"{box.host} lets nobody in just now", why, code)


def _is_for_owner(text: str) -> bool:
    return not _PASSING.search(text) and bool(_OWNER.search(text))
