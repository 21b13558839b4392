"""Care for the file: checks, verified backups, restoring. Nothing here ever deletes the only copy.

A backup is made online, through SQLite, checked, and only then given its name; the key that signs
letters goes with it. Times in names are UTC.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from store.db import APPLICATION_ID, SCHEMA, Store, telling
from store.errors import DamagedError, NotFoundError, SafetyStopError
from store.shape import fault
from store.soundness import read_all

KEPT = 7
DIRECTORY = "backups"
KEY = "digwell.key"
_NAME = re.compile(r"digwell-(\d{8}T\d{6}Z)(?:-[0-9a-z-]+)?\.db")
_ASIDE = re.compile(r"-(\d{8}T\d{6}Z)(?:\.\d+)?$")
_STAMP = "%Y%m%dT%H%M%SZ"
_BESIDE = ("-wal", "-shm", "-journal")
_LABELS = ("before", "damaged")
"""What a store that was moved aside is called after."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of the store: where, from when (Unix seconds), how big."""

    path: Path
    at: int
    bytes: int


def size(store: Store) -> int:
    """Return the bytes the store takes on disk, its journal included."""
    files = (store.path, *(store.path.with_name(store.path.name + end) for end in _BESIDE))
    return sum(path.stat().st_size for path in files if path.exists())


def directory(path: Path) -> Path:
    """Return where the backups of a store lie."""
    return path.parent / DIRECTORY


def backups(path: Path) -> tuple[Backup, ...]:
    """Return the backups of the store at ``path``, the newest first."""
    found = []
    for file in directory(path).glob("digwell-*.db") if directory(path).is_dir() else ():
        if stamped := _NAME.fullmatch(file.name):
            found.append(Backup(file, _instant(stamped[1]), file.stat().st_size))
    return tuple(sorted(found, key=lambda b: (b.at, b.path.name), reverse=True))


def backup(store: Store, now: int, *, label: str = "", kept: int = KEPT) -> Backup:
    """Copy the store while it is in use, check the copy, and let go of all but the newest ``kept``.

    Raises DamagedError if the copy is not sound (older backups then stay), TemporaryError on a full disk.
    """
    where = directory(store.path)
    target = where / f"digwell-{_stamp(now)}{'-' + label if label else ''}.db"
    draft = where / f".{target.name}.part"
    with telling(store.path):
        where.mkdir(mode=0o700, exist_ok=True)
        try:
            _copy(store.connection, draft)
            verify(draft)
            _sync(draft)
            draft.replace(target)
            _copy_key(store.path.with_name(KEY), target.with_suffix(".key"))
            _sync(where)
        finally:
            for end in ("", *_BESIDE):
                draft.with_name(draft.name + end).unlink(missing_ok=True)
    for old in backups(store.path)[kept:]:
        _drop(old)
    return Backup(target, now, target.stat().st_size)


def older(path: Path, before: int) -> tuple[Backup, ...]:
    """Return the backups made, and the stores moved aside, before a time."""
    aside = (Backup(p, at, p.stat().st_size) for p in left_aside(path) if (at := _aside_since(p)))
    return tuple(b for b in (*backups(path), *aside) if b.at < before)


def prune(path: Path, before: int) -> tuple[Backup, ...]:
    """Delete the backups made, and the stores moved aside, before a time; return which."""
    old = older(path, before)
    for one in old:
        _drop(one)
    return old


def named(path: Path, source: Path) -> Path:
    """Return the backup that a path means: as it stands, beside the store, or among its backups."""
    places = (source, path.parent / source, directory(path) / source)
    return next((place for place in places if place.exists()), source)


def verify(path: Path) -> int:
    """Check that a file is a sound store that this program can read; return its schema.

    Raises DamagedError, or SafetyStopError if it was made by a newer digwell or is no store.
    """
    if not path.exists():
        raise NotFoundError("there is no such backup", str(path), "digwell backup list shows them")
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    with telling(path), closing(sqlite3.connect(address, uri=True)) as connection:
        schema = int(connection.execute("PRAGMA user_version").fetchone()[0])
        made_by = int(connection.execute("PRAGMA application_id").fetchone()[0])
        wrong = [row[0] for row in connection.execute("PRAGMA integrity_check(5)") if row[0] != "ok"]
        wrong += [fault(connection)] if schema == SCHEMA else []
        if any(wrong):
            raise DamagedError(f"{path} is damaged", wrong[0], "take another backup")
        read_all(connection)
    if made_by != APPLICATION_ID:
        raise SafetyStopError(f"{path} is no digwell store")
    if schema > SCHEMA:
        raise SafetyStopError(f"{path} was made by a newer digwell", f"schema {schema}, known {SCHEMA}")
    return schema


def restore(path: Path, source: Path, now: int) -> Path | None:
    """Put a backup in the place of the store; return where the old store was moved, if there was one.

    Nobody may have the store open. The old one is kept, with its journal. Harmless to repeat.
    """
    verify(source)
    with telling(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.restored")
        _copy_private(source, draft)
        aside = set_aside(path, f"before-{_stamp(now)}")
        draft.replace(path)
        key = path.with_name(KEY)
        saved = source.with_suffix(".key")
        if saved.exists() and not (key.exists() and key.read_bytes() == saved.read_bytes()):
            if key.exists():
                key.replace(key.with_name(f"{key.name}.before-{_stamp(now)}"))
            _copy_key(saved, key)
        _sync(path.parent)
    return aside


def set_aside(path: Path, label: str) -> Path | None:
    """Rename a store and its journal; return the new path, None if there was nothing."""
    if not path.exists():
        return None
    aside = path.with_name(f"{path.name}.{label}")
    nth = 1
    while aside.exists():
        nth += 1
        aside = path.with_name(f"{path.name}.{label}.{nth}")
    for end in _BESIDE:  # the journal first: a store must never meet another's
        with suppress(FileNotFoundError):
            path.with_name(path.name + end).replace(aside.with_name(aside.name + end))
    path.replace(aside)
    return aside


def left_aside(path: Path) -> tuple[Path, ...]:
    """Return the stores that were once moved aside and still lie there."""
    found = (p for label in _LABELS for p in path.parent.glob(f"{path.name}.{label}-*"))
    return tuple(sorted(p for p in found if not p.name.endswith(_BESIDE)))


def _copy(source: sqlite3.Connection, target: Path) -> None:
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")


def _copy_private(source: Path, target: Path) -> None:
    target.unlink(missing_ok=True)
    with (
        source.open("rb") as old,
        os.fdopen(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as new,
    ):
        shutil.copyfileobj(old, new, 1 << 20)
        new.flush()
        os.fsync(new.fileno())


def _copy_key(source: Path, target: Path) -> None:
    if source.exists():
        draft = target.with_name(f".{target.name}.part")
        _copy_private(source, draft)
        draft.replace(target)


def _drop(old: Backup) -> None:
    old.path.unlink(missing_ok=True)
    if old.path.suffix == ".db":
        old.path.with_suffix(".key").unlink(missing_ok=True)
    for end in _BESIDE:
        old.path.with_name(old.path.name + end).unlink(missing_ok=True)


def _aside_since(path: Path) -> int:
    found = _ASIDE.search(path.name)
    return _instant(found[1]) if found else 0


def _instant(stamp: str) -> int:
    return int(datetime.strptime(stamp, _STAMP).replace(tzinfo=timezone.utc).timestamp())


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _stamp(at: int) -> str:
    return datetime.fromtimestamp(at, timezone.utc).strftime(_STAMP)
