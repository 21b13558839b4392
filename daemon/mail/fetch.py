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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from daemon.mail import listing, parse
from daemon.mail.answers import Answer, Value, internal_date, number, pairs, read_answer
from daemon.mail.talk import Talk, mailbox_name
from daemon.mail.troubles import RefusedError
from daemon.mail.values import Batch, Damaged, Opened, RawHeader, Slice, Visit
from daemon.mail.wire import LineLostError

HEADER_CAP = 65_536
IN_FLIGHT = 16
MESSAGES_IN_FLIGHT = 4_000
POOL_LIMIT = 100_000

HEADERS = b"(UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (%s)]<0.%d>)" % (
    " ".join(parse.FIELDS).upper().encode(),
    HEADER_CAP,
)
_USUAL = re.compile(
    rb'\* \d+ FETCH \(UID (\d{1,10}) INTERNALDATE "([^"\r\n]{24,30})" '
    rb"BODY\[HEADER\.FIELDS \([^)]*\)\](?:<0>)? \{(\d{1,7})\}\r\n"
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
        ready: list[tuple[Visit, Slice | None, bytes]] = []
        while not drained and len(flying) + len(ready) < depth and load < MESSAGES_IN_FLIGHT:
            command = next(todo, None)
            if command is None:
                drained = True
                break
            ready.append(command)
            load += _weight(command[1])
        for tag, (visit, part, _) in zip(talk.send_all([text for *_, text in ready]), ready, strict=True):
            flying.append(_Sent(tag, visit, part))
            if part is not None:
                pool.waiting.add(tag)
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
            yield visit, part, b"UID FETCH " + _set(part) + b" " + HEADERS


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
                if len(found) > POOL_LIMIT:
                    raise LineLostError("the server tells of messages that nobody asked for")
                wire.more_of_line()
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
    for uid, figures in told([answer]):
        header = header_of(uid, figures)
        if header is not None:
            found[uid] = header


def header_of(uid: int, figures: Mapping[bytes, Value]) -> RawHeader | Damaged | None:
    """Take the header out of what a server told of a message; None where it told none."""
    bodies = [value for name, value in figures.items() if name.startswith(b"BODY[HEADER.FIELDS")]
    if not bodies:
        return None
    received = figures.get(b"INTERNALDATE")
    if not isinstance(bodies[0], bytes):
        return Damaged(uid, b"", "the server gave no header")
    if not isinstance(received, bytes):
        return Damaged(uid, bodies[0], "the server gave no date of receipt")
    return RawHeader(uid, internal_date(received), bodies[0])


def told(heard: Iterable[Answer]) -> Iterator[tuple[int, dict[bytes, Value]]]:
    """Pick the FETCH answers that name a UID out of what was heard."""
    for answer in heard:
        if answer.tag != b"*" or answer.text.upper().split(b" ", 2)[1:2] != [b"FETCH"]:
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
