"""What a letter needs to know besides its digest, and what comes of rendering it. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

from daemon.clock import zone
from daemon.config.values import Config

PLUS_DOMAINS = frozenset({
    "gmail.com", "googlemail.com", "fastmail.com", "fastmail.fm", "outlook.com", "hotmail.com", "live.com",
    "icloud.com", "me.com", "mac.com", "proton.me", "protonmail.com",
})  # fmt: skip
"""Domains known to deliver ``name+word@`` to ``name@``; elsewhere that might be a stranger."""


@dataclass(frozen=True, slots=True)
class Settings:
    """The owner's side of a letter.

    ``owner`` is where it goes and where answers go, ``user`` the mailbox (its domain names our
    messages), ``host`` its IMAP server. ``templates`` is a folder of the owner's own templates,
    ``words`` sentences of his own by their key.
    """

    owner: str
    user: str
    key: bytes
    zone: ZoneInfo
    host: str = ""
    slot: tuple[int, time] | None = None
    discreet: bool = False
    smtp: bool = False
    sender: str = ""
    first_lines: bool = False
    templates: Path | None = None
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def domain(self) -> str:
        """The domain of our Message-IDs."""
        return (self.user if "@" in self.user else self.owner).rpartition("@")[2].lower() or "localhost"

    @property
    def from_address(self) -> str:
        """The address letters come from: never one that might belong to somebody else."""
        if self.sender:
            return self.sender
        name, _, domain = self.owner.rpartition("@")
        plus = domain.lower() in PLUS_DOMAINS and "+" not in name and not self.smtp
        return f"{name}+digwell@{domain}" if plus else self.owner


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter in its two forms; ``troubles`` names templates of the owner's that could not be used."""

    subject: str
    text: str
    html: str
    troubles: tuple[str, ...] = ()


def settings_of(config: Config, key: bytes, words: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that follow from the configuration; templates lie beside its file."""
    mailbox = config.mailboxes[0]
    beside = config.file.parent / "templates" if config.file else None
    return Settings(
        owner=config.owner,
        user=mailbox.user,
        key=key,
        zone=zone(config.digest.time_zone),
        host=mailbox.host,
        slot=config.digest.slot,
        discreet=config.digest.subject == "discreet",
        smtp=config.smtp is not None,
        sender=config.smtp.sender if config.smtp else "",
        first_lines=any(box.read == "first lines" for box in config.mailboxes),
        templates=beside if beside and beside.is_dir() else None,
        words=words or {},
    )
