"""The reader against anything: it never raises, never takes long, and lets nothing dangerous through."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.mail.parse import FIELDS, message, read
from store.facts import DAY, Message

NOW = 1_790_000_000
DANGEROUS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

words = st.sampled_from(
    [
        *("<", ">", ",", ";", ":", '"', "(", ")", "\\", "@", " ", "a@example.org", "[192.0.2.1]", "Anna"),
        *("=?utf-8?q?", "=?utf-8?b?", "?=", "=0D=0A", "=?gb2312?b?1tA=?="),
        *("\r\n ", "\r", "\n", "\x00", "\x1b]52;", "\u202e", "\xff", "\ud83d"),
    ]
)
values = st.one_of(st.text(max_size=80), st.lists(words, max_size=30).map("".join))
lines = st.tuples(st.sampled_from([*FIELDS, "X-Other", "from", "SUBJECT", ""]), values)
blocks = st.lists(lines, max_size=12).map(
    lambda pairs: "\r\n".join(f"{name}: {value}" for name, value in pairs).encode("utf-8", "surrogatepass")
)


def check(found: Message) -> None:
    people = (*found.sender, *found.to, *found.cc, *found.bcc, *found.reply_to)
    texts = [found.subject, found.mid, found.parent, found.list_id, *found.references]
    texts += [text for one in people for text in (one.address, one.name)]
    assert not [text for text in texts if DANGEROUS.search(text)]
    assert all("@" in one.address and len(one.address) <= 320 and len(one.name) <= 200 for one in people)
    assert len(found.to) + len(found.cc) + len(found.bcc) <= 200
    assert len(found.to) <= found.to_count
    assert len(found.references) <= 100
    assert 631_152_000 <= found.at <= NOW + DAY
    assert len(found.identity) == 16


@given(st.binary(max_size=600))
def test_any_bytes_give_a_message(raw: bytes) -> None:
    check(read(raw, NOW))


@given(blocks)
def test_any_fields_give_a_message_without_a_sting(raw: bytes) -> None:
    check(read(raw, NOW))
    assert read(raw, NOW) == read(raw, NOW)


@given(blocks, st.integers(0, 2_000_000_000))
def test_the_arrival_is_no_part_of_the_identity(raw: bytes, received: int) -> None:
    assert read(raw, received).identity == read(raw, NOW).identity


@given(blocks)
def test_a_whole_file_is_read_like_its_header_block(raw: bytes) -> None:
    whole = message(
        b"X-First: 1\r\n" + raw.replace(b"\r\n\r\n", b"\r\n") + b"\r\n\r\nFrom: body@example.org\r\n", NOW
    )
    check(whole)
    assert "body@example.org" not in [one.address for one in whole.sender]


MANY = 60_000
BOMBS = {
    "open comments": b"From: " + b"(" * MANY,
    "open quotes": b'From: "' + b'\\"' * MANY,
    "angles": b"To: " + b"<" * MANY,
    "commas": b"To: " + b"," * MANY,
    "groups": b"To: " + b"a:" * MANY,
    "recipients": b"To: " + b"Name <a@example.org>, " * 50_000,
    "distinct recipients": b"To: " + b", ".join(b"a%d@example.org" % n for n in range(50_000)),
    "to fields": b"To: a@example.org\r\n" * 20_000,
    "blanks": b"From: a" + b" " * MANY + b"b",
    "encoded words": b"Subject: " + b"=?utf-8?q?a?= " * 20_000,
    "open encoded words": b"Subject: " + b"=?utf-8?q?" * 20_000,
    "folds": b"Subject: a" + b"\r\n b" * 60_000,
    "fields": b"".join(b"X-%d: y\r\n" % n for n in range(30_000)),
    "subject": b"Subject: " + b"a" * 5_000_000,
    "eight bit": b"Subject: " + b"\xff" * 200_000,
    "references": b"References: " + b"<a@b> " * 40_000,
    "message id": b"Message-ID: <" + b"a" * 100_000,
    "date": b"Date: " + b"1 " * MANY,
    "date figures": b"Date: Mon, 21 Sep 2026 " + b"9" * MANY,
    "comment date": b"Date: " + b"(" * MANY,
    "content type": b"Content-Type: multipart/mixed; " + b"".join(b"a*%d=b; " % n for n in range(3000)),
    "received": b"Received: from a by b; nonsense\r\n" * 20_000,
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_is_read_in_bounded_time(name: str) -> None:
    best = 9.0
    for _ in range(3):  # the machine may be busy: the best of three is the reader's own time
        start = time.process_time()
        check(read(BOMBS[name] + b"\r\nMessage-ID: <x@y>\r\n\r\n", NOW))
        best = min(best, time.process_time() - start)
    assert best < 0.05
