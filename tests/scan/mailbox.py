"""A mailbox of 120 mails in four folders, scans of it, and what a store knows afterwards."""

from __future__ import annotations

import json
from pathlib import Path

from daemon.config.values import MailboxConfig, SecretSource
from daemon.mail.imap import connect
from daemon.mail.values import Credential, Deadlines
from daemon.scan.run import scan
from daemon.scan.values import Scanned, Wishes
from store.db import Store
from store.errors import TemporaryError
from store.export import records
from store.opening import open_store
from tests.fakes.dovecot import Account

NOW = 1_795_000_000
BRISK = Deadlines(connect=2, read=1, command=2)
FOLDERS = ("INBOX", "Sent", "Archive", "Lists/rail")


def letter(number: int, owner: str, folder: str) -> bytes:
    """Return a mail; those in Sent are the owner's."""
    other = f"friend{number % 11}@example.net"
    sender, recipient = (owner, other) if folder == "Sent" else (other, owner)
    return (
        f"From: Somebody <{sender}>\r\nTo: {recipient}\r\nSubject: letter {number}\r\n"
        f"Message-ID: <l{number}@example.net>\r\n"
        f"Date: {1 + number % 28} Oct 2026 10:00:00 +0000\r\n\r\nhello\r\n"
    ).encode()


def fill(account: Account, count: int = 120) -> None:
    """Put mail into four folders."""
    for number in range(count):
        folder = FOLDERS[number % 4]
        at = 1_790_000_000 + number * 100
        account.deliver(letter(number, account.user, folder), folder, f"{at}.M{number}.test", at)


def box(account: Account, port: int = 0, watch: tuple[str, ...] = ("all",)) -> MailboxConfig:
    """Return the mailbox as configured, perhaps behind another port."""
    return MailboxConfig(
        "mail", "127.0.0.1", account.user, port or account.port, "none", SecretSource("file"), watch=watch
    )


def scanned(
    store: Store,
    account: Account,
    port: int = 0,
    wishes: Wishes | None = None,
    watch: tuple[str, ...] = ("all",),
    deadlines: Deadlines = BRISK,
) -> Scanned:
    """Scan once."""
    mailbox = box(account, port, watch)
    return scan(
        store, mailbox, lambda: connect(mailbox, Credential("pw"), deadlines), wishes or Wishes(now=NOW)
    )


def scanned_at_last(store: Store, account: Account, port: int, tries: int = 30) -> Scanned:
    """Scan again and again until it succeeds, as the daemon would."""
    for _ in range(tries):
        try:
            done = scanned(store, account, port)
        except TemporaryError:
            continue
        if not done.unfinished:
            return done
    raise AssertionError(f"no scan succeeded in {tries} tries")


def knows(store: Store) -> list[str]:
    """Return all that a store knows, as its export writes it."""
    return [json.dumps(record, sort_keys=True) for record in records(store)]


def fresh(folder: Path, name: str = "store.db") -> Store:
    """Open a new store."""
    return open_store(folder / name)
