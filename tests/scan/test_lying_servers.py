"""Servers that lie about numbers, names and folders: no lie stops it, fills its memory or misleads it."""

from __future__ import annotations

import re
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from daemon.mail.imap import connect
from daemon.mail.values import FIELDS, Credential, Portion
from daemon.scan.run import scan
from daemon.scan.values import Scanned, Wishes
from store.db import Store
from store.errors import TemporaryError
from tests.fakes.scripted import Client, Scripted
from tests.scan.mailbox import BRISK, NOW, fresh, knows, letter

OWNER = "maya@example.org"


def mails(folder: str, count: int, first: int = 0) -> dict[int, bytes]:
    return {uid: letter(first + uid, OWNER, folder) for uid in range(1, count + 1)}


@pytest.fixture
def server() -> Iterator[Scripted]:
    folders = {"INBOX": mails("INBOX", 30), "Sent": mails("Sent", 20, 100), "Archive": mails("A", 10, 200)}
    with Scripted(folders) as running:
        yield running


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh(tmp_path) as opened:
        yield opened


def scanned(store: Store, server: Scripted) -> Scanned:
    box = server.box()
    return scan(store, box, lambda: connect(box, Credential("pw"), BRISK), Wishes(now=NOW))


def test_the_scripted_server_is_read_whole(server: Scripted, store: Store) -> None:
    assert (scanned(store, server).new, scanned(store, server).new) == (60, 0)


@pytest.mark.parametrize("number", ["9999999999999999999", "9" * 40, "9" * 5_000])
@pytest.mark.parametrize(
    "which", ["MESSAGES", "[UIDNEXT", "[UIDVALIDITY", "UIDNEXT", "UIDVALIDITY", "EXISTS"]
)
def test_a_number_that_cannot_be_is_taken_for_none(
    which: str, number: str, server: Scripted, store: Store
) -> None:
    plain = (rf"\d+(?= {which})", number) if which == "EXISTS" else (rf"(?<={re.escape(which)} )\d+", number)

    def twist(client: Client, command: str) -> bytes | None:
        if not command.startswith(("STATUS", "EXAMINE")):
            return None
        return re.sub(*plain, server.usual(client, command).decode()).encode()

    server.twist = twist
    assert (scanned(store, server).new, scanned(store, server).new) == (60, 0)


def test_folders_that_claim_four_thousand_million_mails_are_asked_which(
    server: Scripted, store: Store
) -> None:
    def twist(client: Client, command: str) -> bytes | None:
        if not command.startswith("STATUS"):
            return None
        return re.sub(rb"(MESSAGES|UIDNEXT) \d+", rb"\1 4294967295", server.usual(client, command))

    server.twist = twist
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert scanned(store, server).new == 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20 * 1024


def test_a_flood_of_figures_of_other_folders_is_not_taken_for_the_answer(
    server: Scripted, store: Store
) -> None:
    """With NOTIFY a server tells of any folder at any time (RFC 5465)."""

    def twist(client: Client, command: str) -> bytes | None:
        if not command.startswith("STATUS"):
            return None
        other = b"* STATUS Sent (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 7)\r\n"
        return server.usual(client, command).replace(b"{tag}", other + b"{tag}")

    server.folders["Sent"] = {}
    server.twist = twist
    assert scanned(store, server).new == 40
    box = server.box()
    with connect(box, Credential("pw"), BRISK) as line:
        assert line.look(b"INBOX").exists == 30
        assert {f.name: f.exists for f in line.folders()} == {"INBOX": 30, "Sent": 0, "Archive": 10}


def test_words_in_small_letters_are_understood(server: Scripted, store: Store) -> None:
    def twist(client: Client, command: str) -> bytes | None:
        usual = server.usual(client, command)
        return re.sub(rb"FETCH|EXISTS|SEARCH|STATUS|LIST", lambda word: word[0].lower(), usual)

    server.twist = twist
    assert scanned(store, server).new == 60


def test_a_folder_that_cannot_be_opened_lends_its_name_to_no_other(server: Scripted) -> None:
    """Some servers leave the folder before open when they refuse the next (RFC 9051, 6.3.2)."""

    def twist(_client: Client, command: str) -> bytes | None:
        return b"{tag} NO [UNAVAILABLE] not now\r\n" if command == "EXAMINE Sent" else None

    server.twist = twist
    asks = [
        Portion(wire, (1, 2), section) for wire in (b"INBOX", b"Sent", b"Archive") for section in (FIELDS, "")
    ]
    with connect(server.box(), Credential("pw"), BRISK) as line:
        came = line.gather(asks)
        assert sorted(came.headers) == [(b"Archive", 1), (b"Archive", 2), (b"INBOX", 1), (b"INBOX", 2)]
        assert sorted(came.pieces) == sorted(came.headers)
        assert line.gather([Portion(b"Sent", (1,), "", 100)]).parts == {}


