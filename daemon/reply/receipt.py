"""The answer to an answer: what was done, what was not understood and how to say it, how to undo it.

Pure. It goes into the owner's own inbox and nowhere else. No line of it may be read as a command, so
commands stand in quotes and verbs come last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from daemon import tokens
from daemon.digest.clean import clean, shown
from daemon.digest.compose import Envelope, compose
from daemon.digest.letter import Rendered, Settings
from daemon.digest.plain import fold, tidy
from daemon.reply.read import MOST_A_DAY, MOST_BYTES, MOST_COMMANDS, Why
from rules.commands import read
from rules.verbs import VERBS
from rules.words import Words, clipped

SHOWN = 60
_KEYS = {
    Why.UNKNOWN: "receipt.unknown",
    Why.EXPIRED: "receipt.expired",
    Why.LARGE: "receipt.large",
    Why.MANY: "receipt.many",
    Why.OFTEN: "receipt.often",
}
_MOST = {Why.LARGE: MOST_BYTES // 1024, Why.MANY: MOST_COMMANDS, Why.OFTEN: MOST_A_DAY}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a receipt: what was said, of whom, and what came of it."""

    said: str
    name: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a receipt tells. ``told`` are answers to questions, already whole paragraphs."""

    done: tuple[Line, ...] = ()
    failed: tuple[Line, ...] = ()
    unread: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    undo: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """The mail a receipt answers: its Message-ID and subject, the edition it was about ("" for none)."""

    mid: str
    subject: str
    edition: str = ""


def transcript(what: Transcript, settings: Settings) -> str:
    """Return the text of a receipt."""
    say = Words(settings.words)
    parts: list[str] = []
    if what.done:
        parts.append(_listed(say("receipt.head"), [_line(line, say) for line in what.done]))
    parts += what.told
    if what.failed:
        parts.append(_listed(say("receipt.failed"), [_line(line, say) for line in what.failed]))
    if what.unread:
        lines = [_quoted(line) for line in what.unread[:20]]
        parts.append(_listed(say("receipt.unread"), lines))
        parts.append(f"{fold(say('receipt.how'))}\n{fold(say('receipt.names'))}")
    if not (what.done or what.told):
        parts.append(say("receipt.head.none"))
    if what.undo:
        parts.append(fold(say("receipt.undo")))
    return "\n\n".join(parts)


def refusal(why: Why, settings: Settings, days: int) -> str:
    """Return the text for a mail that is the owner's and was not obeyed all the same."""
    say = Words(settings.words)
    return fold(say(_KEYS[why], days=days, most=_MOST.get(why, "")))


def manual(settings: Settings) -> str:
    """Return the lines of help: every answer there is, in quotes, and what it does."""
    say = Words(settings.words)
    forms = [(f"“{verb.form}”", verb.says) for verb in VERBS if verb.by_mail]
    wide = max(len(form) for form, _ in forms) + 2
    lines = [fold(f"· {form.ljust(wide)}{says}", " " * (wide + 4), "  ") for form, says in forms]
    return fold(say("receipt.help")) + "\n" + "\n".join(lines)


def receipt(text: str, to: Answered, settings: Settings, at: int) -> tuple[str, bytes]:
    """Return the Message-ID and the bytes of the one receipt that mail can ever get."""
    say = Words(settings.words)
    edition = to.edition or tokens.FIRST
    mid = tokens.receipt_id(settings.key, edition, settings.domain, to.mid)
    whole = [say("marker"), text, tokens.tag(settings.key, edition, tokens.EVERYTHING)]
    subject = clean(tokens.without_tags(to.subject), 120) or "digwell"
    if subject[:3].lower() != "re:":
        subject = say("subject.receipt", subject=subject)
    above = (tokens.message_id(settings.key, edition, settings.domain),) if to.edition else ()
    envelope = Envelope(mid, "answer", at, answers=to.mid, references=(*above, to.mid))
    rendered = Rendered(subject, tidy("\n\n".join(whole)), "")
    return mid, compose(rendered, settings, envelope)


def _line(line: Line, say: Words) -> str:
    outcome = shown(line.outcome, 300)
    said = _quoted(line.said)
    key = "receipt.line" if line.name else "receipt.line.nobody"
    return say(key, person=clean(line.name, 60), effect=outcome, line=said)


def _quoted(said: str) -> str:
    """Return the owner's words in quotes, glued together where a part of them would be a command."""
    words = f"“{clipped(clean(said, 300), SHOWN)}”".split()
    parts = (words[i:j] for i in range(len(words)) for j in range(i + 1, len(words) + 1))
    glue = "\u00a0" if any(read(" ".join(part)).commands for part in parts) else " "
    return glue.join(words)


def _listed(head: str, lines: Sequence[str]) -> str:
    return "\n".join([head, *(fold(line, "    ", "  ") for line in lines)])
