"""A reply draft to one person: a real answer in the thread, which only the owner can send.

Pure. It must carry nothing of ours that a recipient could see, and no Message-ID of our shape: once
sent it is the owner's own letter and counts as such.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from daemon import tokens
from daemon.digest.clean import clean
from daemon.digest.compose import UnsafeMailError, address, serialised
from daemon.digest.letter import Settings
from rules.verdicts import Suggestion
from rules.words import Words
from store.facts import Exchange, Person


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft ready to be kept: the item of the letter it belongs to, its Message-ID and its bytes."""

    item: str
    message_id: str
    raw: bytes


def draft(one: Suggestion, edition: str, settings: Settings, at: int) -> Draft:
    """Return the draft that goes with a suggestion of an edition."""
    reason = "wildcard" if one.wildcard else one.reason.value
    fresh = Words(settings.words)(f"write.{reason}")
    return write(one.person, one.reply_to, (fresh, one.opening), (edition, str(one.number)), settings, at)


def write(
    to: Person,
    answers: Exchange | None,
    said: tuple[str, str],
    item: tuple[str, str],
    settings: Settings,
    at: int,
) -> Draft:
    """Return a draft; ``said`` is (subject where nothing is answered, text), ``item`` (edition, item)."""
    subject = clean(answers.subject, 150) if answers else ""
    if subject and subject[:3].lower() != "re:":
        subject = Words(settings.words)("write.reply", subject=subject)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = address("", settings.owner)
    mail["To"] = address(clean(to.name, 60), to.main.address)
    mail["Subject"] = subject or clean(said[0], 150)
    mail["Date"] = format_datetime(datetime.fromtimestamp(at, settings.zone))
    mail.set_content(f"{clean(said[1], 1000)}\n\n", cte="quoted-printable")
    mid = f"{tokens.mac(settings.key, item[0], f'draft{item[1]}')}.draft@{settings.domain}"
    plain = {"Message-ID": f"<{mid}>"}
    if answers and answers.mid:
        plain |= {"In-Reply-To": f"<{answers.mid}>", "References": _thread(answers)}
    return Draft(item[1], mid, _bytes(mail, plain))


def _thread(answers: Exchange) -> str:
    above = dict.fromkeys(mid for mid in (answers.root, answers.parent, answers.mid) if mid)
    return " ".join(f"<{mid}>" for mid in above)


def _bytes(mail: EmailMessage, plain: dict[str, str]) -> bytes:
    """Return the bytes; a Message-ID too odd for a header makes a new thread of it."""
    try:
        return serialised(mail, plain)
    except UnsafeMailError:
        return serialised(mail, {"Message-ID": plain["Message-ID"]})
