"""The first lines of a letter: what its writer promised or asked, and how they sign.

Pure text in, a few sentences out. Used only where the owner chose ``read: first lines``; what others
wrote before (quotes, forwarded mail) is cut off first, so that nobody is taken at another's word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from daemon.mail.words import clean

LONGEST = 8 * 1024
_SENTENCE = 200
_SIGNATURE = 300
_MOST = 3

_QUOTED = re.compile(r"\s*[>|]")
_ATTRIBUTION = re.compile(
    r"\s*(?:-{2,}\s*(?:original message|forwarded message|ursprüngliche nachricht|message d'origine)"
    r"|_{10,}\s*$|begin forwarded message:|from:\s.{0,200}@|von:\s.{0,200}@|de\s?:\s.{0,200}@"
    r"|(?:on|am|le|el|il|op)\b.{4,200}\b(?:wrote|schrieb|a écrit|escribió|ha scritto|schreef).{0,80}:\s*$)",
    re.IGNORECASE,
)
_SIGNED = re.compile(r"-- ?$")
_CLOSING = re.compile(
    r"\s*(?:(?:best|kind|warm|many)(?: regards| wishes| thanks)?|regards|cheers|thanks|thank you|yours|love"
    r"|sincerely|(?:mit )?(?:freundlichen|besten|lieben|herzlichen|viele|beste|liebe|herzliche)"
    r" grü(?:ße|ßen|sse|ssen)|lg|vg|mfg|cordialement|bien à (?:toi|vous)|saludos|un abrazo"
    r"|cordiali saluti|a presto)\b[\w ,.!]{0,30}$",
    re.IGNORECASE,
)
_END = re.compile(r"(?<=[.!?…])\s+|\n\s*\n")
_PROMISE = re.compile(
    r"(?:\bi(?:['’]ll| will| shall|['’]m going to| am going to| promise to)\s+"
    r"(?:(?:also|then|just|gladly|definitely|try to|make sure to)\s+)?"
    r"(?:send|get|look|check|let|call|write|forward|share|introduce|find|ask|bring|book|pay|mail|email"
    r"|e-mail|ping|come back|put|make|prepare|arrange|read|review|talk|speak|drop|post|return|follow|set"
    r"|give|show|help|dig|try)\b"
    r"|\blet me\s+(?:get back|check|look|ask|send|find|see if)\b"
    r"|\bi owe you\b"
    r"|\bich\s+(?:schicke|sende|melde|rufe|schaue|frage|bringe|gebe|leite|besorge|kümmere|suche|werde)\b"
    r"|\b(?:melde|schicke|sende|kümmere)\s+(?:ich\s+)?(?:mich|dir|ihnen|euch)\b"
    r"|\bje\s+(?:t['’]|vous\s)(?:envoie|enverrai|appelle|rappelle)\b"
    r"|\bte\s+(?:mando|envío|enviaré|llamo|aviso)\b)",
    re.IGNORECASE,
)
_NO_PROMISE = re.compile(
    r"\bif i\b|\bunless\b|\bi['’]ll let you\s+(?:go|get)|\bcan['’]t promise|\bwon['’]t\b|\bnicht\b",
    re.IGNORECASE,
)
_RHETORIC = re.compile(
    r"(?:how are (?:you|things)|what['’]s up|wie geht['’]?s?(?: dir| euch| ihnen)?|ça va)\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Gist:
    """What the first lines hold: sentences of promise, the last question, the signature."""

    promises: tuple[str, ...] = ()
    question: str = ""
    signature: str = ""


def gist(text: str) -> Gist:
    """Return what the writer's own first lines hold; total and bounded."""
    words, signature = _own(text[:LONGEST])
    sentences = [clean(one, 2 * _SENTENCE) for one in _END.split(words)]
    promises = [one for one in sentences if _is_promise(one)]
    questions = [one for one in sentences if one.endswith("?") and _is_question(one)]
    return Gist(
        promises=tuple(one[:_SENTENCE] for one in promises[:_MOST]),
        question=questions[-1][-_SENTENCE:] if questions else "",
        signature=signature,
    )


def _own(text: str) -> tuple[str, str]:
    """Return what the writer wrote now, and how they signed it."""
    lines: list[str] = []
    for line in text.split("\n"):
        if _ATTRIBUTION.match(line):
            break
        if not _QUOTED.match(line):
            lines.append(line.rstrip())
    for number, line in enumerate(lines):
        if _SIGNED.fullmatch(line) or line == "--":
            return "\n".join(lines[:number]), _signature(lines[number + 1 :])
    for number in range(len(lines) - 1, max(-1, len(lines) - 14), -1):
        if _CLOSING.fullmatch(lines[number]):
            return "\n".join(lines[:number]), _signature(lines[number + 1 :])
    return "\n".join(lines), ""


def _signature(lines: list[str]) -> str:
    """Return two to eight lines of a signature on one line, parted by `` · ``; a mere name is none."""
    told = [clean(line, 100) for line in lines if line.strip()][:8]
    if len(told) < 2:
        return ""
    return " · ".join(line for line in told if line)[:_SIGNATURE]


def _is_promise(sentence: str) -> bool:
    found = _PROMISE.search(sentence)
    return (
        found is not None
        and not sentence.endswith("?")
        and not _NO_PROMISE.search(sentence)
        and len(sentence) <= 2 * _SENTENCE - 1
    )


def _is_question(sentence: str) -> bool:
    return len(sentence) >= 8 and not _RHETORIC.search(sentence)
