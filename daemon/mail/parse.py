"""Header bytes in, one ``Message`` of facts out.

A total reader: whatever the bytes are it returns a message, in bounded time and memory, and never
raises. It must never take an address out of a display name, never believe a date of the future,
and never let a line break of a stranger through.
"""

from __future__ import annotations

import re
from hashlib import blake2b

from daemon.mail import marks
from daemon.mail.dates import EARLIEST, believable, instant, stated
from daemon.mail.mailboxes import CAP, MOST, mailboxes
from daemon.mail.words import clean, decode, text_of
from store.facts import DAY, Message, Named

READER = 1
"""Version of the reading: raise it when the same bytes would be told differently."""

FIELDS: tuple[str, ...] = (
    "From",
    "To",
    "Cc",
    "Bcc",
    "Reply-To",
    "Sender",
    "Date",
    "Subject",
    "Message-ID",
    "In-Reply-To",
    "References",
    *marks.FIELDS,
)
"""The header fields a scan has to ask for; more do no harm."""

_WANTED = {name.lower() for name in FIELDS}
_LISTS = frozenset({"from", "to", "cc", "bcc", "reply-to", "sender"})
_KEYS: dict[str, str] = {}  # spellings of wanted names, so that the usual ones are not lowered again
for _name in FIELDS:
    _KEYS.update(dict.fromkeys((_name, _name.lower(), _name.upper(), _name.title()), _name.lower()))

_LONGEST_HEADER = 256 * 1024  # of what is longer only a late From is looked for, up to ...
_LONGEST_SEARCH = 8 * 1024 * 1024
_SUBJECT = 400
_MID = 250
_REFERENCES = 100
_REFERENCES_TEXT = 32 * 1024
_FOLD = re.compile(r"\n[ \t]+")
_LATE_FROM = re.compile(rb"\nfrom:[^\n]*+(?:\n[ \t][^\n]*+)*+", re.IGNORECASE)
_RECEIVED = re.compile(rb"\n(received:[^\n]*+(?:\n[ \t][^\n]*+)*+)", re.IGNORECASE)
_HOPS = 16 * 1024
_FAR_FUTURE = 1 << 40
# what a parser of other people's raises on other people's mail
_FAULTS = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
_ANGLED = re.compile(r"<([^<>]{1,2000})>")

Values = dict[str, str]


def read(raw: bytes, received: int) -> Message:
    """Read a header block (or a whole message, up to its first empty line).

    ``received`` is the arrival in Unix seconds: it stands in for a date that cannot be believed.
    """
    values = _values(raw)
    sender, _ = _list(values, "from")
    to, to_count = _list(values, "to")
    cc, _ = _list(values, "cc")
    bcc, _ = _list(values, "bcc")
    cc, bcc = cc[: max(0, MOST - len(to))], bcc[: max(0, MOST - len(to) - len(cc))]
    subject = decode(values.get("subject", ""), _SUBJECT)
    mid = _mid(values.get("message-id", ""))
    date = values.get("date", "")
    told = stated(date)
    dated = believable(told, received)
    references = _references(values.get("references", ""))
    return Message(
        identity=_identity(mid, date, subject, sender, (*to, *cc)),
        mid=mid[:_MID],
        at=told if dated else max(received, EARLIEST),
        subject=subject,
        sender=sender,
        to=to,
        cc=cc,
        bcc=bcc,
        reply_to=_list(values, "reply-to")[0] if "reply-to" in values else (),
        to_count=to_count,
        parent=_parent(values.get("in-reply-to", "")) or (references[-1] if references else ""),
        references=references,
        marks=marks.marks(values, sender, mid, subject),
        list_id=_list_id(values.get("list-id", "")),
        dated=dated,
        told=told,
    )


def _values(raw: bytes) -> Values:
    """Return the wanted fields: address fields joined if repeated, of the others the first."""
    text = _text(raw)
    values: Values = {}
    for line in text.split("\n"):
        name, colon, value = line.partition(":")
        key = _KEYS.get(name)
        if key is None:
            key = name.strip().lower() if len(name) < 80 else ""
            if not colon or key not in _WANTED:
                continue
        if key not in values:
            values[key] = value.strip()
        elif key in _LISTS and len(values[key]) < CAP:
            values[key] += ", " + value.strip()
    return values


