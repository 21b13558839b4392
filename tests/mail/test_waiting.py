"""Waiting for mail with suspicion: a dead, silent or hasty server is noticed, and the caller can be woken."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator

import pytest

from daemon.mail.imap import Session
from daemon.mail.troubles import LostError, SilentError
from daemon.mail.values import Deadlines
from store.errors import TemporaryError
from tests.fakes.access import Access
from tests.fakes.dovecot import Account
from tests.fakes.faulty import Fault, Faulty
from tests.scan.mailbox import BRISK, letter


@pytest.fixture
def waked() -> Iterator[tuple[socket.socket, socket.socket]]:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def signed_in(account: Account, port: int = 0) -> Session:
    return Access(port or account.port, account.user).connect(BRISK)


def test_new_mail_ends_the_wait_within_two_seconds(account: Account) -> None:
    with signed_in(account) as line, signed_in(account) as other:
        idling = line.idle(b"INBOX")
        start = time.monotonic()
        other.append(b"INBOX", letter(1, account.user, "INBOX"))
        assert idling.watch(10) is True
        assert time.monotonic() - start < 2
        assert idling.watch(0.1) is False
        idling.stop()
        assert line.examine(b"INBOX").exists == 1


def test_the_caller_can_be_woken(account: Account, waked: tuple[socket.socket, socket.socket]) -> None:
    ours, theirs = waked
    with signed_in(account) as line:
        idling = line.idle(b"INBOX")
        ours.send(b"!")
        start = time.monotonic()
        assert idling.watch(10, theirs) is True
        assert time.monotonic() - start < 1
        assert idling.watch(0.1, theirs) is False


def test_a_server_that_hangs_up_is_noticed_at_once(account: Account) -> None:
    cut = Fault("cut", on="IDLE", lines=1)
    with Faulty(account.port, [cut]) as proxy, signed_in(account) as other:
        line = signed_in(account, proxy.port)
        idling = line.idle(b"INBOX")
        other.append(b"INBOX", letter(1, account.user, "INBOX"))
        start = time.monotonic()
        with pytest.raises(LostError):
            idling.watch(10)
        assert time.monotonic() - start < 3


def test_a_goodbye_while_waiting_is_a_lost_line(account: Account) -> None:
    bye = Fault("bye", on="IDLE", lines=1)
    with Faulty(account.port, [bye]) as proxy, signed_in(account) as other:
        line = signed_in(account, proxy.port)
        idling = line.idle(b"INBOX")
        other.append(b"INBOX", letter(1, account.user, "INBOX"))
        with pytest.raises(LostError, match="goodbye"):
            idling.watch(10)


def test_a_black_hole_while_idle_ends_the_line_and_the_next_shows_the_mail(account: Account) -> None:
    with (
        Faulty(account.port, [Fault("blackhole", on="^IDLE", lines=1)]) as proxy,
        signed_in(account) as other,
    ):
        line = signed_in(account, proxy.port)
        idling = line.idle(b"INBOX")
        other.append(b"INBOX", letter(1, account.user, "INBOX"))
        assert idling.watch(0.5) is False
        with pytest.raises(SilentError):
            idling.stop()
        with signed_in(account, proxy.port) as after:
            assert after.examine(b"INBOX").exists == 1


@pytest.mark.parametrize("command", ["IDLE", "NOOP", "STATUS"])
def test_a_look_is_given_up_sooner_than_a_command(command: str, account: Account) -> None:
    patient = Deadlines(connect=2, read=60, command=60, look=0.5)
    with Faulty(account.port, [Fault("blackhole", on="^" + command)]) as proxy:
        line = Access(proxy.port, account.user).connect(patient)
        line.examine(b"INBOX")
        start = time.monotonic()
        with pytest.raises(SilentError):  # noqa: PT012 - one of three
            if command == "IDLE":
                line.idle(b"INBOX")
            elif command == "NOOP":
                line.stirs(b"INBOX")
            else:
                line.look(b"Sent")
        assert time.monotonic() - start < 3


def test_a_black_hole_is_noticed_when_the_line_is_used_again(account: Account) -> None:
    hole = Fault("blackhole", on="NOOP")
    with Faulty(account.port, [hole]) as proxy:
        line = signed_in(account, proxy.port)
        with pytest.raises(SilentError):
            line.noop()


def test_a_server_that_ends_idle_at_once_is_not_asked_again(account: Account) -> None:
    hasty = Fault("deny", on="^IDLE", text="OK idle is over", times=99)
    with Faulty(account.port, [hasty]) as proxy, signed_in(account, proxy.port) as line:
        idling = line.idle(b"INBOX")
        start = time.monotonic()
        assert idling.watch(0.5) is False
        assert 0.4 < time.monotonic() - start < 2
        assert proxy.commands.count(b"IDLE") == 1
        idling.stop()
        line.noop()


def test_without_idle_the_wait_is_only_a_wait(account: Account) -> None:
    hidden = Fault("sub", find=r" IDLE(?=[ \]\r])", text="", times=99)
    with Faulty(account.port, [hidden]) as proxy, signed_in(account, proxy.port) as line:
        idling = line.idle(b"INBOX")
        start = time.monotonic()
        assert idling.watch(0.3) is False
        assert time.monotonic() - start >= 0.3
        assert b"IDLE" not in proxy.commands


def test_idle_that_is_refused_leaves_the_line_whole(account: Account) -> None:
    refused = Fault("deny", on="^IDLE", text="BAD never heard of it", times=99)
    with Faulty(account.port, [refused]) as proxy, signed_in(account, proxy.port) as line:
        idling = line.idle(b"INBOX")
        assert idling.watch(0.1) is False
        assert line.examine(b"INBOX").exists == 0


def test_a_hundred_lines_leave_no_file_open(account: Account) -> None:
    import os  # noqa: PLC0415

    def count() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208

    signed_in(account).close()
    before = count()
    for _ in range(60):
        signed_in(account).close()
    with Faulty(account.port, [Fault("cut", on="^LIST", times=40)]) as proxy:
        inside = count()
        for _ in range(40):
            with pytest.raises(TemporaryError), signed_in(account, proxy.port) as line:
                line.folders()
        assert count() <= inside + 3
    assert count() <= before + 3
