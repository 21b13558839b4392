"""What of the few bodies to be opened is asked for: their headers, structures and parts, in one flight.

A command that a server refuses leaves out what it asked for and nothing else. Only with PEEK, and
never more of a part than is wanted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator

from daemon.mail.answers import Answer, Value, number, read_answer
from daemon.mail.fetch import HEADERS, header_of, told, uid_set
from daemon.mail.talk import Talk, clean, mailbox_name
from daemon.mail.troubles import RefusedError
from daemon.mail.values import FIELDS, Gathered, Piece, Portion, RawHeader

SET_LIMIT = 500  # UIDs in one command, so that its line is short enough for any server


def part(talk: Talk, uid: int, section: str, limit: int) -> bytes:
    """Fetch the beginning of one part, unread marks untouched; empty where there is none."""
    command = f"UID FETCH {uid} (UID BODY.PEEK[{section}]<0.{limit}>)".encode("ascii")
    for found, figures in told(talk.run(command)):
        for name, value in figures.items():
            if found == uid and name.startswith(b"BODY[") and isinstance(value, bytes):
                return value[:limit]
    return b""


def gather(talk: Talk, asks: Iterable[Portion], selected: bytes = b"") -> Gathered:
    """Fetch headers, structures and parts from several folders, all commands in flight at once.

    What a server refuses is simply not there; answers are told apart by UID and section. ``selected``
    is open already (opening a large folder costs a server much); ``Gathered.selected`` is open afterwards.
    """
    by_folder: dict[bytes, list[Portion]] = {}
    for ask in sorted(asks, key=lambda ask: ask.wire != selected):
        by_folder.setdefault(ask.wire, []).append(ask)
    found = Gathered(selected=selected)
    sent = []
    for wire, portions in by_folder.items():
        first = [b"EXAMINE " + mailbox_name(wire)] if wire != selected else []
        commands = [b"UID FETCH " + some + b" " + _items(ask) for ask in portions for some in sets(ask.uids)]
        tags = talk.send_all(first + commands)
        sent.append((wire, set(tags[: len(first)]), set(tags[len(first) :])))
    for wire, opening, fetching in sent:
        talk.wire.arm()
        refused: set[bytes] = set()
        deque(_until(talk, opening, refused), maxlen=0)
        answers = _until(talk, fetching, set())
        if refused:  # whatever is open now, if anything: it is not this folder
            deque(answers, maxlen=0)
        else:
            _sort(wire, {uid for ask in by_folder[wire] for uid in ask.uids}, answers, found)
        found.selected = b"" if refused else wire
    return found


def sets(uids: Iterable[int]) -> Iterator[bytes]:
    """Write UIDs as ascending sets, each short enough for any server."""
    held = sorted(set(uids))
    for start in range(0, len(held), SET_LIMIT):
        yield uid_set(held[start : start + SET_LIMIT])


def _items(ask: Portion) -> bytes:
    if ask.limit:
        return f"(UID BODY.PEEK[{clean(ask.section)}]<0.{ask.limit}>)".encode("ascii")
    return HEADERS if ask.section == FIELDS else b"(UID BODYSTRUCTURE)"


def _until(talk: Talk, tags: set[bytes], refused: set[bytes]) -> Iterator[Answer]:
    """Yield the untagged answers until all commands of those tags are complete; note which were refused."""
    while tags:
        answer = read_answer(talk.wire)
        if answer.tag in tags:
            tags.discard(answer.tag)
            try:
                talk.settle(answer)
            except RefusedError:
                refused.add(answer.tag)
        elif talk.notice(answer):
            yield answer


def _sort(wire: bytes, asked: set[int], answers: Iterable[Answer], found: Gathered) -> None:
    for uid, figures in told(answers):
        if uid not in asked:
            continue
        header = header_of(uid, figures)
        if isinstance(header, RawHeader):
            found.headers[wire, uid] = header
        for name, value in figures.items():
            if name == b"BODYSTRUCTURE" and isinstance(value, list):
                found.pieces[wire, uid] = tuple(_leaves(value, ""))
            elif header is None and name.startswith(b"BODY[") and isinstance(value, bytes):
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
