"""Care for the file: backups that can be trusted, restoring, rescue, and losing nothing the owner said."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store import keep
from store.db import Store
from store.editions import edition, plan_edition
from store.errors import DamagedError, DigwellError, NotFoundError, SafetyStopError
from store.facts import DAY, Edition, Said
from store.ledger import Command, begin_command, said, say, undo
from store.messages import counts, record
from store.opening import open_store
from store.people import know
from store.rescue import Rescue, open_sound
from store.salvage import salvage
from store.soundness import problems
from tests.store.letters import START, closed_later, letter, new_store, opened, seen


def note(store: Store, text: str, at: int = START) -> int:
    with store.transaction():
        number = begin_command(store, Command(at=at, text=text))
        say(store, number, [Said("", at, "note", know(store, "ana@x.example", ["Ana"]), text=text)])
    return number


def full(path: Path) -> Store:
    store, folder = new_store(path)
    (path.parent / keep.KEY).write_bytes(b"k" * 32)
    record(
        store,
        folder["INBOX"],
        seen(*(letter(f"m{n}", f"p{n}@x.example", subject="s" * 200) for n in range(300))),
    )
    note(store, "before")
    return store


def sound(path: Path, now: int) -> tuple[Store, Rescue | None]:
    store, rescue = open_sound(path, now)
    return closed_later(store), rescue


def smash(path: Path, *, start: int = 0, end: int | None = None) -> None:
    """Overwrite part of a file, as a bad disk would."""
    with path.open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(start)
        file.write(b"\xa5" * ((end or size) - start))


def test_a_sound_store_has_no_problems(tmp_path: Path) -> None:
    store = full(tmp_path / "s.db")
    assert problems(store) == ()
    assert problems(store, thoroughly=True) == ()
    assert keep.size(store.path) > 100_000


def test_a_backup_is_private_whole_and_holds_the_key(tmp_path: Path) -> None:
    store = full(tmp_path / "s.db")
    made = keep.backup(store, START)
    assert made.path.name == "s-20200913T122640Z.db"
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert made.path.parent.stat().st_mode & 0o777 == 0o700
    assert made.path.with_suffix(".key").read_bytes() == b"k" * 32
    assert made.path.with_suffix(".key").stat().st_mode & 0o777 == 0o600
    assert keep.verify(made.path) == store.schema
    assert keep.backups(store.path) == (made,)
    assert {p.name for p in made.path.parent.iterdir()} == {
        made.path.name,
        made.path.with_suffix(".key").name,
    }


def test_backups_are_rotated_and_pruned(tmp_path: Path) -> None:
    store = full(tmp_path / "s.db")
    for day in range(5):
        keep.backup(store, START + day * DAY, kept=3)
    assert [b.at for b in keep.backups(store.path)] == [START + day * DAY for day in (4, 3, 2)]
    gone = keep.prune(store.path, START + 4 * DAY)
    assert len(gone) == 2
    assert len(list(keep.directory(store.path).iterdir())) == 2


def test_backups_made_under_a_clock_that_was_ahead_give_way_to_those_made_since(tmp_path: Path) -> None:
    store = full(tmp_path / "s.db")
    ahead = [keep.backup(store, START + (365 + day) * DAY, kept=3) for day in range(3)]
    made = [keep.backup(store, START + day * DAY, kept=3) for day in range(2)]
    assert keep.backups(store.path, START + DAY) == (made[1], made[0], ahead[2])
    store.close()
    smash(tmp_path / "s.db")
    _, rescue = sound(tmp_path / "s.db", START + DAY)
    assert rescue is not None
    assert rescue.backup == made[1].path.name


def test_a_backup_of_a_store_in_use_holds_what_was_committed(tmp_path: Path) -> None:
    store = full(tmp_path / "s.db")
    other = opened(store.path)
    with other.transaction():
        other.execute("DELETE FROM message")
        made = keep.backup(store, START)
    with closing(sqlite3.connect(made.path)) as copy:
        assert copy.execute("SELECT count(*) FROM message").fetchone() == (300,)


def test_restoring_keeps_the_old_store_and_its_journal(tmp_path: Path) -> None:
    store = full(tmp_path / "s.db")
    made = keep.backup(store, START)
    note(store, "after")
    store.close()
    (tmp_path / keep.KEY).write_bytes(b"n" * 32)
    aside = keep.restore(tmp_path / "s.db", made.path, START + 9)
    assert aside is not None
    assert (tmp_path / keep.KEY).read_bytes() == b"k" * 32
    assert next(tmp_path.glob(f"{keep.KEY}.before-*")).read_bytes() == b"n" * 32
    assert [act.text for act in said(opened(tmp_path / "s.db"))] == ["before"]
    assert [act.text for act in said(opened(aside))] == ["before", "after"]
    assert keep.left_aside(tmp_path / "s.db") == (aside,)
    assert keep.restore(tmp_path / "s.db", made.path, START + 9) != aside


def test_a_key_that_cannot_be_brought_back_leaves_the_one_that_is_there(tmp_path: Path) -> None:
    store = full(tmp_path / "s.db")
    made = keep.backup(store, START)
    store.close()
    key = tmp_path / keep.KEY
    key.write_bytes(b"n" * 32)
    (tmp_path / f".{keep.KEY}.part").mkdir()  # where its copy would be made
    with pytest.raises(DigwellError):
        keep.restore(tmp_path / "s.db", made.path, START + 60)
    assert key.read_bytes() == b"n" * 32


def test_restoring_into_an_empty_place_works(tmp_path: Path) -> None:
    made = keep.backup(full(tmp_path / "s.db"), START)
    assert keep.restore(tmp_path / "new" / "s.db", made.path, START) is None
    assert counts(opened(tmp_path / "new" / "s.db")).messages == 300
    assert (tmp_path / "new" / keep.KEY).exists()


def test_what_is_no_sound_backup_is_refused_and_the_store_stays(tmp_path: Path) -> None:
    store = full(tmp_path / "s.db")
    made = keep.backup(store, START)
    store.close()
    smash(made.path, start=8192)
    with pytest.raises(DamagedError):
        keep.restore(store.path, made.path, START)
    with pytest.raises(NotFoundError):
        keep.restore(store.path, tmp_path / "none.db", START)
    stranger = tmp_path / "stranger.db"
    with closing(sqlite3.connect(stranger)) as other:
        other.execute("CREATE TABLE t (x)")
    with pytest.raises(SafetyStopError):
        keep.restore(store.path, stranger, START)
    newer = keep.backup(opened(store.path), START + 1).path
    with closing(sqlite3.connect(newer)) as other:
        other.execute("PRAGMA user_version = 999")
    with pytest.raises(SafetyStopError):
        keep.restore(store.path, newer, START)
    assert counts(opened(store.path)).messages == 300


def test_a_backup_that_cannot_be_written_leaves_no_ruins(tmp_path: Path) -> None:
    store = full(tmp_path / "s.db")
    keep.directory(store.path).write_text("in the way")
    with pytest.raises((DigwellError, OSError)):
        keep.backup(store, START)


def test_a_sound_store_needs_no_rescue(tmp_path: Path) -> None:
    full(tmp_path / "s.db").close()
    store, rescue = sound(tmp_path / "s.db", START)
    assert rescue is None
    assert counts(store).messages == 300


@pytest.mark.parametrize("start", [0, 100, 4096 * 3, 4096 * 20])
def test_a_damaged_store_is_moved_aside_and_the_backup_stands_in(tmp_path: Path, start: int) -> None:
    store = full(tmp_path / "s.db")
    keep.backup(store, START)
    store.close()
    smash(tmp_path / "s.db", start=start)
    ruin = (tmp_path / "s.db").read_bytes()
    store, rescue = sound(tmp_path / "s.db", START + DAY)
    assert rescue is not None
    assert (tmp_path / rescue.damaged).read_bytes()[:4096] == ruin[:4096]
    assert rescue.backup
    assert [act.text for act in said(store)] == ["before"]
    assert counts(store).messages == 300
    assert problems(store) == ()


def test_words_newer_than_the_backup_are_read_from_the_ruin(tmp_path: Path) -> None:
    store = full(tmp_path / "s.db")
    keep.backup(store, START)
    note(store, "after", START + 1)
    number = note(store, "taken back", START + 2)
    undo(store, number, begin_command(store, Command(at=START + 3, text="undo")))
    plan_edition(store, Edition("2020w38", START, "delivered", "dw@x"), [])
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    page = store.one("SELECT rootpage FROM sqlite_schema WHERE name = 'participant'")
    assert page
    store.close()
    smash(tmp_path / "s.db", start=(page[0] - 1) * 4096, end=page[0] * 4096)
    store, rescue = sound(tmp_path / "s.db", START + DAY)
    assert rescue is not None
    assert (rescue.commands, rescue.editions) == (3, 1)
    assert [act.text for act in said(store)] == ["before", "after"]
    assert edition(store, "2020w38") is not None
    assert salvage(store, tmp_path / rescue.damaged) == (0, 0)


def test_without_a_backup_the_words_still_come_from_the_ruin(tmp_path: Path) -> None:
    store = full(tmp_path / "s.db")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    page = store.one("SELECT rootpage FROM sqlite_schema WHERE name = 'participant'")
    assert page
    store.close()
    smash(tmp_path / "s.db", start=(page[0] - 1) * 4096, end=page[0] * 4096)
    store, rescue = sound(tmp_path / "s.db", START)
    assert rescue is not None
    assert rescue.backup == ""
    assert [act.text for act in said(store)] == ["before"]
    assert counts(store).messages == 0


def test_what_is_no_database_at_all_is_kept_too(tmp_path: Path) -> None:
    (tmp_path / "s.db").write_bytes(b"not a database, but perhaps dear to somebody " * 100)
    store, rescue = sound(tmp_path / "s.db", START)
    assert rescue is not None
    assert (tmp_path / rescue.damaged).read_bytes().startswith(b"not a database")
    assert counts(store).messages == 0


def test_damage_that_is_no_longer_text_is_damage(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    store = full(path)
    keep.backup(store, START)
    note(store, "since")
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    raw = path.read_bytes()
    path.write_bytes(raw.replace(b"CREATE TABLE message", b"CREATE TABLE \xff\xfe)sage"))
    with pytest.raises(DamagedError):
        open_store(path, readonly=True)
    with pytest.raises(DamagedError):
        open_store(path)
    rescued, rescue = sound(path, START + 5)
    assert rescue is not None
    assert rescue.backup
    assert "before" in [act.text for act in said(rescued)]


def test_a_word_that_is_no_longer_text_is_damage(tmp_path: Path) -> None:
    store = full(tmp_path / "s.db")
    store.execute("UPDATE command SET text = CAST(x'ff41' AS TEXT)")
    with pytest.raises(DamagedError):
        store.rows("SELECT text FROM command")
    store.close()
    rescued, rescue = sound(tmp_path / "s.db", START + 5)
    assert rescue is not None
    assert problems(rescued) == ()


def test_a_store_whose_use_failed_is_rescued_whatever_the_look_says(tmp_path: Path) -> None:
    full(tmp_path / "s.db").close()
    rescued, rescue = open_sound(tmp_path / "s.db", START + 5, broken=True)
    rescued.close()
    assert rescue is not None
