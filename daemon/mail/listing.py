"""Folders as a server lists them, and mails put into them: commands and their answers.

Everything optional (LIST-STATUS, CONDSTORE, NAMESPACE) may be missing or broken; the plain way gives
the same result with more round trips.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timezone

from imapclient import imap_utf7

from daemon.mail.answers import FIGURE_LIMIT, Answer, Value, number, pairs
from daemon.mail.folders import role_of, with_roles
from daemon.mail.talk import Literal, Talk, clean, mailbox_name
from daemon.mail.troubles import RefusedError
from daemon.mail.values import Appended, FolderState
from store.errors import UsageError
from store.facts import Role

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_CLOSED = {b"\\NOSELECT", b"\\NONEXISTENT"}
_APPENDED = re.compile(rb"(\d+) (\d+)\Z")
PIPELINED = 50
_PLAIN = b"MESSAGES UIDNEXT UIDVALIDITY"
_FLAG = re.compile(r"\\?[A-Za-z0-9$_\-]+\Z")


def folders(talk: Talk) -> tuple[FolderState, ...]:
    """List every folder with role and figures: one round trip where the server knows how."""
    wanted = _figures(talk)
    heard, spaces = _ask(talk, wanted)
    found, marked = _listed(heard, _foreign(spaces))
    counted = _counted(heard)
    missing = [f.wire for f in found if f.selectable and f.wire not in counted]
    counted |= _ask_each(talk, missing, wanted)
    known = [_with_figures(folder, counted.get(folder.wire, {})) for folder in found]
    return with_roles(known, marked)


def _ask(talk: Talk, wanted: bytes) -> tuple[list[Answer], list[Answer]]:
    """Ask for all folders, with figures where the server knows how, and for namespaces in the same flight."""
    plain = b'LIST "" "*"'
    special = b"SPECIAL-USE " if "SPECIAL-USE" in talk.capabilities else b""
    counting = {"LIST-STATUS", "LIST-EXTENDED"} <= talk.capabilities
    talk.wire.arm()
    tags = talk.send_all(
        [plain + (b" RETURN (" + special + b"STATUS (" + wanted + b"))" if counting else b"")]
        + [b"NAMESPACE"] * ("NAMESPACE" in talk.capabilities)
    )
    heard: list[Answer] = []
    spaces: list[Answer] = []
    refused: RefusedError | None = None
    try:
        heard = talk.hear(tags[0])
    except RefusedError as error:
        refused = error
    with suppress(RefusedError):
        spaces = talk.hear(tags[1]) if tags[1:] else []
    if refused is not None:
        if not counting:
            raise refused
        talk.capabilities -= {"LIST-STATUS"}
        heard = talk.run(plain)
    return heard, [*heard, *spaces]


def status(talk: Talk, wire: bytes) -> FolderState:
    """Ask for the figures of one folder that is not open; what the server does not tell is -1."""
    figures: dict[bytes, Value] = {}
    with suppress(RefusedError):
        heard = talk.look(b"STATUS " + mailbox_name(wire) + b" (" + _PLAIN + b")")
        figures = _answered(wire, heard)
    return _with_figures(FolderState(name=decode(wire), wire=wire), figures)


def examined(wire: bytes, heard: Iterable[Answer]) -> FolderState:
    """Read the answers to EXAMINE."""
    state = FolderState(name=decode(wire), wire=wire)
    for answer in heard:
        words = answer.text.split(None, 2)
        if len(words) > 1 and words[1].upper() == b"EXISTS":
            state = state._replace(exists=number(words[0], state.exists))
        elif answer.word == b"OK":
            code, value = answer.code
            if code == "UIDNEXT":
                state = state._replace(uidnext=number(value))
            elif code == "UIDVALIDITY":
                state = state._replace(uidvalidity=number(value, most=FIGURE_LIMIT))
            elif code == "HIGHESTMODSEQ":
                state = state._replace(modseq=number(value, 0, FIGURE_LIMIT))
    return state


def append_command(wire: bytes, raw: bytes, flags: Iterable[str], at: int) -> tuple[bytes, ...]:
    """Write an APPEND; lone line ends become CRLF, which mail must have."""
    for flag in flags:
        if not _FLAG.match(clean(flag)):
            raise UsageError(f"not an IMAP flag: {flag!r}")
    head = b"APPEND " + mailbox_name(wire) + b" "
    if flags:
        head += b"(" + " ".join(flags).encode() + b") "
    if at:
        day = datetime.fromtimestamp(at, timezone.utc)
        head += f'"{day.day:02d}-{MONTHS[day.month - 1]}-{day.year:04d} {day:%H:%M:%S} +0000" '.encode()
    if b"\0" in raw:
        raise UsageError("a mail with NUL in it cannot be put into a mailbox")
    return head, Literal(re.sub(rb"\r\n|\r|\n", b"\r\n", raw))


def appended(code: tuple[str, bytes]) -> Appended:
    """Read where an appended mail went from the response code of the completion."""
    found = _APPENDED.match(code[1]) if code[0] == "APPENDUID" else None
    return Appended(int(found[1]), int(found[2])) if found else Appended()


def decode(wire: bytes) -> str:
    """Read a folder name: modified UTF-7, or whatever the server sent instead. Never raises."""
    if any(byte > 126 for byte in wire):
        return wire.decode("utf-8", "replace")
    try:
        name: str = imap_utf7.decode(wire)
        name.encode()
    except (ValueError, binascii.Error, LookupError):
        return wire.decode("ascii", "replace")
    return name


def encode(name: str) -> bytes:
    """Write a folder name in modified UTF-7."""
    raw: bytes = imap_utf7.encode(clean(name))
    return raw


def _figures(talk: Talk) -> bytes:
    modseq = {"CONDSTORE", "QRESYNC"} & talk.capabilities
    return _PLAIN + (b" HIGHESTMODSEQ" if modseq else b"")


def _foreign(heard: Iterable[Answer]) -> tuple[bytes, ...]:
    """Prefixes of other people's and shared folders (RFC 2342)."""
    prefixes: list[bytes] = []
    for answer in heard:
        if answer.word == b"NAMESPACE":
            for space in answer.values()[2:4]:
                entries: list[Value] = space if isinstance(space, list) else []
                prefixes += [
                    e[0] for e in entries if isinstance(e, list) and e and isinstance(e[0], bytes) and e[0]
                ]
    return tuple(prefixes)


