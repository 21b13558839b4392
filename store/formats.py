"""People as CSV and vCard text, made inert: a name from a stranger's mail must start no formula.

Pure: values in, text out.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from store.export import when
from store.facts import Person

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")
_WIDTH = 75
COLUMNS = (
    "id", "name", "address", "other_addresses", "tags",
    "first", "last", "last_in", "last_out", "sent", "received",
)  # fmt: skip


def inert(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return "'" + cell if cell.lstrip().startswith(_FORMULA) or cell[:1] in {"\t", "\r"} else cell


def csv_lines(people: Iterable[Person], tags: Mapping[int, Sequence[str]]) -> Iterator[str]:
    """Yield people as CSV, a heading first, each line with its end. ``tags`` is keyed by Person.key."""
    yield _row(COLUMNS)
    for p in people:
        main, *others = p.addresses
        yield _row(
            (
                p.id,
                p.name,
                main.address,
                " ".join(a.address for a in others),
                " ".join(tags.get(p.key, ())),
                when(min((a.first for a in p.addresses if a.first), default=0)) or "",
                when(max(a.last for a in p.addresses)) or "",
                when(max(a.last_in for a in p.addresses)) or "",
                when(max(a.last_out for a in p.addresses)) or "",
                str(sum(a.sent for a in p.addresses)),
                str(sum(a.received for a in p.addresses)),
            )
        )


def _row(cells: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([inert(c) for c in cells])
    return line.getvalue()


def vcards(people: Iterable[Person], tags: Mapping[int, Sequence[str]]) -> Iterator[str]:
    """Yield people as vCard 4.0 (RFC 6350), one card a piece, lines folded at 75 bytes."""
    for p in people:
        lines = ["BEGIN:VCARD", "VERSION:4.0", f"UID:urn:digwell:{p.id}"]
        lines.append("FN:" + _escaped(p.name or p.main.address))
        lines += [
            f"EMAIL;PREF={n}:" + _escaped(a.address)
            for n, a in enumerate(p.addresses, 1)
            if not a.address.startswith("name:")
        ]
        if tags.get(p.key):
            lines.append("CATEGORIES:" + ",".join(_escaped(tag) for tag in tags[p.key]))
        lines.append("END:VCARD")
        yield "".join(_folded(line) for line in lines)


def _escaped(text: str) -> str:
    for sign in ("\\", ",", ";"):
        text = text.replace(sign, "\\" + sign)
    return text.replace("\r\n", "\\n").replace("\n", "\\n").replace("\r", "\\n")


def _folded(line: str) -> str:
    pieces, now, room = [], "", _WIDTH
    for sign in line:
        width = len(sign.encode("utf-8", "surrogatepass"))
        if width > room:
            pieces.append(now)
            now, room = " ", _WIDTH - 1
        now += sign
        room -= width
    return "\r\n".join([*pieces, now]) + "\r\n"
