"""The one table of verbs behind both front doors, the mail and the command line.

Pure values. What a verb does stands in ``daemon/verbs``; how it is read, in ``rules/commands``
and ``daemon/cli``. Nothing here may know a door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rules.replies import REPLIES


class Items(StrEnum):
    """How many people (or letters of a mail) a verb takes.

    PAIR: two people on the command line, or the one item of a mail that names both.
    """

    NONE = "none"
    ONE = "one"
    MANY = "many"
    PAIR = "pair"


class Need(StrEnum):
    """Whether a verb takes a part of its sentence."""

    NO = "no"
    MAY = "may"
    MUST = "must"


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb: its shape, and where it may be said.

    ``by_mail``: may be said by mail at all. ``untagged``: may stand in a mail to oneself that
    answers no digest. ``asks``: changes nothing and is always answered.
    ``form`` is how it is written in a mail, N standing for an item.
    """

    name: str
    form: str
    items: Items = Items.MANY
    when: Need = Need.NO
    text: Need = Need.NO
    aliases: tuple[str, ...] = ()
    default_when: str = ""
    by_mail: bool = True
    untagged: bool = False
    asks: bool = False

    @property
    def says(self) -> str:
        """Return its sentence of help."""
        return REPLIES[f"help.{self.name}"]


@dataclass(frozen=True, slots=True)
class Command:
    """One command as read: the verb's name, its items and words as the owner wrote them.

    ``items`` are numbers, letters, ``all`` or addresses in a mail, names or addresses on the command
    line; ``when`` is unresolved (``2w``, ``friday``); ``line`` is the source line, for receipts.
    """

    verb: str
    items: tuple[str, ...] = ()
    when: str = ""
    text: str = ""
    line: str = ""


VERBS: tuple[Verb, ...] = (
    Verb("done", "done N", text=Need.MAY,
         aliases=("met", "called", "wrote", "spoke")),
    Verb("snooze", "snooze N 2w", when=Need.MAY,
         aliases=("later",), default_when="2w"),
    Verb("skip", "skip N"),
    Verb("never", "never N"),
    Verb("slower", "slower N"),
    Verb("faster", "faster N"),
    Verb("every", "every N 6w", when=Need.MUST),
    Verb("note", "note N: text", Items.ONE, text=Need.MUST),
    Verb("gave", "gave N: text", Items.ONE, text=Need.MUST),
    Verb("asked", "asked N: text", Items.ONE, text=Need.MUST),
    Verb("promised", "promised N: text", Items.ONE, when=Need.MAY, text=Need.MUST),
    Verb("kept", "kept N"),
    Verb("release", "release N"),
    Verb("introduced", "introduced N", Items.PAIR),
    Verb("same", "same N", Items.PAIR),
    Verb("different", "different N", Items.PAIR),
    Verb("friend", "friend N"),
    Verb("not-a-person", "not-a-person N"),
    Verb("tag", "tag N: word", Items.ONE, text=Need.MUST),
    Verb("untag", "untag N: word", Items.ONE, text=Need.MUST),
    Verb("yes", "yes N"),
    Verb("pause", "pause 2w", Items.NONE, when=Need.MUST),
    Verb("resume", "resume", Items.NONE),
    Verb("people", "people 3", Items.NONE, text=Need.MUST),
    Verb("now", "now", Items.NONE),
    Verb("draft", "draft N"),
    Verb("log", "log ana@example.org text", Items.ONE, text=Need.MAY,
         untagged=True),
    Verb("why", "why N", untagged=True, asks=True),
    Verb("who", "who acme", Items.NONE, text=Need.MUST, untagged=True, asks=True),
    Verb("before", "before N", asks=True),
    Verb("undo", "undo", Items.NONE),
    Verb("help", "help", Items.NONE, untagged=True, asks=True),
)  # fmt: skip


def _by_word() -> dict[str, Verb]:
    return {word: verb for verb in VERBS for word in (verb.name, *verb.aliases)}


BY_WORD: Mapping[str, Verb] = _by_word()
"""Every verb by its name and its aliases."""
