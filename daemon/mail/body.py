"""The few bodies that are opened: their parts, their text, and nothing more.

A bounded walk over MIME: no recursion, no more than ``MOST`` parts, ``DEEPEST`` levels and ``LONGEST``
bytes, attachments never unpacked. It never raises. Which bodies may be opened at all is decided by
the caller; a person's letter is none of them.
"""

from __future__ import annotations

import binascii
import html
import quopri
import re
from collections.abc import Iterator
from dataclasses import dataclass

from daemon.mail.words import text_of

LONGEST = 1024 * 1024
MOST = 60
DEEPEST = 8
_TEXT = 64 * 1024

_HEADERS = frozenset({"content-type", "content-transfer-encoding", "content-disposition"})
_END = re.compile(rb"\r?\n[ \t]*\r?\n")
_FOLD = re.compile(r"\r?\n[ \t]+")
_PARAM = re.compile(r";\s*([a-z0-9-]+)\*?\s*=\s*(?:\"([^\"]*)\"|([^\s;\"]+))", re.IGNORECASE)
_TAGS = re.compile(r"<(?:script|style)\b[^<]*|<[^<>]{0,2000}>", re.IGNORECASE)
_BREAKS = re.compile(r"<(?:br|/p|/div|/tr|/li|/h\d)\b[^<>]{0,200}>", re.IGNORECASE)
_NOISE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]")


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of a message: type in lower case, parameters by lower-case name, bytes as they came."""

    type: str
    params: dict[str, str]
    encoding: str
    raw: bytes
    attached: bool = False

    def data(self) -> bytes:
        """Return the bytes decoded from their transfer encoding, as far as they can be."""
        if self.encoding == "base64":
            letters = re.sub(rb"[^A-Za-z0-9+/]", b"", self.raw)
            letters = letters[: len(letters) - 1] if len(letters) % 4 == 1 else letters
            return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
        if self.encoding == "quoted-printable":
            return quopri.decodestring(self.raw)
        return self.raw

    def text(self) -> str:
        """Return at most 64 kB of text with LF line ends, without control characters."""
        text = text_of(self.data()[:_TEXT], self.params.get("charset", "utf-8"))
        return _NOISE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def parts(raw: bytes) -> Iterator[Part]:
    """Yield the leaves of a message in order; a ``message/rfc822`` is a leaf too."""
    waiting: list[tuple[bytes, int]] = [(raw[:LONGEST], 0)]
    seen = 0
    while waiting and seen < MOST:
        block, depth = waiting.pop()
        part = _part(block)
        inner = _inner(part) if depth < DEEPEST else []
        if inner:
            waiting.extend((one, depth + 1) for one in reversed(inner[: MOST - seen]))
        else:
            seen += 1
            yield part


def unmarked(marked: str) -> str:
    """Return the text of an HTML fragment, crudely: enough to find words and addresses in it."""
    return html.unescape(_TAGS.sub(" ", _BREAKS.sub("\n", marked)))


def _part(block: bytes) -> Part:
    head, body = _halves(block)
    values = _fields(head[:65_536])
    told = values.get("content-type", "")[:4000]
    params = {name.lower(): quoted or bare for name, quoted, bare in _PARAM.findall(told)}
    kind = told.partition(";")[0].strip().lower()
    return Part(
        type=kind if "/" in kind else "text/plain",
        params=params,
        encoding=values.get("content-transfer-encoding", "").strip().lower(),
        raw=body,
        attached=values.get("content-disposition", "").strip().lower().startswith("attachment"),
    )


def _halves(block: bytes) -> tuple[bytes, bytes]:
    """Cut a part into header and body; text without any header field is all body."""
    if block[:1] == b"\n" or block[:2] == b"\r\n":
        return b"", block.removeprefix(b"\r").removeprefix(b"\n")
    end = _END.search(block)
    if end:
        return block[: end.start()], block[end.end() :]
    return (block, b"") if _looks_like_fields(block) else (b"", block)


def _looks_like_fields(block: bytes) -> bool:
    return re.match(rb"[A-Za-z][A-Za-z0-9-]*[ \t]*:", block) is not None


def _fields(head: bytes) -> dict[str, str]:
    values: dict[str, str] = {}
    for line in _FOLD.sub(" ", head.decode("latin-1")).splitlines():
        name, _, value = line.partition(":")
        key = name.strip().lower()
        if key in _HEADERS:
            values.setdefault(key, value.strip())
    return values


def _inner(part: Part) -> list[bytes]:
    """Return the blocks between the boundaries of a multipart; none where it cannot be split."""
    boundary = part.params.get("boundary", "").strip()
    if not part.type.startswith("multipart/") or not boundary:
        return []
    line = re.compile(
        rb"(?:^|\r?\n)--" + re.escape(boundary.encode("latin-1", "replace")) + rb"(--)?[ \t]*(?=\r?\n|$)"
    )
    blocks: list[bytes] = []
    start = -1
    for found in line.finditer(part.raw):
        if start >= 0:
            blocks.append(part.raw[start : found.start()])
        start = found.end() + (2 if part.raw[found.end() : found.end() + 2] == b"\r\n" else 1)
        if found[1] or len(blocks) >= MOST:
            return blocks
    if 0 <= start < len(part.raw):  # cut off before its end
        blocks.append(part.raw[start:])
    return blocks
