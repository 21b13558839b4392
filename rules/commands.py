"""The grammar of answers: what of a mail's text is a command, and what is prose.

Pure: a tokenizer and the table of verbs, no backtracking, never an exception. A line that is not wholly
a command is prose and does nothing. Nothing here knows who wrote the text or what an item stands for.

    script   = { line }                      until a quote, a signature, our marker, or prose after commands
    line     = command { ("," | ";") command } | "log" [words] address [words]
    command  = verb [items] [["for" | "until" | "to" | "by" | "in"] when] [":" text]
    items    = item { ["," | "and"] item }   item = 1..99 | a..z | all | a full address
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches

from rules.moments import days, moment
from rules.quoting import ends_script, is_greeting
from rules.verbs import BY_WORD, Command, Items, Need, Verb

LONGEST_LINE = 2_000
PROSE_BEFORE = 3
ENOUGH = 100
"""Nobody means so many commands; what comes after them is not read."""
WRAPPED = 60
"""A line of text at least this long may have been wrapped by a mail program: the next one goes on."""

_TOKEN = re.compile(r"[,;:&+]|[^\s,;:&+]+")
_ADDRESS = re.compile(r"[^\s<>@,;:\"]{1,64}@[^\s<>@,;:\"]{1,253}")
_UNITS = frozenset({"day", "days", "week", "weeks", "month", "months", "year", "years"})
_TOWARDS = frozenset({"for", "until", "till", "to", "by", "in", "on"})
_JOINTS = frozenset({",", "and", "&", "+"})
_ALIKE = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "，": ",", "、": ",", "；": ";", "：": ":"}
    | {0xFF10 + digit: str(digit) for digit in range(10)}  # what a Japanese or Chinese keyboard types
)
_LINK_OF_ADDRESS = re.compile(r"<mailto:[^<>\s]{1,400}>", re.IGNORECASE)
"""What Outlook writes behind an address where it makes plain text of a link."""
_NOT_ASKED = frozenset({
    "is", "are", "was", "were", "am", "will", "would", "can", "could", "did", "does", "do", "has", "have",
    "had", "should", "shall", "may", "might", "must", "cares", "wants", "said", "told", "else", "knew",
    "needs", "gets", "got",
})  # fmt: skip
_SOME_DAY = date(2000, 1, 3)
_MOST_WORDS = 6
SHORT = 5
"""A line that begins with a verb and has no more words than this was probably meant as a command."""
MISSPELT = 0.75
"""So like a verb must a first word be to be taken for a slip of the finger."""


@dataclass(frozen=True, slots=True)
class Script:
    """The commands of a text, and the lines that begin like one but are none."""

    commands: tuple[Command, ...] = ()
    unread: tuple[str, ...] = ()


def read(text: str, item: str = "") -> Script:
    """Read the free text of an answer; ``item`` is what the mail is about where a verb names nobody.

    Items, lengths of time and texts stay as written. Total: any text gives a script.
    """
    commands: list[Command] = []
    unread: list[str] = []
    prose = 0
    previous = ""
    for line in _LINK_OF_ADDRESS.sub("", text.translate(_ALIKE)).splitlines():
        if not line or line.isspace():
            previous = ""
            continue
        if len(commands) >= ENOUGH or ends_script(line):
            break
        found = _line(line, item) if prose == 0 or " " in line.strip() else None
        if found:
            commands += found
        elif _goes_on(previous, commands):
            commands[-1] = replace(commands[-1], text=f"{commands[-1].text} {_squeezed(line)}")
        elif prose == 0 and _begins_like_one(line):
            unread.append(_squeezed(line)[:200])
        elif not is_greeting(line):
            prose += 1
            if commands or prose >= PROSE_BEFORE:
                break
        previous = line
    return Script(tuple(commands), tuple(unread))


def read_link(subject: str, item: str) -> Script:
    """Read the subject of a link of ours, its tag taken off: ``digwell VERB [VALUE] NAME``.

    The name is for the eye only: whom it is about stands in the tag (``item``), so a verb about people
    needs either a tag of one item or items of its own. Other subjects give an empty script.
    """
    words = subject.translate(_ALIKE).split()
    if len(words) < 2 or words[0].lower() != "digwell":
        return Script()
    line = " ".join(words[1:])
    verb = BY_WORD.get(words[1].lower().rstrip(":"))
    if verb is None or not verb.by_mail:
        return Script(unread=(line[:200],))
    whole = _line(line, item if words[1].endswith(":") else "")
    if whole and (item == "all" or verb.items is Items.NONE or words[1].endswith(":")):
        return Script(tuple(whole))
    command = _link_command(verb, words[2:], item, line)
    return Script((command,)) if command else Script(unread=(line[:200],))


def read_untagged(subject: str) -> Script:
    """Read the subject of a mail to oneself that answers nothing: ``log``, ``who``, ``why`` or ``help``.

    A ``log`` without an address has no items: whom it names is for those to say who know the people.
    """
    words = subject.translate(_ALIKE).split()
    if words and words[0].lower() == "digwell":
        words = words[1:]
    verb = BY_WORD.get(words[0].lower()) if words else None
    if verb is None or not verb.untagged:
        return Script()
    line = " ".join(words)
    if verb.name == "log":
        return _log(words[1:], line)
    found = _line(line, "")
    allowed = found and len(found) == 1 and all(_is_address(i) for i in found[0].items)
    return Script(tuple(found)) if found and allowed else Script(unread=(line[:200],))


def _log(words: Sequence[str], line: str) -> Script:
    """Read `log call ana@example.org 20 min`: the one address in it is whom it is about."""
    tokens = [word.strip("<>()[],;:") for word in words]
    addresses = list(dict.fromkeys(token.lower() for token in tokens if _is_address(token)))
    if len(addresses) == 1:
        text = " ".join(w for w, t in zip(words, tokens, strict=True) if t.lower() != addresses[0])
        return Script((Command("log", (addresses[0],), "", text.strip(" ,;:"), line),))
    if not addresses and words:
        return Script((Command("log", (), "", " ".join(words), line),))
    return Script(unread=(line[:200],))


def _link_command(verb: Verb, words: Sequence[str], item: str, line: str) -> Command | None:
    """Return the command of a link: its value stands right after the verb, then a name, maybe ``: text``."""
    items: tuple[str, ...] = () if verb.items is Items.NONE else (item,)
    if items and item in {"", "all"} and not verb.asks:
        return None
    when = ""
    if verb.when is not Need.NO:
        tokens = [word.lower() for word in words]
        when, _ = _when(tokens[1:] if tokens[:1] and tokens[0] in _TOWARDS else tokens)
        if not when and (verb.when is Need.MUST or verb.name == "snooze"):
            return None
    if verb.items is Items.NONE and verb.text is Need.MUST:
        return None  # people and who are wholly read or not at all
    text = line.partition(":")[2].strip() if verb.text is not Need.NO else ""
    return Command(verb.name, items, when, text, line)


def _line(line: str, item: str) -> list[Command] | None:
    """Return the commands of a line that is wholly commands, else None."""
    bare = line.strip()
    if bare[:2] in {"- ", "* ", "• ", "· ", "– ", "— "}:
        bare = bare[2:].lstrip()
    if not bare or len(bare) > LONGEST_LINE:
        return None
    words = bare.split()
    if words[0].lower() == "log":
        found = _log(words[1:], bare).commands
        return [c for c in found if c.items] or None
    return Reader(bare, item).line()


class Reader:
    """Reads one line from left to right; ``at`` is the next token, nothing is read twice."""

    def __init__(self, line: str, item: str) -> None:
        self.source = line
        self.item = item
        self.spans = [(found.start(), found.group()) for found in _TOKEN.finditer(line)]
        self.words = [word.lower() for _, word in self.spans]
        self.at = 0
        if ":" not in self.words:
            self._drop_the_end()

    def line(self) -> list[Command] | None:
        """Return the commands, or None where anything is left over."""
        commands: list[Command] = []
        verb: Verb | None = None
        while self.at < len(self.words):
            if commands and not self._separator():
                return None
            told = BY_WORD.get(self._peek())
            if told is not None:
                verb = told
                self.at += 1
            elif not commands:
                return None
            command = self._command(verb, bare=told is None) if verb and verb.by_mail else None
            if command is None:
                return None
            commands.append(command)
        return commands or None

    def _command(self, verb: Verb, bare: bool) -> Command | None:
        if verb.name == "log":
            return None  # it takes a whole line
        if verb.items is Items.NONE and verb.text is Need.MUST:
            return None if bare else self._words_of(verb)
        items = () if verb.items is Items.NONE else self._items()
        when = self._moment() if verb.when is not Need.NO else ""
        text = self._text() if verb.text is not Need.NO else ""
        if verb.name == "promised" and not when:
            text, when = due(text)
        if not self._complete(verb, items, when, text, bare):
            return None
        if verb.items is not Items.NONE and not items and self.item not in {"", "all"}:
            items = (self.item,)
        return Command(verb.name, items, when, text, self.source)

    def _complete(self, verb: Verb, items: tuple[str, ...], when: str, text: str, bare: bool) -> bool:
        if bare and not items:
            return False
        if (verb.when is Need.MUST and not when) or (verb.text is Need.MUST and not text):
            return False
        return _enough(verb, items, self.item)

    def _items(self) -> tuple[str, ...]:
        found: list[str] = []
        if self._peek() == ":" and self.item in {"", "all"} and _item(self._peek(1)):
            self.at += 1  # `done: 1`: no text can be meant where nobody has been named yet
        while self.at < len(self.words):
            ahead = self.at
            if found:
                while ahead < len(self.words) and self.words[ahead] in _JOINTS and ahead < self.at + 2:
                    ahead += 1
            if (
                ahead >= len(self.words)
                or _when(self.words[ahead : ahead + 2])[0]
                or not _item(self.words[ahead])
            ):
                break
            found.append(_item(self.words[ahead]))
            self.at = ahead + 1
        return tuple(dict.fromkeys(found))

    def _moment(self) -> str:
        ahead = self.at + (1 if self._peek() in _TOWARDS else 0)
        when, used = _when(self.words[ahead : ahead + 2])
        if when:
            self.at = ahead + used
        return when

    def _text(self) -> str:
        """Return what stands after a colon, to the end of the line."""
        if self._peek() != ":":
            return ""
        start = self.spans[self.at][0] + 1
        self.at = len(self.words)
        return _squeezed(self.source[start:])

    def _words_of(self, verb: Verb) -> Command | None:
        """Return ``people 3`` or ``who acme``: a few words, and no question that is prose."""
        rest = self.words[self.at :]
        self.at = len(self.words)
        if verb.name == "people":
            right = len(rest) == 1 and rest[0].isascii() and rest[0].isdigit() and 1 <= int(rest[0][:4]) <= 20
            return Command(verb.name, (), "", rest[0], self.source) if right else None
        asked = rest[1:] if rest[:1] and rest[0] in {"at", "in", "knows"} else rest
        prose = not asked or len(rest) > _MOST_WORDS or asked[0] in _NOT_ASKED or "?" in self.source
        if prose or any(word in {",", ";", ":"} for word in rest):
            return None
        start = self.spans[len(self.words) - len(rest)][0]
        return Command(verb.name, (), "", _squeezed(self.source[start:]), self.source)

    def _separator(self) -> bool:
        if self._peek() not in {",", ";"}:
            return False
        self.at += 1
        if self._peek() == "and":
            self.at += 1
        return self.at < len(self.words)

    def _peek(self, ahead: int = 0) -> str:
        return self.words[self.at + ahead] if self.at + ahead < len(self.words) else ""

    def _drop_the_end(self) -> None:
        """Drop a full stop, a comma left over, and the question mark of `why 2?`.

        A `help?` alone is no question: it ends many a sentence of ours, and may be all of a wrapped line.
        """
        while self.words and self.words[-1] in {",", ";"}:
            self.words.pop()
        verb = BY_WORD.get(self.words[0]) if len(self.words) > 1 else None
        ends = ".!?" if verb is not None and verb.asks else ".!"
        if self.words and self.words[-1][-1] in ends and self.words[-1][:-1]:
            self.words[-1] = self.words[-1][:-1]


def _enough(verb: Verb, items: tuple[str, ...], item: str) -> bool:
    """Tell whether a verb has as many items as it takes; ``item`` stands in where there are none."""
    if verb.items is Items.NONE:
        return True
    if not items:
        return (verb.asks and verb.untagged) or item not in {"", "all"}
    if verb.items is Items.MANY:
        return True
    return "all" not in items and len(items) <= (2 if verb.items is Items.PAIR else 1)


def _item(word: str) -> str:
    """Return an item as it is known inside, or nothing: a number, a letter, ``all``, an address."""
    bare = word.removeprefix("#")
    if bare.isascii() and bare.isdigit() and 1 <= len(bare) <= 2 and bare[0] != "0":
        return bare
    if len(word) == 1 and "a" <= word <= "z":
        return word
    if word == "all":
        return word
    address = word.strip("<>()")
    return address if _is_address(address) else ""


def _is_address(word: str) -> bool:
    return _ADDRESS.fullmatch(word) is not None


def _when(words: Sequence[str]) -> tuple[str, int]:
    """Return a moment or length at the start of ``words`` and how many of them it takes."""
    if len(words) >= 2 and words[1] in _UNITS and days(f"{words[0]} {words[1]}"):
        return f"{words[0]} {words[1]}", 2
    if words and not words[0].isdigit() and moment(words[0], _SOME_DAY):
        return words[0], 1
    return "", 0


def due(text: str) -> tuple[str, str]:
    """Part `the slides by friday` into the text and when it is due, "" if it does not say."""
    head, by, tail = text.rpartition(" by ")
    words = tail.lower().rstrip(" .!").split()
    when, used = _when(words)
    return (head, when) if by and head and when and used == len(words) else (text, "")


def _goes_on(previous: str, commands: Sequence[Command]) -> bool:
    """Tell whether a line is the rest of a text that a mail program has wrapped."""
    if not commands or not commands[-1].text:
        return False
    ended = commands[-1].text[-20:]
    return len(previous) >= WRAPPED and _squeezed(previous).endswith(ended)


def _begins_like_one(line: str) -> bool:
    """Tell whether a line looks meant as a command: a verb, then an item, or little at all."""
    words = [word.strip(".,:;!?") for word in line.lower().split()]
    if len(words) < 2:
        return False
    named = any(_item(word) and not word.isalpha() for word in words[1:3])
    if words[0] in BY_WORD:
        return named or len(words) <= SHORT
    return named and len(words) <= SHORT and bool(get_close_matches(words[0], BY_WORD, 1, MISSPELT))


def _squeezed(text: str) -> str:
    return " ".join(text.split())