def test_what_was_not_asked_for_is_not_opened(server: Scripted) -> None:
    def twist(client: Client, command: str) -> bytes | None:
        if "FETCH" not in command:
            return None
        return server.usual(client, command.replace(" 2 ", " 1:9 "))

    server.twist = twist
    with connect(server.box(), Credential("pw"), BRISK) as line:
        came = line.gather([Portion(b"INBOX", (2,), FIELDS), Portion(b"INBOX", (2,), "")])
        assert (list(came.headers), list(came.pieces)) == ([(b"INBOX", 2)], [(b"INBOX", 2)])
        assert list(line.gather([Portion(b"INBOX", (2,), "", 9)]).parts) == [(b"INBOX", 2, "")]


BRACKETS = {
    "sections that never end": b"* 1 FETCH (UID 1 " + b"a[ " * 340_000 + b")",
    "a section without an end": b'* 1 FETCH (UID 1 BODY[1 "x")',
    "two hundred brackets": b"* 1 FETCH (UID 1 BODYSTRUCTURE " + b"(" * 250 + b")" * 250 + b")",
    "a broken tree": b"* 1 FETCH (UID 1 BODYSTRUCTURE ((((NIL) NIL) {3}\r\nabc 5)))",
    "many parts": b"* 1 FETCH (UID 1 BODYSTRUCTURE (" + b'("a" "b" NIL NIL NIL NIL 1)' * 30_000 + b"))",
    "many quotes": b"* 1 FETCH (UID 1 BODYSTRUCTURE (" + b'"' * 900_001 + b"))",
    "backslashes": b'* 1 FETCH (UID 1 BODYSTRUCTURE ("' + b"\\" * 900_001 + b"))",
}


@pytest.mark.parametrize("bomb", BRACKETS)
def test_an_answer_that_is_a_bomb_is_read_or_refused_in_bounded_time(bomb: str, server: Scripted) -> None:
    def twist(_client: Client, command: str) -> bytes | None:
        return BRACKETS[bomb] + b"\r\n{tag} OK done\r\n" if "FETCH" in command else None

    server.twist = twist
    start = time.process_time()
    with suppress(TemporaryError), connect(server.box(), Credential("pw"), BRISK) as line:
        line.gather([Portion(b"INBOX", (1,), FIELDS), Portion(b"INBOX", (1,), "")])
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "listed", ["1:4294967295", "1:40000000", ",".join(["1:4000000"] * 9), "0:5", "9" * 30]
)
def test_a_list_of_messages_that_cannot_be_is_refused_before_it_is_written_out(
    listed: str, server: Scripted
) -> None:
    def twist(_client: Client, command: str) -> bytes | None:
        if not command.startswith("UID SEARCH"):
            return None
        return b'* ESEARCH (TAG "x") UID ALL ' + listed.encode() + b"\r\n{tag} OK done\r\n"

    server.capabilities, server.twist = "IMAP4rev1 ESEARCH", twist
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with connect(server.box(), Credential("pw"), BRISK) as line:
        line.examine(b"INBOX")
        with pytest.raises(TemporaryError):
            line.uids()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024


def shuffled(said: list[bytes]) -> list[bytes]:
    return sorted(said, key=lambda one: hash(one) % 97)


ORDERS: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "descending": lambda said: said[::-1],
    "shuffled": shuffled,
    "twice": lambda said: [*said, *said],
    "with mail of other slices": lambda said: [*said, *(s.replace(b"(UID ", b"(UID 9") for s in said)],
    "with others' flags": lambda said: [
        p for s in said for p in (b"* 1 FETCH (FLAGS (\\Seen) UID 3)\r\n", s)
    ],
    "with partial sections": lambda said: [s.replace(b"(FROM)]", b"(from)]<0>") for s in said],
    "with dates last": lambda said: [
        re.sub(rb"(INTERNALDATE \"[^\"]*\") (.*)\)\r\n\Z", rb"\2 \1)\r\n", s, flags=re.DOTALL) for s in said
    ],
}


@pytest.mark.parametrize("order", ORDERS)
def test_answers_in_any_order_and_company_give_the_same_facts(
    order: str, server: Scripted, store: Store, tmp_path: Path
) -> None:
    scanned(store, server)
    whole = knows(store)

    def twist(client: Client, command: str) -> bytes | None:
        if "FETCH" not in command:
            return None
        *said, done = re.split(rb"(?=\* \d+ FETCH|\{tag\})", server.usual(client, command))
        return b"".join(ORDERS[order]([one for one in said if one])) + done

    server.twist = twist
    with fresh(tmp_path, "again.db") as other:
        done = scanned(other, server)
        assert (done.new, done.quarantined, done.unfinished) == (60, 0, ())
        assert knows(other) == whole


@pytest.mark.parametrize("said", [b"", b"* CAPABILITY\r\n", b"* CAPABILITY {9}\r\nIMAP4rev1\r\n"])
def test_a_server_that_does_not_say_what_it_can_do_is_read_in_the_plain_way(
    said: bytes, server: Scripted, store: Store
) -> None:
    def twist(_client: Client, command: str) -> bytes | None:
        signed_in = any(one.startswith("LOGIN") for one in server.commands)
        return said + b"{tag} OK done\r\n" if command == "CAPABILITY" and signed_in else None

    server.twist = twist
    assert scanned(store, server).new == 60