def _text(raw: bytes) -> str:
    """Return the header block as unfolded lines; a lone CR is a blank, a NUL is nothing."""
    raw = _block(raw)
    if raw.isascii():
        text = raw.decode("ascii")
    else:
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError:
            text = "\n".join(text_of(line) for line in raw.split(b"\n"))
    if "\x00" in text:
        text = text.replace("\x00", "")
    return _FOLD.sub(" ", text) if "\n " in text or "\n\t" in text else text


def _block(raw: bytes) -> bytes:
    """Return the bytes up to the first empty line, with LF as line end and not too many of them."""
    raw = raw[:_LONGEST_SEARCH]
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raw = raw.decode("utf-16", "replace").encode("utf-8", "replace")
    raw = raw.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").replace(b"\r\n", b"\n")
    if b"\r" in raw:
        raw = raw.replace(b"\r", b" " if b"\n" in raw else b"\n")
    end = raw.find(b"\n\n")
    if end >= 0:
        raw = raw[:end]
    if len(raw) <= _LONGEST_HEADER:
        return raw
    late = _LATE_FROM.search(raw, _LONGEST_HEADER)
    return raw[:_LONGEST_HEADER] + (late[0][:CAP] if late else b"")


def _list(values: Values, name: str) -> tuple[tuple[Named, ...], int]:
    value = values.get(name)
    return mailboxes(value) if value else ((), 0)


def _mid(value: str) -> str:
    """Return a Message-ID without brackets and blanks, in the case it was written in."""
    if not value:
        return ""
    found = _ANGLED.search(value[:4000])
    told = found[1] if found else value[:4000].strip("<> ")
    return clean(told, 4000).replace(" ", "")


def _parent(value: str) -> str:
    """Return the message answered: old programs put words around it."""
    if "<" not in value:
        return clean(value, _MID) if "@" in value and " " not in value else ""
    found = _ANGLED.search(value[:4000])
    return _mid(found[0])[:_MID] if found else ""


def _references(value: str) -> tuple[str, ...]:
    """Return the thread's Message-IDs: the first and the last ones if there are too many."""
    if not value:
        return ()
    if len(value) > _REFERENCES_TEXT:
        value = value[: _REFERENCES_TEXT // 2] + " " + value[-_REFERENCES_TEXT // 2 :]
    told = _ANGLED.findall(value) or [word for word in value.split() if "@" in word]
    mids = tuple(mid for one in told if (mid := clean(one, _MID).replace(" ", "")))
    return mids if len(mids) <= _REFERENCES else (mids[0], *mids[1 - _REFERENCES :])


def _list_id(value: str) -> str:
    """Return the identifier of a list (RFC 2919), without its description."""
    found = _ANGLED.search(value[:2000]) if value else None
    return clean(found[1] if found else value, _MID).lower()


def _identity(
    mid: str, date: str, subject: str, sender: tuple[Named, ...], recipients: tuple[Named, ...]
) -> bytes:
    """Return what makes two copies the same message, whatever folders and servers they went through."""
    told = "\n".join((
        mid.casefold(),
        sender[0].address if len(sender) == 1 else " ".join(sorted([one.address for one in sender])),
        " ".join(date.split()),
        subject,
        recipients[0].address if len(recipients) == 1 else " ".join(sorted({r.address for r in recipients})),
    ))  # fmt: skip
    return blake2b(told.encode("utf-8", "replace"), digest_size=16).digest()


def message(raw: bytes, received: int) -> Message:
    """Read a whole message from a file, which has no INTERNALDATE.

    Where its own date cannot be believed the oldest Received field tells; ``received`` (of the file)
    is what is left.
    """
    found = read(raw, received)
    if found.dated:
        return found
    arrived = _arrival(raw)
    return found._replace(at=arrived) if EARLIEST <= arrived <= received + DAY else found


def _arrival(raw: bytes) -> int:
    """Return when the first server took the message, in Unix seconds, 0 where no field tells."""
    hops = b"\n".join(_RECEIVED.findall(b"\n" + _block(raw))[-20:]).strip()
    if not hops:
        return 0
    import mailparser  # noqa: PLC0415 - few files need it, and it is heavy

    try:
        found = mailparser.parse_from_bytes(hops[:_HOPS] + b"\n\n").received
    except (mailparser.exceptions.MailParserError, *_FAULTS):
        return 0
    for hop in found:
        told = str(hop.get("date_utc") or "")
        at, believed = instant(told, _FAR_FUTURE) if told else (0, False)
        if believed:
            return at
    return 0
