"""Folders that are oddly named, not the owner's, not to be opened, or gone while one looks."""

from __future__ import annotations

import imaplib
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from daemon.mail.imap import connect
from daemon.mail.values import Credential
from daemon.scan.run import scan
from daemon.scan.values import Wishes
from store.db import Store
from store.errors import TemporaryError
from store.facts import Role
from tests.fakes.access import Access
from tests.fakes.dovecot import Account, Dovecot
from tests.fakes.faulty import Fault, Faulty
from tests.scan.mailbox import BRISK, NOW, box, fill, fresh, knows, letter, scanned

PUBLIC = """
namespace public {{
  type = public
  separator = /
  prefix = Public/
  location = maildir:{base}/public:INDEX=~/public
  subscriptions = no
  list = yes
  mailbox Sent {{
    special_use = \\Sent
    auto = create
  }}
  mailbox news {{
    auto = create
  }}
}}
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with fresh(tmp_path) as opened:
        yield opened


def other_client(account: Account) -> imaplib.IMAP4:
    client = imaplib.IMAP4(account.host, account.port)
    client.login(account.user, account.password)
    return client


def meanwhile(proxy: Faulty, command: bytes, deed: Callable[[], None]) -> threading.Thread:
    """Do something as soon as a command has passed the proxy, which must hold back its answer."""

    def wait() -> None:
        while not any(said.startswith(command) for said in proxy.commands):
            time.sleep(0.005)
        time.sleep(0.1)  # the server answers before the deed
        deed()

    thread = threading.Thread(target=wait, daemon=True)
    thread.start()
    return thread


def test_a_message_deleted_between_listing_and_reading_is_not_missed(account: Account, store: Store) -> None:
    fill(account)
    scanned(store, account)
    for number in (500, 501, 502):
        account.deliver(letter(number, account.user, "INBOX"))

    def delete() -> None:
        client = other_client(account)
        client.select("INBOX")
        client.uid("STORE", "32", "+FLAGS", r"(\Deleted)")
        client.expunge()
        client.logout()

    with Faulty(account.port, [Fault("stall", on="^UID SEARCH", seconds=0.8)]) as proxy:
        thread = meanwhile(proxy, b"UID SEARCH", delete)
        done = scanned(store, account, proxy.port)
        thread.join(5)
    assert (done.new, done.quarantined, done.unfinished) == (2, 0, ())
    again = scanned(store, account)
    assert (again.new, again.quarantined) == (0, 0)


def test_a_folder_renamed_after_it_was_listed_is_read_the_next_time(account: Account, store: Store) -> None:
    fill(account)

    def rename() -> None:
        client = other_client(account)
        client.rename("Lists/rail", "Lists/roads")
        client.logout()

    with Faulty(account.port, [Fault("stall", on="^LIST", seconds=0.8)]) as proxy:
        thread = meanwhile(proxy, b"LIST", rename)
        done = scanned(store, account, proxy.port)
        thread.join(5)
    assert (done.new, done.unfinished) == (90, ("Lists/rail",))
    again = scanned(store, account)
    assert (again.new, again.unfinished, again.quarantined) == (30, (), 0)


@pytest.mark.parametrize("deed", ["DELETE", "RENAME"])
def test_a_folder_that_goes_while_it_is_open_leaves_the_others_to_be_read(
    deed: str, account: Account
) -> None:
    fill(account, 40)
    access = Access(account.port, account.user)
    with access.connect(BRISK) as line:
        line.examine(b"Lists/rail")
        client = other_client(account)
        if deed == "DELETE":
            client.delete("Lists/rail")
        else:
            client.rename("Lists/rail", "Lists/roads")
        client.logout()
        with suppress(TemporaryError):
            line.uids()
        with line if line.alive else access.connect(BRISK) as next_line:
            assert next_line.examine(b"INBOX").exists == 10
            assert "Lists/rail" not in {state.name for state in next_line.folders()}


def test_a_parent_that_cannot_be_opened_is_left_alone(account: Account, store: Store) -> None:
    fill(account, 40)
    with Faulty(account.port) as proxy:
        with Access(proxy.port, account.user).connect() as line:
            parent = next(state for state in line.folders() if state.name == "Lists")
        assert not parent.selectable
        done = scanned(store, account, proxy.port)
        assert (done.unfinished, done.troubles) == ((), ())
        assert not any(re.match(rb'(EXAMINE|STATUS) "?LISTS"?( |$)', said) for said in proxy.commands)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Arch&ive", "Arch&ive"),  # a shift that never ends
        ("Arch&AGE-ive", "Archaive"),  # a letter that needs no shift
        ("Archivé", "Archivé"),  # eight bits, although nobody asked for them
        ("Arch&2D0-ive", "Arch&2D0-ive"),  # half a pair of surrogates
    ],
)
def test_a_name_that_nobody_can_read_stands_for_its_folder_alone(
    name: str, shown: str, account: Account, store: Store
) -> None:
    fill(account)
    with Faulty(account.port, [Fault("sub", find="Archive", text=name, times=999)]) as proxy:
        with Access(proxy.port, account.user).connect() as line:
            assert shown in {state.name for state in line.folders()}
        done = scanned(store, account, proxy.port)
    assert (done.new, done.quarantined, done.unfinished) == (90, 0, (shown,))


def test_folders_below_the_inbox_keep_their_roles_whatever_prefix_and_separator(
    account: Account, store: Store, tmp_path: Path
) -> None:
    fill(account)
    scanned(store, account)
    with Dovecot(separator=".", prefix="INBOX.") as server, fresh(tmp_path, "below.db") as other:
        below = server.account(account.user)
        fill(below)
        with Access(below.port, below.user).connect() as line:
            roles = {state.name: state.role for state in line.folders()}
        assert (roles["INBOX.Sent"], roles["INBOX.Drafts"]) == (Role.SENT, Role.DRAFTS)
        usual = scanned(other, below, watch=("inbox", "sent", "archive"))
        assert {one.name for one in usual.folders} == {"INBOX", "INBOX.Sent", "INBOX.Archive"}
        assert scanned(other, below).new == 30
        assert knows(other) == knows(store)


def test_mail_that_is_not_the_owners_is_read_only_where_it_is_named(tmp_path: Path, store: Store) -> None:
    server = Dovecot()
    server.extra = PUBLIC.format(base=server.base)
    (server.base / "public").mkdir()
    (server.base / "public").chmod(0o777)
    with server:
        account = server.account()
        fill(account, 40)
        with Access(account.port, account.user).connect() as line:
            line.append(b"Public/news", letter(900, account.user, "INBOX"))
            line.append(b"Public/Sent", letter(901, account.user, "Sent"))
            found = {state.name: state for state in line.folders()}
        assert found["Public/news"].personal is False
        assert found["Public/Sent"].role is Role.OTHER
        everything = scanned(store, account)
        assert not [one.name for one in everything.folders if one.name.startswith("Public")]
        named = scanned(store, account, watch=("inbox", "sent", "Public/news"))
        assert {one.name: one.new for one in named.folders} == {"INBOX": 0, "Sent": 0, "Public/news": 1}


def test_sets_of_uids_ascend_and_stay_below_eight_kilobytes(account: Account, store: Store) -> None:
    at = 1_790_000_000
    paths = [
        account.deliver(letter(number, account.user, "INBOX"), "INBOX", f"{at}.M{number}.test", at + number)
        for number in range(1_500)
    ]
    with Access(account.port, account.user).connect() as line:
        line.examine(b"INBOX")
        line.uids()
    for path in paths[::2]:
        path.unlink()
    plain = box(account, watch=("inbox",))
    with Faulty(account.port) as proxy:
        young = plain._replace(port=proxy.port, since=date(2020, 1, 1))
        done = scan(store, young, lambda: connect(young, Credential("pw"), BRISK), Wishes(now=NOW))
        fetched = [said.split()[2] for said in proxy.commands if said.startswith(b"UID FETCH")]
        assert max(map(len, proxy.raw)) < 8_000
    assert done.new == 750
    assert max(map(len, fetched)) > 1_000  # sets with holes were really asked for
    for chosen in fetched:
        uids = [int(uid) for uid in re.split(rb"[,:]", chosen)]
        assert all(a < b for a, b in pairwise(uids))
