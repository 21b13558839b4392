"""The connections a professional network gives out: Connections.csv, whatever stands above its header.

Pure: bytes in, cards out. Three of four rows have no address; they are kept to be matched by name.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from hashlib import blake2b

from daemon.mail.words import clean, text_of
from store.addresses import normalise
from store.facts import Card

MOST = 50_000
_NAME = 200
_HEADER = {"first name", "connected on"}


def cards(raw: bytes) -> Iterator[Card]:
    """Yield the people of a Connections.csv; nothing if no header row is found."""
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raw = raw.decode("utf-16", "replace").encode("utf-8", "replace")
    header: list[str] = []
    seen = 0
    for row in _rows(text_of(raw.removeprefix(b"\xef\xbb\xbf"))):
        if not header:
            words = [word.strip().lower() for word in row]
            header = words if set(words) >= _HEADER else []
            continue
        card = _card(dict(zip(header, row, strict=False)))
        if card:
            seen += 1
            yield card
        if seen >= MOST:
            return


def _rows(text: str) -> Iterator[list[str]]:
    """Yield the rows of the file; one that cannot be read ends nothing but itself."""
    rows = csv.reader(io.StringIO(text.replace("\x00", ""), newline=""))
    while True:
        try:
            yield next(rows)
        except StopIteration:
            return
        except csv.Error:
            continue


def _card(row: dict[str, str]) -> Card | None:
    told = {key: clean(value or "", _NAME) for key, value in row.items()}
    name = " ".join(part for part in (told.get("first name", ""), told.get("last name", "")) if part)
    address = normalise(told.get("email address", ""))
    if not name and not address:
        return None
    mark = told.get("url", "") or f"{name}\n{told.get('connected on', '')}\n{address}"
    return Card(
        source="linkedin",
        key=blake2b(mark.encode("utf-8", "replace"), digest_size=12).hexdigest(),
        name=name,
        addresses=(address,) if "@" in address else (),
        organisation=told.get("company", ""),
        job=told.get("position", ""),
    )
