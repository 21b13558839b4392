"""Header fields streamed off the line: several folders and commands in flight, nothing parsed twice.

Servers may work on several FETCHes of a folder at once and mix their answers, so what comes is pooled
and each command takes the UIDs of its own slice out of the pool.

Only named header fields and INTERNALDATE are asked for, never ENVELOPE, always with a cap and always
with PEEK. Answers that look as nearly all do are framed by one expression; any other takes the
general way. A message is paired with its header by the UID of the same answer, or not at all.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from daemon.mail import listing, parse
from daemon.mail.answers import Answer, Value, internal_date, number, pairs, read_answer
from daemon.mail.talk import Talk, clean, mailbox_name
from daemon.mail.troubles import RefusedError
from daemon.mail.values import Batch, Damaged, Gathered, Opened, Piece, Portion, RawHeader, Slice, Visit

HEADER_CAP = 65_536
IN_FLIGHT = 16
MESSAGES_IN_FLIGHT = 4_000
SET_LIMIT = 4_000

_ITEMS = b"(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (%s)]<0.%d>)" % (
    " ".join(parse.FIELDS).upper().encode(),
    HEADER_CAP,
)
_USUAL = re.compile(
    rb'\* \d+ FETCH \(UID (\d+) INTERNALDATE "([^"\r\n]{24,30})" '
    rb"BODY\[HEADER\.FIELDS \([^)\r\n]*\)\](?:<0>)? \{(\d{1,7})\}\r\n"
)


@dataclass(slots=True)
class _Sent:
    """A command on its way: for which visit, and for which slice (None: the EXAMINE)."""

    tag: bytes
    visit: Visit
    part: Slice | None


@dataclass(slots=True)
class _Pool:
    """What has come in for the folder that is open: messages by UID, completions by tag."""

    found: dict[int, RawHeader | Damaged] = field(default_factory=dict)
    done: dict[bytes, Answer] = field(default_factory=dict)
    waiting: set[bytes] = field(default_factory=set)


def stream(talk: Talk, visits: Iterable[Visit], depth: int = IN_FLIGHT) -> Iterator[Opened | Batch]:
    """Open folder after folder for reading and stream the headers of its slices, in the order given.

    A refused command is reported in its place and ends nothing; whatever else goes wrong is raised.
    """
    todo = _commands(visits)
    flying: deque[_Sent] = deque()
    pool = _Pool()
    load = 0
    drained = False
    while True:
        while not drained and len(flying) < depth and load < MESSAGES_IN_FLIGHT:
            command = next(todo, None)
            if command is None:
                drained = True
                break
            visit, part, text = command
            flying.append(_Sent(talk.send(text), visit, part))
            if part is not None:
                pool.waiting.add(flying[-1].tag)
            load += _weight(part)
        if not flying:
            return
        sent = flying.popleft()
        load -= _weight(sent.part)
        talk.wire.arm()
        if sent.part is None:
            pool.found.clear()
            yield _opened(talk, sent)
        else:
            yield _batch(talk, sent, sent.part, pool)


def _commands(visits: Iterable[Visit]) -> Iterator[tuple[Visit, Slice | None, bytes]]:
    for visit in visits:
        if not visit.opened:
            yield visit, None, b"EXAMINE " + mailbox_name(visit.wire)
        for part in visit.slices:
            yield visit, part, b"UID FETCH " + _set(part) + b" " + _ITEMS


def _set(part: Slice) -> bytes:
    if part.uids:
        return uid_set(part.uids)
    return b"%d:%d" % (part.low, part.high)


def _weight(part: Slice | None) -> int:
    return 0 if part is None else (part.expected if part.expected >= 0 else part.high - part.low + 1)


def _opened(talk: Talk, sent: _Sent) -> Opened:
    try:
        return Opened(sent.visit, listing.examined(sent.visit.wire, talk.hear(sent.tag)))
    except RefusedError as refused:
        return Opened(sent.visit, None, refused)


def _batch(talk: Talk, sent: _Sent, part: Slice, pool: _Pool) -> Batch:
    """Read on until a FETCH is complete, and take its slice out of the pool."""
    while sent.tag not in pool.done:
        _pour(talk, pool)
    inside = sorted(uid for uid in pool.found if part.low <= uid <= part.high)
    found = [pool.found.pop(uid) for uid in inside]
    refused = None
    try:
        talk.settle(pool.done.pop(sent.tag))
    except RefusedError as error:
        refused = error
    return Batch(sent.visit, part, found, refused)


def _pour(talk: Talk, pool: _Pool) -> None:
    """Read answers into the pool up to the next completion. The hot loop: the usual one costs one match."""
    wire, found, match = talk.wire, pool.found, _USUAL.match
    while True:
        usual = match(wire.buf, wire.pos)
        if usual is None:
            if wire.buf.find(b"\n", wire.pos) < 0:
                wire.more()
                continue
        else:
            start = usual.end()
            end = start + int(usual[3])
            if len(wire.buf) < end + 3 and end - start <= HEADER_CAP:
                wire.more()
                continue
            if wire.buf[end : end + 3] == b")\r\n":
                uid = int(usual[1])
                found[uid] = RawHeader(uid, internal_date(usual[2]), wire.buf[start:end])
                wire.pos = end + 3
                continue
        answer = read_answer(wire)
        if answer.tag in pool.waiting:
            pool.waiting.discard(answer.tag)
            pool.done[answer.tag] = answer
            return
        if talk.notice(answer):
            _unusual(answer, found)


def _unusual(answer: Answer, found: dict[int, RawHeader | Damaged]) -> None:
    """Read a FETCH answer of any shape; one without a header is somebody's flags and no concern of ours."""
    for uid, figures in _told([answer]):
        bodies = [value for name, value in figures.items() if name.startswith(b"BODY[HEADER")]
        received = figures.get(b"INTERNALDATE")
        if bodies and not isinstance(bodies[0], bytes):
            found[uid] = Damaged(uid, b"", "the server gave no header")
        elif bodies and isinstance(bodies[0], bytes) and not isinstance(received, bytes):
            found[uid] = Damaged(uid, bodies[0], "the server gave no date of receipt")
        elif bodies and isinstance(bodies[0], bytes) and isinstance(received, bytes):
            found[uid] = RawHeader(uid, internal_date(received), bodies[0])


