"""Clocks that part: wall time runs on while the machine sleeps, monotonic time does not."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daemon.config.values import CommandsConfig, Config, DigestConfig, InForce, MailboxConfig, SecretSource
from daemon.mail.troubles import LostError
from daemon.service.loop import Daemon
from daemon.service.stop import Stop
from rules.policy import Policy
from tests.fakes.access import Access
from tests.fakes.dovecot import Account
from tests.fakes.faulty import Fault, Faulty
from tests.scan.mailbox import BRISK


@pytest.fixture
def sleep(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Let the machine's wall clock run on by so many seconds."""
    slept = [0.0]
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + slept[0])

    def asleep(seconds: float) -> None:
        slept[0] += seconds

    return asleep


@pytest.fixture
def daemon(account: Account, tmp_path: Path) -> Iterator[Daemon]:
    password = tmp_path / "password"
    password.write_text(account.password)
    password.chmod(0o600)
    secret = SecretSource("file", str(password))
    box = MailboxConfig("home", account.host, account.user, account.port, "none", secret)
    path = tmp_path / "digwell.db"
    config = Config((box,), DigestConfig(), None, CommandsConfig(), drafts=False, store=path, rules=None)
    with Stop() as stop:
        found = Daemon(lambda: InForce(config, Policy()), stop)
        yield found
        for line in found.lines:
            line.drop()
        found.cellar.close()


def test_a_sleep_drops_every_line_and_makes_everything_due(
    daemon: Daemon, sleep: Callable[[float], None]
) -> None:
    (line,) = daemon.lines
    line.session()
    daemon._due.clear()
    daemon._look_at_clocks()
    assert (line.connected, daemon._due) == (True, set())
    sleep(600)
    daemon._look_at_clocks()
    assert (line.connected, daemon._due) == (False, {"home"})
    daemon._due.clear()
    daemon._look_at_clocks()
    assert not daemon._due


def test_a_wait_that_failures_had_earned_is_over_after_a_sleep(
    daemon: Daemon, sleep: Callable[[float], None]
) -> None:
    (line,) = daemon.lines
    for _ in range(9):
        line.failed(LostError("the line broke"))
    assert line.wait > 60
    sleep(600)
    daemon._look_at_clocks()
    assert line.ready


def test_a_new_time_of_day_by_a_few_seconds_changes_nothing(
    daemon: Daemon, sleep: Callable[[float], None]
) -> None:
    (line,) = daemon.lines
    line.session()
    sleep(20)
    daemon._look_at_clocks()
    assert line.connected


def test_a_line_that_idled_through_a_sleep_is_not_trusted(
    account: Account, sleep: Callable[[float], None]
) -> None:
    with Access(account.port, account.user).connect(BRISK) as line:
        idling = line.idle(b"INBOX")
        assert idling.watch(0.1) is False
        sleep(3600)
        with pytest.raises(LostError, match="asleep"):
            idling.watch(10)
        assert not line.alive


def test_hanging_up_after_a_sleep_waits_for_nobody(account: Account, daemon: Daemon) -> None:
    with Faulty(account.port, [Fault("blackhole", on="^LOGOUT")]) as proxy:
        line = Access(proxy.port, account.user).connect(BRISK)
        daemon.lines[0]._session = line
        start = time.monotonic()
        daemon.lines[0].forget()
        assert time.monotonic() - start < 0.5
        assert not line.alive
        assert b"LOGOUT" not in proxy.commands


def test_the_caller_is_woken_though_the_clock_jumps_back(
    account: Account, sleep: Callable[[float], None]
) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, Access(account.port, account.user).connect(BRISK) as line:
        idling = line.idle(b"INBOX")
        sleep(-7200)
        ours.send(b"!")
        assert idling.watch(10, theirs) is True
        idling.stop()
