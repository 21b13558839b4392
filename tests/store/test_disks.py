"""Disks that are full or may only be read: real ones, mounted for the test (only root may)."""

from __future__ import annotations

import os
import subprocess
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from store import keep
from store.db import remember
from store.errors import DigwellError, TemporaryError
from store.facts import Sighting
from store.messages import counts, record
from store.opening import open_store
from store.rescue import open_sound
from store.soundness import problems
from tests.store.letters import START, letter, new_store, seen

TMPFS = ["mount", "-t", "tmpfs", "-o", "size=1500k", "tmpfs"]


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of 1.5 MB of its own."""
    path = tmp_path / "disk"
    path.mkdir()
    if subprocess.run([*TMPFS, str(path)], capture_output=True, check=False).returncode:
        pytest.skip("mounting needs root")
    yield path
    subprocess.run(["umount", "-l", str(path)], check=True)


def remount(disk: Path, how: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{how}", str(disk)], check=True)


def fill(disk: Path) -> None:
    rest = os.statvfs(disk)
    (disk / "ballast").write_bytes(bytes(rest.f_bavail * rest.f_frsize))


def mail(start: int) -> list[Sighting]:
    return seen(*(letter(f"m{n}", f"p{n}@x.example", subject="s" * 300) for n in range(start, start + 200)))


def test_a_full_disk_is_said_loses_nothing_and_is_got_over(disk: Path) -> None:
    store, folder = new_store(disk / "s.db")
    with pytest.raises(TemporaryError, match="full"):
        deque((record(store, folder["INBOX"], mail(start)) for start in range(0, 100_000, 200)), maxlen=0)
    done = counts(store).messages
    assert done > 0
    assert done % 200 == 0
    assert problems(store, thoroughly=True) == ()
    with pytest.raises(TemporaryError, match="full"):
        keep.backup(store, START)
    assert not list(keep.directory(store.path).iterdir())
    with open_store(store.path, readonly=True) as reader:
        assert counts(reader).messages == done
    remount(disk, "size=20m")
    assert record(store, folder["INBOX"], mail(done)).new == 200
    assert keep.backup(store, START).path.exists()


def test_a_store_at_rest_is_read_where_there_is_no_room_at_all(disk: Path) -> None:
    store, folder = new_store(disk / "s.db")
    record(store, folder["INBOX"], mail(0))
    store.close()
    fill(disk)
    with open_store(disk / "s.db", readonly=True) as reader:
        assert counts(reader).messages == 200
    with pytest.raises(TemporaryError, match="full"), open_store(disk / "s.db") as writer:
        remember(writer, "a", "b" * 100_000)
    (disk / "ballast").unlink()
    with open_store(disk / "s.db") as writer:
        remember(writer, "a", "b" * 100_000)


def test_a_damaged_store_on_a_full_disk_waits_for_room_to_be_rescued(disk: Path) -> None:
    store, folder = new_store(disk / "s.db")
    record(store, folder["INBOX"], mail(0))
    keep.backup(store, START)
    store.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    with (disk / "s.db").open("r+b") as file:
        file.write(b"\xa5" * 4096)
    fill(disk)
    with pytest.raises(TemporaryError, match="full"):
        open_sound(disk / "s.db", START)
    assert keep.left_aside(disk / "s.db") == ()
    (disk / "ballast").unlink()
    store, rescue = open_sound(disk / "s.db", START)
    with store:
        assert rescue is not None
        assert counts(store).messages == 200


def test_a_disk_that_may_only_be_read_is_read(disk: Path) -> None:
    store, folder = new_store(disk / "s.db")
    record(store, folder["INBOX"], mail(0)[:50])
    store.close()
    remount(disk, "ro")
    with open_store(disk / "s.db", readonly=True) as reader:
        assert counts(reader).messages == 50
    for name in ("s.db", "new.db"):
        with pytest.raises(DigwellError, match="cannot be written"), open_store(disk / name) as writer:
            writer.execute("INSERT INTO meta VALUES ('a', 'b')")
