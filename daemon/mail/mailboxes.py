"""Address lists as written by anybody: names, groups, comments, quotes, routes and their ruins.

One pass over the tokens, no recursion, a budget of tokens and a cap on the text: the time is
bounded whatever the field holds. An address is only what stands where an address stands; a name
that looks like an address never becomes one.
"""

from __future__ import annotations

import re
from functools import lru_cache

from daemon.mail.words import clean, decode
from store.addresses import normalise
from store.facts import Named

CAP = 64 * 1024  # characters of one field that are looked at
MOST = 200  # addresses of one field that are kept
_TOKENS = 12_000
_SHORT = 400  # what is longer is not remembered, so that the memory is bounded
_NAME = 200
_ADDRESS = 320  # RFC 5321 section 4.5.3.1: 64 + 1 + 255

# Possessive where two neighbours could share a blank: no input makes it go back and forth.
_ITEM = re.compile(
    r"\s*+(?:(?:\"([^\"\\=?]*+)\"\s*+|([^\"\\<>@,;:()=?]*+))"
    r"<([A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]++@[A-Za-z0-9.-]++)>"
    r"|([A-Za-z0-9.!#$%&'*+/^_`{|}~-]++@[A-Za-z0-9.-]++))\s*+(,|$)"
)
_TOKEN = re.compile(
    r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?<>\"]{0,4000}\?=|[^\"()<>,;:\\=]+|\\.|[\"()<>,;:\\=]", re.DOTALL
)
_SPACE = re.compile(r"[\s\x00-\x1f\x7f]+")
_LITERAL = re.compile(r"\[[0-9a-zA-Z.:-]{2,60}\]$")
_NO_DOMAIN = re.compile(r"[\s<>()\[\]\\,;:\"@]|\.\.|^\.")

Listed = tuple[tuple[Named, ...], int]


def mailboxes(value: str) -> Listed:
    """Return the mailboxes of a header value, first of each address, and how many it names.

    At most ``MOST`` are kept; the count is true up to the cap and estimated beyond it.
    """
    return _remembered(value) if len(value) <= _SHORT else _read(value)


@lru_cache(maxsize=2048)  # whole lists are large; who wrote lately writes again
def _remembered(value: str) -> Listed:
    return _read(value)


def _read(value: str) -> Listed:
    plain = _plain(value) if len(value) <= CAP else None
    if plain is not None:
        return plain
    scan = _Scan()
    scan.read(value[:CAP])
    count = scan.count + (value.count("@", min(scan.done, CAP)) if scan.done < len(value) else 0)
    return tuple(scan.kept.values()), count


def _plain(value: str) -> Listed | None:
    """Read a list that is written as it should be; return None where it is not."""
    kept: dict[str, Named] = {}
    count = at = 0
    while len(kept) < MOST:
        found = _ITEM.match(value, at)
        if not found:
            return None
        quoted, bare, angled, alone, comma = found.groups()
        one = _one(quoted or bare or "", angled or alone)
        if one:
            count += 1
            kept.setdefault(one.address, one)
        at = found.end()
        if not comma:
            return tuple(kept.values()), count
    return tuple(kept.values()), count + value.count("@", at)


def _one(name: str, address: str) -> Named | None:
    return _known(name, address) if len(name) + len(address) <= _SHORT else _mailbox(name, address)


@lru_cache(maxsize=8192)
def _known(name: str, address: str) -> Named | None:
    return _mailbox(name, address)


def _mailbox(name: str, address: str) -> Named | None:
    """Return the mailbox of a name and an address as written, or nothing where it is no address."""
    address = address.strip() if '"' in address else _SPACE.sub("", address)
    if address[:7].lower() == "mailto:":
        address = address[7:]
    if address[:1] == "@" and ":" in address:  # a source route (RFC 5322 section 4.4)
        address = address.rpartition(":")[2]
    address = address.strip("'") if address[:1] == "'" else address
    local, at, domain = address.rpartition("@")
    domain = domain.rstrip(".")
    if not (at and local and domain) or len(address) > _ADDRESS or "=?" in address or "?=" in address:
        return None
    if not _LITERAL.match(domain) and _NO_DOMAIN.search(domain):
        return None
    if local[0] != '"' and _NO_DOMAIN.search(local.replace("..", ".").lstrip(".")):
        return None
    address = normalise(clean(f"{local}@{domain}", _ADDRESS))
    if not address:
        return None
    return Named(address, _name(name, address))


def _name(name: str, address: str) -> str:
    name = decode(name, _NAME).strip("'\" ") if name else ""
    return "" if name.casefold() == address.casefold() else name


