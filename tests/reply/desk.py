"""Maya's desk: a real store with people, a letter kept in it, and mails of hers to answer with."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from daemon import tokens
from daemon.app import House
from daemon.config.values import CommandsConfig, Config, DigestConfig, MailboxConfig, SecretSource
from daemon.digest.compose import compose_mail
from daemon.digest.letter import Settings, settings_of
from daemon.digest.render import render
from daemon.digest.send import Composed, keep
from daemon.mail import parse
from daemon.reply.answer import Handled, handle
from daemon.scan.values import OwnMail
from rules.verdicts import Digest, Introduction, OpenPromise, Reason
from store import outbox
from store.editions import set_edition
from store.facts import DAY, Cursor, Mark, Person, Role, Said
from store.ledger import Command, begin_command, say
from store.messages import record
from tests.digest.examples import suggestion
from tests.store.letters import ME, letter, new_store, seen

NOW = 1_795_433_400  # Monday 23 November 2026, 11:30 UTC
EDITION = "2026w48"
FRIENDS = {"1": "ana@example.net", "2": "tomas@example.com", "3": "grace@example.com"}
JONAS, MEI = "jonas@example.com", "mei@example.com"


def config(path: Path, **commands: object) -> Config:
    """Return Maya's configuration."""
    box = MailboxConfig("home", "imap.example.org", ME, 993, "implicit", SecretSource("file"))
    digest = DigestConfig(time_zone="Europe/Lisbon")
    told = CommandsConfig(**commands)  # type: ignore[arg-type]
    return Config((box,), digest, None, told, False, path / "digwell.db", None, path / "config.yaml")


class Desk:
    """A store with a delivered letter; ``answer`` hands it a mail of Maya's."""

    def __init__(self, path: Path, **commands: object) -> None:
        path.mkdir(exist_ok=True)
        self.config = config(path, **commands)
        self.store, folders = new_store(self.config.store)
        self.key = tokens.load_key(tokens.key_file(self.config.store))
        self.settings: Settings = settings_of(self.config, self.key)
        mails = []
        for n, other in enumerate([*FRIENDS.values(), JONAS, MEI]):
            mails += [
                letter(f"out{n}.{m}", ME, other, at=NOW - (90 + m) * DAY, subject=f"Plan {n}")
                for m in range(4)
            ]
        record(self.store, folders["Sent"], seen(*mails), (), Cursor(1, 1, 100))
        back = [letter(f"in{n}", o, at=NOW - 80 * DAY) for n, o in enumerate([*FRIENDS.values(), JONAS, MEI])]
        record(self.store, folders["INBOX"], seen(*back), (), Cursor(1, 1, 100))
        self.promise = self._promise()
        self.digest = self._deliver()

    def house(self, now: int = NOW) -> House:
        """Return a fresh view of the house at an instant."""
        house = House(self.config, self.store)
        house.now = now
        return house

    def person(self, address: str) -> Person:
        """Return the person of an address as known now."""
        return self.house().person(address)

    def tag(self, item: str = "all", edition: str = EDITION) -> str:
        """Return a valid tag."""
        return tokens.tag(self.key, edition, item)

    @property
    def letter_id(self) -> str:
        """The Message-ID of the delivered letter."""
        return tokens.message_id(self.key, EDITION, "example.org")

    def answer(self, raw: bytes, now: int = NOW, role: Role = Role.SENT) -> Handled:
        """Hand a mail over as the scan does."""
        message = parse.read(raw, now)
        tagged = bool(message.marks & Mark.TAGGED)
        mail = OwnMail("home", role.value.title(), 7, now, message, raw if tagged else b"", role)
        return handle(self.house(now), mail)

    def receipts(self) -> list[str]:
        """Return the text of every receipt waiting, the oldest first."""
        found = [p for p in outbox.pending(self.store) if p.key.startswith("receipt ")]
        assert all((p.channel, p.target) == ("append", "INBOX") for p in found)
        return [body_of(parcel.raw) for parcel in found]

    def _promise(self) -> str:
        number = begin_command(self.store, Command(at=NOW - 20 * DAY, text="promised"))
        act = Said("", NOW - 20 * DAY, "promised", self.person(JONAS).key, text="the Utrecht slides")
        return say(self.store, number, [act])[0].id

    def _deliver(self) -> Digest:
        people = {item: self.person(address) for item, address in FRIENDS.items()}
        digest = Digest(
            EDITION,
            "2026-11-23",
            "full",
            tuple(
                suggestion(int(item), of, Reason.GONE_QUIET, "It has been 13 weeks.")._replace(
                    number=int(item)
                )
                for item, of in people.items()
            ),
            promises=(
                OpenPromise("a", self.person(JONAS), "the Utrecht slides", NOW - 20 * DAY, self.promise),
            ),
            introductions=(
                Introduction("i", people["1"], self.person(MEI), "Both like trains.", (), people["1"]),
            ),
        )
        raw = compose_mail(render(digest, self.settings), self.settings, EDITION, NOW - 3600)
        kept = keep(
            self.store, Composed(digest, NOW - 3600, self.letter_id, raw), ("append", "INBOX"), NOW - 3600
        )
        assert kept
        outbox.done(self.store, EDITION)
        set_edition(self.store, EDITION, "delivered", NOW - 3500)
        return digest


_COUNT = iter(range(1, 1_000_000))


def mail(subject: str, text: str = "", **changes: str) -> bytes:
    """Return a mail of Maya's to herself; ``changes`` are header fields (underscores for dashes)."""
    made = EmailMessage()
    fields = {
        "From": f"Maya <{ME}>",
        "To": ME,
        "Subject": subject,
        "Date": "Mon, 23 Nov 2026 11:20:00 +0000",
        "Message-ID": f"<m{next(_COUNT)}@phone.example.org>",
    } | {name.replace("_", "-"): value for name, value in changes.items()}
    for name, value in fields.items():
        if value:
            made[name] = value
    made.set_content(text or "\n", cte="8bit")
    return made.as_bytes().replace(b"\n", b"\r\n")


def body_of(raw: bytes) -> str:
    """Return the text of a plain mail."""
    part = message_from_bytes(raw, policy=default).get_body(("plain",))
    assert part is not None
    return str(part.get_content())
