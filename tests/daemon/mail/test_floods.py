"""A server that never stops talking: whatever it says, the line is dropped before it fills the memory."""

from __future__ import annotations

import resource
import socket
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import count, repeat

import pytest

from daemon.mail import fetch
from daemon.mail.answers import uids
from daemon.mail.talk import Talk
from daemon.mail.values import Deadlines, Slice, Visit
from daemon.mail.wire import LineLostError, Wire

Ends = tuple[Talk, Callable[[Iterable[bytes]], None]]
MEGABYTE = b"x" * (1 << 20)


@pytest.fixture
def ends() -> Iterator[Ends]:
    """Give a talk, and a way to let the other end say things."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()

    def say(words: Iterable[bytes]) -> None:
        with suppress(OSError):
            for word in words:
                theirs.sendall(word)

    def begin(words: Iterable[bytes]) -> None:
        threading.Thread(target=say, args=(words,), daemon=True).start()

    with ours, theirs:
        yield Talk(Wire(ours, Deadlines(connect=5, read=5, command=5)), frozenset(), []), begin


def messages() -> Iterator[bytes]:
    head = (
        b'FETCH (UID %d INTERNALDATE "01-Nov-2026 10:00:00 +0000" BODY[HEADER.FIELDS (FROM)] {2}\r\n\r\n)\r\n'
    )
    for start in count(1, 1000):
        yield b"".join(b"* 1 " + head % uid for uid in range(start + 5000, start + 6000))


def literals() -> Iterator[bytes]:
    yield b"* 1 FETCH (UID 1 BODY[] "
    yield from repeat(b"{1048576}\r\n" + MEGABYTE)


FLOODS: dict[str, Callable[[], Iterable[bytes]]] = {
    "a line without an end": lambda: repeat(MEGABYTE),
    "an answer without an end": literals,
    "answers without an end": lambda: repeat(b"* LIST () NIL x\r\n" * 4000),
    "messages nobody asked for": messages,
}


LISTENING: dict[str, Callable[[Talk], object]] = {
    "to a command": lambda talk: talk.run(b"NOOP"),
    "to headers": lambda talk: list(
        fetch.stream(talk, [Visit(b"INBOX", (Slice(1, 1000, 1000),), opened=True)])
    ),
}


@pytest.mark.parametrize("listening", LISTENING)
@pytest.mark.parametrize("flood", FLOODS)
def test_a_flood_is_dropped(flood: str, listening: str, ends: Ends) -> None:
    talk, say = ends
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    say(FLOODS[flood]())
    with pytest.raises((LineLostError, TimeoutError)):
        LISTENING[listening](talk)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300 * 1024


def test_a_few_deflated_bytes_do_not_become_gigabytes(
    ends: Ends,
) -> None:
    talk, say = ends
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    bomb = b"".join(deflate.compress(MEGABYTE) for _ in range(600)) + deflate.flush(zlib.Z_SYNC_FLUSH)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    say([bomb])
    talk.wire.compress()
    with pytest.raises(LineLostError):
        talk.run(b"NOOP")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


@pytest.mark.parametrize("size", [(1 << 22) - 2, 1 << 22, (1 << 22) + 1, 3 << 22, 20_000_001])
def test_what_was_deflated_comes_out_whole(size: int, ends: Ends) -> None:
    talk, say = ends
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    raw = bytes(size - 2) + b"\r\n"
    data = deflate.compress(raw) + deflate.flush(zlib.Z_SYNC_FLUSH)
    talk.wire.compress()
    say([data[:100], data[100:]])
    assert talk.wire.take(size) == raw
    assert not talk.wire.pending


@pytest.mark.parametrize(
    "said", [b"* OK not deflated at all\r\n", b"\x07\xff\xff\xff", b"\x03\x00after its end"]
)
def test_what_is_not_deflated_ends_the_line(said: bytes, ends: Ends) -> None:
    talk, say = ends
    talk.wire.compress()
    say([said])
    with pytest.raises((LineLostError, TimeoutError)):
        talk.run(b"NOOP")


def test_a_million_uids_come_in_one_line(ends: Ends) -> None:
    """Servers without ESEARCH list a folder so."""
    talk, say = ends
    say([b"* SEARCH " + b" ".join(b"%d" % uid for uid in range(1, 1_000_001)) + b"\r\nD1 OK done\r\n"])
    assert len(uids(talk.run(b"UID SEARCH UID 1:*"))) == 1_000_000
