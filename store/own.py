"""Which addresses are the owner's, and the counts that follow from it.

The set is what was configured and what was learned from Sent; an address that merely stands there
(an assistant's, a family member's) is put down as a question. Whenever the set changes, all that was
counted with the old one is counted anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from store.addresses import local_part, name_key, normalise
from store.book import chunks, ids_of
from store.days import Seen, Tally, fold, is_proven
from store.db import Store, recall, remember
from store.facts import Mark, Place
from store.outbox import our_mids
from store.threads import cites, hash_of

ENOUGH = 3
"""So many mails in Sent make an address worth a thought."""

_OWN = int(Mark.OWN)
_SENT = int(Place.SENT | Place.IMPORT_SENT)
_TOGETHER = 2_000  # counting anew goes through all mail: little of it may be in memory at once
_CHUNK = 500
_AWAIT = "INSERT OR IGNORE INTO awaited VALUES (?, ?)"

_Told = tuple[int, Seen, tuple[int, ...], str]  # id, who is in it, what it cites, Message-ID


class OwnAddress(NamedTuple):
    """An address of the owner's, or one to ask about (``used`` False). ``source`` says why."""

    address: str
    source: str
    used: bool


def own_ids(store: Store) -> frozenset[int]:
    """Return the ids of the addresses that count as the owner's."""
    return frozenset(row[0] for row in store.rows("SELECT address_id FROM own WHERE used"))


def own_addresses(store: Store) -> tuple[OwnAddress, ...]:
    """Return the owner's addresses and those to ask about, by address."""
    rows = store.rows(
        "SELECT a.address, o.source, o.used FROM own o JOIN address a ON a.id = o.address_id ORDER BY 1"
    )
    return tuple(OwnAddress(address, source, bool(used)) for address, source, used in rows)


def learn_own(store: Store, configured: Iterable[str]) -> bool:
    """Bring the set of own addresses up to date; return whether it changed (counts are then renewed).

    An address in Sent is learned if its name or its local part is that of a configured one, or if it
    wrote most of Sent and none that is configured wrote any. Others are put down to be asked about.
    """
    wanted = {a for a in map(normalise, configured) if a}
    with store.transaction():
        before = own_ids(store)
        _configure(store, wanted)
        if recall(store, "strange_sender") or own_ids(store) != before:
            _learn(store, wanted)
            remember(store, "strange_sender", "")
        changed = own_ids(store) != before
        if changed:
            rebuild_days(store)
        fold(store)
    return changed


def confirm(store: Store, address: str, *, mine: bool) -> bool:
    """Note the owner's answer to "is this yours?"; return whether anything changed."""
    with store.transaction():
        before = own_ids(store)
        number = ids_of(store, [address])[address]
        store.execute("INSERT OR REPLACE INTO own VALUES (?, 'told', ?)", (number, int(mine)))
        changed = own_ids(store) != before
        if changed:
            rebuild_days(store)
    return changed


def _configure(store: Store, wanted: set[str]) -> None:
    book = ids_of(store, wanted)
    ids = {book[a] for a in wanted}
    old = {row[0] for row in store.rows("SELECT address_id FROM own WHERE source = 'configured'")}
    store.executemany("DELETE FROM own WHERE address_id = ?", [(n,) for n in old - ids])
    store.executemany("INSERT OR REPLACE INTO own VALUES (?, 'configured', 1)", [(n,) for n in ids - old])


def _learn(store: Store, configured: set[str]) -> None:
    sent = store.rows(
        "SELECT m.from_id, a.address, count(*) FROM message m JOIN address a ON a.id = m.from_id"
        " WHERE m.places & ? GROUP BY 1, 2 HAVING count(*) >= ? ORDER BY 3 DESC, 2",
        (_SENT, ENOUGH),
    )
    total = sum(row[2] for row in sent)
    locals_ = {local_part(a) for a in configured}
    names = {key for a in configured for key in _name_keys(store, a)}
    known = {
        row[0] for row in store.rows("SELECT address_id FROM own WHERE source IN ('configured', 'told')")
    }
    strange = known.isdisjoint(row[0] for row in sent)  # who signs in as one may write as another
    for number, address, count in sent:
        if number in known:
            continue
        alike = local_part(address) in locals_ or not names.isdisjoint(_name_keys(store, address))
        learned = alike or (strange and count * 2 > total)
        source = "learned" if learned else "asked"
        store.execute("INSERT OR REPLACE INTO own VALUES (?, ?, ?)", (number, source, int(learned)))


