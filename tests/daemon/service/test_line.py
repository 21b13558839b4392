"""One mailbox as the daemon holds it, on a real server."""

from __future__ import annotations

import socket
from pathlib import Path
from random import Random

import pytest

from daemon.config.values import MailboxConfig, SecretSource
from daemon.service.line import CONNECTING, FINE, HELD, OFFLINE, STOPPED, Line
from store.errors import DigwellError, NeedsOwnerError, SafetyStopError, TemporaryError
from tests.fakes.dovecot import Account


@pytest.fixture
def password(account: Account, tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text(account.password + "\n")
    file.chmod(0o600)
    return file


@pytest.fixture
def box(account: Account, password: Path) -> MailboxConfig:
    secret = SecretSource("file", str(password))
    return MailboxConfig("home", account.host, account.user, account.port, "none", secret)


def tried(line: Line) -> DigwellError | None:
    """Try to sign in as the loop does; return what kept it from that."""
    try:
        line.session()
    except DigwellError as error:
        line.failed(error)
        return error
    line.fine()
    return None


def test_a_line_is_opened_once_and_again_when_it_broke(box: MailboxConfig) -> None:
    line = Line(box, Random(1))
    assert line.state == CONNECTING
    assert tried(line) is None
    assert line.session() is line.session()
    line.session().drop()
    assert tried(line) is None
    assert (line.state, line.connected) == (FINE, True)
    line.drop()


def test_a_refused_password_holds_the_mailbox_until_the_file_changes(
    box: MailboxConfig, password: Path, account: Account
) -> None:
    password.write_text("wrong\n")
    line = Line(box, Random(1))
    assert isinstance(tried(line), NeedsOwnerError)
    assert (line.state, line.ready, line.over) == (HELD, False, False)
    assert line.wait > 30
    line.look_at_secret()
    assert line.wait > 30
    password.write_text(account.password + "\n")
    line.look_at_secret()
    assert line.wait == 0
    assert tried(line) is None
    line.drop()


def test_a_server_that_is_not_there_is_given_a_rest(box: MailboxConfig) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    line = Line(MailboxConfig("home", box.host, box.user, port, "none", box.secret), Random(1))
    assert isinstance(tried(line), TemporaryError)
    assert (line.state, line.ready, line.over) == (OFFLINE, False, False)
    line.rest()
    assert line.ready


def test_a_safety_stop_is_for_good_and_a_new_time_changes_nothing(box: MailboxConfig) -> None:
    line = Line(box, Random(1))
    line.failed(SafetyStopError("most of the mailbox is gone"))
    line.rest()
    assert (line.state, line.ready, line.over) == (STOPPED, False, True)


def test_the_log_is_told_no_address(box: MailboxConfig) -> None:
    assert Line(box, Random(1)).label == "home"
    nameless = MailboxConfig("maya@example.org", box.host, box.user, box.port, "none", box.secret)
    assert Line(nameless, Random(1)).label == "mailbox"
