"""What the opened bodies tell is kept: failures, meetings, and the first lines of a letter.

Loaded only when something has been opened: what reads bodies is heavy, and most passes open nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.mail.body import Part, parts, unmarked
from daemon.mail.bounce import bounces
from daemon.mail.calendar import meetings
from daemon.mail.firstlines import Gist, gist
from daemon.scan.wanted import TEXTS, Open
from store.book import known_ids
from store.cards import keep_traits
from store.events import keep_bounces, keep_meetings
from store.facts import PROVEN, Message, Trait
from store.folders import place_of

if TYPE_CHECKING:
    from store.db import Store


def learn(store: Store, one: Open, mine: frozenset[str]) -> None:
    """Keep what an opened message tells. Call inside a transaction; ``mine`` are the owner's addresses."""
    if one.kind == "report":
        keep_bounces(store, bounces(_assembled(one), one.message))
    elif one.kind == "invitation":
        _learn_meetings(store, one, mine)
    elif one.kind == "letter":
        _read_letter(store, one, mine)


def _learn_meetings(store: Store, one: Open, mine: frozenset[str]) -> None:
    message = one.message
    is_mine = bool(message.sender) and message.sender[0].address in mine
    proven = is_mine and bool(place_of(store, one.folder) & PROVEN)
    for part in parts(_assembled(one)):
        if part.type == "text/calendar":
            keep_meetings(store, meetings(part, message, mine, proven=proven), message.at)


def _read_letter(store: Store, one: Open, mine: frozenset[str]) -> None:
    """Keep what the beginning of a letter promises, asks and is signed with."""
    for piece in one.open_pieces():
        raw = one.parts.get(piece.section, b"")
        text = Part(piece.kind, {"charset": piece.charset}, piece.encoding, raw).text()
        told = gist(text if piece.kind == TEXTS[0] else unmarked(text))
        keep_traits(store, _traits(store, told, one.message, mine))


def _traits(store: Store, told: Gist, message: Message, mine: frozenset[str]) -> list[Trait]:
    """Return what a letter tells of the other side: the owner's promise to them, or their words."""
    ours = message.sender[0].address in mine
    others = [n.address for n in (message.to if ours else message.sender) if n.address not in mine]
    values = [("promise", one) for one in told.promises] if ours else []
    if not ours:
        values = [("question", told.question), ("signature", told.signature)]
    keys = known_ids(store, others)
    return [
        Trait(key, sort, value, message.at, message.mid) for key in keys.values() for sort, value in values
    ]


def _assembled(one: Open) -> bytes:
    """Put the header and the parts that may be opened together again as a message of only these."""
    kept: list[bytes] = []
    skipping = False
    for row in one.parts.get("HEADER", b"").rstrip(b"\r\n").splitlines():
        if not (skipping and row[:1] in {b" ", b"\t"}):
            skipping = row.lower().startswith((b"content-", b"mime-version:"))
        if not skipping:
            kept.append(row)
    boundary = b"=_digwell_parts"
    kept += [b"MIME-Version: 1.0", b'Content-Type: multipart/report; boundary="' + boundary + b'"', b""]
    for piece in one.open_pieces():
        charset = f"; charset={piece.charset}" if piece.charset.isalnum() else ""
        kept += [
            b"--" + boundary,
            f"Content-Type: {piece.kind}{charset}".encode("ascii", "replace"),
            f"Content-Transfer-Encoding: {piece.encoding}".encode("ascii", "replace"),
            b"",
            one.parts.get(piece.section, b""),
        ]
    return b"\r\n".join((*kept, b"--" + boundary + b"--", b""))
