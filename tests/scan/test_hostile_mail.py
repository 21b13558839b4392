"""Mail that means harm, on a real server among ordinary letters: all is taken in, none holds up others."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from store.db import Store
from tests.fakes.dovecot import Account
from tests.scan.mailbox import fresh, letter, scanned

CORPUS = Path(__file__).parents[1] / "corpus"
END = b"\r\nMessage-ID: <x@y.example>\r\n\r\nbody\r\n"
BOMBS = {
    "five megabytes of subject": b"Subject: " + b"a" * 5_000_000 + END,
    "twenty thousand fields": b"".join(b"X-%d: y\r\n" % n for n in range(20_000))
    + b"From: a@b.example"
    + END,
    "ten thousand folds": b"Subject: a" + b"\r\n b" * 10_000 + END,
    "fifty thousand recipients": b"To: " + b", ".join(b"a%d@b.example" % n for n in range(50_000)) + END,
    "five hundred fields To": b"To: a@b.example\r\n" * 500 + END,
    "five thousand references": b"References:" + b" <a@b.example>" * 5_000 + END,
    "a message id of ten kilobytes": b"Message-ID: <" + b"a" * 10_000 + b"@b.example>\r\n\r\n",
    "zeros": b"From: a\x00@b.example\r\nSub\x00ject: x\x00" + END,
    "nothing": b"",
    "one line end": b"\r\n",
    "carriage returns": b"From: a@b.example\rSubject: x\r\rbody\r",
    "sixteen bits": "From: a@b.example\r\nSubject: x\r\n\r\n".encode("utf-16"),
    "parts in parts": b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(600)
    ),
    "letters in letters": b"Content-Type: message/rfc822\r\n\r\n" * 300,
    "two thousand parts": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\nhi\r\n" * 2_000,
    "three thousand pieces of a parameter": b"Content-Type: multipart/mixed; "
    + b"".join(b"a*%d=b; " % n for n in range(3_000))
    + END,
    "an archive": b"From: a@b.example\r\nContent-Type: application/zip\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n" + b"UEsDBBQA" * 10_000,
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh(tmp_path) as opened:
        yield opened


def test_hostile_mail_is_taken_in_and_the_letters_around_it_too(account: Account, store: Store) -> None:
    evil = [*BOMBS.values(), *(path.read_bytes() for path in sorted(CORPUS.glob("*/*.eml")))]
    for number, raw in enumerate(evil):
        account.deliver(letter(number, account.user, "INBOX"))
        account.deliver(raw)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = scanned(store, account, watch=("inbox",))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert (done.unfinished, done.quarantined) == ((), 0)
    assert store.one("SELECT count(*) FROM message WHERE mid LIKE 'l%@example.net'") == (len(evil),)
    assert len(evil) < done.new <= 2 * len(evil)  # some of the evil are the same letter twice
    assert grown < 60 * 1024
    again = scanned(store, account, watch=("inbox",))
    assert (again.new, again.quarantined) == (0, 0)
