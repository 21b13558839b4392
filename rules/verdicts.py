"""Judgements as values: what the rules conclude, each with its evidence.

Only values live here; the functions that make them are in the rooms named after them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from store.facts import Exchange, Person


class Kind(StrEnum):
    """What stands behind an address."""

    PERSON = "person"
    LIST = "list"
    NEWSLETTER = "newsletter"
    MACHINE = "machine"
    ROLE = "role"
    SELF = "self"


class Reason(StrEnum):
    """Why somebody is suggested, in the order that wins."""

    PROMISE = "promise"
    NEWS = "news"
    YOUR_TURN = "your turn"
    GONE_QUIET = "gone quiet"
    NEW = "new"
    WILDCARD = "wildcard"


class Evidence(NamedTuple):
    """One row that proves a sentence: exactly one of message, note or date is set.

    ``message_id`` has no angle brackets, ``note_id`` is public, ``date`` is ISO.
    """

    message_id: str = ""
    note_id: str = ""
    date: str = ""


class News(StrEnum):
    """What a signal tells, the most telling first."""

    BIRTHDAY = "birthday"
    NEW_JOB = "new job"
    MOVED = "moved firm"
    SIGNATURE = "signature"
    MEETING = "meeting"
    QUESTION = "question"  # theirs, not answered by the owner
    NEW_ADDRESS = "new address"
    FIRST = "first contact"
    PROMISE = "promise"  # the owner's, read in a letter
    ASKED = "asked"  # the owner's question, not answered by them
    BOUNCED = "bounced"


class Signal(NamedTuple):
    """News about one person (``key`` is ``Person.key``), with its evidence; never empty-handed.

    ``at`` is Unix seconds of what happened (a birthday: its next day), ``what`` the news itself (an
    organisation, an address, a subject), ``before`` what held until then.
    """

    news: News
    key: int
    at: int
    what: str
    evidence: tuple[Evidence, ...]
    before: str = ""


class KindVerdict(NamedTuple):
    """The kind, the rule that decided, and every ground found, strongest first."""

    kind: Kind
    rule: str
    grounds: tuple[str, ...] = ()


class Rhythm(NamedTuple):
    """The gap that is, in days, learned from ``days`` contact days.

    ``median`` is between the starts of conversations, ``upper`` (75 %) and ``mean`` between contact days;
    ``learned`` is False where there are too few days to speak of a rhythm.
    """

    median: float
    upper: float
    mean: float
    days: int
    learned: bool


class Tie(NamedTuple):
    """Everything concluded about one person as of the snapshot's instant.

    ``silence`` is days since the last contact, ``strength`` the contact days with a memory of a year as
    they stood then, ``cold`` tells a strong tie beyond twice its usual gap; ``cadence`` the days wished
    (None: the rhythm speaks), ``cadence_from`` which rule said so; ``warmth`` a probability; ``order`` the
    figure by which due people are ordered; ``gate`` the silence in days from which the person may be
    named.
    """

    person: Person
    kind: KindVerdict
    rhythm: Rhythm
    silence: float
    warmth: float
    order: float
    gate: float
    circle: str
    cadence: int | None
    cadence_from: str
    mutual: bool
    strength: float = 0.0
    cold: bool = False


class Candidate(NamedTuple):
    """A person who may be named this week, and why; ``withheld`` says why not, if not.

    ``seat`` is the reserved place it asks for: new, lot (the wildcard's), old (an old friend) or none;
    ``signal`` is the news that made the reason, if any did; ``signals`` are all news about the person.
    """

    tie: Tie
    reason: Reason
    seat: str = ""
    withheld: str = ""
    signal: Signal | None = None
    signals: tuple[Signal, ...] = ()


class Known(NamedTuple):
    """A line the digest may say about a person, and where it comes from."""

    text: str
    source: str
    evidence: tuple[Evidence, ...] = ()


class Suggestion(NamedTuple):
    """One person of the weekly mail, every sentence with its evidence.

    ``number`` counts from 1; ``months`` are twelve monthly counts of direct mail, oldest first.
    ``reply_to`` is the exchange to answer while the last thread is young, else None.
    """

    number: int
    person: Person
    reason: Reason
    sentence: str
    evidence: tuple[Evidence, ...]
    tie: Tie
    wildcard: bool = False
    known: tuple[Known, ...] = ()
    last: Exchange | None = None
    reply_to: Exchange | None = None
    months: tuple[int, ...] = ()
    rhythm_words: str = ""
    balance_words: str = ""
    opening: str = ""
    told_by: str = ""  # which rule chose the cadence, in words


class OpenPromise(NamedTuple):
    """A promise of the owner's that still stands; ``letter`` is its item in the mail."""

    letter: str
    person: Person
    text: str
    at: int
    note_id: str


class Introduction(NamedTuple):
    """Two people of the owner's who should meet; ``ask`` is the one to ask first."""

    letter: str
    one: Person
    other: Person
    sentence: str
    evidence: tuple[Evidence, ...]
    ask: Person


class Outcome(NamedTuple):
    """What came of the last edition: how many of its people the owner wrote to, and who answered."""

    edition: str
    suggested: int
    wrote: int
    answered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Digest:
    """The weekly mail as a value; rendering adds no fact to it.

    ``form`` is full, small (three people), line (a line a month) or empty. ``on`` is the local
    date, ``next_slot`` and ``synced`` are Unix seconds. ``told`` are what digwell was told since
    the last edition, ``troubles`` sentences for the footer, ``pool`` the size of the wildcard's lot,
    ``nobody`` that there is not one person yet with whom mail went both ways.
    """

    edition: str
    on: str
    form: str
    suggestions: tuple[Suggestion, ...]
    promises: tuple[OpenPromise, ...] = ()
    introductions: tuple[Introduction, ...] = ()
    outcome: Outcome | None = None
    favours: str = ""
    told: tuple[str, ...] = ()
    troubles: tuple[str, ...] = ()
    pool: int = 0
    slot: str = ""
    synced: int = 0
    next_slot: int = 0
    notices: tuple[str, ...] = field(default=())
    nobody: bool = False
