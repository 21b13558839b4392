"""What an IMAP server says, taken apart (RFC 9051 section 9): lines and literals in, plain values out.

Strict where a slip could pair a message with another one's header, lenient everywhere else. This room
must never touch a socket except through the wire it is given.
"""

from __future__ import annotations

import re
from array import array
from calendar import timegm
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from daemon.mail.wire import LineLostError, Wire

LITERAL_LIMIT = 64 << 20
TOKENS_LIMIT = 1 << 20
MESSAGES_LIMIT = 5_000_000
UID_LIMIT = (1 << 32) - 1
"""UIDs and counts of messages have 32 bits (RFC 9051 section 9)."""
FIGURE_LIMIT = (1 << 63) - 1
"""What is only compared may be as large as a store can hold."""
DEPTH = 200

_LITERAL = re.compile(rb"~?\{(\d{1,10})\+?\}\r?\n\Z")
_TOKEN = re.compile(
    rb'[ \t]*(?:(\()|(\))|"((?:[^"\\]|\\.)*)"|([A-Za-z0-9.\-]+\[[^\]\r\n]{0,1000}\](?:<\d+>)?|[^\s()"]+))',
    re.DOTALL,
)
"""What stands in brackets is bounded: it is looked for at each of them. The names of our fields take 400."""
_CODE = re.compile(rb"\[([A-Za-z0-9\-.]+)(?: ([^\]]*))?\]")
_RANGE = re.compile(rb"(\d+)(?::(\d+))?")
_DATE = re.compile(rb" ?(\d?\d-[A-Za-z]{3}-\d{4}) (\d\d):(\d\d):(\d\d) ([+-]\d{4})\Z")
_MONTHS = {m: i for i, m in enumerate(b"jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}

Value = bytes | None | list["Value"]


class Answer(NamedTuple):
    """One answer: ``tag`` is ``*``, ``+`` or a command's, ``pieces`` are lines and literals in turn."""

    tag: bytes
    pieces: tuple[bytes, ...]

    @property
    def text(self) -> bytes:
        """The first line behind the tag, without its end."""
        return self.pieces[0]

    @property
    def word(self) -> bytes:
        """The first word, upper case: OK, NO, LIST, FETCH or a number."""
        return self.text.split(b" ", 1)[0].upper()

    @property
    def code(self) -> tuple[str, bytes]:
        """The response code of a status answer and its argument; empty where there is none."""
        found = _CODE.match(self.text.partition(b" ")[2])
        return (found[1].decode().upper(), found[2] or b"") if found else ("", b"")

    def values(self) -> list[Value]:
        """Take the whole answer apart into atoms, strings, None (NIL) and lists."""
        return values(self.pieces)


def read_answer(wire: Wire) -> Answer:
    """Read one answer with all its literals. Anything that is not an answer means the line is lost."""
    line = wire.line()
    tag, space, rest = line.partition(b" ")
    if not space or not line.endswith(b"\n") or not (tag in {b"*", b"+"} or tag.isalnum()):
        if line.rstrip() == b"+":
            return Answer(b"+", (b"",))
        raise LineLostError("the server sent something that is not an answer")
    pieces: list[bytes] = []
    left = LITERAL_LIMIT
    while found := _LITERAL.search(rest):
        size = int(found[1])
        left -= size
        if left < 0:
            raise LineLostError(f"the server announced more than {LITERAL_LIMIT} bytes in one answer")
        pieces += [rest[: found.start()], wire.take(size)]
        rest = wire.line()
    pieces.append(rest.rstrip(b"\r\n"))
    return Answer(tag, tuple(pieces))


def values(pieces: tuple[bytes, ...]) -> list[Value]:
    """Take lines and literals apart. Unbalanced brackets mean bytes were lost: LineLostError."""
    top: list[Value] = []
    stack = [top]
    for number, piece in enumerate(pieces):
        if number % 2:
            stack[-1].append(piece)
            continue
        _read_line(piece, stack)
    if len(stack) != 1:
        raise LineLostError("an answer ended in the middle")
    return top


def _read_line(line: bytes, stack: list[list[Value]]) -> None:
    if len(line) > TOKENS_LIMIT:
        raise LineLostError(f"an answer of more than {TOKENS_LIMIT} bytes that are no literal")
    at, end = 0, len(line.rstrip())
    while at < end:
        found = _TOKEN.match(line, at)
        if found is None:
            raise LineLostError("an answer is broken")
        at = found.end()
        if found[1]:
            inner: list[Value] = []
            stack[-1].append(inner)
            stack.append(inner)
            if len(stack) > DEPTH:
                raise LineLostError("an answer is nested too deeply")
        elif found[2]:
            stack.pop()
            if not stack:
                raise LineLostError("an answer closes more than it opens")
        elif found[4] is not None:
            stack[-1].append(None if found[4].upper() == b"NIL" else found[4])
        else:
            stack[-1].append(re.sub(rb"\\(.)", rb"\1", found[3]) if b"\\" in found[3] else found[3])


def pairs(given: Value) -> dict[bytes, Value]:
    """Read a list of names and values in turn (STATUS, FETCH); names come out upper case."""
    if not isinstance(given, list) or len(given) % 2:
        raise LineLostError("an answer does not pair names with values")
    result: dict[bytes, Value] = {}
    for name, value in zip(given[::2], given[1::2], strict=True):
        if not isinstance(name, bytes):
            raise LineLostError("an answer does not pair names with values")
        result[name.upper()] = value
    return result


def number(given: Value, otherwise: int = -1, most: int = UID_LIMIT) -> int:
    """Read a number up to ``most``, or take the other value where there is none."""
    if not (isinstance(given, bytes) and given.isdigit() and len(given) < 20):
        return otherwise
    found = int(given)
    return found if found <= most else otherwise


def uids(answers: list[Answer]) -> array[int]:
    """Gather the UIDs of SEARCH and ESEARCH answers, ascending, each once."""
    found = array("q")
    for answer in answers:
        if answer.word == b"SEARCH":
            found.extend(uid for n in answer.text.split()[1:] if (uid := number(n)) > 0)
            _believe(len(found))
        elif answer.word == b"ESEARCH":
            match = re.search(rb"\bALL ([\d:,]+)", answer.text)
            for low, high in _RANGE.findall(match[1]) if match else ():
                ends = sorted((number(low), number(high or low)))
                _believe(len(found) + ends[1] - ends[0] if ends[0] > 0 else MESSAGES_LIMIT + 1)
                found.extend(range(ends[0], ends[1] + 1))
    ascending = all(before < after for before, after in pairwise(found))
    return found if ascending else array("q", sorted(set(found)))


def _believe(count: int) -> None:
    if count > MESSAGES_LIMIT:
        raise LineLostError("the server lists more messages than there can be")


@lru_cache(maxsize=256)  # mail lies in its folder day by day
def _day(date: bytes) -> int:
    """Return the first second of a day in Unix seconds, -1 where there is no such day."""
    day, month, year = date.split(b"-")
    try:
        return timegm((int(year), _MONTHS[month.lower()], int(day), 0, 0, 0))
    except (KeyError, ValueError, OverflowError):
        return -1


@lru_cache(maxsize=256)
def _offset(zone: bytes) -> int:
    east = int(zone[1:3]) * 3600 + int(zone[3:]) * 60
    return east if zone[:1] == b"+" else -east


def internal_date(given: bytes) -> int:
    """Read INTERNALDATE into Unix seconds; 0 where it makes no sense or lies before 1970."""
    found = _DATE.match(given)
    if found is None:
        return 0
    date, hour, minute, second, zone = found.groups()
    start = _day(date)
    if start < 0:
        return 0
    return max(0, start + int(hour) * 3600 + int(minute) * 60 + int(second) - _offset(zone))


def spoken(text: bytes, limit: int = 300) -> str:
    """Make a server's sentence safe to show: one line, no control or direction characters."""
    plain = text.decode("utf-8", "replace")
    return "".join(c if c.isprintable() else " " for c in plain).strip()[:limit]
