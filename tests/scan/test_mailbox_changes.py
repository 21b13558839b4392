"""What people and servers do to a mailbox between two scans changes no fact; a catastrophe stops the scan."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from daemon.mail.imap import connect
from daemon.mail.values import Credential
from daemon.scan.run import scan
from daemon.scan.values import OwnMail, Wishes
from store.db import Store
from store.errors import SafetyStopError
from tests.fakes.access import Access
from tests.fakes.dovecot import Account
from tests.scan.mailbox import BRISK, NOW, box, fill, fresh, knows, letter, scanned


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh(tmp_path) as opened:
        yield opened


@pytest.fixture
def settled(account: Account, store: Store) -> list[str]:
    """What is known after a first scan of 120 mails."""
    fill(account)
    assert scanned(store, account).new == 120
    return knows(store)


def forget_uids(folder: Path) -> None:
    """Let the server number a folder anew, under another UIDVALIDITY."""
    for path in folder.glob("dovecot*"):
        path.unlink()


def move(account: Account, source: str, target: str, count: int = 1000) -> None:
    """Move mails on disk, as another client would have the server do."""
    found = sorted([*account.folder(source).glob("cur/*"), *account.folder(source).glob("new/*")])
    for path in found[:count]:
        path.rename(account.folder(target) / "cur" / (path.name.split(":")[0] + "x:2,S"))


def test_a_second_scan_records_nothing(account: Account, store: Store, settled: list[str]) -> None:
    done = scanned(store, account)
    assert (done.new, done.quarantined, done.troubles) == (0, 0, ())
    assert knows(store) == settled


def test_a_full_scan_records_nothing_new(account: Account, store: Store, settled: list[str]) -> None:
    assert scanned(store, account, wishes=Wishes(now=NOW, full=True)).new == 0
    assert knows(store) == settled


def test_new_mail_is_recorded_and_nothing_else_is_fetched(
    account: Account, store: Store, settled: list[str]
) -> None:
    account.deliver(letter(500, account.user, "INBOX"))
    account.deliver(letter(501, account.user, "Sent"), "Sent")
    done = scanned(store, account)
    assert done.new == 2
    assert {one.name: one.new for one in done.folders if one.new} == {"INBOX": 1, "Sent": 1}
    assert len(knows(store)) > len(settled)


def test_another_uidvalidity_changes_no_fact(account: Account, store: Store, settled: list[str]) -> None:
    for folder in (account.maildir, account.folder("Sent")):
        forget_uids(folder)
    assert scanned(store, account).new == 0
    assert knows(store) == settled


def test_mail_that_came_together_with_another_uidvalidity_is_recorded(
    account: Account, store: Store, settled: list[str]
) -> None:
    forget_uids(account.maildir)
    account.deliver(letter(600, account.user, "INBOX"))
    assert scanned(store, account).new == 1


def test_an_older_snapshot_put_back_changes_no_fact(account: Account, store: Store, tmp_path: Path) -> None:
    fill(account, 80)
    scanned(store, account)
    shutil.copytree(account.maildir, tmp_path / "snapshot")
    for number in range(700, 720):
        account.deliver(letter(number, account.user, "INBOX"))
    scanned(store, account)
    known = knows(store)
    shutil.rmtree(account.maildir)
    shutil.copytree(tmp_path / "snapshot", account.maildir)
    account.adopt()
    assert scanned(store, account).new == 0
    assert knows(store) == known
    account.deliver(letter(800, account.user, "INBOX"))
    assert scanned(store, account).new == 1


def test_moving_and_copying_between_folders_changes_no_count(
    account: Account, store: Store, settled: list[str]
) -> None:
    move(account, "INBOX", "Projects")
    for path in list(account.folder("Archive").glob("*/*"))[:9]:
        for target in ("Copies", "Lists/rail", "Trash"):
            copy = account.folder(target) / "cur" / (path.name.split(":")[0] + f"{target[0]}:2,S")
            shutil.copy(path, copy)
    account.adopt()
    assert scanned(store, account).new == 0
    assert [row for row in knows(store) if '"type": "message"' in row] == [
        row for row in settled if '"type": "message"' in row
    ]


def test_a_folder_renamed_or_emptied_into_another_is_no_catastrophe(
    account: Account, store: Store, settled: list[str]
) -> None:
    with Access(account.port, account.user).connect() as line:
        line._talk.run(b'RENAME "Lists/rail" "Lists/roads"')
    move(account, "Archive", "Old")
    done = scanned(store, account)
    assert done.new == 0
    assert {"Lists/roads", "Old"} <= {one.name for one in done.folders}


@pytest.mark.parametrize("folder", ["INBOX", "Sent"])
def test_the_scan_stops_when_inbox_or_sent_has_vanished(
    folder: str, account: Account, store: Store, settled: list[str]
) -> None:
    for path in [*account.folder(folder).glob("cur/*"), *account.folder(folder).glob("new/*")]:
        path.unlink()
    for _ in range(2):
        with pytest.raises(SafetyStopError, match=folder):
            scanned(store, account)
    assert knows(store) == settled
    scanned(store, account, wishes=Wishes(now=NOW, accept_loss=True))
    assert knows(store) == settled
    assert scanned(store, account).new == 0


def test_the_scan_stops_when_most_of_an_account_has_vanished(
    account: Account, store: Store, settled: list[str]
) -> None:
    for name in ("Archive", "Lists/rail", "Sent"):
        found = [*account.folder(name).glob("cur/*"), *account.folder(name).glob("new/*")]
        for path in found[: len(found) - 1]:
            path.unlink()
    with pytest.raises(SafetyStopError, match="most of its mail"):
        scanned(store, account)
    assert knows(store) == settled


def test_losing_a_few_mails_is_no_catastrophe(account: Account, store: Store, settled: list[str]) -> None:
    for path in list(account.folder("INBOX").glob("cur/*"))[:8]:
        path.unlink()
    assert scanned(store, account).new == 0
    assert knows(store) == settled


def test_inbox_filed_away_is_no_catastrophe(account: Account, store: Store, settled: list[str]) -> None:
    move(account, "INBOX", "Archive")
    assert scanned(store, account).new == 0


def test_without_a_sent_folder_the_owner_is_told_how_to_name_it(account: Account, store: Store) -> None:
    fill(account, 8)
    done = scanned(store, account, watch=("inbox",))
    assert "no Sent folder" in done.troubles[0]
    named = scanned(store, account, watch=("inbox", "Lists/rail"))
    assert named.troubles == ()
    assert [one.role for one in named.folders if one.name == "Lists/rail"] == ["sent"]
    wrong = scanned(store, account, watch=("sent", "No Such"))
    assert "'No Such'" in wrong.troubles[0]


def test_only_what_came_since_a_day_is_read_at_first(account: Account, store: Store) -> None:
    fill(account, 40)
    for number, at in ((900, 1_500_000_000), (901, 1_500_000_100)):
        account.deliver(letter(number, account.user, "INBOX"), "INBOX", f"{at}.M{number}.old", at)
    config = box(account, watch=("inbox", "sent"))
    young = config._replace(since=date(2020, 1, 1))
    done = scan(store, young, lambda: connect(young, Credential("pw"), BRISK), Wishes(now=NOW))
    assert done.new == 20
    again = scan(store, young, lambda: connect(young, Credential("pw"), BRISK), Wishes(now=NOW))
    assert again.new == 0


def test_the_owners_mail_to_himself_is_handed_over_and_a_letter_that_cites_one_of_ours_stays_closed(
    account: Account, store: Store
) -> None:
    me = account.user
    fill(account, 8)
    tagged = f"[dw 2026w47.1 {'a' * 16}]"
    for name, text in (
        ("tagged", f"From: {me}\r\nTo: {me}\r\nSubject: Re: five people {tagged}\r\nMessage-ID: <t@x>\r\n"),
        ("plain", f"From: {me}\r\nTo: {me}\r\nSubject: log Ruth\r\nMessage-ID: <p@x>\r\n"),
        ("letter", f"From: {me}\r\nTo: ruth@x.example\r\nSubject: done\r\nMessage-ID: <l@x>\r\n"),
        ("stray", f"From: {me}\r\nTo: ruth@x.example\r\nSubject: {tagged}\r\nMessage-ID: <s@x>\r\n"),
        ("foreign", f"From: eve@x.example\r\nTo: {me}\r\nSubject: {tagged}\r\nMessage-ID: <f@x>\r\n"),
    ):
        raw = text + "Date: Sat, 31 Oct 2026 10:00:00 +0000\r\n\r\ndone 1\r\n"
        account.deliver(raw.encode(), "Sent", f"1795000000.{name}.test", NOW - 1000)
    heard: list[OwnMail] = []
    wishes = Wishes(now=NOW, commands=heard.append)
    scanned(store, account, wishes=wishes)
    assert {(mail.message.mid, b"done 1" in mail.raw) for mail in heard} == {
        ("t@x", True),
        ("p@x", False),
        ("s@x", False),
        ("f@x", False),
    }
    scanned(store, account, wishes=wishes)
    assert len(heard) == 4


def test_a_bounce_is_opened_only_where_its_report_stands(account: Account, store: Store) -> None:
    fill(account, 8)
    report = (
        f"From: MAILER-DAEMON@x.example\r\nTo: {account.user}\r\nMessage-ID: <b@x>\r\n"
        "Date: Sat, 31 Oct 2026 10:00:00 +0000\r\nReturn-Path: <>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="q"\r\n\r\n'
        "--q\r\nContent-Type: text/plain\r\n\r\nsorry\r\n"
        "--q\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x.example\r\n\r\n"
        "Final-Recipient: rfc822; friend1@example.net\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--q--\r\n"
    )
    account.deliver(report.encode(), "INBOX", "1795000000.b.test", NOW - 1000)
    scanned(store, account)
    assert store.rows("SELECT a.address FROM bounce b JOIN address a ON a.id = b.address_id") == [
        ("friend1@example.net",)
    ]
