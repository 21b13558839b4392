"""What a scan is asked for and what came of it, as values.

Counts and names of folders only; nothing of what a message says ever stands here, except in
``OwnMail``, the owner's mail to himself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from store.facts import Message, Role


@dataclass(frozen=True, slots=True)
class OwnMail:
    """A mail from the owner only to himself, found in Sent (or an accepted inbox): perhaps a command.

    ``raw`` holds the beginning of the whole mail where it carries a tag or cites an edition, else
    nothing: then only the subject may speak. ``received`` is Unix seconds. A mail in Sent that cites an
    edition but goes to others, or was not written by hand, comes unopened: it can only be refused.
    """

    mailbox: str
    folder: str
    uid: int
    received: int
    message: Message
    raw: bytes = field(repr=False, default=b"")
    role: Role = Role.SENT


class Wishes(NamedTuple):
    """How to scan.

    ``now`` is Unix seconds; ``full`` reads everything anew; ``accept_loss`` goes on although much is
    gone. ``progress`` is told folder, messages done and messages expected; ``commands`` is given the
    owner's mail to himself and may see one twice; ``inbox`` looks for it in the inbox too.
    """

    now: int
    full: bool = False
    accept_loss: bool = False
    inbox: bool = False
    progress: Callable[[str, int, int], None] | None = None
    commands: Callable[[OwnMail], None] | None = None


class FolderScan(NamedTuple):
    """What came of one folder: ``new`` messages recorded first from it, ``total`` it holds now."""

    name: str
    role: Role
    new: int
    total: int


class Scanned(NamedTuple):
    """What came of scanning one mailbox.

    ``unfinished`` names folders that could not be read to the end (exit 3), ``troubles`` are sentences
    for the owner, ``alerts`` what the server wants shown.
    """

    mailbox: str
    new: int = 0
    quarantined: int = 0
    folders: tuple[FolderScan, ...] = ()
    unfinished: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    alerts: tuple[str, ...] = ()
    seconds: float = 0.0
