"""Exactly once: every end a delivery can have, against a real mailbox and a real mail server."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.config.values import MailboxConfig, SecretSource, SmtpConfig
from daemon.digest.send import (
    DOUBT,
    PATIENCE,
    SIGN_IN_WAIT,
    Composed,
    Delivery,
    State,
    Ways,
    deliver,
    deliver_all,
    due,
    keep,
)
from daemon.mail.imap import Session, connect
from daemon.mail.smtp import Deadlines, Letter, Login, send
from daemon.mail.values import Credential
from rules.verdicts import Digest
from store import editions, ledger, outbox
from store.db import Store
from store.errors import NeedsOwnerError, TemporaryError
from store.opening import open_store
from tests.fakes.access import Access
from tests.fakes.dovecot import Account
from tests.fakes.faulty import Fault, Faulty
from tests.fakes.smtp import MANNERS, SmtpFake

NOW = 1_795_000_000
MID = "dw.2026w48.all.0123456789abcdef@example.org"
RAW = f"Message-ID: <{MID}>\r\nFrom: digwell <maya@example.org>\r\nSubject: Ana\r\n\r\nHello\r\n".encode()
QUICK = Deadlines(connect=2.0, read=0.5, whole=2.0)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "digwell.db") as opened:
        yield opened


@pytest.fixture
def session(account: Account) -> Iterator[Session]:
    box = MailboxConfig(
        "home", account.host, account.user, account.port, "none", SecretSource("file"), ca_file=None
    )
    with connect(box, Credential(account.password)) as opened:
        yield opened


def route(ways: Ways) -> tuple[str, str]:
    return ("smtp", ways.owner) if ways.smtp else ("append", ways.folder)


def mail(edition: str = "2026w48") -> Composed:
    return Composed(Digest(edition, "2026-11-23", "full", ()), NOW - 60, MID, RAW)


def by_append(session: Session, folder: str = "INBOX") -> Ways:
    return Ways("maya@example.org", "maya@example.org", folder, lambda: session)


def by_smtp(fake: SmtpFake, session: Callable[[], Session]) -> Ways:
    where = SmtpConfig("127.0.0.1", fake.port, "none")
    login = Login(*fake.login) if fake.login else None

    def hand_over(letter: Letter) -> object:
        return send(where, login, letter, QUICK)

    return Ways("maya@example.org", "maya@example.org", "INBOX", session, hand_over)  # type: ignore[arg-type]


def first(store: Store, ways: Ways, now: int = NOW) -> Delivery:
    (parcel,) = outbox.pending(store)
    return deliver(store, parcel.key, ways, now)


def count(session: Session) -> int:
    return sum(len(session.find(folder.wire, MID)) for folder in session.folders() if folder.selectable)


def test_a_letter_is_appended_once_and_the_ledger_knows(store: Store, session: Session) -> None:
    ways = by_append(session)
    assert keep(store, mail(), route(ways), NOW)
    assert not keep(store, mail(), route(ways), NOW)
    assert first(store, ways) == Delivery("2026w48", State.DELIVERED, fresh=True)
    assert deliver_all(store, ways, NOW) == ()
    assert count(session) == 1
    found = editions.edition(store, "2026w48")
    assert found is not None
    assert (found.state, found.at) == ("delivered", NOW)


def test_a_letter_that_is_kept_has_spoken_of_the_commands_it_tells(store: Store) -> None:
    one, other = (
        ledger.begin_command(store, ledger.Command(mid=mid, at=NOW + 50, channel="mail"))
        for mid in ("a", "b")
    )
    assert keep(store, replace(mail(), told=(one,)), ("append", "INBOX"), NOW + 60)
    assert [command.id for command in ledger.untold(store)] == [other]


def test_a_try_cut_short_after_the_append_finds_its_letter_wherever_it_lies(
    store: Store, session: Session
) -> None:
    ways = by_append(session)
    keep(store, mail(), route(ways), NOW)
    outbox.trying(store, "2026w48", NOW - 60)
    session.append(b"Archive", RAW)
    assert first(store, ways) == Delivery("2026w48", State.DELIVERED, fresh=False)
    assert count(session) == 1


def test_a_try_cut_short_before_the_append_sends_the_same_bytes(
    store: Store, session: Session, account: Account
) -> None:
    ways = by_append(session)
    keep(store, mail(), route(ways), NOW)
    outbox.trying(store, "2026w48", NOW - 60)
    assert first(store, ways).state is State.DELIVERED
    assert count(session) == 1
    (path,) = (
        p for p in account.folder("INBOX").rglob("*") if p.is_file() and p.parent.name in {"cur", "new"}
    )
    assert path.read_bytes().replace(b"\r\n", b"\n") == RAW.replace(b"\r\n", b"\n")


def test_a_store_made_anew_finds_the_letter_that_the_lost_one_sent(store: Store, session: Session) -> None:
    ways = by_append(session)
    keep(store, mail(), route(ways), NOW)
    session.append(b"INBOX", RAW)
    assert first(store, ways) == Delivery("2026w48", State.DELIVERED, fresh=False)
    assert count(session) == 1


def test_by_smtp_a_new_letter_needs_no_mailbox(store: Store) -> None:
    def out_of_reach() -> Session:
        raise TemporaryError("out of reach")

    with SmtpFake(("accept",)) as fake:
        ways = by_smtp(fake, out_of_reach)
        keep(store, mail(), route(ways), NOW)
        assert first(store, ways) == Delivery("2026w48", State.DELIVERED, fresh=True)


def test_a_folder_that_is_not_there_is_the_owners_business(store: Store, session: Session) -> None:
    ways = by_append(session, "No such folder")
    keep(store, mail(), route(ways), NOW)
    assert first(store, ways).state is State.SIGN_IN
    (parcel,) = outbox.pending(store)
    assert (parcel.state, parcel.tries) == ("pending", 0)


def test_a_full_mailbox_puts_the_letter_off_with_its_reason_and_ever_longer_waits(
    store: Store, account: Account
) -> None:
    full = Fault("deny", on="^APPEND", text="NO [OVERQUOTA] no room", times=99)
    polite = Fault("sub", find=r" LITERAL\+", text="", times=99)
    with Faulty(account.port, [full, polite]) as line, Access(line.port, account.user).connect() as session:
        keep(store, mail(), ("append", "INBOX"), NOW)
        now = NOW
        for _ in range(12):
            (parcel,) = outbox.pending(store)
            while not due(parcel, now):
                now += 5
            assert first(store, by_append(session), now).state is State.WAITING
        tries = sum(said.startswith(b"APPEND") for said in line.commands)
        assert (tries, now - NOW > 3_600) == (12, True)
        found = editions.edition(store, "2026w48")
        assert found is not None
        assert "no room" in found.error
        full.times = 0
        assert first(store, by_append(session), now + 900).state is State.DELIVERED
        assert count(session) == 1


def test_a_mailbox_out_of_reach_leaves_the_letter_where_it_is(store: Store) -> None:
    def offline() -> Session:
        raise TemporaryError("no line")

    def held() -> Session:
        raise NeedsOwnerError("wrong password")

    for mailbox, state in ((offline, State.WAITING), (held, State.SIGN_IN)):
        ways = Ways("maya@example.org", "maya@example.org", "INBOX", mailbox)
        keep(store, mail(), route(ways), NOW)
        assert first(store, ways).state is state
    (parcel,) = outbox.pending(store)
    assert (parcel.state, parcel.tries) == ("pending", 0)


ENDS = {
    "accept": "delivered", "accept-slow": "delivered", "grey": "composed", "accept-then-hang": "delivering",
    "accept-then-cut": "delivering", "cut-in-data": "delivering", "4xx": "composed", "4xx-mail": "composed",
    "4xx-rcpt": "composed", "too-many": "composed", "rate-limit": "composed", "banner-421": "composed",
    "banner-mute": "composed", "auth-454": "composed", "auth-535": "composed", "5xx": "failed",
    "5xx-mail": "failed", "5xx-rcpt": "failed", "over-quota": "failed",
}  # fmt: skip
"""The state of the edition after the first try, by the server's manner."""


