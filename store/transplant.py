"""A ruin that cannot be opened for its header or schema gets those of a sound store, in a copy of it.

Where a table begins does not change while a store lives, so what a backup says of that holds in the ruin,
too; what is read there is looked at value by value all the same (``store.salvage``). The ruin itself must
never be touched. Offsets: https://www.sqlite.org/fileformat2.html
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from store.faults import FAULTS
from store.keep import copy
from store.shape import fault

_INTERIOR = 5
_HEADER = 100


def is_legible(ruin: Path) -> bool:
    """Tell whether a ruin can be opened, and says rightly where its tables are."""
    try:
        with closing(sqlite3.connect(f"{ruin.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return not fault(connection)
    except FAULTS:
        return False


def transplant(ruin: Path, donor: Path, patient: Path) -> None:
    """Copy a ruin with its journal to ``patient``, and put header and schema of the donor into the copy."""
    copy(ruin, patient)
    journal = ruin.with_name(f"{ruin.name}-wal")
    if journal.exists():
        copy(journal, patient.with_name(f"{patient.name}-wal"))
    with donor.open("rb") as sound, patient.open("r+b") as file:
        length = file.seek(0, 2)
        for at, page in _schema(sound):
            file.seek(at)
            file.write(page if at else _for_length(page, max(length, at)))


def _for_length(page: bytes, length: int) -> bytes:
    """Let the first page say how many there are, else a file that was cut is not opened; and of a journal."""
    pages = (length // len(page)).to_bytes(4, "big")
    return page[:18] + b"\2\2" + page[20:28] + pages + page[32:92] + page[24:28] + page[96:]


def _schema(sound: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yield the pages of the schema with their places, from the root of its tree down."""
    sound.seek(16)
    size = int.from_bytes(sound.read(2), "big")
    places = [0]
    while places:
        at = places.pop()
        sound.seek(at)
        page = sound.read(size)
        yield at, page
        head = page[0 if at else _HEADER :]
        if head[0] == _INTERIOR:
            cells = (head[12 + 2 * n : 14 + 2 * n] for n in range(int.from_bytes(head[3:5], "big")))
            children = [page[(start := int.from_bytes(cell, "big")) : start + 4] for cell in cells]
            places += [(int.from_bytes(child, "big") - 1) * size for child in (*children, head[8:12])]
