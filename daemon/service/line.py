"""One mailbox as the daemon holds it: its session while there is one, its back-off, and how it is.

A failure of one mailbox never reaches another. This room must never ask a server for a login more
often than the back-off allows, nor keep a password.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
from random import Random

from daemon import clock, log
from daemon.config import secrets
from daemon.config.values import MailboxConfig
from daemon.mail.imap import Session, connect
from daemon.mail.values import Credential
from daemon.service import backoff
from store.errors import DigwellError, NeedsOwnerError, SafetyStopError, TemporaryError

FINE = "ok"
CONNECTING = "connecting"
OFFLINE = "offline"
HELD = "needs you"
STOPPED = "stopped for safety"

CHEAP = frozenset({"file", "credential"})
"""Ways to a secret that may be looked at every minute: no program runs, nobody is asked."""


def open_session(box: MailboxConfig) -> Session:
    """Sign in with the secret the configuration names. Raises NeedsOwnerError, TemporaryError."""
    return connect(box, _credential(box))


def _credential(box: MailboxConfig) -> Credential:
    found = secrets.secret(box.secret, box.user, box.host, os.environ)
    log.conceal(found)
    return Credential(found, secrets.is_token(box.secret))


class Line:
    """A mailbox, its session and its state. ``since`` and ``last_ok`` are Unix seconds, 0 for never."""

    def __init__(self, box: MailboxConfig, dice: Random) -> None:
        self.box = box
        self.state = CONNECTING
        self.since = clock.now()
        self.last_ok = 0
        self.error: DigwellError | None = None
        self._dice = dice
        self._key = os.urandom(16)
        self._backoff = backoff.Backoff()
        self._session: Session | None = None

    @property
    def ready(self) -> bool:
        """True if something may be tried now."""
        return self._session is not None or self._backoff.ready(clock.monotonic())

    @property
    def over(self) -> bool:
        """True if only the owner can bring it back."""
        return self.state == STOPPED or (self.state == HELD and self._backoff.held)

    @property
    def wait(self) -> float:
        """Seconds until the next try is allowed."""
        return max(0.0, self._backoff.until - clock.monotonic())

    def session(self) -> Session:
        """Return the signed-in session, opening one if it is time. Raises what keeps it from that."""
        if self._session is not None:
            return self._session
        if not self._backoff.ready(clock.monotonic()):
            raise self.error or TemporaryError(f"{self.box.host} is given a rest")
        try:
            credential = _credential(self.box)
            self._session = connect(self.box, credential)
        except NeedsOwnerError as error:
            self._refused(error)
            raise
        self._backoff = backoff.succeeded(self._backoff)
        return self._session

    def look_at_secret(self) -> None:
        """Let a held mailbox try at once if its password file or credential has changed."""
        if self.state == HELD and self.box.secret.way in CHEAP:
            self._backoff = backoff.secret_seen(self._backoff, clock.monotonic(), self._fingerprint())

    def fine(self) -> None:
        """Note that a whole pass went well."""
        self.last_ok = clock.now()
        self.error = None
        self._turn(FINE)

    def failed(self, error: DigwellError) -> None:
        """Note a failure and hang up; the next try waits as long as its sort asks for."""
        self.drop()
        self.error = error
        if isinstance(error, SafetyStopError):
            self._turn(STOPPED)
            self._backoff = backoff.Backoff(until=float("inf"))
        elif isinstance(error, NeedsOwnerError):
            self._turn(HELD)
        else:
            self._backoff = backoff.failed(self._backoff, clock.monotonic(), self._dice)
            self._turn(OFFLINE)

    def drop(self) -> None:
        """Hang up."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def rest(self) -> None:
        """Forget the waits that passing failures earned: the world has changed (a resume, a reload)."""
        if not self._backoff.refusals and self.state != STOPPED:
            self._backoff = backoff.Backoff()

    def _refused(self, error: NeedsOwnerError) -> None:
        self.error = error
        self._backoff = backoff.refused(self._backoff, clock.monotonic(), self._fingerprint())

    def _fingerprint(self) -> str:
        """Return a keyed hash of the secret as it is now; of nothing, where there is none."""
        if self.box.secret.way not in CHEAP:
            return "asked"
        found = secrets.fingerprint(self.box.secret, self.box.user, self.box.host, os.environ, self._key)
        return found or hmac.new(self._key, b"none", hashlib.sha256).hexdigest()

    def _turn(self, state: str) -> None:
        if state != self.state:
            self.state, self.since = state, clock.now()
            level = logging.INFO if state == FINE else logging.WARNING
            why, hint = (str(self.error), self.error.hint) if self.error else ("", "")
            log.event("mailbox", level, name=self.box.name, state=state, why=why, hint=hint)