def _listed(
    heard: Iterable[Answer], foreign: tuple[bytes, ...]
) -> tuple[list[FolderState], dict[bytes, Role]]:
    found: dict[bytes, FolderState] = {}
    marked: dict[bytes, Role] = {}
    for answer in heard:
        if answer.word not in {b"LIST", b"XLIST"}:
            continue
        parts = answer.values()
        if len(parts) < 4 or not isinstance(parts[1], list):
            continue
        flags = [f for f in parts[1] if isinstance(f, bytes)]
        wire = parts[3] if isinstance(parts[3], bytes) else b"NIL"
        delimiter = parts[2] if isinstance(parts[2], bytes) else b""
        if b"\r" in wire or b"\n" in wire or b"\0" in wire:
            continue
        name = decode(wire)
        found[wire] = FolderState(
            name="INBOX" if name.upper() == "INBOX" else name,
            wire=wire,
            delimiter=delimiter.decode("ascii", "replace"),
            selectable=not _CLOSED & {flag.upper() for flag in flags},
            personal=not wire.startswith(foreign) if foreign else True,
        )
        role = role_of(flags)
        if role is not None:
            marked[wire] = role
    return list(found.values()), marked


def _counted(heard: Iterable[Answer]) -> dict[bytes, dict[bytes, Value]]:
    counted: dict[bytes, dict[bytes, Value]] = {}
    for answer in heard:
        if answer.word == b"STATUS":
            parts = answer.values()
            if len(parts) > 2 and isinstance(parts[1], bytes):
                counted[parts[1]] = pairs(parts[2])
    return counted


def _answered(wire: bytes, heard: Iterable[Answer]) -> dict[bytes, Value]:
    """Return the figures asked for. A single answer belongs to the question, however it writes the name.

    Where there are more, a server that knows NOTIFY told of other folders besides.
    """
    told = _counted(heard)
    return told.get(wire) or (next(iter(told.values())) if len(told) == 1 else {})


def _ask_each(talk: Talk, wires: list[bytes], wanted: bytes) -> dict[bytes, dict[bytes, Value]]:
    """STATUS of each folder, fifty in flight; a folder that refuses is left without figures."""
    counted: dict[bytes, dict[bytes, Value]] = {}
    refused: list[bytes] = []
    for start in range(0, len(wires), PIPELINED):
        talk.wire.arm()
        some = wires[start : start + PIPELINED]
        tags = [talk.send(b"STATUS " + mailbox_name(wire) + b" (" + wanted + b")") for wire in some]
        for tag, wire in zip(tags, some, strict=True):
            try:
                counted[wire] = _answered(wire, talk.hear(tag))
            except RefusedError:
                refused.append(wire)
    if refused and b" HIGHESTMODSEQ" in wanted:
        counted |= _ask_each(talk, refused, wanted.replace(b" HIGHESTMODSEQ", b""))
    return counted


def _with_figures(folder: FolderState, figures: dict[bytes, Value]) -> FolderState:
    return folder._replace(
        exists=number(figures.get(b"MESSAGES")),
        uidnext=number(figures.get(b"UIDNEXT")),
        uidvalidity=number(figures.get(b"UIDVALIDITY"), most=FIGURE_LIMIT),
        modseq=number(figures.get(b"HIGHESTMODSEQ"), 0, FIGURE_LIMIT),
    )
