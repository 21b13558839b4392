"""Rescue: whatever happened to the store, what the owner said and what was sent to him is not lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store import editions, keep, outbox
from store.book import known_ids
from store.db import Store
from store.errors import DamagedError, DigwellError
from store.facts import DAY, Edition, Suggested
from store.forgetting import forget
from store.items import Item, items, keep_items
from store.ledger import said
from store.messages import counts, record
from store.opening import open_store
from store.people import know
from store.rescue import Rescue, is_doubtful, note, noted, open_sound, tell
from store.salvage import salvage
from tests.store.letters import START, closed_later, letter, new_store, opened, seen
from tests.store.test_hard_times import DBS
from tests.store.test_keep import full, smash
from tests.store.test_keep import note as jot


def saved(path: Path) -> Store:
    """Make a store with letters and a note, and back it up."""
    store = full(path)
    keep.backup(store, START)
    return store


def rescued(path: Path, now: int = START + DAY) -> tuple[Store, Rescue]:
    store, rescue = open_sound(path, now)
    assert rescue is not None
    return closed_later(store), rescue


def ruin(store: Store, table: str = "participant") -> None:
    """Destroy the pages where a table begins."""
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    page = store.one("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,))
    assert page
    store.close()
    smash(store.path, start=(page[0] - 1) * 4096, end=page[0] * 4096)


@pytest.mark.parametrize("empty", [False, True])
def test_a_store_that_is_gone_is_missed_and_its_backup_stands_in(tmp_path: Path, empty: bool) -> None:
    path = tmp_path / "s.db"
    saved(path).close()
    path.unlink()
    if empty:
        path.touch()
    for readonly in (True, False):
        with pytest.raises(DamagedError, match="empty" if empty else "gone"):
            open_store(path, readonly=readonly)
    assert path.exists() == empty
    store, rescue = rescued(path)
    assert rescue == noted(store)
    assert (rescue.backup, rescue.since, rescue.told) == ("s-20200913T122640Z.db", START, False)
    assert bool(rescue.damaged) == empty
    assert [act.text for act in said(store)] == ["before"]
    assert counts(store).messages == 300


def test_another_stores_backups_are_none_of_its_own(tmp_path: Path) -> None:
    saved(tmp_path / "s.db")
    with open_store(tmp_path / "other.db") as other:
        assert keep.backups(other.path) == ()
        for day in range(3):
            keep.backup(other, START + day * DAY, kept=1)
    assert len(keep.backups(tmp_path / "s.db")) == 1


def test_the_journal_of_a_store_that_is_gone_never_meets_its_backup(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    store = saved(path)
    jot(store, "after")
    journal = path.with_name("s.db-wal").read_bytes()
    store.close()
    path.unlink()
    path.with_name("s.db-wal").write_bytes(journal)
    store, _ = rescued(path)
    assert [act.text for act in said(store)] == ["before"]
    assert journal in [p.read_bytes() for p in tmp_path.glob("s.db.damaged-*-wal")]


def test_a_rescue_killed_between_two_moves_is_taken_up_with_all_words(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    store = saved(path)
    jot(store, "after")
    ruin(store)
    # as it was killed: the ruin moved aside, nothing yet in its place
    path.replace(keep.free_name(path, f"damaged-{keep.stamp(START + 60)}"))
    store, rescue = rescued(path)
    assert [act.text for act in said(store)] == ["before", "after"]
    assert rescue.damaged == f"s.db.damaged-{keep.stamp(START + 60)}"
    assert not list(tmp_path.glob(".s.db*"))


@pytest.mark.parametrize("label", ["damaged", "before"])
def test_without_a_backup_a_store_that_was_moved_aside_is_missed_and_read(tmp_path: Path, label: str) -> None:
    path = tmp_path / "s.db"
    full(path).close()
    path.rename(tmp_path / f"s.db.{label}-20200914T122640Z")  # where a rescue or restore was killed
    for readonly in (True, False):
        with pytest.raises(DamagedError, match="gone"):
            open_store(path, readonly=readonly)
    store, rescue = rescued(path)
    assert (rescue.damaged, rescue.commands) == (f"s.db.{label}-20200914T122640Z", 1)
    assert [act.text for act in said(store)] == ["before"]


def test_what_a_killed_rescue_left_lying_is_cleared_away(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    saved(path).close()
    (tmp_path / ".s.db.rescue").mkdir()
    (tmp_path / ".s.db.rescue" / "ruin.db").write_bytes(path.read_bytes())
    store, rescue = open_sound(path, START)
    store.close()
    assert rescue is None
    assert not list(tmp_path.glob(".s.db*"))


def test_with_backups_that_are_all_damaged_a_new_store_begins(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    saved(path).close()
    smash(keep.backups(path)[0].path, start=8192)
    path.unlink()
    store, rescue = rescued(path)
    assert (rescue.backup, rescue.since) == ("", 0)
    assert counts(store).messages == 0
    open_store(path).close()


@pytest.mark.parametrize("others", [True, False])
def test_a_backup_that_cannot_be_brought_up_to_date_is_passed_over(tmp_path: Path, others: bool) -> None:
    path = tmp_path / "s.db"
    store = saved(path) if others else full(path)
    store.close()
    keep.directory(path).mkdir(exist_ok=True)
    old = keep.directory(path) / f"s-{keep.stamp(START + DAY)}-schema-1.db"
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript(DBS[0].read_text())
        connection.executescript("ALTER TABLE message RENAME COLUMN subject TO subjebt")
    path.unlink()
    store, rescue = rescued(path)
    assert rescue.backup == ("s-20200913T122640Z.db" if others else "")
    assert [act.text for act in said(store)] == ["before"] * others


def test_what_was_sent_since_the_backup_is_known_to_be_sent(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    store, folder = new_store(path)
    record(store, folder["INBOX"], seen(*(letter(f"m{n}", f"p{n}@x.example") for n in range(300))))
    ana, bob = know(store, "ana@x.example", []), know(store, "bob@x.example", [])
    editions.plan_edition(store, Edition("2020w38", START, "composed", "one@x"), [])
    outbox.put(store, "2020w38", "one@x", b"one@x", ("append", "INBOX"), START)
    keep.backup(store, START)
    outbox.done(store, "2020w38")
    editions.set_edition(store, "2020w38", "delivered", START)
    lines = [Suggested("2020w39", "1", bob, START, "new", False, sentence="Bob", evidence=())]
    editions.plan_edition(store, Edition("2020w39", START + 1, "composed", "two@x"), lines)
    keep_items(store, "2020w39", [Item("a", ana, bob)])
    outbox.put(store, "2020w39", "two@x", b"Message-ID: <two@x>", ("append", "INBOX"), START)
    ruin(store)
    store, rescue = rescued(path)
    assert rescue.editions == 1
    assert [(e.key, e.state) for e in editions.editions(store)] == [
        ("2020w38", "delivered"),
        ("2020w39", "composed"),
    ]
    assert [(p.key, p.raw) for p in outbox.pending(store)] == [("2020w39", b"Message-ID: <two@x>")]
    book = known_ids(store, {"ana@x.example", "bob@x.example"})
    assert items(store, "2020w39") == {
        "1": Item("1", book["bob@x.example"]),
        "a": Item("a", book["ana@x.example"], book["bob@x.example"]),
    }
    assert salvage(store, tmp_path / rescue.damaged) == (0, 0)


def test_a_letter_on_its_way_whose_bytes_were_hit_does_not_go_out(tmp_path: Path) -> None:
    store = saved(tmp_path / "s.db")
    outbox.put(store, "k", "two@x", b"garbage", ("append", "INBOX"), START)
    ruin(store)
    store, _ = rescued(tmp_path / "s.db")
    assert outbox.pending(store) == ()


def test_who_was_forgotten_since_the_backup_stays_forgotten(tmp_path: Path) -> None:
    store = saved(tmp_path / "s.db")
    forget(store, known_ids(store, {"p7@x.example"})["p7@x.example"], b"s" * 32)
    marks = store.rows("SELECT * FROM forgotten")
    assert marks
    ruin(store)
    store, _ = rescued(tmp_path / "s.db")
    assert store.rows("SELECT * FROM forgotten") == marks


def test_where_the_addresses_are_destroyed_words_find_their_people_by_the_backup(tmp_path: Path) -> None:
    store = saved(tmp_path / "s.db")
    jot(store, "after")
    ruin(store, "address")
    store, _ = rescued(tmp_path / "s.db")
    ana = known_ids(store, {"ana@x.example"})["ana@x.example"]
    assert [(act.text, act.key) for act in said(store)] == [("before", ana), ("after", ana)]


def test_a_rescue_is_told_once_and_one_by_hand_never(tmp_path: Path) -> None:
    store = opened(tmp_path / "s.db")
    assert noted(store) is None
    assert not is_doubtful(store, START)
    tell(store)
    note(store, Rescue(START, "ruin", "backup", START - 1, 2, 1))
    assert is_doubtful(store, START + DAY)
    assert not is_doubtful(store, START + 15 * DAY)
    tell(store)
    assert (found := noted(store)) is not None
    assert found.told
    note(store, Rescue(START, told=True, by_hand=True))
    tell(store, told=False)
    assert (found := noted(store)) is not None
    assert found.told


def test_a_note_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    store = opened(tmp_path / "s.db")
    for text in ("{", "[]", '{"x": 1}'):
        store.execute("INSERT OR REPLACE INTO meta VALUES ('rescued', ?)", (text,))
        assert noted(store) is None


def test_a_rescue_that_cannot_be_carried_out_leaves_everything_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    ruin(saved(path))
    (tmp_path / ".s.db.rescue").write_text("in the way")
    before = path.read_bytes()
    with pytest.raises(DigwellError):
        open_sound(path, START)
    assert path.read_bytes() == before
    assert keep.left_aside(path) == ()
    with closing(sqlite3.connect(keep.backups(path)[0].path)) as backup:
        assert backup.execute("SELECT count(*) FROM message").fetchone() == (300,)


@pytest.mark.parametrize("backed_up", [True, False])
@pytest.mark.parametrize(("start", "end"), [(0, 100), (0, 4096), (4096, 6 * 4096)])
def test_with_header_and_schema_gone_the_words_are_still_read(
    tmp_path: Path, backed_up: bool, start: int, end: int
) -> None:
    path = tmp_path / "s.db"
    store = full(path)
    if backed_up:
        keep.backup(store, START)
    jot(store, "after")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    smash(path, start=start, end=end)
    before = path.read_bytes()
    store, rescue = rescued(path)
    assert [act.text for act in said(store)] == ["before", "after"]
    assert rescue.commands == (1 if backed_up else 2)
    assert (tmp_path / rescue.damaged).read_bytes() == before
    assert not list(tmp_path.glob(".s.db*"))


@pytest.mark.parametrize("linked", [False, True])
def test_words_that_are_in_the_journal_only_are_read_where_the_header_is_gone(
    tmp_path: Path, linked: bool
) -> None:
    path = tmp_path / "s.db"
    whole = tmp_path / "elsewhere" / "digwell.db" if linked else path
    if linked:
        whole.parent.mkdir()
        path.symlink_to(whole)
    store = saved(path)
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    jot(store, "after")
    kept = {file: file.read_bytes() for file in (whole, whole.with_name(f"{whole.name}-wal"))}
    store.close()
    for file, raw in kept.items():
        file.write_bytes(raw)
    smash(path, end=100)
    store, _ = rescued(path)
    assert [act.text for act in said(store)] == ["before", "after"]


def test_of_a_file_that_was_cut_what_is_left_is_read(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    store = saved(path)
    jot(store, "after")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 3 * 4096)
    store, _ = rescued(path)
    assert [act.text for act in said(store)] == ["before", "after"]
    assert counts(store).messages == 300
