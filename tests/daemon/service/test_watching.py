"""The mailbox as the daemon watches it: nothing is overlooked, whatever the server keeps silent about."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from daemon import clock
from daemon.config.values import MailboxConfig, SecretSource
from daemon.mail.troubles import LostError
from daemon.scan.values import Wishes
from daemon.service.line import OFFLINE, Line
from store.errors import DigwellError
from store.facts import Role
from store.opening import open_store
from tests.fakes.access import Access
from tests.fakes.dovecot import Account
from tests.fakes.faulty import Fault, Faulty
from tests.scan.mailbox import NOW, letter


@pytest.fixture
def wake() -> Iterator[socket.socket]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield theirs


def line_to(account: Account, tmp_path: Path, port: int = 0) -> Line:
    password = tmp_path / "password"
    password.write_text(account.password + "\n")
    password.chmod(0o600)
    secret = SecretSource("file", str(password))
    box = MailboxConfig("home", account.host, account.user, port or account.port, "none", secret)
    return Line(box, Random(1))


def settled(line: Line, wake: socket.socket) -> None:
    """Look until nothing is new any more, as after a first pass."""
    line.glance(Role.SENT)
    while line.idle(0.05, wake):
        pass


def test_what_was_never_looked_at_counts_as_changed(
    account: Account, tmp_path: Path, wake: socket.socket
) -> None:
    line = line_to(account, tmp_path)
    assert line.glance(Role.SENT, Role.INBOX)
    assert not line.glance(Role.SENT, Role.INBOX)
    assert not line.idle(0.05, wake)
    line.drop()


def test_mail_that_came_before_idle_began_is_noticed_at_once(
    account: Account, tmp_path: Path, wake: socket.socket
) -> None:
    line = line_to(account, tmp_path)
    settled(line, wake)
    line.glance(Role.INBOX)  # leaves the inbox open, as a pass does
    account.deliver(letter(1, account.user, "INBOX"))
    start = time.monotonic()
    assert line.idle(10, wake)
    assert time.monotonic() - start < 2
    assert not line.idle(0.05, wake)
    line.drop()


def test_a_server_that_says_nothing_in_idle_is_found_out_at_the_next_look(
    account: Account, tmp_path: Path, wake: socket.socket
) -> None:
    quiet = Fault("drop", on="^IDLE", find=r"^\* \d+ (EXISTS|RECENT)", times=999)
    with Faulty(account.port, [quiet]) as proxy:
        line = line_to(account, tmp_path, proxy.port)
        settled(line, wake)
        account.deliver(letter(1, account.user, "INBOX"))
        # EXISTS is dropped from every answer from here on: only UIDNEXT tells
        assert line.idle(1, wake) or line.idle(0.05, wake)
        line.drop()


def test_a_server_that_cries_wolf_in_idle_costs_a_look_a_second(
    account: Account, tmp_path: Path, wake: socket.socket
) -> None:
    wolf = Fault("say", on="^IDLE", text="* 7 EXISTS", times=999)
    with Faulty(account.port, [wolf]) as proxy:
        line = line_to(account, tmp_path, proxy.port)
        settled(line, wake)
        before, start = len(proxy.commands), time.monotonic()
        while time.monotonic() - start < 3:
            assert not line.idle(10, wake)
        assert len(proxy.commands) - before < 40
        line.drop()


def test_mail_put_into_sent_is_told_while_waiting_where_the_server_knows_notify(
    account: Account, tmp_path: Path, wake: socket.socket
) -> None:
    with Access(account.port, account.user).connect() as other:
        sent = next(state for state in other.folders() if state.role is Role.SENT)
        line = line_to(account, tmp_path)
        settled(line, wake)
        for number in (1, 2):
            start = time.monotonic()
            threading.Timer(0.2, other.append, (sent.wire, letter(number, account.user, "Sent"))).start()
            assert line.idle(10, wake)
            assert time.monotonic() - start < 2
            assert not line.idle(0.05, wake)
        line.drop()


@pytest.mark.parametrize("how", ["hidden", "refused", "misunderstood", "silent"])
def test_without_notify_the_same_is_noticed_at_the_next_look(
    how: str, account: Account, tmp_path: Path, wake: socket.socket
) -> None:
    faults = {
        "hidden": Fault("sub", find=r" NOTIFY(?=[ \]\r])", text="", times=99),
        "refused": Fault("deny", on="^NOTIFY", text="NO [BADEVENT (FlagChange)] not those", times=99),
        "misunderstood": Fault("deny", on="^NOTIFY", text="BAD what", times=99),
        "silent": Fault("drop", on="^IDLE", find=r"^\* STATUS Sent .*UNSEEN", times=99),
    }
    with Faulty(account.port, [faults[how]]) as proxy, Access(account.port, account.user).connect() as other:
        line = line_to(account, tmp_path, proxy.port)
        settled(line, wake)
        for folder in (b"Sent", b"INBOX"):
            other.append(folder, letter(3, account.user, folder.decode()))
            assert any(line.idle(0.7, wake) for _ in range(4))
            assert not line.idle(0.05, wake)
        assert sum(said.startswith(b"NOTIFY") for said in proxy.commands) <= 1
        line.drop()


def test_news_on_a_line_that_broke_are_seen_on_the_next(
    account: Account, tmp_path: Path, wake: socket.socket
) -> None:
    line = line_to(account, tmp_path)
    settled(line, wake)
    line.drop()
    account.deliver(letter(2, account.user, "Sent"), "Sent")
    assert line.glance(Role.SENT)
    assert not line.glance(Role.SENT)
    line.drop()


def test_a_hundred_ends_of_file_lose_and_double_no_letter(
    account: Account, tmp_path: Path, wake: socket.socket
) -> None:
    hasty = Fault("cut", on="^IDLE", times=100)
    with Faulty(account.port, [hasty]) as proxy, open_store(tmp_path / "store.db") as store:
        line = line_to(account, tmp_path, proxy.port)
        wishes = Wishes(now=NOW)
        for number in range(100):
            if number % 10 == 0:
                account.deliver(letter(number, account.user, "INBOX"))
            line.scan(store, wishes)
            try:
                while line.idle(0.01, wake):
                    line.scan(store, wishes)
            except LostError as error:
                line.failed(error)
                line.rest()  # the wait before the next line has tests of its own
        assert hasty.times == 0
        assert line.scan(store, wishes) is not None
        assert store.one("SELECT count(*) FROM message") == (10,)
        assert proxy.most <= 2
        line.drop()


def test_a_server_that_limits_us_is_told_with_since_when_and_asked_ever_more_seldom(
    account: Account, tmp_path: Path
) -> None:
    limit = Fault("deny", on="^LOGIN", text="NO [LIMIT] too many connections", times=100)
    with Faulty(account.port, [limit]) as proxy:
        line = line_to(account, tmp_path, proxy.port)
        waits = []
        for _ in range(30):
            try:
                line.session()
            except DigwellError as error:
                line.failed(error)
                waits.append(line._backoff.until - clock.monotonic())
                since = line.since
                line._backoff = type(line._backoff)(failures=line._backoff.failures)
        assert line.state == OFFLINE
        assert line.since == since
        assert "too many connections" in str(line.error)
        assert waits[0] <= 1.1
        assert 450 <= waits[-1] <= 900
        assert not line.over


def test_a_name_without_an_address_is_a_passing_trouble(account: Account, tmp_path: Path) -> None:
    line = line_to(account, tmp_path)
    nowhere = MailboxConfig("home", "no-such-host.invalid", account.user, 993, "implicit", line.box.secret)
    line = Line(nowhere, Random(1))
    with pytest.raises(LostError, match="no address found") as caught:
        line.session()
    line.failed(caught.value)
    assert (line.state, line.over) == (OFFLINE, False)


def test_an_alert_is_told_once_a_line(account: Account, tmp_path: Path) -> None:
    line = line_to(account, tmp_path)
    line.session()
    assert line.unheard(("quota is short", "quota is short")) == ["quota is short"]
    assert line.unheard(("quota is short", "going down at noon")) == ["going down at noon"]
    line.drop()
    line.session()
    assert line.unheard(("quota is short",)) == ["quota is short"]
    line.drop()
