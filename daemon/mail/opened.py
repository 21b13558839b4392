"""A mail of the owner's to himself, opened: its own words, and what its headers prove.

Only mail that may be a command comes here. Total: it never raises, and it believes no line of a
stranger's beyond the topmost Authentication-Results.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from email.header import decode_header

from daemon.mail.body import parts
from daemon.mail.typed import typed

_FIELD = re.compile(rb"^([!-9;-~]{1,80})[ \t]*:(.*(?:\r?\n[ \t].*)*)", re.MULTILINE)
_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"^\s*dmarc\s*=\s*pass\b", re.IGNORECASE)
_FROM = re.compile(r"\bheader\.from\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
_ONCE = (b"from", b"to", b"cc", b"bcc", b"subject", b"message-id", b"in-reply-to", b"references")
_SENT_ON = frozenset({b"resent-to", b"resent-cc", b"resent-bcc"})
_LONGEST_HEAD = 64 * 1024


@dataclass(frozen=True, slots=True)
class Results:
    """The topmost Authentication-Results: who says so, and for which domain DMARC passed ("" if not)."""

    server: str = ""
    passed: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A mail opened: its text with LF line ends, flowed lines joined, and the size of that text in bytes.

    Of HTML the size is that of its words: the letter it quotes is mostly marks.

    ``clean`` is False where the subject hides a control character in an encoded word, ``single`` where a
    field stands twice that may stand once, or where the mail was sent on to others (Resent-To and such).
    """

    text: str
    size: int
    clean: bool
    single: bool
    results: Results


def opened(raw: bytes) -> Opened:
    """Open a mail: header fields, and its first text part (HTML without marks where there is no other)."""
    end = re.search(rb"\r?\n\r?\n", raw)
    fields = [
        (name.lower(), value.decode("latin-1").strip())
        for name, value in _FIELD.findall(raw[: end.start() if end else None][:_LONGEST_HEAD])
    ]
    proofs = [value for name, value in fields if name == b"authentication-results"]
    text, size = _text(raw)
    return Opened(
        text=text,
        size=size,
        clean=all(_is_clean(value) for name, value in fields if name == b"subject"),
        single=_is_single([name for name, _ in fields]),
        results=_results(proofs[0]) if proofs else Results(),
    )


def _text(raw: bytes) -> tuple[str, int]:
    marked, size = "", 0
    for part in parts(raw):
        if part.attached:
            continue
        if part.type == "text/plain":
            text = part.text()
            flowed = part.params.get("format", "").lower() == "flowed"
            joined = _joined(text, part.params.get("delsp", "").lower() == "yes") if flowed else text
            return joined, len(part.data())
        if part.type == "text/html" and not marked:
            marked = typed(part.text())
            size = len(marked.encode())
    return marked, size


def _joined(text: str, without_space: bool) -> str:
    """Return flowed text (RFC 3676) with its soft line breaks undone, quoted lines left as they are."""
    lines: list[str] = []
    soft = False
    for line in text.split("\n"):
        bare = line if line.startswith(">") else line.removeprefix(" ")
        if soft and not line.startswith(">"):
            lines[-1] = (lines[-1][:-1] if without_space else lines[-1]) + bare
        else:
            lines.append(bare)
        soft = bare.endswith(" ") and bare != "-- " and not line.startswith(">")
    return "\n".join(lines)


def _is_single(names: list[bytes]) -> bool:
    return not _SENT_ON.intersection(names) and all(names.count(name) <= 1 for name in _ONCE)


def _is_clean(subject: str) -> bool:
    """Tell whether a subject, decoded, holds no control characters but its own folding."""
    unfolded = re.sub(r"\r?\n[ \t]", " ", subject.removesuffix("\r"))  # the CR of its own line end
    try:
        decoded = decode_header(unfolded)
    except (ValueError, LookupError, TypeError):
        return False
    whole = "".join(p if isinstance(p, str) else p.decode("latin-1") for p, _ in decoded)
    latin = {"\x85", *map(chr, range(0x80, 0xA0))}  # bytes of other charsets, read as Latin-1
    return not any(unicodedata.category(c) == "Cc" and c not in latin and c != "\t" for c in whole)


def _results(value: str) -> Results:
    """Read one Authentication-Results field (RFC 8601), comments taken out."""
    plain = re.sub(r"\s+", " ", value[:8192])
    for _ in range(4):
        plain = _COMMENT.sub(" ", plain)
    server, *results = plain.split(";")
    for result in results:
        domain = _FROM.search(result)
        if _RESULT.match(result) and domain:
            return Results((server.split() or [""])[0].lower(), domain[1].lower().rstrip("."))
    return Results((server.split() or [""])[0].lower())