@pytest.mark.parametrize("manner", MANNERS)
def test_by_smtp_the_owner_gets_exactly_one_or_a_visible_failure(
    manner: str, store: Store, session: Session, account: Account
) -> None:
    login = ("maya", "secret") if manner.startswith("auth") else None
    with SmtpFake(
        (manner, "accept"),
        login=login,
        delay=0.02,
        deliver=account.deliver,
    ) as fake:
        ways = by_smtp(fake, lambda: session)
        keep(store, mail(), route(ways), NOW)
        first(store, ways)
        time.sleep(0.03)  # greylisting goes by the real clock
        after = editions.edition(store, "2026w48")
        assert after is not None
        assert after.state == ENDS[manner]
        now = NOW
        for _ in range(40):  # ticks of four minutes
            now += 240
            deliver_all(store, ways, now)
        final = editions.edition(store, "2026w48")
        assert final is not None
        if ENDS[manner] == "failed":
            assert final.state == "failed"
            assert re.match(r"5\d\d ", final.error)
            assert count(session) == len(fake.box) == 0
        else:
            assert final.state == "delivered"
            assert count(session) == len(fake.box) == 1


def test_in_doubt_the_same_bytes_go_again_only_after_half_an_hour(store: Store, session: Session) -> None:
    with SmtpFake(("accept-then-cut", "accept")) as fake:  # the letter never reaches a mailbox of ours
        ways = by_smtp(fake, lambda: session)
        keep(store, mail(), route(ways), NOW)
        assert first(store, ways).state is State.DOUBT
        for minutes in (1, 10, 29):
            assert first(store, ways, NOW + minutes * 60).state is State.DOUBT
        assert len(fake.box) == 1
        assert first(store, ways, NOW + DOUBT).state is State.DELIVERED
        assert [got.raw for got in fake.box] == [RAW, RAW]


