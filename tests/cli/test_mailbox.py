"""Commands that talk to a mailbox, over a real server: scan, digest send, and answers found by a scan."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from daemon.cli.output import width
from daemon.service.lock import Lock
from tests.cli.town import Town, letter, pairs
from tests.fakes.dovecot import Account
from tests.fakes.terminal import sit

ROOT = Path(__file__).parents[2]


def configure(town: Town, account: Account, port: int = 0, password: str = "") -> None:
    secret = town.folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password or account.password)
    town.config.write_text(
        f"mailbox:\n  host: 127.0.0.1\n  port: {port or account.port}\n  tls: none\n  user: {account.user}\n"
        f"  password_file: {secret}\ndigest:\n  when: monday 07:30\n  time_zone: UTC\n"
    )


@pytest.fixture
def mailbox(town: Town, account: Account) -> Town:
    """Give an owner whose mail lies on a server and has not been read yet."""
    town.store.unlink()
    configure(town, account)
    me = f"Maya Okafor <{account.user}>"
    for name, every, last, count in (
        ("Ana Ribeiro <ana@example.net>", 21, 60, 8),
        ("Priya <p@example.org>", 7, 2, 9),
    ):
        for own, raw in pairs(name, every, last, count):
            mine = raw.replace(b"Maya Okafor <maya@example.org>", me.encode())
            account.deliver(mine, "Sent" if own else "INBOX")
    return town


def test_a_scan_records_everything_once(mailbox: Town) -> None:
    first = mailbox("scan", "--json").json["item"]
    assert (first["messages_new"], first["messages_total"], first["quarantined"]) == (34, 34, 0)
    assert {(f["name"], f["role"], f["new"], f["total"]) for f in first["folders"]} >= {
        ("INBOX", "inbox", 17, 17),
        ("Sent", "sent", 17, 17),
    }
    assert mailbox("scan", "--json").json["item"]["messages_new"] == 0
    assert mailbox("scan", "--full", "--json").json["item"]["messages_new"] == 0
    assert [item["name"] for item in mailbox("due", "--json").items] == ["Ana Ribeiro"]


def test_a_rehearsed_scan_says_what_it_would_read_and_records_nothing(
    mailbox: Town, account: Account
) -> None:
    assert "would read INBOX: about 17 new" in mailbox("scan", "-n").out
    assert mailbox("scan", "--json").json["item"]["messages_new"] == 34
    account.deliver(letter("ana@example.net", account.user, 0.1), "INBOX")
    said = mailbox("scan", "-n").out.splitlines()
    assert {"would read INBOX: about 1 new", "would read Sent: about 0 new"} <= set(said)


def test_a_pipe_gets_a_line_a_folder_with_new_mail_and_no_bars(mailbox: Town) -> None:
    ran = mailbox("scan")
    assert ran.out.splitlines()[:2] == ["INBOX  17 new", "Sent  17 new"]
    assert ran.out.splitlines()[2].startswith("done: 34 new mails")
    assert ran.err == ""
    assert mailbox("scan").out.startswith("done: 0 new mails")
    assert mailbox("scan", "-q").out == ""


def test_folders_are_told_in_the_same_order_every_time(mailbox: Town) -> None:
    for _ in range(2):
        told = mailbox("scan", "--full", "--json").json["item"]["folders"]
        assert [folder["role"] for folder in told] == ["inbox", "sent", "archive"]


def test_a_letter_written_to_somebody_due_ticks_them_off(mailbox: Town, account: Account) -> None:
    mailbox("scan")
    assert mailbox("due", "--json").items != []
    account.deliver(letter(account.user, "ana@example.net", 0.01), "Sent")
    mailbox("scan")
    assert mailbox("due", "--json").items == []


def test_a_wrong_password_is_4_and_shown_nowhere(mailbox: Town, account: Account) -> None:
    configure(mailbox, account, password="canary-secret")
    ran = mailbox("scan", "-v")
    assert ran.code == 4
    assert "AUTHENTICATIONFAILED" in ran.err
    assert "canary-secret" not in ran.out + ran.err
    assert mailbox("status", "--json").json["item"]["mailboxes"][0]["state"] == "needs you"


def test_a_server_that_is_not_there_is_5(mailbox: Town, account: Account) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    configure(mailbox, account, port)
    assert mailbox("scan").code == 5


def test_no_mailbox_is_78(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    town.config.unlink()
    assert town("scan").code == 78


def test_a_second_scan_at_the_same_time_is_7_and_looking_goes_on(mailbox: Town) -> None:
    mailbox("scan")
    with Lock(mailbox.store):
        ran = mailbox("scan")
        assert ran.code == 7
        assert str(os.getpid()) in ran.err
        assert mailbox("due").code == 0
        assert mailbox("note", "Ana", "moving in May").code == 0
        assert mailbox("status", "--json").json["item"]["running"] is True


def test_nothing_is_restored_under_a_running_daemon_and_that_is_no_7(mailbox: Town) -> None:
    mailbox("scan")
    mailbox("backup")
    with Lock(mailbox.store):
        ran = mailbox("restore")
    assert ran.code == 1
    assert "stop it first" in ran.err
    assert mailbox("restore").code == 0


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """Give a server that listens and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        yield server


def test_an_interrupt_is_130_and_quiet(mailbox: Town, account: Account, silent: socket.socket) -> None:
    configure(mailbox, account, silent.getsockname()[1])
    words = [sys.executable, "-m", "daemon.cli.main", "--config", str(mailbox.config), "scan"]
    signal.signal(
        signal.SIGINT, signal.default_int_handler
    )  # a run in the background ignores it, children too
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.PIPE, text=True) as process, silent.accept()[0]:
        process.send_signal(signal.SIGINT)  # while it waits for the greeting
        _, said = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in said


