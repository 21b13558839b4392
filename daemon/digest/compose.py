"""Make the bytes of a mail of ours: headers fixed and verified after serialising, lines short enough.

Pure. Every mail digwell writes is made here. Python lets an encoded line break in a subject become a
header of its own, so no header is trusted before the bytes have been read again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from daemon import tokens
from daemon.digest.clean import clean
from daemon.digest.letter import Rendered, Settings
from daemon.digest.mailto import mailto

LONGEST_LINE = 998
_PRINTABLE = re.compile(r"[\x20-\x7e]{1,20000}", re.ASCII)
NAME = "digwell"


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a mail of ours carries besides its words; Message-IDs without angle brackets.

    ``kind`` is what X-Digwell says: ``digest 2026w48``, ``receipt``, ``hello``.
    """

    message_id: str
    kind: str
    at: int
    answers: str = ""
    references: tuple[str, ...] = ()
    more: Mapping[str, str] = field(default_factory=dict)


class UnsafeMailError(ValueError):
    """The bytes do not carry exactly the headers that were meant: a fault of ours, nothing is sent."""


def compose_mail(rendered: Rendered, settings: Settings, edition: str, at: int, entry: bytes = b"") -> bytes:
    """Return the bytes of the letter of an edition, composed at ``at``; ``entry`` is a calendar file.

    The same arguments give the same bytes.
    """
    more = {}
    if settings.smtp:
        more["List-Unsubscribe"] = f"<{_pause(settings, edition)}>"
    mid = tokens.message_id(settings.key, edition, settings.domain)
    return compose(rendered, settings, Envelope(mid, f"digest {edition}", at, more=more), entry)


def compose(rendered: Rendered, settings: Settings, envelope: Envelope, entry: bytes = b"") -> bytes:
    """Return the bytes of any mail to the owner; without HTML it is plain text.

    Raises UnsafeMailError where they would not say what was meant.
    """
    mail = EmailMessage(policy=SMTP)
    for name, value in _headers(rendered.subject, settings, envelope).items():
        mail[name] = value
    mail.set_content(rendered.text, cte="quoted-printable")
    if rendered.html:
        mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
        mail.set_boundary(_boundary(envelope, "alternative"))
    if entry:
        mail.make_mixed(_boundary(envelope, "mixed"))
        mail.add_attachment(entry, maintype="text", subtype="calendar", filename="slot.ics")
        attached = list(mail.iter_attachments())[-1]
        attached.set_param("method", "PUBLISH")
        attached.set_param("charset", "utf-8")
    return serialised(mail, _plain_headers(settings, envelope))


def serialised(mail: EmailMessage, plain: Mapping[str, str]) -> bytes:
    """Return the bytes of a mail with ``plain`` headers on top, all headers as meant, each once.

    ``plain`` values are printable ASCII and are written as they are, folded at blanks only: the
    library would turn a long Message-ID into encoded words.
    """
    top = b"".join(_folded(name, value) for name, value in plain.items())
    raw = top + mail.as_bytes()
    again = message_from_bytes(raw, policy=SMTP)
    meant = {name.lower(): str(value) for name, value in (*mail.items(), *plain.items())}
    if len(again) != len(meant) or {name.lower() for name in again} != meant.keys():
        raise UnsafeMailError(f"headers came out as {sorted(again.keys())}")
    changed = [name for name, value in again.items() if " ".join(value.split()) != meant[name.lower()]]
    if changed:
        raise UnsafeMailError(f"headers came out changed: {changed}")
    if max(map(len, raw.split(b"\r\n"))) > LONGEST_LINE:
        raise UnsafeMailError("a line came out too long")
    return raw


def address(name: str, spec: str) -> Address:
    """Return an address for a header; the name is cleaned, the spec must be one bare address."""
    local, _, domain = spec.rpartition("@")
    return Address(display_name=clean(name, 60), username=local, domain=domain)


def _headers(subject: str, settings: Settings, envelope: Envelope) -> dict[str, object]:
    headers: dict[str, object] = {
        "From": address(NAME, settings.from_address),
        "To": address("", settings.owner),
        "Subject": clean(subject, 200),
        "Date": format_datetime(datetime.fromtimestamp(envelope.at, settings.zone)),
    }
    if settings.from_address != settings.owner:
        headers["Reply-To"] = address("", settings.owner)
    return headers


def _plain_headers(settings: Settings, envelope: Envelope) -> dict[str, str]:
    headers = {"Message-ID": f"<{envelope.message_id}>"}
    if envelope.answers:
        headers["In-Reply-To"] = f"<{envelope.answers}>"
    if envelope.references:
        headers["References"] = " ".join(f"<{mid}>" for mid in envelope.references)
    headers |= {
        "List-Id": f"digwell <digwell.{settings.domain}>",
        "Auto-Submitted": "auto-replied" if envelope.answers else "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "X-Digwell": envelope.kind,
    }
    return headers | dict(envelope.more)


def _folded(name: str, value: str) -> bytes:
    """Return a header line of printable ASCII, folded at blanks where it grows long."""
    if not _PRINTABLE.fullmatch(value):
        raise UnsafeMailError(f"{name} is not printable ASCII")
    line = f"{name}: {value}"
    if len(line) > LONGEST_LINE // 2:
        line = line.replace(" ", "\r\n ").replace(":\r\n ", ": ", 1)
    return line.encode("ascii") + b"\r\n"


def _pause(settings: Settings, edition: str) -> str:
    tag = tokens.tag(settings.key, edition, tokens.EVERYTHING)
    return mailto(settings.owner, f"digwell pause 4w {tag}")


def _boundary(envelope: Envelope, part: str) -> str:
    return "dw-" + hashlib.sha256(f"{part} {envelope.message_id}".encode()).hexdigest()[:32]
