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

from store.db import APPLICATION_ID, SCHEMA, Store
from store.errors import DamagedError, NotFoundError, SafetyStopError
from store.faults import telling
from store.shape import fault
from store.soundness import read_all

KEPT = 7
DIRECTORY = "backups"
KEY = "digwell.key"
_NAME = r"-(\d{8}T\d{6}Z)(?:-[0-9a-z-]+)?\.db"
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


def size(path: Path) -> int:
    """Return the bytes a store takes on disk, its journal included."""
    files = (path, *(path.with_name(path.name + end) for end in _BESIDE))
    return sum(file.stat().st_size for file in files if file.exists())


def directory(path: Path) -> Path:
    """Return where the backups of a store lie."""
    return path.parent / DIRECTORY


def backups(path: Path, now: int | None = None) -> tuple[Backup, ...]:
    """Return the backups of the store at ``path``, the newest first; those of others bear other names.

    With ``now``, those that bear a time yet to come stand last: a clock was wrong when they were made.
    """
    found, name = [], re.compile(re.escape(path.stem) + _NAME)
    for file in directory(path).iterdir() if directory(path).is_dir() else ():
        if stamped := name.fullmatch(file.name):
            found.append(Backup(file, _instant(stamped[1]), file.stat().st_size))
    return tuple(sorted(found, key=lambda b: (now is None or b.at <= now, b.at, b.path.name), reverse=True))


def backup(store: Store, now: int, *, label: str = "", kept: int = KEPT) -> Backup:
    """Copy the store while it is in use, check the copy, and let go of all but the newest ``kept``.

    Raises DamagedError if the copy is not sound (older backups then stay), TemporaryError on a full disk.
    """
    where = directory(store.path)
    target = where / f"{store.path.stem}-{stamp(now)}{'-' + label if label else ''}.db"
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
    others = [b for b in backups(store.path, now) if b.path != target]
    for old in others[kept - 1 :]:
        _drop(old)
    return Backup(target, now, target.stat().st_size)


def older(path: Path, before: int) -> tuple[Backup, ...]:
    """Return the backups made, and the stores moved aside, before a time."""
    aside = (Backup(p, at, p.stat().st_size) for p in left_aside(path) if (at := aside_since(p)))
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
        copy(source, draft)
        return exchange(path, draft, free_name(path, f"before-{stamp(now)}"), source)


def free_name(path: Path, label: str) -> Path:
    """Return the name for a store that is to be moved aside."""
    aside, nth = path.with_name(f"{path.name}.{label}"), 1
    while aside.exists():
        nth += 1
        aside = path.with_name(f"{path.name}.{label}.{nth}")
    return aside


def exchange(path: Path, draft: Path, aside: Path, source: Path | None) -> Path | None:
    """Move the store aside and a draft into its place, with the key of the backup it was made from.

    Return ``aside``, or None if there was no store.
    """
    there = path.exists()
    for end in _BESIDE:  # the journals first: a store must never meet another's
        with suppress(FileNotFoundError):
            path.with_name(path.name + end).replace(aside.with_name(aside.name + end))
    if there:
        path.replace(aside)
    draft.replace(path)
    if source is not None:
        label = aside.name.removeprefix(f"{path.name}.")
        _bring_key(path.with_name(KEY), source.with_suffix(".key"), label)
    _sync(path.parent)
    return aside if there else None


def _bring_key(key: Path, saved: Path, label: str) -> None:
    if not saved.exists() or (key.exists() and key.read_bytes() == saved.read_bytes()):
        return
    if key.exists():  # copied, not moved: killed here, or with the disk full, no key at all would be left
        copy(key, key.with_name(f"{key.name}.{label}"))
    _copy_key(saved, key)


def left_aside(path: Path) -> tuple[Path, ...]:
    """Return the stores that were once moved aside and still lie there."""
    found = (p for label in _LABELS for p in path.parent.glob(f"{path.name}.{label}-*"))
    return tuple(sorted(p for p in found if not p.name.endswith(_BESIDE)))


def _copy(source: sqlite3.Connection, target: Path) -> None:
    target.unlink(missing_ok=True)
    os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    with closing(sqlite3.connect(target, isolation_level=None)) as made:
        source.backup(made)
        made.execute("PRAGMA journal_mode = DELETE")


def copy(source: Path, target: Path) -> None:
    """Copy a file at rest, readable for its owner alone, and see it onto the disk."""
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
        copy(source, draft)
        draft.replace(target)


def _drop(old: Backup) -> None:
    old.path.unlink(missing_ok=True)
    if old.path.suffix == ".db":
        old.path.with_suffix(".key").unlink(missing_ok=True)
    for end in _BESIDE:
        old.path.with_name(old.path.name + end).unlink(missing_ok=True)


def aside_since(path: Path) -> int:
    """Return when a store was moved aside, 0 where its name does not say."""
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


def stamp(at: int) -> str:
    """Return an instant as it stands in the names of files."""
    return datetime.fromtimestamp(at, timezone.utc).strftime(_STAMP)
