"""Letters from files: Maildirs (with folders) and mbox files, one after another, in bounded memory.

Reads files and changes none. What was never sent or was thrown away (drafts, junk, trash) is left out:
an import proves what the owner sent.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from daemon.mail.dates import instant
from daemon.mail.folders import role_by_name
from store.facts import Role

LONGEST = 1024 * 1024
_SKIPPED = frozenset({Role.DRAFTS, Role.JUNK, Role.TRASH})
_SKIPPED_LABELS = frozenset({"draft", "drafts", "spam", "trash"})
_FROM_LINE = re.compile(rb"From \S* ?(.*\d\d:\d\d.*)|From -")
_LABELS = re.compile(rb"^x-gmail-labels:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message from a file: its first megabyte, when the file says it came, and whether it was sent."""

    raw: bytes
    received: int
    sent: bool = False


def maildir(path: Path) -> Iterator[Letter]:
    """Yield the letters of a Maildir, of its subfolders, and of any Maildirs below a plain folder."""
    for folder, names, _ in os.walk(path):
        inside = sorted(name for name in names if name in {"cur", "new"})
        names[:] = sorted(name for name in names if name not in {"cur", "new", "tmp"})
        role = _role(Path(folder), path)
        if role in _SKIPPED:
            continue
        for name in inside:
            for file in sorted(Path(folder, name).iterdir()):
                flags = file.name.rpartition(":2,")[2] if ":2," in file.name else ""
                if file.is_file() and not set("DT") & set(flags):
                    yield Letter(_head(file), int(file.stat().st_mtime), role is Role.SENT)


def mbox(path: Path) -> Iterator[Letter]:
    """Yield the letters of an mbox file, or of every such file in a folder."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    for file in files:
        role = role_by_name(file.stem)
        if file.is_file() and role not in _SKIPPED and _is_mbox(file):
            for raw, line in _split(file):
                if letter := _labelled(raw, line, int(file.stat().st_mtime), sent=role is Role.SENT):
                    yield letter


def _role(folder: Path, top: Path) -> Role:
    """Return what a Maildir folder is for, by its own name or that of a folder above it."""
    inner = folder.relative_to(top).parts
    words = [word for part in (inner or (top.name,)) for word in part.split(".") if word]
    roles = [role for word in words if (role := role_by_name(word)) in {*_SKIPPED, Role.SENT}]
    return roles[-1] if roles else Role.OTHER


def _head(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(LONGEST)


def _is_mbox(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(5) == b"From "


def _split(file: Path) -> Iterator[tuple[bytes, bytes]]:
    """Yield each message with its From_ line, holding no more than its first megabyte."""
    held: list[bytes] = []
    line_of, size, blank = b"", 0, True
    with file.open("rb") as opened:
        for line in iter(lambda: opened.readline(LONGEST), b""):
            found = _FROM_LINE.match(line) if blank and line.startswith(b"From ") else None
            if found:
                if line_of:
                    yield b"".join(held), line_of
                line_of, held, size = line, [], 0
            elif size < LONGEST:
                held.append(line)
                size += len(line)
            blank = line in {b"\n", b"\r\n"}
    if line_of:
        yield b"".join(held), line_of


def _labelled(raw: bytes, line: bytes, modified: int, *, sent: bool) -> Letter | None:
    """Return the letter, or nothing if its labels (as in a provider's takeout) say it is none."""
    found = _LABELS.search(raw[:65_536].partition(b"\n\n")[0])
    labels = (
        {word.strip().lower() for word in found[1].decode("utf-8", "replace").split(",")} if found else set()
    )
    if labels & _SKIPPED_LABELS:
        return None
    told = line.partition(b" ")[2].partition(b" ")[2].decode("latin-1")
    at, believed = instant(told, modified)
    return Letter(raw, at if believed else modified, sent or "sent" in labels)