def _name_keys(store: Store, address: str) -> set[str]:
    """Return the keys of the full names an address goes by; a single word is no full name."""
    rows = store.rows(
        "SELECT n.name FROM address_name n JOIN address a ON a.id = n.address_id"
        " WHERE a.address = ? ORDER BY n.count DESC LIMIT 8",
        (address,),
    )
    return {key for row in rows if " " in (key := name_key(row[0]))}


def rebuild_days(store: Store) -> None:
    """Count all mail anew: contact days, the owner's pace, and what answers the owner."""
    with store.transaction():
        for table in ("contact_day", "fresh_day", "pace", "proven", "awaited"):
            store.execute(f"DELETE FROM {table}")
        own, ours = own_ids(store), our_mids(store)
        _prove_all(store, own)
        tally = Tally(own)
        messages = _all_messages(store)
        while some := list(islice(messages, _TOGETHER)):
            answers = _answering(store, some, own)
            for number, seen, _, mid in some:
                seen.ours = bool(seen.marks & _OWN) and mid in ours
                seen.answers = int(number in answers)
                tally.add(seen)
            tally.write(store)
        fold(store)


def _prove_all(store: Store, own: frozenset[int]) -> None:
    """Note the Message-IDs of all that the owner really sent."""
    store.executemany(
        "INSERT OR IGNORE INTO proven VALUES (?, ?)",
        (
            (hash_of(mid), number)
            for number, mid, sender, places in store.stream(
                "SELECT id, mid, from_id, places FROM message ORDER BY id"
            )
            if mid and sender in own and is_proven(Seen(0, sender, 0, places, 0), own)
        ),
    )


def proven_of(store: Store, hashes: Iterable[int]) -> set[int]:
    """Return which of these hashes of Message-IDs are of mail that the owner really sent."""
    proven: set[int] = set()
    for chunk in chunks(list(hashes), _CHUNK):
        marks = ",".join("?" * len(chunk))
        proven.update(row[0] for row in store.rows(f"SELECT hash FROM proven WHERE hash IN ({marks})", chunk))
    return proven


def _answering(store: Store, some: list[_Told], own: frozenset[int]) -> set[int]:
    """Return which of these messages answer the owner; note that, and what the others wait for."""
    citing = [(number, seen, cited) for number, seen, cited, _ in some if cited and seen.sender not in own]
    proven = proven_of(store, {h for _, _, cited in citing for h in cited})
    answers = {number for number, _, cited in citing if not proven.isdisjoint(cited)}
    store.executemany(
        _AWAIT, [(h, number) for number, _, cited in citing if number not in answers for h in cited]
    )
    store.executemany(
        "UPDATE message SET answers = ? WHERE id = ?",
        [
            (int(number in answers), number)
            for number, seen, *_ in some
            if seen.answers != (number in answers)
        ],
    )
    return answers


def _all_messages(store: Store) -> Iterator[_Told]:
    """Yield every message with its people: two tables read side by side, in the order of their ids."""
    people = store.stream("SELECT message_id, part, address_id FROM participant ORDER BY message_id, part")
    next_one = next(people, None)
    for row in store.stream(
        "SELECT id, at, from_id, marks, places, to_count, answers, parent, root, mid FROM message ORDER BY id"
    ):
        number, at, sender, marks, places, to_count, answers, parent, root, mid = row
        parts: tuple[list[int], ...] = ([], [], [], [], [])
        while next_one is not None and next_one[0] <= number:
            if next_one[0] == number:
                parts[next_one[1]].append(next_one[2])
            next_one = next(people, None)
        seen = Seen(at, sender, marks, places, to_count, answers)
        seen.senders, seen.to, seen.cc, seen.bcc = parts[:4]
        yield number, seen, cites(marks, parent, root), mid