class _Scan:
    """The state of one pass: what has been read of the mailbox at hand."""

    def __init__(self) -> None:
        self.kept: dict[str, Named] = {}
        self.count = 0
        self.done = 0
        self._clear()

    def _clear(self) -> None:
        self.phrase: list[str] = []
        self.comment: list[str] = []
        self.angle: list[str] = []
        self.has_angle = False
        self.closed = False  # the last thing read was a closing quote

    def read(self, text: str) -> None:
        """Read a list; a quote or comment that never closes is taken as an ordinary character."""
        plain_quote = plain_comment = len(text) + 1
        while True:
            open_quote, open_comment = self._pass(text, plain_quote, plain_comment)
            if open_quote < 0 and open_comment < 0:
                return
            plain_quote = min(plain_quote, open_quote) if open_quote >= 0 else plain_quote
            plain_comment = min(plain_comment, open_comment) if open_comment >= 0 else plain_comment
            self.kept, self.count = {}, 0
            self._clear()

    def _pass(self, text: str, plain_quote: int, plain_comment: int) -> tuple[int, int]:
        """Go through the tokens once; return where a quote and a comment stayed open, or -1."""
        quote, comment, depth, inside = -1, -1, 0, False
        for number, found in enumerate(_TOKEN.finditer(text)):
            piece, start = found[0], found.start()
            if number >= _TOKENS or len(self.kept) >= MOST:
                self.done = start
                return -1, -1
            if quote >= 0:
                if piece == '"':
                    quote, self.closed = -1, not inside
                self._take(piece if inside or piece != '"' else "", inside, quoted=True)
            elif depth:
                depth += (piece == "(") - (piece == ")")
                if depth:
                    self.comment.append(piece)
            elif piece == '"' and start < plain_quote:
                quote = start
                self._take(piece if inside else "", inside, quoted=True)
            elif piece == "(" and start < plain_comment and not inside:
                depth, comment = 1, start
            else:
                inside = self._structure(piece, inside)
        if quote < 0 and not depth:
            self._flush()
        self.done = len(text)
        return quote, comment if depth else -1

    def _structure(self, piece: str, inside: bool) -> bool:
        """Take a piece outside quotes and comments; return whether an angle bracket is open."""
        if piece == "<":
            if not inside:
                if self.has_angle and self.angle:  # a second address without a comma between
                    self._flush()
                self.has_angle = True
            return True
        if piece == ">":
            return False
        if piece == ";" or (piece == "," and not (inside and self._routed())):
            self._flush()
            return False
        if piece == ":" and not inside:
            self.phrase, self.comment = [], []  # the name of a group
            return False
        self._take(piece, inside, quoted=False)
        return inside

    def _routed(self) -> bool:
        """Tell whether the open angle bracket starts with a source route, which has commas in it."""
        return bool(self.angle) and self.angle[0].lstrip().startswith("@")

    def _take(self, piece: str, inside: bool, *, quoted: bool) -> None:
        if inside:
            self.angle.append(piece)
        elif piece[:1] == "@" and self.closed and not self.has_angle:
            # the quotes belonged to the local part: "a b"@example.org
            self.angle, self.has_angle = (
                ['"', *(part.replace("\x00", "@") for part in self.phrase), '"', piece],
                True,
            )
            self.phrase = []
        elif piece:
            self.closed = False
            text = piece[1:] if piece[0] == "\\" and len(piece) == 2 else piece
            # an at sign in quotes is part of a name, not of an address
            self.phrase.append(text.replace("@", "\x00") if quoted else text)

    def _flush(self) -> None:
        phrase, comment = "".join(self.phrase).strip(), "".join(self.comment).strip()
        angle, has_angle = "".join(self.angle), self.has_angle
        self._clear()
        if not has_angle:
            phrase, angle = _bare_address(phrase)
        phrase = phrase.replace("\x00", "@")
        name = f"{phrase} ({comment})" if phrase and comment else phrase or comment
        one = _one(name, angle) if "@" in angle else None
        if one:
            self.count += 1
            self.kept.setdefault(one.address, one)


def _bare_address(phrase: str) -> tuple[str, str]:
    """Split text without angle brackets into a name and its only address, if it has just one."""
    if phrase.count("@") != 1:
        return phrase, ""
    joined = re.sub(r"\s*@\s*", "@", phrase, count=1) if " @" in phrase or "@ " in phrase else phrase
    words = joined.split()
    address = next(word for word in words if "@" in word)
    return " ".join(word for word in words if word is not address), address
