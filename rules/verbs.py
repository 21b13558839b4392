"""The one table of verbs behind both front doors, the mail and the command line.

Pure values. What a verb does stands in ``daemon/verbs``; how it is read, in ``rules/commands``
and ``daemon/cli``. Nothing here may know a door.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


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
    """One verb: its shape, where it may be said, and its sentence of help.

    ``by_mail``: may be said by mail at all. ``untagged``: may stand in a mail to oneself that
    answers no digest. ``asks``: changes nothing and is always answered.
    ``form`` is how it is written in a mail, N standing for an item.
    """

    name: str
    form: str
    says: str
    items: Items = Items.MANY
    when: Need = Need.NO
    text: Need = Need.NO
    aliases: tuple[str, ...] = ()
    default_when: str = ""
    by_mail: bool = True
    untagged: bool = False
    asks: bool = False


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
    Verb("done", "done N", "met, called or written elsewhere", text=Need.MAY,
         aliases=("met", "called", "wrote", "spoke")),
    Verb("snooze", "snooze N 2w", "ask me again later (5d, 1m, a date)", when=Need.MAY,
         aliases=("later",), default_when="2w"),
    Verb("skip", "skip N", "not this time"),
    Verb("never", "never N", "not this person (undo takes it back)"),
    Verb("slower", "slower N", "less often"),
    Verb("faster", "faster N", "more often"),
    Verb("every", "every N 6w", "as often as that", when=Need.MUST),
    Verb("note", "note N: text", "remember this about them", Items.ONE, text=Need.MUST),
    Verb("gave", "gave N: text", "you helped them", Items.ONE, text=Need.MUST),
    Verb("asked", "asked N: text", "you asked them for help", Items.ONE, text=Need.MUST),
    Verb("promised", "promised N: text", "you owe them this", Items.ONE, when=Need.MAY, text=Need.MUST),
    Verb("kept", "kept N", "promise kept"),
    Verb("release", "release N", "let the promise go"),
    Verb("introduced", "introduced N", "you brought the two together", Items.PAIR),
    Verb("same", "same N", "these are one person", Items.PAIR),
    Verb("different", "different N", "these are two people", Items.PAIR),
    Verb("friend", "friend N", "a person, not a robot"),
    Verb("not-a-person", "not-a-person N", "a robot, not a person"),
    Verb("tag", "tag N: word", "put a word on them", Items.ONE, text=Need.MUST),
    Verb("untag", "untag N: word", "take the word off them", Items.ONE, text=Need.MUST),
    Verb("yes", "yes N", "yes to a question of the mail"),
    Verb("pause", "pause 2w", "no weekly mail for that long", Items.NONE, when=Need.MUST),
    Verb("resume", "resume", "weekly mail again", Items.NONE),
    Verb("people", "people 3", "so many people a week", Items.NONE, text=Need.MUST),
    Verb("now", "now", "this week's mail at once", Items.NONE),
    Verb("draft", "draft N", "a reply in your Drafts folder"),
    Verb("log", "log ana@example.org text", "met or called, with a note", Items.ONE, text=Need.MAY,
         untagged=True),
    Verb("why", "why N", "why this person", untagged=True, asks=True),
    Verb("who", "who acme", "whom you know there", Items.NONE, text=Need.MUST, untagged=True, asks=True),
    Verb("before", "before N", "what to know before you write", asks=True),
    Verb("undo", "undo", "take the last answer back", Items.NONE),
    Verb("help", "help", "these lines", Items.NONE, untagged=True, asks=True),
)  # fmt: skip


def _by_word() -> dict[str, Verb]:
    return {word: verb for verb in VERBS for word in (verb.name, *verb.aliases)}


BY_WORD: Mapping[str, Verb] = _by_word()
"""Every verb by its name and its aliases."""
