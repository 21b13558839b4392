"""Facts: the frozen values that cross the store's door.

A fact stays true whatever formula we change. Times are Unix seconds in UTC, days are whole UTC
days since 1970-01-01, text is decoded and free of control characters. Nothing here judges.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntFlag, StrEnum
from typing import NamedTuple

DAY = 86_400


class Role(StrEnum):
    """What a folder is for (RFC 6154 special use, or a name everybody knows)."""

    INBOX = "inbox"
    SENT = "sent"
    DRAFTS = "drafts"
    ARCHIVE = "archive"
    ALL = "all"
    TRASH = "trash"
    JUNK = "junk"
    OTHER = "other"


class Place(IntFlag):
    """Where a message has been seen so far; the union over all sightings.

    A stranger can put mail that claims to be from the owner into INBOX, JUNK and ALL only:
    see ``PROVEN``.
    """

    SENT = 1
    INBOX = 2
    ARCHIVE = 4
    ALL = 8
    OTHER = 16
    IMPORT = 32
    JUNK = 64
    TRASH = 128
    IMPORT_SENT = 256  # an import from a folder of sent mail: own addresses are learned from it


PROVEN = Place.SENT | Place.ARCHIVE | Place.OTHER | Place.IMPORT
"""Places where only the owner puts mail: a message from the owner seen there was really sent."""


class Mark(IntFlag):
    """What the header fields of a message say about how it was made."""

    LIST_ID = 1  # List-Id or List-Post: a discussion list
    UNSUBSCRIBE = 2  # List-Unsubscribe
    PRECEDENCE_LIST = 4
    PRECEDENCE_BULK = 8  # Precedence: bulk or junk
    AUTO = 16  # Auto-Submitted other than "no", or X-Autoreply and its kin: written by a program
    NULL_PATH = 32  # Return-Path: <>
    BULK_SENDER = 64  # marks of bulk mailing programs (Feedback-ID, X-Campaign, ...)
    REPORT = 128  # multipart/report: a bounce or a receipt
    CALENDAR = 256  # an invitation or an answer to one
    OWN = 512  # claims to be digwell's own (X-Digwell, or a Message-ID of its shape)
    TAGGED = 1024  # the subject carries a digwell tag, or References cite an edition
    MACHINE_FROM = 2048  # no-reply and the like in the From address


NO_MARKS = Mark(0)
MACHINE_MARKS = Mark.AUTO | Mark.NULL_PATH | Mark.REPORT
LIST_MARKS = Mark.LIST_ID | Mark.PRECEDENCE_LIST
# Precedence: bulk is no proof of a machine: old discussion lists set it on everybody's letters
NEWS_MARKS = Mark.UNSUBSCRIBE | Mark.BULK_SENDER | Mark.PRECEDENCE_BULK


class Named(NamedTuple):
    """An address as written in a header field: normalised address and decoded display name."""

    address: str
    name: str = ""


class Message(NamedTuple):
    """One message as its header fields tell it.

    ``identity`` is 16 bytes: a hash of the normalised Message-ID, From, Date, Subject and
    recipients, never of folder, UID or transport fields. ``mid``, ``parent`` and ``references``
    are Message-IDs without angle brackets. ``to_count`` counts To before any cap. ``told`` is what the
    Date field says, in Unix seconds, even where it was not believed (``dated`` False): 0 if nothing.
    """

    identity: bytes
    mid: str
    at: int
    subject: str
    sender: tuple[Named, ...]
    to: tuple[Named, ...] = ()
    cc: tuple[Named, ...] = ()
    bcc: tuple[Named, ...] = ()
    reply_to: tuple[Named, ...] = ()
    to_count: int = 0
    parent: str = ""
    references: tuple[str, ...] = ()
    marks: Mark = NO_MARKS
    list_id: str = ""
    dated: bool = True
    told: int = 0


class Sighting(NamedTuple):
    """A message seen under a UID of a folder (UID 0 for imports)."""

    uid: int
    message: Message


class Quarantined(NamedTuple):
    """A message that could not be read: its UID and the reason, never its content."""

    uid: int
    reason: str
    reader: int  # version of the reader that failed


class Cursor(NamedTuple):
    """How far a folder is recorded: every UID of ``low..high`` (inclusive) has been seen.

    ``low > high`` means nothing yet. ``modseq`` is the HIGHESTMODSEQ of the last complete pass
    (0 if unknown), ``exists`` the number of messages the folder held then.
    """

    uidvalidity: int
    low: int
    high: int
    modseq: int = 0
    exists: int = 0


class Folder(NamedTuple):
    """A folder of an account as remembered."""

    id: int
    account: str
    name: str
    role: Role
    cursor: Cursor | None
    watched: bool = True


class Bounce(NamedTuple):
    """A delivery failure: who could not be reached, for good or for now, for which message."""

    address: str
    permanent: bool
    at: int
    mid: str  # the bounce itself
    original: str = ""  # Message-ID of the mail that bounced, where the report names it


class Meeting(NamedTuple):
    """A calendar event from a mail.

    ``status`` is requested (they ask), offered (the owner asks), accepted or tentative (the owner
    answers, or they say that he did), confirmed (they accept what he organizes) or cancelled.
    """

    uid: str
    at: int
    status: str
    addresses: tuple[str, ...]
    summary: str = ""
    mid: str = ""


class Trait(NamedTuple):
    """Something told about the human behind an address by a card, an address book or a letter.

    ``key`` is the id of the address. ``sort`` is birthday (``2027-05-04`` or ``--05-04``), job,
    organisation, signature, promise (of the owner's) or question (theirs); ``mid`` is the letter it
    stood in, empty for cards. A later trait of the same sort does not replace an earlier one.
    ``source`` says who told it (vcard, linkedin; empty for letters): only what one source tells twice
    in different words is a change.
    """

    key: int
    sort: str
    value: str
    at: int
    mid: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """What an address book says about one human: maybe without an address, to be matched by name.

    ``source`` is vcard or linkedin, ``key`` names the card within its source and stays the same when
    its content changes. ``birthday`` is as in ``Trait``; ``at`` is when it was last told differently.
    """

    source: str
    key: str
    name: str
    addresses: tuple[str, ...] = ()
    organisation: str = ""
    job: str = ""
    birthday: str = ""
    at: int = field(default=0, compare=False)


@dataclass(slots=True)
class Timeline:
    """Days with direct mail between the owner and one address or person, ascending.

    Direct: the other side is in To (or wrote it with the owner in To) and To names at most three.
    ``outs[i]`` and ``ins[i]`` count the direct messages of ``days[i]``. ``others`` are days on
    which one of the two wrote to the other, but only among more people. ``last_out`` and ``last_in``
    are Unix seconds of the last direct message each way, 0 if none.
    """

    days: array[int] = field(default_factory=lambda: array("i"))
    outs: array[int] = field(default_factory=lambda: array("i"))
    ins: array[int] = field(default_factory=lambda: array("i"))
    others: array[int] = field(default_factory=lambda: array("i"))
    last_out: int = 0
    last_in: int = 0


class Address(NamedTuple):
    """One address and the sums over its mail.

    ``person`` is the id of the main address of its person (its own id where nothing is merged).
    ``sent`` and ``received`` count all mail from and to the owner, direct or not; ``lists``,
    ``news`` and ``machines`` count received mail with marks of that class; ``answers`` counts
    received mail that answers a message really sent by the owner; ``first`` and ``last`` are
    Unix seconds over all mail; ``names`` are display names, the most used first. ``listed`` says that
    a List-Id of some mail names the address.
    """

    id: int
    address: str
    name: str
    person: int
    names: tuple[str, ...] = ()
    sent: int = 0
    received: int = 0
    copied: int = 0
    lists: int = 0
    news: int = 0
    machines: int = 0
    answers: int = 0
    first: int = 0
    last: int = 0
    last_in: int = 0
    last_out: int = 0
    listed: bool = False


class Person(NamedTuple):
    """One human (or what looks like one): the addresses merged under a main address.

    ``id`` is public and stable: it is derived from the main address, not from a row.
    """

    id: str
    key: int  # id of the main address
    name: str
    addresses: tuple[Address, ...]

    @property
    def main(self) -> Address:
        """The address to write to."""
        return self.addresses[0]


class Said(NamedTuple):
    """One thing the owner said, by mail or on the command line; undone ones are not loaded.

    ``key`` is the id of the address it was said of (0 for none), ``other`` the second one of
    ``same``, ``different`` and ``introduced``. ``until`` is Unix seconds, ``value`` holds what
    is left (a tag, a cadence in days, a number of people).
    """

    id: str
    at: int
    verb: str
    key: int = 0
    other: int = 0
    text: str = ""
    value: str = ""
    until: int = 0
    command: int = 0


class Suggested(NamedTuple):
    """A line of an earlier digest and what came of it.

    ``key`` is the id of the main address, ``at`` the delivery of the edition (0 if not yet), ``wrote``
    the first letter of the owner's after it, ``answered`` the first mail back, in Unix seconds or 0.
    ``evidence`` holds pairs such as ("message_id", …), ("note_id", …), ("date", …).
    """

    edition: str
    item: str
    key: int
    at: int
    reason: str
    wildcard: bool
    wrote: int = 0
    answered: int = 0
    sentence: str = ""
    evidence: tuple[tuple[str, str], ...] = ()


class Edition(NamedTuple):
    """A weekly instance of the digest. ``key`` is like ``2026w48`` (then ``2026w48b``).

    ``state`` is composed, delivering, delivered or failed; ``slot`` and ``at`` are Unix seconds
    of the time it was due and of its delivery (0 if not yet).
    """

    key: str
    slot: int
    state: str
    message_id: str
    at: int = 0
    error: str = ""
    people: int = 0
    reactions: int = 0


class Exchange(NamedTuple):
    """One message between the owner and a person, for showing: ``out`` is from the owner."""

    mid: str
    at: int
    out: bool
    subject: str
    address: str
    direct: bool
    root: str = ""
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Dossier:
    """What is looked up for the few people who may be suggested.

    ``exchanges`` are the latest first (at most 24), ``shared`` maps ids of other main addresses
    to the number of threads shared with them, ``months`` are direct messages in the last twelve
    months, oldest first.
    """

    key: int
    exchanges: tuple[Exchange, ...]
    shared: Mapping[int, int] = field(default_factory=dict)
    months: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The one read model: all that judgement may see, as of one instant.

    ``people`` holds every correspondent (also the automatic ones); ``timelines`` is keyed by
    ``Person.key`` and holds those to whom the owner ever wrote or who ever answered. ``own``
    are the owner's addresses, ``paces`` the days on which the owner sent any mail.
    """

    as_of: int
    own: frozenset[str]
    people: Mapping[int, Person]
    timelines: Mapping[int, Timeline]
    said: tuple[Said, ...] = ()
    suggested: tuple[Suggested, ...] = ()
    editions: tuple[Edition, ...] = ()
    bounces: tuple[Bounce, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    traits: tuple[Trait, ...] = ()
    cards: tuple[Card, ...] = ()
    paces: array[int] = field(default_factory=lambda: array("i"))
    first_day: int = 0
    messages: int = 0