def _told(heard: Iterable[Answer]) -> Iterator[tuple[int, dict[bytes, Value]]]:
    """Pick the FETCH answers that name a UID out of what was heard."""
    for answer in heard:
        if answer.tag != b"*" or answer.text.split(b" ", 2)[1:2] != [b"FETCH"]:
            continue
        given = answer.values()
        figures = pairs(given[2]) if len(given) == 3 else {}
        uid = number(figures.get(b"UID"))
        if uid > 0:
            yield uid, figures


def uid_set(uids: Iterable[int]) -> bytes:
    """Write UIDs as an ascending set, runs folded."""
    runs: list[list[int]] = []
    for uid in sorted(set(uids)):
        if runs and uid == runs[-1][1] + 1:
            runs[-1][1] = uid
        else:
            runs.append([uid, uid])
    return b",".join(b"%d" % low if low == high else b"%d:%d" % (low, high) for low, high in runs)


def sets(uids: Iterable[int]) -> Iterator[bytes]:
    """Write UIDs as ascending sets, each short enough for any server."""
    held: list[int] = []
    for uid in sorted(set(uids)):
        held.append(uid)
        if len(held) >= SET_LIMIT // 8:
            yield uid_set(held)
            held = []
    if held:
        yield uid_set(held)


def structure(talk: Talk, uids: Iterable[int]) -> dict[int, tuple[Piece, ...]]:
    """Portion for the structure of messages and return the leaves of each."""
    found: dict[int, tuple[Piece, ...]] = {}
    for some in sets(uids):
        for uid, figures in _told(talk.run(b"UID FETCH " + some + b" (UID BODYSTRUCTURE)")):
            tree = figures.get(b"BODYSTRUCTURE")
            if uid > 0 and isinstance(tree, list):
                found[uid] = tuple(_leaves(tree, ""))
    return found


