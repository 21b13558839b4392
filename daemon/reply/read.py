"""Is this mail an answer of the owner's, and what does it say? Pure: facts in, one intention out.

Every condition under which a mail is obeyed stands here, and nowhere else. A mail that fails one is
refused, or is no command at all; nothing here does, sends or remembers anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from daemon import tokens
from daemon.mail.opened import Opened
from rules.commands import Script, read, read_link, read_untagged
from rules.quoting import own_words
from rules.verbs import BY_WORD, Command, Need
from store.addresses import domain, organisation_domain
from store.facts import DAY, LIST_MARKS, MACHINE_MARKS, NEWS_MARKS, Mark, Message

MOST_BYTES = 20 * 1024
MOST_COMMANDS = 40
MOST_A_DAY = 30
_NOT_BY_HAND = MACHINE_MARKS | LIST_MARKS | NEWS_MARKS | Mark.OWN
_SISTERS: Mapping[str, str] = {"google.com": "gmail.com", "googlemail.com": "gmail.com"}


class Why(StrEnum):
    """Why a mail is not obeyed."""

    KNOWN = "known"
    SENDER = "not from the owner alone"
    OTHERS = "not to the owner alone"
    AUTOMATIC = "not written by hand"
    FORGED = "no valid tag"
    UNPROVEN = "the inbox proves nothing"
    UNKNOWN = "unknown letter"
    EXPIRED = "expired"
    LARGE = "too large"
    MANY = "too many commands"
    OFTEN = "too many mails in a day"


TOLD = frozenset({Why.UNKNOWN, Why.EXPIRED, Why.LARGE, Why.MANY, Why.OFTEN})
"""Refusals the owner hears of: the tag was valid, so the mail is the owner's."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What must be known to judge a mail.

    ``editions`` maps every letter ever written to the time it was sent, ``known`` tells that the
    mail's Message-ID stands in the ledger, ``today`` counts command mails of the last 24 hours.
    ``sent`` is True for mail found in Sent, False for the inbox; ``host`` is the mailbox's server.
    ``prefilled`` are sentences of ours that a link may have left in the text, ``below`` the one
    under which nothing is the owner's.
    """

    own: frozenset[str]
    key: bytes
    editions: Mapping[str, int]
    now: int
    expire: int
    known: bool = False
    today: int = 0
    sent: bool = True
    host: str = ""
    prefilled: tuple[str, ...] = ()
    below: str = ""


@dataclass(frozen=True, slots=True)
class Obey:
    """Carry this out. ``edition`` and ``item`` are what the mail answers, both "" for untagged mail."""

    script: Script
    edition: str = ""
    item: str = ""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Do nothing, and count it. ``edition`` is set where a valid tag names one."""

    why: Why
    edition: str = ""


@dataclass(frozen=True, slots=True)
class Ignore:
    """It is no command mail at all."""


