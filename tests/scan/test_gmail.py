"""A server made to do as Gmail does: labels are folders, and every message lies in All Mail too."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.config.values import MailboxConfig
from daemon.mail.imap import connect
from daemon.mail.values import Credential
from daemon.scan.run import scan
from daemon.scan.values import OwnMail, Scanned, Wishes
from store.db import Store
from store.facts import Role
from tests.fakes.access import Access
from tests.fakes.dovecot import Account, Dovecot
from tests.fakes.faulty import Fault, Faulty
from tests.scan.mailbox import BRISK, NOW, box, fresh, knows, letter, scanned

USUAL = ("inbox", "sent", "archive")
NAMES = {
    "english": ("[Gmail]/All Mail", "[Gmail]/Sent Mail", "[Gmail]/Important"),
    "german": ("[Google Mail]/Alle Nachrichten", "[Google Mail]/Gesendet", "[Google Mail]/Wichtig"),
}


def layout(every: str, sent: str) -> str:
    usual = "".join(
        f"  mailbox {name} {{\n    auto = no\n    special_use =\n  }}\n"
        for name in ("Sent", "Drafts", "Archive", "Junk", "Trash")
    )
    marked = "".join(
        f'  mailbox "{name}" {{\n    auto = create\n    special_use = {mark}\n  }}\n'
        for name, mark in ((every, "\\All"), (sent, "\\Sent"))
    )
    return f"namespace inbox {{\n{usual}{marked}}}\n"


class Gmail:
    """An account with labels, behind a proxy that adds what Gmail says of itself."""

    def __init__(self, account: Account, port: int, names: tuple[str, str, str]) -> None:
        self.account, self.port = account, port
        self.every, self.sent, self.important = names

    def put(self, number: int, *labels: str) -> None:
        """Let a message come: it lies in All Mail, and under each of its labels."""
        mine = self.sent in labels
        raw = letter(number, self.account.user, "Sent" if mine else "INBOX")
        at = 1_790_000_000 + number * 100
        for label in (self.every, *labels):
            self.account.deliver(raw, label, f"{at}.M{number}.gm", at)

    def archive(self) -> None:
        """Take the label INBOX from every message."""
        for part in ("cur", "new"):
            for path in (self.account.maildir / part).iterdir():
                path.unlink()

    def scanned(self, store: Store, wishes: Wishes | None = None) -> Scanned:
        """Scan with what is watched by default."""
        mailbox: MailboxConfig = box(self.account, self.port, USUAL)
        wishes = wishes or Wishes(now=NOW)
        return scan(store, mailbox, lambda: connect(mailbox, Credential("pw"), BRISK), wishes)


@pytest.fixture(scope="module", params=NAMES)
def server(request: pytest.FixtureRequest) -> Iterator[tuple[Dovecot, tuple[str, str, str]]]:
    names = NAMES[request.param]
    with Dovecot(layout(*names[:2])) as running:
        yield running, names


@pytest.fixture
def gmail(server: tuple[Dovecot, tuple[str, str, str]]) -> Iterator[Gmail]:
    running, names = server
    account = running.account()
    greeting = Fault("sub", find="LITERAL[+]", text="LITERAL+ X-GM-EXT-1", times=99)
    with Faulty(account.port, [greeting]) as proxy:
        found = Gmail(account, proxy.port, names)
        for number in range(40):
            labels = [found.sent] if number % 4 == 1 else ["INBOX"]
            found.put(number, *labels, *([found.important] if number % 8 == 0 else []))
        yield found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh(tmp_path) as opened:
        yield opened


def test_roles_come_from_the_marks_in_any_language(gmail: Gmail) -> None:
    with Access(gmail.port, gmail.account.user).connect() as line:
        assert "X-GM-EXT-1" in line.capabilities
        roles = {state.name: state.role for state in line.folders()}
    assert (roles[gmail.every], roles[gmail.sent]) == (Role.ALL, Role.SENT)


def test_labels_make_the_same_facts_as_folders(gmail: Gmail, store: Store, tmp_path: Path) -> None:
    done = gmail.scanned(store)
    assert {one.name for one in done.folders} == {gmail.every, gmail.sent}
    assert (done.new, done.troubles) == (40, ())
    with Dovecot() as plain, fresh(tmp_path, "plain.db") as other:
        account = plain.account(gmail.account.user)
        for number in range(40):
            folder = "Sent" if number % 4 == 1 else "INBOX"
            at = 1_790_000_000 + number * 100
            account.deliver(letter(number, account.user, folder), folder, at=at)
        scanned(other, account, watch=USUAL)
        assert knows(store) == knows(other)


def test_archiving_everything_is_filing_and_no_loss(gmail: Gmail, store: Store) -> None:
    gmail.scanned(store)
    known = knows(store)
    gmail.archive()
    assert gmail.scanned(store).new == 0
    assert knows(store) == known


def test_a_new_label_is_no_new_mail_and_new_mail_is(gmail: Gmail, store: Store) -> None:
    gmail.scanned(store)
    raw = letter(3, gmail.account.user, "INBOX")
    gmail.account.deliver(raw, "Travel", "1790000300.M3.label", 1_790_000_300)
    assert gmail.scanned(store).new == 0
    gmail.put(99, "INBOX")
    assert gmail.scanned(store).new == 1


def test_a_command_in_sent_is_handed_over_once_though_it_lies_in_three_places(
    gmail: Gmail, store: Store
) -> None:
    gmail.scanned(store)
    me = gmail.account.user
    raw = (
        f"From: {me}\r\nTo: {me}\r\nSubject: log Ruth\r\nMessage-ID: <p@x>\r\n"
        "Date: Sat, 31 Oct 2026 10:00:00 +0000\r\n\r\ntea\r\n"
    ).encode()
    for label in (gmail.every, gmail.sent, "INBOX"):
        gmail.account.deliver(raw, label, "1795000000.p.test", NOW - 1000)
    heard: list[OwnMail] = []
    gmail.scanned(store, Wishes(now=NOW, commands=heard.append))
    gmail.scanned(store, Wishes(now=NOW, commands=heard.append))
    assert [mail.message.mid for mail in heard] == ["p@x"]


def test_a_letter_is_found_by_its_message_id_in_all_mail(gmail: Gmail) -> None:
    with Access(gmail.port, gmail.account.user).connect() as line:
        every = next(state for state in line.folders() if state.role is Role.ALL)
        assert len(line.find(every.wire, "l5@example.net")) == 1
        assert line.find(every.wire, "nobody@example.net") == ()
