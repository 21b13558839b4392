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
from daemon.mail.mailboxes import CAP, MOST, Listed, mailboxes
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

_LISTS = frozenset({"from", "to", "cc", "bcc", "reply-to", "sender"})
_WANTED = {name.lower(): (name.lower(), marks.SIGNS.get(name.lower(), 0)) for name in FIELDS}
_KEYS = dict(_WANTED)  # spellings of wanted names, so that the usual ones are not lowered again
for _name in FIELDS:
    _KEYS.update(dict.fromkeys((_name, _name.upper(), _name.title()), _WANTED[_name.lower()]))

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
_PLAIN_MID = re.compile(r"<([!-;=?-~]{1,250})>")  # visible ASCII: nothing in it has to be cleaned
_NOBODY: Listed = ((), 0)

Values = dict[str, str]


def read(raw: bytes, received: int) -> Message:
    """Read a header block (or a whole message, up to its first empty line).

    ``received`` is the arrival in Unix seconds: it stands in for a date that cannot be believed.
    """
    values, signs = _values(raw)
    get = values.get
    sender = _list(get("from"))[0]
    to, to_count = _list(get("to"))
    cc, bcc = _list(get("cc"))[0], _list(get("bcc"))[0]
    if len(to) + len(cc) + len(bcc) > MOST:
        cc, bcc = cc[: max(0, MOST - len(to))], bcc[: max(0, MOST - len(to) - len(cc))]
    subject = decode(get("subject", ""), _SUBJECT)
    mid = _mid(get("message-id", ""))
    date = get("date", "")
    told = stated(date)
    dated = believable(told, received)
    references = _references(get("references", ""))
    return Message(
        identity=_identity(mid, date, subject, sender, (*to, *cc)),
        mid=mid[:_MID],
        at=told if dated else max(received, EARLIEST),
        subject=subject,
        sender=sender,
        to=to,
        cc=cc,
        bcc=bcc,
        reply_to=_list(get("reply-to"))[0],
        to_count=to_count,
        parent=_parent(get("in-reply-to", "")) or (references[-1] if references else ""),
        references=references,
        marks=marks.marks(values, signs, sender, mid, subject),
        list_id=_list_id(get("list-id", "")),
        dated=dated,
        told=told,
    )


def _values(raw: bytes) -> tuple[Values, int]:
    """Return the wanted fields (address fields joined if repeated, else the first), and their signs."""
    values: Values = {}
    signs = 0
    for line in _text(raw).split("\n"):
        name, colon, value = line.partition(":")
        known = _KEYS.get(name)
        if known is None:
            known = _WANTED.get(name.strip().lower()) if colon and len(name) < 80 else None
            if known is None:
                continue
        key, sign = known
        if key not in values:
            values[key] = value.strip()
            signs |= sign
        elif key in _LISTS and len(values[key]) < CAP:
            values[key] += ", " + value.strip()
    return values, signs


def _text(raw: bytes) -> str:
    """Return the header block as unfolded lines; a lone CR is a blank, a NUL is nothing."""
    text = _usual(raw) if len(raw) <= _LONGEST_HEADER and raw.isascii() else None
    if text is None:
        text = _unusual(_block(raw))
    return _FOLD.sub(" ", text) if "\n " in text or "\n\t" in text else text


def _usual(raw: bytes) -> str | None:
    """Return the block of a header as nearly all are: ASCII, whole lines; None where it is not."""
    text = raw.decode("ascii").replace("\r\n", "\n")
    if "\r" in text or "\x00" in text or text[:1] == "\n":
        return None
    end = text.find("\n\n")
    return text if end < 0 else text[:end]


def _unusual(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = "\n".join(text_of(line) for line in raw.split(b"\n"))
    return text.replace("\x00", "")


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


def _list(value: str | None) -> Listed:
    return mailboxes(value) if value else _NOBODY


def _mid(value: str) -> str:
    """Return a Message-ID without brackets and blanks, in the case it was written in."""
    if plain := _PLAIN_MID.fullmatch(value):
        return plain[1]
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
    told = _PLAIN_MID.findall(value)
    if not told or len(told) != value.count("<"):
        found = _ANGLED.findall(value) or [word for word in value.split() if "@" in word]
        told = [mid for one in found if (mid := clean(one, _MID).replace(" ", ""))]
    return tuple(told) if len(told) <= _REFERENCES else (told[0], *told[1 - _REFERENCES :])


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
        date if date.isprintable() and "  " not in date else " ".join(date.split()),
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
