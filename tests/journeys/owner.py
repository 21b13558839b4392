"""Maya's mailbox on a real server: letters of years, a digwell over it, and her hand on the phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import unquote

from daemon import clock, passing, post
from daemon.app import House
from daemon.config.values import CommandsConfig, Config, DigestConfig, MailboxConfig, SecretSource
from daemon.scan.values import Wishes
from store.export import records
from store.facts import DAY
from store.opening import open_store
from tests.fakes.dovecot import Account

ME = "maya@example.org"
FRIENDS = ("ana", "tomas", "grace", "bilal", "ruth", "ines", "jonas")
_COUNT = iter(range(1, 1_000_000))


def written(sender: str, to: str, at: int, subject: str, text: str = "Hello\n", **fields: str) -> bytes:
    """Return a letter."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = format_datetime(datetime.fromtimestamp(at, timezone.utc))
    mail["Message-ID"] = fields.pop("mid", "") or f"<j{next(_COUNT)}@example.net>"
    for name, value in fields.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text, cte="8bit")
    return mail.as_bytes().replace(b"\n", b"\r\n")


class Owner:
    """Maya: her account, her store, and what she does."""

    def __init__(self, account: Account, path: Path, drafts: bool = False, **commands: object) -> None:
        self.account = account
        secret = path / "secret"
        secret.write_text(account.password)
        secret.chmod(0o600)
        box = MailboxConfig(
            "home", account.host, account.user, account.port, "none",
            SecretSource("file", str(secret)), also_me=(ME,),
        )  # fmt: skip
        told = CommandsConfig(**commands)  # type: ignore[arg-type]
        digest = DigestConfig(time_zone="UTC", to=ME)
        self.config = Config((box,), digest, None, told, drafts, path / "digwell.db", None, path / "c.yaml")
        self.store = open_store(self.config.store)
        self.now = clock.now()
        self._fill()

    def _fill(self) -> None:
        for n, friend in enumerate(FRIENDS):
            other = f"{friend.title()} Friend <{friend}@example.com>"
            for month in range(4, 26):
                at = self.now - (month * 30 + n) * DAY
                self.account.deliver(written(ME, other, at, f"Plans {month}"), "Sent", at=at)
                answer = written(other, ME, at + DAY, f"Re: Plans {month}")
                self.account.deliver(answer, "INBOX", at=at + DAY)

    def scan(self) -> House:
        """Let digwell make a whole pass; return the house afterwards."""
        done = passing.whole_pass(self.house(), Wishes(clock.now()))
        assert done.exit_code == 0
        return self.house()

    def house(self) -> House:
        """Return a fresh view of the house, a little ahead, so that what was just said counts."""
        house = House(self.config, self.store)
        house.now = clock.now() + 2
        return house

    def send(self, *, again: bool = False) -> str:
        """Let digwell send the weekly letter; return its bytes as they lie in the inbox."""
        house = House(self.config, self.store)
        sent = post.send_now(house, again=again)
        assert sent.delivery.exit_code == 0
        return self.find("INBOX", sent.message_id)

    def find(self, folder: str, mid: str) -> str:
        """Return the one mail with that Message-ID in a folder, "" if there is none."""
        found = [raw for raw in self.mails(folder) if f"<{mid}>" in raw.split("\n\n")[0]]
        assert len(found) <= 1
        return found[0] if found else ""

    def mails(self, folder: str) -> Iterator[str]:
        """Yield what lies in a folder, with LF line ends."""
        base = self.account.folder(folder)
        for part in ("cur", "new"):
            for path in sorted((base / part).iterdir()):
                yield path.read_bytes().decode().replace("\r\n", "\n")

    def receipts(self) -> list[str]:
        """Return the text of the receipts in the inbox."""
        return [body(raw) for raw in self.mails("INBOX") if "\nX-Digwell: answer\n" in raw]

    def press(self, link: str, words: str = "") -> bytes:
        """Press a link of the letter and send the mail that opens."""
        subject = unquote(re.search(r"subject=([^&]*)", link)[1])  # type: ignore[index]
        text = unquote(re.search(r"body=(.*)", link)[1]) if "body=" in link else ""  # type: ignore[index]
        return self.post(subject, f"{text}{words}\n")

    def answer(self, letter: str, words: str) -> bytes:
        """Answer a mail of digwell's with some words above the quoted text."""
        mail = message_from_bytes(letter.encode(), policy=default)
        mid = str(mail["Message-ID"])
        quoted = "\n".join(f"> {line}" for line in body(letter).splitlines())
        text = f"{words}\n\nOn Mon, 23 Nov 2026 at 07:30, digwell <{ME}> wrote:\n{quoted}\n"
        above = f"{mail['References'] or ''} {mid}".strip()
        return self.post(f"Re: {mail['Subject']}", text, In_Reply_To=mid, References=above)

    def post(self, subject: str, text: str = "\n", **fields: str) -> bytes:
        """Send a mail to myself: one copy in Sent, one comes in."""
        at = clock.now()
        raw = written(f"Maya <{ME}>", ME, at, subject, text, **fields)
        self.account.deliver(raw, "Sent", at=at)
        self.account.deliver(raw, "INBOX", at=at)
        return raw

    def export(self) -> list[dict[str, object]]:
        """Return what digwell knows, without the mail itself."""
        return [r for r in records(self.store) if r["type"] not in {"message", "address", "person"}]


def body(raw: str) -> str:
    """Return the text part of a mail."""
    part = message_from_bytes(raw.encode(), policy=default).get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def links(letter: str, label: str) -> list[str]:
    """Return the links of a letter with that label, in the order of the people."""
    part = message_from_bytes(letter.encode(), policy=default).get_body(("html",))
    assert part is not None
    html = str(part.get_content())
    found = re.findall(rf'<a [^>]*href="(mailto:[^"]*)"[^>]*>{label}</a>', html)
    return [link.replace("&amp;", "&") for link in found]
