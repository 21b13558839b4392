"""Damage is known as damage: in the header, in the schema, on any page; and what is none is not."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from store import keep, shape
from store.errors import DamagedError
from store.export import as_line, records
from store.facts import Said
from store.ledger import Command, begin_command, said, say
from store.messages import counts, record
from store.opening import open_store
from store.people import know
from store.rescue import open_sound
from store.soundness import EVERY, look, looked, problems
from tests.store.letters import START, letter, new_store, opened, seen

PAGE = 4096


def filled(path: Path, mails: int = 60) -> Path:
    """Make a store with letters, a note and a backup, all of it in the file itself."""
    store, folder = new_store(path)
    letters = (letter(f"m{n}", f"p{n % 9}@x.example", at=START + n * 9_000) for n in range(mails))
    record(store, folder["INBOX"], seen(*letters))
    number = begin_command(store, Command(at=START, text="note"))
    say(store, number, [Said("", START, "note", know(store, "ana@x.example", ["Ana"]), text="tall")])
    keep.backup(store, START)
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    return path


def put(path: Path, raw: bytes) -> None:
    """Write a store's file anew, with no journal of another beside it."""
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    path.write_bytes(raw)


def everything(path: Path) -> list[str]:
    with open_store(path, readonly=True) as store:
        look(store, START)
        return [as_line(one) for one in records(store)]


def misspell(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(sql)


def refused(path: Path) -> None:
    for readonly in (True, False):
        with pytest.raises(DamagedError):
            open_store(path, readonly=readonly)


def test_the_checksum_is_that_of_the_schema_all_steps_make(tmp_path: Path) -> None:
    with open_store(tmp_path / "s.db") as store:
        assert shape.checksum(shape.parts(store.connection)) == shape.SHAPE


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE sqlite_schema SET sql = replace(sql, 'subject TEXT', 'subjebt TEXT') WHERE name = 'message'",
        "UPDATE sqlite_schema SET sql = replace(sql, 'DESC', 'DASC') WHERE name = 'people'",
        "UPDATE sqlite_schema SET tbl_name = 'digestt' WHERE name = 'digests'",
        "DELETE FROM sqlite_schema WHERE name = 'tags'",
        "DELETE FROM sqlite_schema",
    ],
    ids=["a column", "a word of a view", "a name", "a view gone", "all gone"],
)
def test_a_schema_that_is_not_ours_to_the_letter_is_damage(tmp_path: Path, sql: str) -> None:
    path = filled(tmp_path / "s.db")
    misspell(path, sql)
    refused(path)
    store, rescue = open_sound(path, START)
    with store:
        assert rescue is not None
        assert rescue.backup
        assert counts(store).messages == 60
        assert [act.text for act in said(store)] == ["tall"]


def test_what_the_owner_added_is_no_damage(tmp_path: Path) -> None:
    path = filled(tmp_path / "s.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("CREATE VIEW mine AS SELECT * FROM people")
        connection.execute("CREATE TABLE plans (what TEXT)")
        connection.execute("CREATE INDEX by_time ON message (at)")
        connection.execute("ANALYZE")
        connection.execute("VACUUM")
    for readonly in (True, False):
        with open_store(path, readonly=readonly) as store:
            assert counts(store).messages == 60
            assert problems(store, thoroughly=True) == ()


@pytest.mark.parametrize(("at", "value"), [(16, 1), (18, 0x42), (47, 0x44), (59, 3), (71, 0x6D)])
def test_a_header_that_was_hit_is_damage(tmp_path: Path, at: int, value: int) -> None:
    path = filled(tmp_path / "s.db")
    raw = bytearray(path.read_bytes())
    raw[at] = value
    put(path, bytes(raw))
    with pytest.raises(DamagedError), open_store(path) as store:
        looked(store, START)
    store, rescue = open_sound(path, START)
    store.close()
    assert rescue is not None


def test_an_index_that_tells_of_another_word_is_found_by_the_thorough_look(tmp_path: Path) -> None:
    path = filled(tmp_path / "s.db")
    raw = path.read_bytes()
    first = raw.index(b"p3@x.example")
    put(path, raw[:first] + b"q" + raw[first + 1 :])
    with open_store(path) as store:
        assert problems(store) == ()
        assert "index" in problems(store, thoroughly=True)[0]
        with pytest.raises(DamagedError, match="index"):
            look(store, START)


def test_a_store_is_looked_through_once_a_day_and_a_new_one_not_at_all(tmp_path: Path) -> None:
    new = opened(tmp_path / "new.db")
    statements: list[str] = []
    new.connection.set_trace_callback(statements.append)
    assert look(new, START)
    assert not [sql for sql in statements if "check" in sql]
    store = opened(filled(tmp_path / "s.db"))
    due = []
    for now in (START, START + 9, START + EVERY - 1, START + EVERY, START + 9, START + 3 * EVERY):
        if look(store, now):
            looked(store, now)
            due.append(now - START)
    assert due == [0, EVERY, 9, 3 * EVERY]  # what was looked at in the future counts for nothing


def test_a_note_of_the_last_look_that_is_no_number_is_none(tmp_path: Path) -> None:
    store = opened(filled(tmp_path / "s.db"))
    looked(store, START)
    store.execute("UPDATE meta SET value = 'x' WHERE name = 'looked through'")
    assert look(store, START + 1)


def hit(raw: bytes, rng: random.Random) -> bytes:
    """Damage a file: a bit, some bytes, a page of zeros, two pages exchanged, an end cut off."""
    data = bytearray(raw)
    pages = len(raw) // PAGE
    one, other = (rng.randrange(pages) * PAGE for _ in range(2))
    match rng.randrange(6):
        case 0:
            data[rng.randrange(len(raw))] ^= 1 << rng.randrange(8)
        case 1:
            data[rng.randrange(PAGE * 7)] ^= 1 << rng.randrange(8)
        case 2:
            for _ in range(50):
                data[one + rng.randrange(PAGE)] = rng.randrange(256)
        case 3:
            data[one : one + PAGE] = bytes(PAGE)
        case 4:
            data[one : one + PAGE], data[other : other + PAGE] = (
                raw[other : other + PAGE],
                raw[one : one + PAGE],
            )
        case 5:
            del data[rng.randrange(len(raw)) :]
    return bytes(data)


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_hit_the_answer_is_right_or_damage_and_the_rescue_is_whole(
    tmp_path: Path, seed: int
) -> None:
    path = filled(tmp_path / "s.db")
    raw, right = path.read_bytes(), everything(path)
    rng, found = random.Random(seed), 0
    for _ in range(15):
        ruin = hit(raw, rng)
        put(path, ruin)
        try:
            assert everything(path) == right
        except DamagedError:
            found += 1
        put(path, ruin)
        store, rescue = open_sound(path, START)
        with store:
            assert problems(store, thoroughly=True) == ()
            assert "tall" in [act.text for act in said(store)]
            assert counts(store).messages == 60
            assert rescue or [as_line(one) for one in records(store)] == right
    assert found
