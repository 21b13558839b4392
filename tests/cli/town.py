"""A small invented mailbox in a real store, and the program run upon it as its owner would."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from daemon.cli.main import run
from daemon.mail.parse import read
from store import messages
from store.facts import DAY, Cursor, Role, Sighting
from store.opening import open_store

NOW = int(datetime(2026, 11, 23, 7, 30, tzinfo=UTC).timestamp())
LEAVE = "<mailto:leave@shop.example>"
LIST = "rust@lists.example"
MAYA = "Maya Okafor <maya@example.org>"
CONFIG = """\
mailbox:
  host: imap.example.org
  user: maya@example.org
  password_command: echo no-such-secret
digest:
  when: monday 07:30
  time_zone: UTC
"""


@dataclass(frozen=True)
class Ran:
    """What a command printed and how it left."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def items(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.json["items"]
        return found


@dataclass
class Town:
    """The folder of one owner: configuration, rules, store; calling it runs digwell there."""

    folder: Path
    capture: pytest.CaptureFixture[str]

    @property
    def config(self) -> Path:
        return self.folder / "config.yaml"

    @property
    def store(self) -> Path:
        return self.folder / "digwell.db"

    def __call__(self, *words: str) -> Ran:
        self.capture.readouterr()
        code = run(["--config", str(self.config), "--store", str(self.store), *words])
        return Ran(code, *self.capture.readouterr())

    def rules(self, text: str) -> None:
        (self.folder / "rules.yaml").write_text(text)


def letter(sender: str, to: str, ago: float, subject: str = "Hello", **more: str) -> bytes:
    """Write one mail, so many days before now."""
    mail = EmailMessage()
    for name, value in {"From": sender, "To": to, "Subject": subject, **more}.items():
        # a hostile name goes in as others would smuggle it: encoded
        mail[name.replace("_", "-")] = value
    at = datetime.fromtimestamp(NOW - int(ago * DAY), UTC)
    mail["Date"] = format_datetime(at)
    if "Message_ID" not in more:
        mail["Message-ID"] = (
            f"<{sha256(repr((sender, to, ago, subject)).encode()).hexdigest()[:16]}@test.example>"
        )
    mail.set_content("Text.\n")
    return mail.as_bytes()


def pairs(
    name: str, every: float, last: float, count: int, subject: str = "Flat hunting"
) -> list[tuple[bool, bytes]]:
    """Write an exchange: one mail each way every so many days; True are the owner's."""
    mails = []
    for turn in range(count):
        ago = last + every * turn
        mails.append((True, letter(MAYA, name, ago + 1, subject)))
        mails.append((False, letter(name, MAYA, ago, f"Re: {subject}")))
    return mails


def inhabitants() -> list[tuple[bool, bytes]]:
    """Write all mail of the town."""
    return [
        *pairs("Ana Ribeiro <ana@example.net>", 21, 60, 14),
        *pairs("Tomás Leal <tomas@example.com>", 35, 98, 10, "That bakery startup"),
        *pairs("Tomas Berg <tberg@example.net>", 40, 130, 8, "Trains"),
        *pairs("Grace Adeyemi <grace@kestrel.example>", 50, 120, 7, "Panel photos"),
        *pairs("Priya Nair <priya@kestrel.example>", 7, 2, 30, "Lunch"),
        *pairs("Ruth Lindqvist <ruth@example.edu>", 30, 2400, 9, "Thesis"),
        *pairs("=?utf-8?q?Mal=1B]0;owned=07lory_=E2=80=AEgnp=2Eexe?= <mal@example.net>", 20, 70, 6, "Hi"),
        *((False, letter("Shop <news@shop.example>", MAYA, ago, "Sale", List_Unsubscribe=LEAVE))
          for ago in range(5, 50, 5)),
        *((False, letter("noreply@bank.example", MAYA, ago, "Statement", Auto_Submitted="auto-generated"))
          for ago in range(5, 50, 5)),
        *((False, letter("Dev <dev@lists.example>", LIST, ago, "[rust] x", List_Id="<rust.lists.example>"))
          for ago in range(5, 50, 5)),
    ]  # fmt: skip


def settle(folder: Path) -> None:
    """Put configuration and mail into a folder."""
    (folder / "config.yaml").write_text(CONFIG)
    with open_store(folder / "digwell.db") as store:
        account = messages.account_id(store, "maya", "imap.example.org", "maya@example.org")
        listed = [("INBOX", Role.INBOX, True), ("Sent", Role.SENT, True)]
        inbox, sent = messages.sync_folders(store, account, listed)
        messages.learn_own(store, ["maya@example.org"])
        mails = inhabitants()
        for where, own in ((inbox, False), (sent, True)):
            seen = [Sighting(n, read(raw, NOW)) for n, raw in enumerate((r for o, r in mails if o is own), 1)]
            messages.record(store, where, seen, (), Cursor(1, 1, len(seen)))
        messages.learn_own(store, ["maya@example.org"])