Judgement = Obey | Refuse | Ignore


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a mail validly claims to answer; ``linked`` if its subject says so itself."""

    tag: tokens.Tag
    linked: bool = False


def judge(message: Message, inside: Opened | None, facts: Facts) -> Judgement:
    """Judge a mail by its header facts and, where it was opened, by what is inside it."""
    tagged = tokens.looks_tagged(message.subject) or bool(_cites(message, facts.key))
    if not tagged and Mark.TAGGED not in message.marks:
        return _untagged(message, facts)
    if Mark.OWN in message.marks:
        return Ignore()
    why = _whose(message, inside, facts)
    if why:
        return Refuse(why)
    claim = _claim(message, inside, facts)
    if claim is None or inside is None:
        return Refuse(Why.FORGED)
    return _answer(message, inside, facts, claim)


def _whose(message: Message, inside: Opened | None, facts: Facts) -> Why | None:
    """Return what is wrong with sender, recipients or the way it was made, if anything."""
    others = [named.address for named in (*message.to, *message.cc, *message.bcc)]
    senders = [named.address for named in message.sender]
    mine = len(senders) == 1 and senders[0] in facts.own
    only_mine = bool(others) and message.to_count <= len(message.to) and facts.own.issuperset(others)
    checks = (
        (facts.known, Why.KNOWN),
        (not mine, Why.SENDER),
        (not only_mine, Why.OTHERS),
        (inside is not None and not inside.single, Why.FORGED),
        (bool(message.marks & _NOT_BY_HAND) or not message.mid, Why.AUTOMATIC),
        (not facts.sent and not (mine and _proven(senders[0], inside, facts.host)), Why.UNPROVEN),
    )
    return next((why for bad, why in checks if bad), None)


def _proven(sender: str, inside: Opened | None, host: str) -> bool:
    """Tell whether our own server vouches for the sender: DMARC pass for exactly that domain."""
    if inside is None or not inside.results.server:
        return False
    return inside.results.passed == domain(sender) and _same_house(inside.results.server, host)


def _same_house(server: str, host: str) -> bool:
    if server == host.lower():
        return True
    names = [organisation_domain(f"x@{name.lower()}") for name in (server, host)]
    one, other = (_SISTERS.get(name, name) for name in names)
    return bool(one) and "." in one and one == other


def _claim(message: Message, inside: Opened | None, facts: Facts) -> _Claim | None:
    """Return what the mail validly claims to answer: by the tag in its subject, else by its references."""
    if tokens.looks_tagged(message.subject):
        found = tokens.tags(facts.key, message.subject)
        # a link of ours ends with its tag; elsewhere the tag only proves, and the text speaks
        ends = message.subject.rstrip().endswith("]") or not _is_link(message.subject)
        if len(found) != 1 or tokens.count_tags(message.subject) != 1 or not ends:
            return None
        if inside is None or not inside.clean:
            return None
        return _Claim(found[0], linked=True)
    cites = _cites(message, facts.key)
    if not cites:
        return None
    return _Claim(tokens.Tag(cites[0].edition, tokens.EVERYTHING))


def _cites(message: Message, key: bytes) -> tuple[tokens.Tag, ...]:
    return tokens.cited(key, (message.parent, *reversed(message.references)))


def _answer(message: Message, inside: Opened, facts: Facts, claim: _Claim) -> Judgement:
    """Judge a mail whose claim is valid: the letter must be known and young, and the mail of a fit size."""
    tag = claim.tag
    written = facts.editions.get(tag.edition)
    small = inside.size <= MOST_BYTES
    subject = message.subject if claim.linked else ""
    script = _script(subject, inside.text, tag.item, facts) if small else Script()
    checks = (
        (written is None, Why.UNKNOWN),
        (written is not None and facts.now - written > facts.expire * DAY, Why.EXPIRED),
        (not small, Why.LARGE),
        (len(script.commands) > MOST_COMMANDS, Why.MANY),
        (facts.today >= MOST_A_DAY, Why.OFTEN),
    )
    why = next((why for bad, why in checks if bad), None)
    if why is not None:
        says_nothing = small and not script.commands and not script.unread
        return Ignore() if says_nothing else Refuse(why, tag.edition)
    return Obey(script, tag.edition, tag.item) if script.commands or script.unread else Ignore()


def _is_link(subject: str) -> bool:
    return subject.lstrip().lower().startswith("digwell ")


def _script(subject: str, text: str, item: str, facts: Facts) -> Script:
    """Return what is to be done: the link's command with words added to it, or the free text."""
    plain = tokens.without_tags(subject).strip()
    if not _is_link(plain):
        return read(text, item)
    link = read_link(plain, item)
    words = own_words(text, facts.prefilled, facts.below)
    if not link.commands or not words:
        return link
    more = read(words, item)
    if more.commands and not more.unread:
        return Script((*link.commands, *more.commands), link.unread)
    return Script((_with_words(link.commands[0], words), *link.commands[1:]), link.unread)


def _with_words(command: Command, words: str) -> Command:
    verb = BY_WORD.get(command.verb)
    takes = verb is not None and verb.text is not Need.NO and not command.text
    return replace(command, text=" ".join(words.split())) if takes else command


def _untagged(message: Message, facts: Facts) -> Judgement:
    """Judge a mail to oneself that answers nothing: its subject may log or ask, in Sent only."""
    if not facts.sent or message.references or message.parent:
        return Ignore()
    script = read_untagged(message.subject)
    if not script.commands:
        return Ignore()
    why = _whose(message, None, facts)
    if why:
        return Refuse(why)
    return Refuse(Why.OFTEN) if facts.today >= MOST_A_DAY else Obey(script)
