"""Values that cross the mailbox door; bytes stop here, library objects never come this far.

Times are Unix seconds in UTC, lengths are bytes, limits are seconds.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple, Protocol

from store.errors import DigwellError
from store.facts import Role


@dataclass(frozen=True, slots=True)
class Credential:
    """What opens a mailbox: a password, or an OAuth access token. Never shown."""

    secret: str = field(repr=False)
    token: bool = False


class Deadlines(NamedTuple):
    """How long the network may take: to connect, between two reads, for a whole command, for a mere look."""

    connect: float = 20.0
    read: float = 90.0
    command: float = 120.0
    look: float = 30.0


class FolderState(NamedTuple):
    """A folder as the server shows it now.

    ``wire`` is its name as it stands on the wire, ``name`` as people read it. Figures the server did
    not give are -1 (``modseq`` 0: none kept).
    """

    name: str
    wire: bytes
    role: Role = Role.OTHER
    delimiter: str = ""
    selectable: bool = True
    personal: bool = True
    exists: int = -1
    uidnext: int = -1
    uidvalidity: int = -1
    modseq: int = 0


class RawHeader(NamedTuple):
    """The wanted header fields of one message, as received; ``received`` is its INTERNALDATE."""

    uid: int
    received: int
    raw: bytes


class Damaged(NamedTuple):
    """A message whose answer could not be used: what came is ``raw``, what was wrong ``reason``."""

    uid: int
    raw: bytes
    reason: str


class Slice(NamedTuple):
    """A run of UIDs asked for in one command, both ends included, with what is known to be there.

    ``uids`` names them where they are known one by one; ``expected`` is how many should be there,
    -1 if unknown.
    """

    low: int
    high: int
    expected: int = -1
    uids: tuple[int, ...] = ()


class Visit(NamedTuple):
    """A folder to be opened for reading, and the slices to be read there, in that order.

    ``opened`` tells that the folder is open already.
    """

    wire: bytes
    slices: tuple[Slice, ...]
    opened: bool = False


class Opened(NamedTuple):
    """A folder has been opened (``state``), or refused to be."""

    visit: Visit
    state: FolderState | None
    refused: DigwellError | None = None


class Batch(NamedTuple):
    """What one slice held, ascending by UID; ``refused`` tells that the server broke it off."""

    visit: Visit
    part: Slice
    found: list[RawHeader | Damaged]
    refused: DigwellError | None = None


class Appended(NamedTuple):
    """Where an appended mail went (RFC 4315); zeros where the server did not say."""

    uidvalidity: int = 0
    uid: int = 0


class Piece(NamedTuple):
    """A part of a message's structure: section number, media type, encoding and size."""

    section: str
    kind: str
    encoding: str = "7bit"
    size: int = 0
    charset: str = ""


FIELDS = "HEADER.FIELDS"


class Portion(NamedTuple):
    """What is wanted of some messages of a folder: at most ``limit`` bytes of a section.

    Sections are those of IMAP ("" the whole, ``HEADER``, ``2.1``). ``limit`` 0 asks for the structure, or
    with the section ``FIELDS`` for the header fields that a scan reads.
    """

    wire: bytes
    uids: tuple[int, ...]
    section: str = ""
    limit: int = 0


@dataclass(slots=True)
class Gathered:
    """What came of asking: headers and leaves by folder and UID, bytes by folder, UID and section.

    ``selected`` is the folder that is open now, empty if none.
    """

    headers: dict[tuple[bytes, int], RawHeader] = field(default_factory=dict)
    pieces: dict[tuple[bytes, int], tuple[Piece, ...]] = field(default_factory=dict)
    parts: dict[tuple[bytes, int, str], bytes] = field(default_factory=dict)
    selected: bytes = b""


class Mailbox(Protocol):
    """One signed-in account. Reads never change a flag; errors are those of ``store.errors``."""

    @property
    def capabilities(self) -> frozenset[str]:
        """What the server says it can do, upper case."""

    @property
    def alerts(self) -> tuple[str, ...]:
        """What the server wants its owner to read, cleaned of control characters."""

    def folders(self) -> tuple[FolderState, ...]:
        """List every folder with its figures, in as few round trips as the server allows."""

    def examine(self, wire: bytes) -> FolderState:
        """Open a folder for reading only and return its figures."""

    def uids(self, low: int = 1, since: date | None = None) -> array[int]:
        """List the UIDs from ``low`` on in the open folder, ascending."""

    def headers(self, visits: Iterable[Visit], depth: int = 16) -> Iterator[Opened | Batch]:
        """Stream headers folder after folder, slice after slice, ``depth`` commands in flight."""

    def part(self, uid: int, section: str, limit: int) -> bytes:
        """Return at most ``limit`` bytes of one part (``""``: the whole message) without marking it read."""

    def gather(self, asks: Iterable[Portion]) -> Gathered:
        """Open folders for reading and fetch all that is asked, in as few round trips as can be."""

    def find(self, wire: bytes, message_id: str) -> tuple[int, ...]:
        """Return the UIDs in a folder of the messages with that Message-ID (no angle brackets)."""

    def append(self, wire: bytes, raw: bytes, flags: tuple[str, ...] = (), at: int = 0) -> Appended:
        """Put a mail into a folder."""

    def move(self, wire: bytes, uids: Iterable[int], target: bytes) -> None:
        """Move messages from one folder to another."""

    def close(self) -> None:
        """Say goodbye if the line still holds, and hang up."""
