"""Processes that die at the worst line, that come at once, and disks that are full."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from store import keep
from store.db import APPLICATION_ID, SCHEMA, Store, recall, remember
from store.errors import DamagedError, DigwellError, NotFoundError, SafetyStopError, TemporaryError
from store.export import as_line, records
from store.folders import folders
from store.ledger import said
from store.messages import counts, record
from store.migrations import STEPS
from store.opening import open_store
from store.soundness import problems
from tests.store import child
from tests.store.letters import START, letter, new_store, opened, seen

DBS = sorted((Path(__file__).parent.parent / "dbs").glob("schema-*.sql"), key=lambda p: int(p.stem[7:]))


def start(what: str, path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.store.child", what, str(path)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def told(process: subprocess.Popen[str]) -> list[str]:
    assert process.stdout is not None
    return process.stdout.read().split()


def old_store(path: Path, dump: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump.read_text())
    return path


def test_a_scan_killed_at_any_instant_loses_and_doubles_nothing(tmp_path: Path) -> None:
    whole, folder = new_store(tmp_path / "whole.db")
    record(whole, folder["Sent"], seen(*child.mail(0, child.TOTAL)))
    path, rng, kills = tmp_path / "s.db", random.Random(3), 0
    while True:
        process = start("scan", path)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        # the first few die before they can be done, however slow or quick the machine; then by chance
        time.sleep(rng.random() * (0.01 if kills < 3 else 0.15))
        process.send_signal(signal.SIGKILL)
        lines = told(process)
        process.stdout.close()
        kills += process.wait() == -signal.SIGKILL
        with open_store(path) as store:
            assert problems(store, thoroughly=True) == ()
            (sent,) = (f for f in folders(store, 1) if f.name == "Sent")
            done = sent.cursor.high if sent.cursor else 0
            assert counts(store).messages == done
            assert done >= int(lines[-1]) if lines else True
            if done == child.TOTAL:
                assert [as_line(r) for r in records(store)] == [as_line(r) for r in records(whole)]
                break
    assert kills > 2


def test_command_lines_during_a_scan_are_never_locked_out(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    new_store(path)[0].close()
    processes = [start(what, path) for what in ("scan", "visit", "visit")]
    ends = [told(p)[-1] for p in processes]
    for process in processes:
        assert process.wait() == 0
        assert process.stdout is not None
        process.stdout.close()
    assert ends == [str(child.TOTAL), "done", "done"]
    with open_store(path) as store:
        assert len(said(store)) == 200
        assert counts(store).messages == child.TOTAL


@pytest.mark.parametrize("dump", DBS, ids=lambda p: p.stem)
def test_a_store_of_every_age_is_brought_up_to_date(tmp_path: Path, dump: Path) -> None:
    path = old_store(tmp_path / "s.db", dump)
    with open_store(path) as store:
        assert store.schema == SCHEMA
        assert counts(store).messages == 1
        assert [act.text for act in said(store)] == (["tall"] if dump.stem != "schema-1" else [])
        assert list(records(store))
        assert problems(store, thoroughly=True) == ()
        assert _shape(store) == _newest_shape(tmp_path)
    made = keep.backups(path)
    assert [b.path.stem.rpartition("-")[2] for b in made] == ([] if dump == DBS[-1] else [dump.stem[7:]])


def _shape(store: Store) -> set[tuple[object, ...]]:
    return set(store.rows("SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE '%migrations%'"))


def _newest_shape(tmp_path: Path) -> set[tuple[object, ...]]:
    with open_store(tmp_path / "newest.db") as store:
        return _shape(store)


def test_there_is_a_stored_store_of_every_schema() -> None:
    assert [p.stem for p in DBS] == [f"schema-{n}" for n in range(1, SCHEMA + 1)]


def test_a_new_store_is_what_sqlite_utils_would_have_made_of_an_empty_file(tmp_path: Path) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        database = Database(connection, execute_plugins=False)
        STEPS.apply(database)
        with open_store(tmp_path / "s.db") as store:
            for sql in (
                "SELECT type, name, sql FROM sqlite_schema ORDER BY rowid",
                "SELECT id, migration_set, name, length(applied_at) FROM _sqlite_migrations",
            ):
                assert store.rows(sql) == connection.execute(sql).fetchall()
            assert STEPS.pending(Database(store.connection, execute_plugins=False)) == []


def test_an_upgrade_killed_half_way_is_taken_up_again(tmp_path: Path) -> None:
    rng = random.Random(5)
    for n in range(8):
        path = old_store(tmp_path / f"{n}.db", DBS[0])
        process = start("open", path)
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        time.sleep(rng.random() * 0.3)
        process.kill()
        process.stdout.close()
        process.wait()
        with open_store(path) as store:
            assert store.schema == SCHEMA
            assert counts(store).messages == 1


def test_two_processes_may_make_or_upgrade_a_store_at_once(tmp_path: Path) -> None:
    for path in (tmp_path / "new.db", old_store(tmp_path / "old.db", DBS[0])):
        processes = [start("open", path) for _ in range(4)]
        for process in processes:
            assert told(process) == ["ready", str(SCHEMA)]
            assert process.wait() == 0
            assert process.stdout is not None
            process.stdout.close()


def test_reading_an_old_store_brings_it_up_to_date_first(tmp_path: Path) -> None:
    path = old_store(tmp_path / "s.db", DBS[0])
    with open_store(path, readonly=True) as store:
        assert store.schema == SCHEMA
        with pytest.raises(DigwellError):
            remember(store, "x", "y")


def test_a_newer_store_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    open_store(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    before = path.read_bytes()
    for readonly in (True, False):
        with pytest.raises(SafetyStopError, match="newer"):
            open_store(path, readonly=readonly)
    assert path.read_bytes() == before


def test_a_strangers_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE t (x)")
    for readonly in (True, False):
        with pytest.raises(SafetyStopError, match="no digwell store"):
            open_store(path, readonly=readonly)


def test_what_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    path.write_bytes(b"x" * 5000)
    with pytest.raises(DamagedError):
        open_store(path)


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        open_store(tmp_path / "none.db", readonly=True)


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    record(store, folder["INBOX"], seen(letter("a", "ana@x.example")))
    row = store.one("PRAGMA page_count")
    assert row
    store.execute(f"PRAGMA max_page_count = {row[0]}")
    many = seen(*(letter(f"b{n}", f"p{n}@x.example", subject="s" * 900) for n in range(300)))
    with pytest.raises(TemporaryError, match="full"):
        record(store, folder["INBOX"], many)
    assert counts(store).messages == 1
    store.execute("PRAGMA max_page_count = 1000000")
    assert record(store, folder["INBOX"], many).new == 300


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_device_that_is_full_is_said(tmp_path: Path) -> None:
    store, _ = new_store(tmp_path / "s.db")
    (tmp_path / "full").symlink_to("/dev/full")
    with pytest.raises(DigwellError):
        open_store(tmp_path / "full")
    assert counts(store).messages == 0


def test_a_store_that_may_not_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "dir").write_text("a file in the way")
    with pytest.raises(DigwellError, match="cannot be opened"):
        open_store(tmp_path / "dir" / "s.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_directory_that_may_not_be_written_is_said(tmp_path: Path) -> None:
    store, folder = new_store(tmp_path / "s.db")
    record(store, folder["INBOX"], seen(letter("a", "ana@x.example")))
    store.close()
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(DigwellError, match="cannot be written"):
            open_store(tmp_path / "new.db")
        with open_store(tmp_path / "s.db", readonly=True) as reader:
            assert counts(reader).messages == 1
    finally:
        tmp_path.chmod(0o700)


def test_a_writer_that_never_ends_is_a_passing_trouble(tmp_path: Path) -> None:
    store, _ = new_store(tmp_path / "s.db")
    other = opened(tmp_path / "s.db")
    store.execute("PRAGMA busy_timeout = 50")
    with other.transaction(), pytest.raises(TemporaryError, match="busy"):
        remember(store, "x", "y")
    remember(store, "x", "y")
    assert recall(other, "x") == "y"
    assert recall(other, "z") == ""


def test_ids_are_never_given_out_again_by_another_process(tmp_path: Path) -> None:
    """What one process remembers of addresses is dropped once another has written."""
    one, folder = new_store(tmp_path / "s.db")
    other = opened(tmp_path / "s.db")
    record(one, folder["INBOX"], seen(letter("a", "ana@x.example", at=START)))
    with other.transaction():
        other.execute("DELETE FROM address WHERE address = 'ana@x.example'")
    record(one, folder["INBOX"], seen(letter("b", "ana@x.example", at=START + 1)))
    row = one.one("SELECT a.id FROM address a JOIN message m ON m.from_id = a.id WHERE m.mid = 'b'")
    assert row


def test_the_file_says_what_it_is(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db") as store:
        assert store.one("PRAGMA application_id") == (APPLICATION_ID,)
        assert store.one("PRAGMA journal_mode") == ("wal",)
        assert store.one("PRAGMA synchronous") == (2,)
        assert store.one("PRAGMA foreign_keys") == (1,)
        tables = store.rows("SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict")
        assert {t for (t,) in tables} <= {
            "sqlite_schema",
            "sqlite_sequence",
            "_sqlite_migrations",
            "sqlite_temp_schema",
        }
