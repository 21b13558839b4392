"""What SQLite and the file system say, as sentences for the owner: busy, full, damaged, not to be written.

This room must never decide what is done about it.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import DamagedError, DigwellError, TemporaryError

FAULTS = (sqlite3.Error, UnicodeDecodeError)
"""What SQLite raises; the second comes where a damaged file names damaged tables."""

_ROOM = 65_536


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Turn an error of SQLite or the file system into a sentence for the owner."""
    try:
        yield
    except FAULTS as error:
        raise sentence(path, error) from error
    except OSError as error:
        if error.errno in {errno.EACCES, errno.EROFS, errno.EPERM}:
            hint = f"check who may write to {path.parent}"
            raise DigwellError(f"the store cannot be written: {path}", error.strerror or "", hint) from error
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise _full(path) from error
        why = error.strerror or type(error).__name__
        raise DigwellError(f"the store cannot be opened: {path}", why, "name a file with --store") from error


def sentence(path: Path, error: sqlite3.Error | UnicodeDecodeError, *, writing: bool = False) -> DigwellError:
    """Return an error of SQLite as one of ours; ``writing``: by somebody who may."""
    garbled = isinstance(error, UnicodeDecodeError) or "decode to UTF-8" in str(error)
    text = "what should be text is none" if garbled else str(error)
    code = getattr(error, "sqlite_errorcode", 0)
    if garbled or code & 0xFF in {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}:
        return damaged(path, text)
    if writing and code == sqlite3.SQLITE_READONLY and os.access(path, os.W_OK):
        return damaged(path, "its header forbids to write it")
    return _trouble(path, code & 0xFF, text)


def _trouble(path: Path, code: int, text: str) -> DigwellError:
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and is_full(path)):
        return _full(path)
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return TemporaryError("the store is busy", text, "another digwell is writing; try again")
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM}:
        return DigwellError(
            f"the store cannot be written: {path}", text, f"check who may write to {path.parent}"
        )
    if code == sqlite3.SQLITE_IOERR:
        return TemporaryError(f"the disk did not do what it should: {path}", text, "check the disk")
    return DigwellError("the store refused a statement", text)


def damaged(path: Path, why: str) -> DamagedError:
    """Return the error that says that a store is damaged, and what to do."""
    return DamagedError(
        f"the store is damaged: {path}",
        why,
        "digwell scan makes it good; digwell restore takes the backup you name",
    )


def is_full(path: Path) -> bool:
    """Say whether the disk has no room even for what SQLite needs to read beside a writer."""
    try:
        rest = os.statvfs(path.parent)
    except OSError:
        return False
    return rest.f_bavail * rest.f_frsize < _ROOM


def _full(path: Path) -> TemporaryError:
    return TemporaryError("the disk is full", str(path.parent), "make room; nothing is lost or deleted")
