"""One mailbox as the daemon holds it: its session while there is one, its back-off, and how it is.

A failure of one mailbox never reaches another. This room must never ask a server for a login more
often than the back-off allows, nor keep a password.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import os
import select
import socket
from collections.abc import Iterable
from random import Random

from daemon import clock, log
from daemon.config import secrets
from daemon.config.values import InForce, MailboxConfig
from daemon.mail.imap import Session, connect
from daemon.mail.values import Credential, FolderState
from daemon.scan.memory import Memory
from daemon.scan.run import once, scan
from daemon.scan.values import OwnMail, Scanned, Wishes
from daemon.service import backoff
from daemon.service.apart import Gauge
from store.db import Store
from store.errors import DigwellError, NeedsOwnerError, SafetyStopError, TemporaryError
from store.facts import Role
from store.opening import open_store

FINE = "ok"
CONNECTING = "connecting"
OFFLINE = "offline"
HELD = "needs you"
STOPPED = "stopped for safety"

DOUBT = 4
"""Every so many looks an inbox is opened anew although the server told of no change: a minute apart."""

WOLF = 1.0

CHEAP = frozenset({"file", "credential"})
"""Ways to a secret that may be looked at every minute: no program runs, nobody is asked."""


def open_session(box: MailboxConfig) -> Session:
    """Sign in with the secret the configuration names. Raises NeedsOwnerError, TemporaryError."""
    return connect(box, _credential(box))


def _credential(box: MailboxConfig) -> Credential:
    found = secrets.secret(box.secret, box.user, box.host, os.environ)
    log.conceal(found)
    return Credential(found, secrets.is_token(box.secret))


class _CommandError(Exception):
    """A mail was found that may be a command; it stays noted."""


def _call_a_child(_: OwnMail) -> None:
    raise _CommandError


def scan_whole(force: InForce, box: MailboxConfig, wishes: Wishes, gauge: Gauge) -> Scanned:
    """Make one whole pass over lines of its own, obey what is found, judge everybody; for a child."""
    # all this is loaded in the child only
    from daemon.app import House  # noqa: PLC0415
    from daemon.attending import Ear  # noqa: PLC0415
    from daemon.week import look  # noqa: PLC0415

    with open_store(force.config.store) as store:
        ear = Ear(force.config, store, force.policy)
        counted = wishes._replace(commands=ear, progress=lambda _, done, expected: gauge.set(done, expected))
        done = scan(store, box, lambda: open_session(box), counted)
        gauge.set(-1, 0)
        house = House(force.config, store)
        house.policy = force.policy
        look(house, house.look_from)
    return done


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
        self._places: dict[Role, FolderState] = {}
        self._looks = 0
        self._seen: dict[bytes, tuple[int, int, int]] = {}
        self._heard: frozenset[str] = frozenset()
        self._memory = Memory()

    @property
    def ready(self) -> bool:
        """True if something may be tried now."""
        return self.connected or self._backoff.ready(clock.monotonic())

    @property
    def connected(self) -> bool:
        """True while there is a line that has not been hung up."""
        return self._session is not None and self._session.alive

    @property
    def watchable(self) -> bool:
        """True if it can be waited upon: a line is held, or may be opened (a pass in a child holds none)."""
        return self.connected or (self.state == FINE and self.ready)

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
        if self._session is not None and self._session.alive:
            return self._session
        if not self._backoff.ready(clock.monotonic()):
            raise self.error or TemporaryError(f"{self.box.host} is given a rest")
        self._session = open_session(self.box)
        self._backoff = backoff.succeeded(self._backoff)
        self._places = {}
        self._heard = frozenset()
        return self._session

    @property
    def label(self) -> str:
        """A name for the log, which tells no address."""
        return "mailbox" if "@" in self.box.name else self.box.name

    def scan(self, store: Store, wishes: Wishes) -> Scanned | None:
        """Make one whole pass over the line that is held; None where it wants a child process.

        It does where the owner has written to himself: obeying loads much that is not needed again.
        What a broken line had begun is gone on with on the next one.
        """
        try:
            done = once(
                store, self.box, self.session(), wishes._replace(commands=_call_a_child), self._memory
            )
        except _CommandError:
            return None
        self._memory = Memory()
        return done

    def unheard(self, alerts: Iterable[str]) -> list[str]:
        """Return those alerts that have not been told since this line was opened."""
        fresh = [text for text in dict.fromkeys(alerts) if text not in self._heard]
        self._heard |= frozenset(fresh)
        return fresh

    def glance(self, *roles: Role) -> bool:
        """Say whether one of those folders has changed since the last look: the cheapest look there is."""
        session = self.session()
        places = [place for role in roles if (place := self._place(role)) is not None]
        changes = [self._changed(session.look(place.wire)) for place in places]
        return any(changes)

    def idle(self, seconds: float, wake: socket.socket) -> bool:
        """Sleep on the inbox, at most that long; True when something came, now or since the last look.

        A server need not repeat in IDLE what came before it, and some say nothing there at all: so the
        inbox and Sent are looked at first. Where the server knows NOTIFY, it tells of Sent while we sleep.
        One that cries wolf in IDLE costs a look a second.
        """
        inbox, sent = self._place(Role.INBOX), self._place(Role.SENT)
        wire = inbox.wire if inbox else b"INBOX"
        if self._news(wire):
            return True
        idling = self.session().idle(wire, sent.wire if sent else b"")
        idling.watch(seconds, wake)
        idling.stop()
        if not idling.told:
            return False
        news = self._news(wire, sure=True)
        if not news:
            select.select([wake], [], [], min(seconds, WOLF))
        return news

    def _news(self, inbox: bytes, *, sure: bool = False) -> bool:
        """Look into the inbox and Sent. The inbox is opened anew if it stirs, and now and then to be sure."""
        self._looks += 1
        session = self.session()
        opened = sure or self._looks % DOUBT == 0 or session.stirs(inbox)
        changes = [opened and self._changed(session.examine(inbox)), self.glance(Role.SENT)]
        return any(changes)

    def _changed(self, now: FolderState) -> bool:
        """Compare a folder's figures with those of the last look, on whatever line that was."""
        figures = (now.uidvalidity, now.uidnext, now.exists)
        before, self._seen[now.wire] = self._seen.get(now.wire), figures
        return before != figures

    def _place(self, role: Role) -> FolderState | None:
        if not self._places:
            self._places = {f.role: f for f in reversed(self.session().folders()) if f.selectable}
        return self._places.get(role)

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
            self._backoff = backoff.refused(self._backoff, clock.monotonic(), self._fingerprint())
            self._turn(HELD)
        else:
            self._backoff = backoff.failed(self._backoff, clock.monotonic(), self._dice)
            self._turn(OFFLINE)

    def drop(self) -> None:
        """Hang up, with a goodbye if the line still holds."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def forget(self) -> None:
        """Hang up without a word: nobody may be there any more to answer a goodbye."""
        if self._session is not None:
            self._session.drop()
            self._session = None

    def rest(self) -> None:
        """Forget the waits that passing failures earned: the world has changed (a resume, a reload)."""
        if not self._backoff.refusals and self.state != STOPPED:
            self._backoff = backoff.Backoff()

    def _fingerprint(self) -> str:
        """Return a keyed hash of the secret as it is now; of nothing, where there is none."""
        if self.box.secret.way not in CHEAP:
            return "asked"
        found = secrets.fingerprint(self.box.secret, self.box.user, self.box.host, os.environ, self._key)
        return found or hmac.new(self._key, b"none", hashlib.sha256).hexdigest()

    def _turn(self, state: str) -> None:
        if state != self.state:
            self.state, self.since = state, clock.now()
            told = {"why": str(self.error), "hint": self.error.hint} if self.error else {}
            level = logging.INFO if state == FINE else logging.WARNING
            log.event(self.label, level, state=state, **{key: words for key, words in told.items() if words})
