"""A store that is damaged, under the real program: found, moved aside, and made good again."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests.journeys.household import Home, until

DAY = 86_400
FRIEND = "ana@example.net"


def settled(home: Home) -> list[str]:
    """Scan, note and back up; return everything that the store then tells."""
    assert home.digwell("scan").returncode == 0
    assert home.digwell("note", FRIEND, "likes tea").returncode == 0
    assert home.digwell("backup").returncode == 0
    checkpoint(home.path / "digwell.db")
    return home.digwell("export").stdout.splitlines()


def checkpoint(path: Path) -> None:
    with closing(sqlite3.connect(path)) as store:
        store.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def misspell(path: Path) -> None:
    """Change one letter of an address where the table holds it, and not in its index."""
    raw = path.read_bytes()
    at = raw.index(FRIEND.encode())
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"o")


@pytest.mark.timeout(120)
def test_a_plain_scan_looks_once_a_day_and_makes_good_what_it_finds(home: Home) -> None:
    whole = settled(home)
    misspell(home.path / "digwell.db")
    home.environ["DIGWELL_NOW"] = str(int(time.time()) + DAY)
    for reading in (("due",), ("export",), ("people", "list")):
        told = home.digwell(*reading)
        assert (told.returncode, "damaged" in told.stderr) == (1, True), told
    done = home.digwell("scan")
    assert done.returncode == 0
    assert "the store was damaged and is kept as digwell.db.damaged-" in done.stderr
    assert home.digwell("export").stdout.splitlines() == whole
    assert home.items("status")["store"]["integrity"] == "ok"
    assert "damaged" not in home.digwell("scan").stderr


@pytest.mark.timeout(120)
def test_a_store_damaged_under_the_running_daemon_is_made_good_without_a_restart(home: Home) -> None:
    whole = settled(home)
    with home.running() as process:
        until(lambda: "state=ok" in home.log, 30)
        with (home.path / "digwell.db").open("r+b") as file:
            file.write(os.urandom(30_000))
        # a command is obeyed in a child, which opens the store anew
        home.put("Sent", home.account.user, home.account.user, f"log {FRIEND} met for tea", time.time() - 60)
        until(lambda: "store rescued" in home.log, 60)
        until(lambda: "met for tea" in home.digwell("export").stdout, 60)
        assert process.poll() is None
    assert home.log.count("store rescued") == 1
    assert set(whole) <= set(home.digwell("export").stdout.splitlines())


@pytest.mark.timeout(120)
@pytest.mark.parametrize("left", [None, b""], ids=["gone", "empty"])
def test_a_store_that_is_gone_is_missed_by_a_scan_and_made_good(home: Home, left: bytes | None) -> None:
    whole = settled(home)
    store = home.path / "digwell.db"
    store.unlink() if left is None else store.write_bytes(left)
    done = home.digwell("scan")
    assert done.returncode == 0
    assert "the backup digwell-" in done.stderr
    assert home.digwell("export").stdout.splitlines() == whole
    assert "stands in" in home.items("status")["store"]["rescue"]


@pytest.mark.timeout(180)
def test_after_a_rescue_no_letter_comes_twice_and_the_next_one_tells_of_it(home: Home) -> None:
    settled(home)
    home.configure(datetime.now())  # noqa: DTZ005 - the owner's wall clock
    with home.running():
        until(home.digests, 60)
        until(lambda: home.items("digest", "history")[0]["state"] == "delivered", 30)
    letters = len(home.inbox())
    (home.path / "digwell.db").write_bytes(os.urandom(50_000))
    with home.running():
        until(lambda: home.log.count("state=delivered") >= 2, 60)
        time.sleep(3)
    assert len(home.inbox()) == letters
    (edition,) = home.items("digest", "history")
    assert edition["state"] == "delivered"
    assert home.digwell("digest", "send", "--again").returncode == 0
    (second,) = [p for p in home.digests() if b"the store was damaged or gone" in _plain(p)]
    assert home.digwell("digest", "send", "--again").returncode == 0
    assert [p for p in home.digests() if b"the store was damaged or gone" in _plain(p)] == [second]


def _plain(path: Path) -> bytes:
    mail = message_from_bytes(path.read_bytes(), policy=default)
    text = mail.get_body(("plain",))
    assert text is not None
    return " ".join(text.get_content().split()).encode()
