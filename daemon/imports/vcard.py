"""Address books in vCard 2.1, 3.0 and 4.0, as phones, mail programs and providers write them.

Pure: bytes in, cards out. Bounded and total: a broken card is left out, the others are read.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable, Iterator
from hashlib import blake2b

from daemon.mail.words import clean, text_of
from store.addresses import normalise
from store.facts import Card

MOST = 50_000
_MOST_ADDRESSES = 20
_LONGEST_LINE = 10_000
_NAME = 200
_WANTED = frozenset(
    {"FN", "N", "EMAIL", "ORG", "TITLE", "ROLE", "BDAY", "UID", "KIND", "X-ADDRESSBOOKSERVER-KIND"}
)
_ESCAPE = re.compile(r"\\([\\,;:nN])")
_FIELD = re.compile(r"(?<!\\);")
_DATE = re.compile(r"(?:(\d{4})|--)-?(\d{2})-?(\d{2})(?:\D|$)")

Line = tuple[str, dict[str, str], str]


def cards(raw: bytes) -> Iterator[Card]:
    """Yield the people of a vCard file; groups and organisations are none."""
    held: list[Line] = []
    inside = seen = 0
    for line in _lines(raw):
        word = line[:20].strip().upper()
        if word == "BEGIN:VCARD":
            inside += 1
            held = [] if inside == 1 else held
        elif word == "END:VCARD":
            inside = max(0, inside - 1)
            card = _card(held) if not inside else None
            if card:
                seen += 1
                yield card
            if seen >= MOST:
                return
        elif inside == 1 and (parsed := _line(line)):  # what is deeper is a card within a card
            held.append(parsed)


def _lines(raw: bytes) -> Iterator[str]:
    """Yield unfolded lines; quoted-printable values of version 2.1 go on after a final ``=``."""
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raw = raw.decode("utf-16", "replace").encode("utf-8", "replace")
    held, soft = b"", False
    for line in raw.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n"):
        if soft:
            held = held[:-1] + line if len(held) < _LONGEST_LINE else held
        elif line[:1] in {b" ", b"\t"}:
            held = held + line[1:] if len(held) < _LONGEST_LINE else held
        else:
            if held:
                yield text_of(held)
            held = line
        soft = line.endswith(b"=") and b"QUOTED-PRINTABLE" in held[:200].upper()
    if held:
        yield text_of(held)


def _line(line: str) -> Line | None:
    """Split a line into name, parameters and decoded value; None for what is not wanted."""
    head, colon, value = _halves(line[: _LONGEST_LINE * 2])
    words = head.split(";")
    name = words[0].rpartition(".")[2].strip().upper()
    if not colon or name not in _WANTED:
        return None
    params: dict[str, str] = {}
    for word in words[1:]:
        key, equals, told = word.partition("=")
        params[
            key.strip().upper() if equals else "ENCODING" if "PRINTABLE" in key.upper() else key.upper()
        ] = told.strip('"') if equals else key
    if "PRINTABLE" in params.get("ENCODING", "").upper():
        value = text_of(quopri.decodestring(value.encode("utf-8", "replace")), params.get("CHARSET", "utf-8"))
    return name, params, value


def _halves(line: str) -> tuple[str, str, str]:
    """Cut at the first colon outside quotes."""
    at = line.find(":")
    while at >= 0 and line.count('"', 0, at) % 2:
        at = line.find(":", at + 1)
    return (line[:at], ":", line[at + 1 :]) if at >= 0 else (line, "", "")


def _card(lines: Iterable[Line]) -> Card | None:
    told: dict[str, tuple[dict[str, str], str]] = {}
    addresses: list[str] = []
    for name, params, value in lines:
        if name == "EMAIL":
            address = normalise(_plain(value))
            if "@" in address and len(addresses) < _MOST_ADDRESSES:
                addresses.append(address)
        else:
            told.setdefault(name, (params, value))
    kind = (_value(told, "KIND") or _value(told, "X-ADDRESSBOOKSERVER-KIND")).lower()
    name = clean(_plain(_value(told, "FN")), _NAME) or _structured(_value(told, "N"))
    addresses = list(dict.fromkeys(addresses))
    if kind in {"group", "org", "location"} or not (name or addresses):
        return None
    organisation = clean(_plain(_FIELD.split(_value(told, "ORG"))[0]), _NAME)
    if name and name == organisation and not _value(told, "N").strip("; "):
        return None  # a firm in an address book
    uid = clean(_value(told, "UID"), 250)
    return Card(
        source="vcard",
        key=uid or blake2b("\n".join((name, *addresses)).encode(), digest_size=12).hexdigest(),
        name=name if "@" not in name else "",
        addresses=tuple(addresses),
        organisation=organisation,
        job=clean(_plain(_value(told, "TITLE") or _value(told, "ROLE")), _NAME),
        birthday=_birthday(*told.get("BDAY", ({}, ""))),
    )


def _value(told: dict[str, tuple[dict[str, str], str]], name: str) -> str:
    return told.get(name, ({}, ""))[1]


def _plain(value: str) -> str:
    value = value.strip()
    value = value[7:] if value[:7].lower() == "mailto:" else value
    return _ESCAPE.sub(lambda found: " " if found[1] in "nN" else found[1], value)


def _structured(value: str) -> str:
    """Return a name from its parts: family; given; further; title before; title behind."""
    parts = [clean(_plain(part), _NAME) for part in _FIELD.split(value)]
    family, given, further = (*parts, "", "", "")[:3]
    return " ".join(part for part in (given, further, family) if part)[:_NAME]


def _birthday(params: dict[str, str], value: str) -> str:
    """Return ``2001-05-04`` or ``--05-04``, or nothing where it is no day."""
    found = _DATE.match(value.strip())
    if not found or not (1 <= int(found[2]) <= 12 and 1 <= int(found[3]) <= 31):
        return ""
    year = found[1] or ""
    if year == params.get("X-APPLE-OMIT-YEAR", "1604") or (year and not 1850 <= int(year) <= 2100):
        year = ""
    return f"{year or '-'}-{found[2]}-{found[3]}"
