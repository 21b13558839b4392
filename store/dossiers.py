"""What is looked up for the few people who may be named: letters, shared threads, monthly counts.

One pass over the mail for all of them together, whoever they are. Nothing here judges.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from store.days import DIRECT, SHARED, Seen, is_proven
from store.db import Store
from store.facts import (
    DAY,
    LIST_MARKS,
    MACHINE_MARKS,
    NEWS_MARKS,
    Dossier,
    Exchange,
    Place,
    Snapshot,
    Timeline,
)
from store.own import own_ids

EXCHANGES = 24
MONTHS = 12
_MACHINE, _BULK = int(MACHINE_MARKS), int(MACHINE_MARKS | LIST_MARKS | NEWS_MARKS)
_JUNK = int(Place.JUNK)
_TO, _CC, _BCC = 1, 2, 3

_PEOPLE = """
SELECT p.message_id, p.part, p.address_id FROM participant p
WHERE p.part <= 3 AND p.message_id IN (SELECT id FROM temp.letter) ORDER BY p.message_id
"""
_LETTERS = """
SELECT id, mid, at, subject, from_id, parent, root, marks, places, to_count
FROM message WHERE id IN (SELECT id FROM temp.letter) AND at < ? ORDER BY at DESC, mid
"""


@dataclass(slots=True)
class _Found:
    exchanges: list[Exchange] = field(default_factory=list)
    threads: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))


def choose(store: Store, keys: Iterable[int], table: str = "chosen") -> None:
    """Put ids into a temporary table, for statements that are about many."""
    store.execute(f"CREATE TEMP TABLE IF NOT EXISTS {table} (id INTEGER PRIMARY KEY)")
    store.execute(f"DELETE FROM temp.{table}")
    store.executemany(f"INSERT OR IGNORE INTO temp.{table} VALUES (?)", ((key,) for key in keys))


def dossiers(store: Store, snapshot: Snapshot, keys: Collection[int]) -> dict[int, Dossier]:
    """Return the dossier of each person, by key, as of the snapshot's instant."""
    person_of = {a.id: p.key for p in snapshot.people.values() for a in p.addresses}
    address_of = {a.id: a.address for key in keys for a in snapshot.people[key].addresses}
    people = _letters_of(store, list(address_of))
    found = {key: _Found() for key in keys}
    own = own_ids(store)
    for number, mid, at, subject, sender, parent, root, marks, places, to_count in store.stream(
        _LETTERS, (snapshot.as_of,)
    ):
        if marks & _MACHINE or not places & ~_JUNK:
            continue
        parts = people.get(number, {})
        thread = root or parent or mid
        out = is_proven(Seen(at, sender, marks, places, to_count), own)
        if not out and sender in own:
            continue
        for key, address, direct in _others(out, sender, parts, to_count, address_of, person_of):
            letters = found[key].exchanges
            if len(letters) < EXCHANGES:
                to_me = out or any(parts.get(a) == _TO for a in own)
                text = address_of[address]
                letters.append(Exchange(mid, at, out, subject, text, direct and to_me, thread, parent))
        if not marks & _BULK and len(parts) <= SHARED:
            _share({sender, *parts} - own, thread, person_of, found)
    return {
        key: Dossier(
            key,
            tuple(f.exchanges),
            {other: len(threads) for other, threads in sorted(f.threads.items())},
            _months(snapshot.timelines.get(key), snapshot.as_of),
        )
        for key, f in found.items()
    }


def _letters_of(store: Store, addresses: list[int]) -> dict[int, dict[int, int]]:
    """Choose all messages with those addresses; return their participants as {message: {address: part}}."""
    choose(store, addresses)
    choose(store, (), "letter")
    for sql in (
        "SELECT id FROM message WHERE from_id IN (SELECT id FROM temp.chosen)",
        "SELECT message_id FROM participant WHERE address_id IN (SELECT id FROM temp.chosen) AND part <= 3",
    ):
        store.execute(f"INSERT OR IGNORE INTO temp.letter {sql}")
    people: dict[int, dict[int, int]] = {}
    for number, part, address in store.stream(_PEOPLE):
        parts = people.setdefault(number, {})
        parts[address] = min(part, parts.get(address, part)) or part
    return people


def _others(
    out: bool,
    sender: int,
    parts: dict[int, int],
    to_count: int,
    address_of: dict[int, str],
    person_of: dict[int, int],
) -> list[tuple[int, int, bool]]:
    """Return who of those asked about the letter went to or came from: (person, address, direct)."""
    few = to_count <= DIRECT
    if not out:
        return [(person_of[sender], sender, few)] if sender in address_of else []
    chosen: dict[int, tuple[int, bool]] = {}
    for address, part in sorted(parts.items(), key=lambda item: item[1]):
        if address in address_of and part in {_TO, _CC, _BCC}:
            chosen.setdefault(person_of[address], (address, few and part == _TO))
    return [(key, address, direct) for key, (address, direct) in chosen.items()]


def _share(ids: set[int], thread: str, person_of: dict[int, int], found: dict[int, _Found]) -> None:
    together = {person_of[i] for i in ids if i in person_of}
    for key in together & found.keys():
        for other in together - {key}:
            found[key].threads[other].add(thread)


def _months(line: Timeline | None, as_of: int) -> tuple[int, ...]:
    """Return direct messages in twelve spans of a twelfth of a year, oldest first."""
    counts = [0] * MONTHS
    today = as_of // DAY
    for day, outs, ins in zip(line.days, line.outs, line.ins, strict=True) if line else ():
        back = (today - day) * MONTHS // 365
        if 0 <= back < MONTHS:
            counts[MONTHS - 1 - back] += outs + ins
    return tuple(counts)
