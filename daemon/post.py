"""How letters leave for this configuration, and sending the weekly one by hand.

Wires the outbox to mailbox and mail server. It must never send anything that is not in the outbox.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from daemon import clock, log
from daemon.config import secrets
from daemon.config.values import Config, SmtpConfig
from daemon.digest.send import APPEND, SMTP, Delivery, Route, State, Ways, deliver, deliver_all
from daemon.mail.values import Mailbox
from daemon.service import editions as slots
from store import editions, ledger
from store.errors import NeedsOwnerError, NotFoundError, UsageError

if TYPE_CHECKING:
    from daemon.app import House
    from daemon.mail.imap import Session
    from daemon.mail.smtp import Answer, Letter, Login
    from rules.policy import Policy
    from store.db import Store


@dataclass(frozen=True, slots=True)
class Sent:
    """What ``digest send`` did: the edition, what became of its letter, ``before`` if long delivered."""

    edition: str
    message_id: str
    delivery: Delivery
    before: int = 0


def ways_for(config: Config, mailbox: Callable[[], Mailbox], pause: Callable[[float], None]) -> Ways:
    """Return how letters leave: into the first mailbox, or by SMTP where that is configured."""
    smtp = config.smtp
    sender = (smtp.sender or smtp.user) if smtp else ""
    return Ways(
        owner=config.owner,
        sender=sender if "@" in sender else config.owner,
        folder=config.digest.folder,
        mailbox=mailbox,
        smtp=None if smtp is None else (lambda letter: _hand_over(smtp, letter)),
        pause=pause,
    )


def route_for(config: Config) -> Route:
    """Return channel and target for a new letter of this configuration."""
    return (SMTP, config.owner) if config.smtp else (APPEND, config.digest.folder)


def knock(config: SmtpConfig) -> Answer:
    """Sign in to the mail server and leave again, to see whether the way is open."""
    from daemon.mail import smtp  # noqa: PLC0415

    try:
        return smtp.knock(config, _login(config))
    except NeedsOwnerError as error:
        return smtp.Answer(smtp.Verdict.SIGN_IN, str(error))


def _hand_over(config: SmtpConfig, letter: Letter) -> Answer:
    # smtplib costs memory that a digwell without SMTP should not pay
    from daemon.mail import smtp  # noqa: PLC0415

    try:
        return smtp.send(config, _login(config), letter)
    except NeedsOwnerError as error:
        return smtp.Answer(smtp.Verdict.SIGN_IN, str(error))


def _login(config: SmtpConfig) -> Login | None:
    """Return how to sign in. Raises NeedsOwnerError."""
    from daemon.mail.smtp import Login  # noqa: PLC0415

    if config.secret is None:
        return None
    found = secrets.secret(config.secret, config.user, config.host, os.environ)
    log.conceal(found)
    return Login(config.user, found, secrets.is_token(config.secret))


def rule_for(config: Config, policy: Policy, store: Store) -> slots.Weekly:
    """Return the rule by which editions fall due, with the owner's pause."""
    from rules.standing import house  # noqa: PLC0415

    paused = house(ledger.said(store), {}).paused_until
    digest = config.digest
    return slots.Weekly(digest.weekday, digest.at, clock.zone(digest.time_zone), policy.quiet, paused)


def send_now(house: House, *, again: bool = False) -> Sent:
    """Send this week's edition, finish one that was begun, or say that it has gone out already.

    ``again`` makes a further edition of the week. Back-off does not hold a command by hand. Raises what
    keeps it from composing; what keeps it from arriving stands in the delivery.
    """
    rule = rule_for(house.config, house.policy, house.store)
    key = coming(house, again=again)
    dial = _Dialled(house)
    try:
        ways = ways_for(house.config, dial, clock.sleep)
        if editions.edition(house.store, key) is None:
            _compose(house, key, min(house.now, slots.slot_in_week(rule, house.now)))
        done = _finish(house, key, ways)
        if house.config.drafts and done.delivery.state is State.DELIVERED:
            deliver_all(house.store, ways, house.now)  # the drafts that go with it
        return done
    finally:
        dial.close()


def coming(house: House, *, again: bool = False) -> str:
    """Return the edition that sending by hand would be about. Raises UsageError."""
    rule = rule_for(house.config, house.policy, house.store)
    return _key(house, slots.current_key(rule, house.now), again)


def _key(house: House, this_week: str, again: bool) -> str:
    taken = [e for e in editions.editions(house.store) if slots.base_key(e.key) == this_week]
    if not taken:
        return this_week
    if not again:
        # an edition that is still on its way comes before one that has arrived
        return min(taken, key=lambda e: (e.state in {"delivered", "failed"}, e.key)).key
    waiting = next((e for e in taken if e.state in {"composed", "delivering"}), None)
    if waiting is not None:
        raise UsageError(f"edition {waiting.key} is still on its way", hint="finish it: digwell digest send")
    return slots.again_key(this_week, (e.key for e in taken))


def _compose(house: House, key: str, slot: int) -> None:
    from daemon import letters  # noqa: PLC0415

    mail = letters.weekly(house, key, slot, letters.Circumstances(synced=_synced(house)))
    letters.keep_with_drafts(house, mail, route_for(house.config))


def _synced(house: House) -> int:
    from store import health  # noqa: PLC0415

    return max((row.last_ok for row in health.everything(house.store)), default=0)


def _finish(house: House, key: str, ways: Ways) -> Sent:
    edition = editions.edition(house.store, key)
    if edition is None:
        raise NotFoundError(f"there is no edition {key}")
    if edition.state == "delivered":
        return Sent(key, edition.message_id, Delivery(key, State.DELIVERED), before=edition.at)
    return Sent(key, edition.message_id, deliver(house.store, key, ways, house.now))


class _Dialled:
    """The digest mailbox, signed in to when it is first needed."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._session: Session | None = None

    def __call__(self) -> Mailbox:
        if self._session is None:
            if not self._house.config.mailboxes:
                raise NeedsOwnerError("no mailbox is configured", hint="digwell init")
            from daemon.service.line import open_session  # noqa: PLC0415

            self._session = open_session(self._house.config.mailboxes[0])
        return self._session

    def close(self) -> None:
        if self._session is not None:
            self._session.close()
