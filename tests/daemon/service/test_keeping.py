"""The daemon's care for its store: a backup a day, and a sound file to start from."""

from __future__ import annotations

from pathlib import Path

from daemon.service.keeping import back_up, sound, told
from store.facts import Said
from store.ledger import Command, begin_command, said, say
from store.opening import open_store
from store.people import know
from store.soundness import EVERY, problems
from tests.store.letters import START, new_store


def store_with_a_note(path: Path) -> Path:
    store, _ = new_store(path)
    number = begin_command(store, Command(at=START))
    say(store, number, [Said("", START, "note", know(store, "ana@x.example", []), text="tall")])
    store.close()
    return path


def test_there_is_a_backup_a_day_once_there_is_something_to_lose(tmp_path: Path) -> None:
    new_store(tmp_path / "empty.db")[0].close()
    assert not back_up(tmp_path / "empty.db", START)
    path = store_with_a_note(tmp_path / "s.db")
    made = [n for n in range(0, 3 * EVERY, 3600) if back_up(path, START + n)]
    assert made == [0, EVERY, 2 * EVERY]


def test_a_backup_from_the_future_holds_none_up(tmp_path: Path) -> None:
    path = store_with_a_note(tmp_path / "s.db")
    assert back_up(path, START + 30 * EVERY)
    made = [n for n in range(0, 9 * EVERY, 3600) if back_up(path, START + n)]
    assert made == [day * EVERY for day in range(9)]


def test_a_damaged_store_is_replaced_and_the_owner_told(tmp_path: Path) -> None:
    path = store_with_a_note(tmp_path / "s.db")
    assert sound(path, START) is None
    back_up(path, START)
    path.write_bytes(b"ruin" * 4096)
    rescue = sound(path, START + 5)
    assert rescue is not None
    assert "is kept as s.db.damaged-" in told(rescue)
    assert "the backup s-20200913T122640Z.db stands in" in told(rescue)
    with open_store(path) as store:
        assert [act.text for act in said(store)] == ["tall"]
        assert problems(store) == ()