def test_in_doubt_with_the_mailbox_out_of_reach_nothing_goes_again(store: Store) -> None:
    def offline() -> Session:
        raise TemporaryError("no line")

    with SmtpFake(("accept-then-cut", "accept")) as fake:
        ways = by_smtp(fake, offline)
        keep(store, mail(), route(ways), NOW)
        assert first(store, ways).state is State.DOUBT
        assert first(store, ways, NOW + 2 * DOUBT).state is State.DOUBT
        assert len(fake.box) == 1


def test_a_refused_password_is_tried_three_times_an_hour(store: Store, session: Session) -> None:
    with SmtpFake(("auth-535",), login=("maya", "secret")) as fake:
        ways = by_smtp(fake, lambda: session)
        keep(store, mail(), route(ways), NOW)
        for seconds in range(0, 3600, 15):
            deliver_all(store, ways, NOW + seconds)
        assert fake.seen.count("auth-535") == 3600 // SIGN_IN_WAIT


def test_a_letter_put_off_for_five_days_is_given_up_visibly(store: Store, session: Session) -> None:
    with SmtpFake(("4xx",)) as fake:
        ways = by_smtp(fake, lambda: session)
        keep(store, mail(), route(ways), NOW)
        now = NOW
        while outbox.pending(store):
            now += 4 * 3600
            deliver_all(store, ways, now)
        assert now - NOW == pytest.approx(PATIENCE, abs=8 * 3600)
        found = editions.edition(store, "2026w48")
        assert found is not None
        assert found.state == "failed"
        assert "451" in found.error


def test_tries_grow_rarer(store: Store) -> None:
    keep(store, mail(), ("smtp", "maya@example.org"), NOW)
    waits = []
    for _ in range(8):
        outbox.trying(store, "2026w48", NOW)
        outbox.waiting(store, "2026w48", "451")
        (parcel,) = outbox.pending(store)
        waits.append(next(s for s in range(2000) if due(parcel, NOW + s)))
    assert waits == [30, 60, 120, 240, 480, 900, 900, 900]
