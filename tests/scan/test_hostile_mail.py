"""Mail that means harm, on a real server among ordinary letters: all is taken in, none holds up others."""

from __future__ import annotations

import os
import resource
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from daemon.mail.imap import connect
from daemon.mail.parse import READER
from daemon.mail.values import Credential
from daemon.scan.memory import Memory
from daemon.scan.run import scan
from daemon.scan.values import Wishes
from store.db import Store
from store.facts import DAY
from tests.fakes.dovecot import Account
from tests.scan.mailbox import BRISK, NOW, box, fresh, letter, scanned

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


@pytest.mark.skipif(os.geteuid() != 0, reason="the mail server runs as the owner of the files")
@pytest.mark.parametrize("since", [None, date(2020, 1, 1)])
def test_mail_that_the_server_cannot_give_is_put_aside_alone(
    since: date | None, account: Account, store: Store
) -> None:
    paths = [account.deliver(letter(number, account.user, "INBOX")) for number in range(300)]
    for path in (paths[7], paths[200]):
        os.chown(path, 0, 0)
        path.chmod(0)
    plain = box(account, watch=("inbox",))._replace(since=since)
    done = scan(store, plain, lambda: connect(plain, Credential("pw"), BRISK), Wishes(now=NOW))
    assert (done.new, done.quarantined, done.unfinished) == (298, 2, ())
    assert store.rows("SELECT uid FROM quarantine ORDER BY uid") == [(8,), (201,)]


@pytest.fixture
def withheld(account: Account, store: Store) -> Path:
    """One of forty mails that the server cannot open, put aside by a first scan."""
    if os.geteuid() != 0:
        pytest.skip("the mail server runs as the owner of the files")
    paths = [account.deliver(letter(number, account.user, "INBOX")) for number in range(40)]
    os.chown(paths[30], 0, 0)
    paths[30].chmod(0)
    assert scanned(store, account, watch=("inbox",)).quarantined == 1
    return paths[30]


def readers(store: Store) -> list[tuple[int, int]]:
    return [(uid, reader) for uid, reader in store.rows("SELECT uid, reader FROM quarantine")]


def test_mail_the_server_could_not_give_is_asked_for_again_the_next_day(
    account: Account, store: Store, withheld: Path
) -> None:
    withheld.chmod(0o600)
    os.chown(withheld, *account.owner)
    assert scanned(store, account, watch=("inbox",)).new == 0
    assert scanned(store, account, watch=("inbox",), wishes=Wishes(now=NOW + DAY)).new == 1
    assert readers(store) == []


@pytest.mark.usefixtures("withheld")
def test_mail_the_server_still_cannot_give_holds_up_no_scan(account: Account, store: Store) -> None:
    for days, came in ((1, 0), (2, 1)):
        for number in range(came):
            account.deliver(letter(99 + number, account.user, "INBOX"))
        done = scanned(store, account, watch=("inbox",), wishes=Wishes(now=NOW + days * DAY))
        assert (done.new, done.unfinished) == (came, ())
    assert readers(store) == [(31, READER)]


@pytest.mark.usefixtures("withheld")
def test_what_an_older_reader_put_aside_is_tried_by_the_new_one_and_put_aside_again(
    account: Account, store: Store
) -> None:
    store.execute("UPDATE quarantine SET reader = ?", (READER - 1,))
    done = scanned(store, account, watch=("inbox",))
    assert (done.new, done.quarantined, done.unfinished) == (0, 1, ())
    assert readers(store) == [(31, READER)]


def test_a_reason_that_changes_its_figures_is_the_same_reason() -> None:
    memory = Memory()
    for line, guilty in ((1, False), (1, False), (2, True)):
        memory.line = line
        assert memory.accuse((1, 7), b"", f"internal error [2026-11-22 07:09:{line}3]") is guilty