def test_the_digest_is_sent_once_a_week_and_again_only_when_asked(mailbox: Town, account: Account) -> None:
    mailbox("scan")
    assert mailbox("digest", "send").code == 0
    second = mailbox("digest", "send")
    assert second.code == 0
    assert "already sent this week" in second.out
    assert mailbox("digest", "send", "--again", "--json").json["item"]["edition"] == "2026w48b"
    assert sorted(mail["X-Digwell"] for mail in delivered(account)) == ["digest 2026w48", "digest 2026w48b"]
    editions = mailbox("digest", "history", "--json").items
    assert [(e["edition"], e["state"]) for e in editions] == [
        ("2026w48b", "delivered"),
        ("2026w48", "delivered"),
    ]


def test_a_rehearsed_sending_says_what_sending_would_do(mailbox: Town, account: Account) -> None:
    mailbox("scan")
    coming = mailbox("digest", "send", "-n", "--json").json["item"]
    assert (coming["edition"], coming["already"], coming["dry_run"]) == ("2026w48", None, True)
    assert not delivered(account)
    assert mailbox("digest", "send").code == 0
    named = [p["name"] for p in mailbox("digest", "history", "--json").items[0]["people"]]
    assert coming["people"] == named
    assert "already sent this week" in mailbox("digest", "send", "-n").out
    assert mailbox("digest", "send", "-n", "--json").json["item"]["already"]
    assert "edition 2026w48b" in mailbox("digest", "send", "--again", "-n").out
    assert len(delivered(account)) == 1


def test_drafts_come_with_the_digest_that_is_sent_by_hand(mailbox: Town, account: Account) -> None:
    mailbox.config.write_text(mailbox.config.read_text() + "drafts: on\n")
    mailbox("scan")
    assert mailbox("digest", "send").code == 0
    named = mailbox("digest", "history", "--json").items[0]["people"]
    assert len(list(account.folder("Drafts").glob("*/*"))) == len(named) > 0
    assert mailbox("digest", "send").code == 0
    assert len(list(account.folder("Drafts").glob("*/*"))) == len(named)


def answer(account: Account, subject: str, text: str = "", ago: float = 0) -> None:
    mail = EmailMessage()
    mail["From"] = mail["To"] = account.user
    mail["Subject"] = subject
    mail["Message-ID"] = f"<{time.time_ns()}@{account.user}>"
    mail["Date"] = letter("a@b.example", "c@d.example", ago).split(b"Date: ")[1].split(b"\n")[0].decode()
    mail.set_content(text or "\n")
    account.deliver(mail.as_bytes(), "Sent")


def delivered(account: Account) -> list[EmailMessage]:
    files = [f for part in ("cur", "new") for f in (account.folder("INBOX") / part).iterdir()]
    mails = [message_from_bytes(f.read_bytes(), EmailMessage, policy=default) for f in files]
    return [mail for mail in mails if mail["X-Digwell"]]


def tag(account: Account) -> str:
    (mail,) = delivered(account)
    text = mail.get_body(("plain",))
    assert text is not None
    return next(line for line in str(text.get_content()).splitlines() if line.startswith("[dw "))


def test_an_answer_in_sent_is_obeyed_by_the_next_scan_and_undone_by_another(
    mailbox: Town, account: Account
) -> None:
    mailbox("scan")
    mailbox("digest", "send")
    found = mailbox("export").out
    edition = tag(account)
    answer(account, f"Re: your letter {edition}", "note 1: moving to Lisbon\nsnooze 1 3w\n")
    mailbox("scan")
    shown = mailbox("people", "show", "Ana", "--json").json["item"]
    assert [note["text"] for note in shown["notes"]] == ["moving to Lisbon"]
    assert shown["snoozed_until"] is not None
    (row,) = mailbox("log", "--json").items
    assert (row["channel"], row["state"], row["edition"]) == ("mail", "obeyed", "2026w48")
    assert mailbox("status", "--json").json["item"]["commands"]["obeyed"] == 1
    mailbox("undo")
    left = [line for line in mailbox("export").out.splitlines() if '"type":"message"' not in line]
    assert left == [line for line in found.splitlines() if '"type":"message"' not in line]


def test_an_untagged_answer_does_nothing(mailbox: Town, account: Account) -> None:
    mailbox("scan")
    mailbox("digest", "send")
    answer(account, "Re: your letter", "never 1\n")
    mailbox("scan")
    assert mailbox("people", "show", "Ana", "--json").json["item"]["never"] is False
    assert mailbox("log", "--json").items == []


@pytest.mark.parametrize("columns", [20, 40, 80, 200])
def test_a_bar_is_no_wider_than_its_terminal(mailbox: Town, columns: int) -> None:
    """A line that wraps cannot be drawn over: the screen would fill with its remains."""
    command = [
        sys.executable,
        "-m",
        "daemon.cli.main",
        "--config",
        str(mailbox.config),
        "--store",
        str(mailbox.store),
    ]
    environ = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "COLUMNS"}}
    sitting = sit([*command, "scan"], {}, {**environ, "TERM": "xterm", "PYTHONPATH": str(ROOT)}, columns)
    drawn = [line.split("\x1b")[0] for line in re.split(r"[\r\n]+", sitting.shown) if "\x1b[K" in line]
    assert sitting.code == 0
    assert any("17 / 17" in line for line in drawn)
    assert all(width(line) < columns for line in drawn)
    assert any("█" in line for line in drawn) == (columns > 20)