def part(talk: Talk, uid: int, section: str, limit: int) -> bytes:
    """Fetch the beginning of one part, unread marks untouched; empty where there is none."""
    command = f"UID FETCH {uid} (UID BODY.PEEK[{section}]<0.{limit}>)".encode("ascii")
    for told, figures in _told(talk.run(command)):
        for name, value in figures.items():
            if told == uid and name.startswith(b"BODY[") and isinstance(value, bytes):
                return value[:limit]
    return b""


def gather(talk: Talk, asks: Iterable[Portion]) -> Gathered:
    """Fetch parts and structures from several folders, all commands in flight at once.

    What a server refuses is simply not there; answers are told apart by UID and section.
    """
    by_folder: dict[bytes, list[Portion]] = {}
    for ask in asks:
        by_folder.setdefault(ask.wire, []).append(ask)
    sent: list[tuple[bytes, set[bytes]]] = []
    for wire, wanted in by_folder.items():
        sent.append((b"", {talk.send(b"EXAMINE " + mailbox_name(wire))}))
        commands = [b"UID FETCH " + some + _item(ask) for ask in wanted for some in sets(ask.uids)]
        sent.append((wire, {talk.send(command) for command in commands}))
    found = Gathered()
    for wire, tags in sent:
        talk.wire.arm()
        _sort(wire, _until(talk, tags), found)
    return found


def _item(ask: Portion) -> bytes:
    if not ask.limit:
        return b" (UID BODYSTRUCTURE)"
    return f" (UID BODY.PEEK[{clean(ask.section)}]<0.{ask.limit}>)".encode("ascii")


def _until(talk: Talk, tags: set[bytes]) -> Iterator[Answer]:
    """Yield the untagged answers until all commands of those tags are complete, refused or not."""
    while tags:
        answer = read_answer(talk.wire)
        if answer.tag in tags:
            tags.discard(answer.tag)
            with suppress(RefusedError):
                talk.settle(answer)
        elif talk.notice(answer):
            yield answer


def _sort(wire: bytes, answers: Iterable[Answer], found: Gathered) -> None:
    for uid, figures in _told(answers):
        for name, value in figures.items():
            if name == b"BODYSTRUCTURE" and isinstance(value, list):
                found.pieces[wire, uid] = tuple(_leaves(value, ""))
            elif name.startswith(b"BODY[") and isinstance(value, bytes):
                found.parts[wire, uid, name[5 : name.index(b"]")].decode("ascii", "replace")] = value


def _leaves(tree: list[Value], section: str) -> Iterator[Piece]:
    """Walk a BODYSTRUCTURE: children are the lists a multipart begins with (RFC 9051 section 7.5.2)."""
    if tree and isinstance(tree[0], list):
        for place, child in enumerate(tree, 1):
            if not isinstance(child, list):
                return
            yield from _leaves(child, f"{section}.{place}" if section else str(place))
        return
    words = [v.decode("ascii", "replace").lower() if isinstance(v, bytes) else "" for v in tree[:7]]
    if len(words) < 7:
        return
    kind = f"{words[0]}/{words[1]}"
    parameters = tree[2] if isinstance(tree[2], list) else []
    charset = dict(zip(map(_lower, parameters[::2]), map(_lower, parameters[1::2]), strict=False)).get(
        "charset", ""
    )
    yield Piece(section or "1", kind, words[5] or "7bit", max(0, number(tree[6], 0)), charset)


def _lower(given: Value) -> str:
    return given.decode("ascii", "replace").lower() if isinstance(given, bytes) else ""
