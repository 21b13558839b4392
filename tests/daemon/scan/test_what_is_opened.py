"""Which bodies a scan opens, against a real server: never a person's letter, unless the owner chose so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from daemon.config.values import MailboxConfig, SecretSource
from daemon.mail.imap import connect
from daemon.mail.values import Credential
from daemon.scan.run import scan
from daemon.scan.values import Wishes
from store.db import Store
from store.facts import Snapshot
from store.opening import open_store
from store.snapshot import load
from tests.fakes.dovecot import Account

NOW = 1_790_000_000
LATER = NOW + 5 * 86_400


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "digwell.db") as opened:
        yield opened


def box(account: Account, read: str = "headers") -> MailboxConfig:
    made = MailboxConfig(
        "home",
        account.host,
        account.user,
        account.port,
        "none",
        SecretSource("command", "echo pw"),
    )
    return made._replace(read="first lines") if read == "first lines" else made


def put(account: Account, folder: str, sender: str, to: str, text: str, more: str = "") -> None:
    number = len(list(account.folder(folder).rglob("*.*")))
    fields = f"From: {sender}\nTo: {to}\nDate: Sat, 19 Sep 2026 10:00:00 +0000\nSubject: boat\n"
    raw = f"{fields}Message-ID: <{folder.lower()}{number}@example.org>\n{more}\n{text}\n"
    account.deliver(raw.replace("\n", "\r\n").encode(), folder, at=NOW)


def scanned(store: Store, account: Account, read: str) -> Snapshot:
    scan(store, box(account, read), lambda: connect(box(account, read), Credential("pw")), Wishes(NOW))
    return load(store, LATER)


def test_letters_stay_closed_unless_the_owner_chose_first_lines(store: Store, account: Account) -> None:
    me = account.user
    put(account, "Sent", me, "bo@example.net", "I'll send you the charts.")
    put(account, "INBOX", "bo@example.net", me, "Where shall we meet?")
    assert scanned(store, account, "headers").traits == ()


def test_first_lines_tell_of_promises_questions_and_signatures(store: Store, account: Account) -> None:
    me = account.user
    put(account, "Sent", me, "bo@example.net", "I'll send you the charts.\n\n> I will call you.")
    put(account, "INBOX", "bo@example.net", me, "Where shall we meet?\n\n-- \nBo Lind\nNorthwind")
    put(
        account,
        "INBOX",
        "news@example.net",
        me,
        "I will call you. Ready?",
        "List-Unsubscribe: <mailto:x@example.net>\n",
    )
    put(account, "INBOX", me, "bo@example.net", "I'll send you money.")
    html = "MIME-Version: 1.0\nContent-Type: text/html; charset=utf-8\n"
    put(account, "Sent", me, "bo@example.net", "<style>p {}</style><p>I&#39;ll <b>call</b> you.</p>", html)
    seen = scanned(store, account, "first lines")
    told = {(trait.sort, trait.value) for trait in seen.traits}
    assert told == {
        ("promise", "I'll send you the charts."),
        ("promise", "I'll call you."),
        ("question", "Where shall we meet?"),
        ("signature", "Bo Lind · Northwind"),
    }
    (bo,) = {trait.key for trait in seen.traits}
    assert [a.address for p in seen.people.values() for a in p.addresses if a.id == bo] == ["bo@example.net"]


def test_reports_and_answers_to_invitations_are_opened_and_kept(store: Store, account: Account) -> None:
    me = account.user
    put(account, "Sent", me, "bo@example.net", "hello")
    status = (
        "Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; bo@example.net\nAction: failed\nStatus: 5.1.1\n"
    )
    parts = ("text/plain\n\nsorry", f"message/delivery-status\n\n{status}")
    report = "".join(f"--b\nContent-Type: {part}\n" for part in parts) + "--b--"
    kind = "MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n"
    put(account, "INBOX", "mailer-daemon@example.net", me, report, kind)
    answer = (
        "BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:e1\nDTSTART:20260920T100000Z\n"
        f"ORGANIZER:mailto:cy@example.net\nATTENDEE;PARTSTAT=ACCEPTED:mailto:{me}\nEND:VEVENT\nEND:VCALENDAR"
    )
    put(
        account,
        "Sent",
        me,
        "cy@example.net",
        answer,
        "MIME-Version: 1.0\nContent-Type: text/calendar; method=REPLY\n",
    )
    seen = scanned(store, account, "headers")
    assert [(one.address, one.permanent) for one in seen.bounces] == [("bo@example.net", True)]
    assert [(one.status, one.addresses) for one in seen.meetings] == [("accepted", ("cy@example.net",))]
