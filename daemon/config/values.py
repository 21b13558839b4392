"""The configuration as plain values, whatever file or schema it came from.

Lengths are days, times of day are in ``digest.time_zone``. No secret ever stands here, only where
to get it.
"""

from __future__ import annotations

from datetime import date, time
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from rules.policy import Policy

Tls = Literal["implicit", "starttls", "none"]


class SecretSource(NamedTuple):
    """Where a password or token comes from: exactly one way, see ``daemon.config.secrets``.

    ``way`` is command, file, credential, keyring, token_command or sign_in; ``value`` its argument.
    ``client`` and ``tenant`` belong to sign_in only.
    """

    way: str
    value: str = ""
    client: str = ""
    tenant: str = ""


class MailboxConfig(NamedTuple):
    """One IMAP account. ``since`` is None for everything; ``since_days``: asked for as so many days."""

    name: str
    host: str
    user: str
    port: int
    tls: Tls
    secret: SecretSource
    ca_file: Path | None = None
    watch: tuple[str, ...] = ("inbox", "sent", "archive")
    since: date | None = None
    read: Literal["headers", "first lines"] = "headers"
    also_me: tuple[str, ...] = ()
    since_days: int = 0


class DigestConfig(NamedTuple):
    """When and how the weekly mail is made. ``weekday`` counts from Monday = 0."""

    weekday: int = 0
    at: time = time(7, 30)
    time_zone: str = "system"
    to: str = ""
    people: int = 5
    wildcard: int = 1
    slot: tuple[int, time] | None = None
    folder: str = "INBOX"
    subject: Literal["names", "discreet"] = "names"


class SmtpConfig(NamedTuple):
    """Sending by SMTP instead of APPEND."""

    host: str
    port: int
    tls: Tls
    user: str = ""
    secret: SecretSource | None = None
    ca_file: Path | None = None
    sender: str = ""


class CommandsConfig(NamedTuple):
    """Answers by mail: where they are accepted, for how many days, and what is answered."""

    accept: tuple[str, ...] = ("sent",)
    expire: int = 60
    answer: Literal["problems", "always", "never"] = "problems"
    tidy: Literal["trash", "archive", "keep"] = "trash"


class Config(NamedTuple):
    """Everything the owner configured; the first mailbox receives the digest.

    ``rules`` may name a file that does not exist. ``mailboxes`` is empty only where there is no
    configuration at all and the command can do without (imports, ranking).
    """

    mailboxes: tuple[MailboxConfig, ...]
    digest: DigestConfig
    smtp: SmtpConfig | None
    commands: CommandsConfig
    drafts: bool
    store: Path
    rules: Path | None
    file: Path | None = None

    @property
    def owner(self) -> str:
        """The address the digest goes to."""
        return self.digest.to or (self.mailboxes[0].user if self.mailboxes else "")


class InForce(NamedTuple):
    """A configuration and the rules that go with it, both read whole."""

    config: Config
    policy: Policy
