"""One batch of sightings on its way into the store, inside one transaction.

The same messages give the same store in whatever order, from whatever folders and however often
they come: a sighting can only add places, remove marks (a copy without them is the more personal
one) and complete what was missing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from store.book import chunks, ids_of, take
from store.days import Seen, Tally, counts, is_proven
from store.db import Row, Store, remember
from store.facts import Mark, Message, Named, Place, Sighting
from store.lists import note_lists
from store.outbox import our_mids
from store.own import own_ids, proven_of, rebuild_days
from store.threads import cites, hash_of, key_of, thread_of

FURTHER, TO, CC, BCC, REPLY_TO = range(5)
_CHUNK = 500
_OWN, _SENT = int(Mark.OWN), int(Place.SENT | Place.IMPORT_SENT)

_INSERT = "INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_INSERT_NAME = """
INSERT INTO address_name VALUES (?, ?, ?)
ON CONFLICT (address_id, name) DO UPDATE SET count = count + excluded.count
"""
_INSERT_PEOPLE = "INSERT OR IGNORE INTO participant VALUES (?, ?, ?)"
_FIELDS = """
SELECT id, key, mid, at, from_id, parent, root, list_id, marks, places, to_count, answers
FROM message WHERE
"""


@dataclass(slots=True)
class _Line:
    """A message on its way into the store, or one the store holds already."""

    id: int
    key: bytes
    mid: str
    parent: str
    root: str
    list_id: str
    seen: Seen
    cited: tuple[int, ...] = ()


class Batch:
    """Sightings in one place. Use once, inside a transaction."""

    def __init__(self, store: Store, place: int) -> None:
        self.store = store
        self.place = place
        self.own = own_ids(store)
        self.tally = Tally(self.own)
        self._ours: set[str] | None = None
        self._proofs: dict[int, int] = {}  # hash of a Message-ID newly proven -> message id
        self._moved: list[tuple[int, int]] = []  # places, message id
        self._stale = False

    def take_in(self, sightings: list[Sighting]) -> list[int]:
        """Record all sightings; return the UIDs of the messages that were new."""
        keys = [key_of(s.message) for s in sightings]
        known = self._look_up(keys)
        fresh: dict[bytes, Sighting] = {}
        again: list[tuple[bytes, Message]] = []
        for key, sighting in zip(keys, sightings, strict=True):
            if key in known or key in fresh:
                again.append((key, sighting.message))
            else:
                fresh[key] = sighting
        new = self._add(fresh)
        for key, message in again:
            line = known.get(key) or self._look_up([key]).get(key)
            if line is not None:
                known[key] = self._see_again(line, message)
        self._settle_answers()
        self.store.executemany("UPDATE message SET places = ? WHERE id = ?", self._moved)
        self.tally.write(self.store)
        if self._stale:
            rebuild_days(self.store)
        return new

    def _look_up(self, keys: list[bytes]) -> dict[bytes, _Line]:
        found: dict[bytes, _Line] = {}
        for chunk in chunks(keys, _CHUNK):
            marks = ",".join("?" * len(chunk))
            for row in self.store.rows(f"{_FIELDS} key IN ({marks})", chunk):
                found[row[1]] = _from_row(row)
        return found

    def _add(self, fresh: dict[bytes, Sighting]) -> list[int]:
        if not fresh:
            return []
        wanted = {
            named.address
            for s in fresh.values()
            for m in (s.message,)
            for part in (m.sender, m.to, m.cc, m.bcc, m.reply_to)
            for named in part
        }
        book = ids_of(self.store, wanted)
        kept = list(fresh.items())
        if not all(book[address] for address in wanted):
            kept = [item for item in kept if not self._is_forgotten(item[1].message, book)]
        first = take(self.store, "message", len(kept))
        lines = [self._line(first + n, key, s.message, book) for n, (key, s) in enumerate(kept)]
        self._prove(lines)
        self._find_answers(lines)
        for line in lines:
            self.tally.add(line.seen)
        self._insert(lines, [s.message for _, s in kept], book)
        return [s.uid for _, s in kept]

    def _line(self, number: int, key: bytes, m: Message, book: dict[str, int]) -> _Line:
        parent, root = thread_of(m)
        sender = book[m.sender[0].address] if m.sender else 0
        seen = Seen(m.at, sender, int(m.marks), self.place, m.to_count)
        if len(m.sender) > 1:
            seen.senders = _ids(m.sender[1:], book)
        seen.to, seen.cc = _ids(m.to, book), _ids(m.cc, book)
        if m.bcc:
            seen.bcc = _ids(m.bcc, book)
        if seen.marks & _OWN:
            seen.ours = self._is_ours(m.mid)
        line = _Line(number, key, m.mid, parent, root, m.list_id, seen)
        if parent and sender not in self.own:
            line.cited = cites(seen.marks, parent, root)
        return line

    def _is_ours(self, mid: str) -> bool:
        if self._ours is None:
            self._ours = our_mids(self.store)
        return mid in self._ours

    def _is_forgotten(self, m: Message, book: dict[str, int]) -> bool:
        """Tell whether a message is from, or from the owner only to, people who are to be left out."""
        if any(book[n.address] == 0 for n in m.sender):
            return True
        others = [book[n.address] for part in (m.to, m.cc, m.bcc) for n in part]
        others = [number for number in others if number not in self.own]
        return bool(others) and not any(others) and any(book[n.address] in self.own for n in m.sender)

    def _prove(self, lines: Iterable[_Line]) -> None:
        """Remember the Message-IDs of what the owner really sent."""
        rows = [(hash_of(line.mid), line.id) for line in lines if line.mid and is_proven(line.seen, self.own)]
        if rows:
            self.store.executemany("INSERT OR IGNORE INTO proven VALUES (?, ?)", rows)
            self._proofs.update(rows)

    def _find_answers(self, lines: Iterable[_Line]) -> None:
        """Mark what answers the owner; remember what others cite, should it turn out to be the owner's."""
        citing = [line for line in lines if line.cited]
        proven = proven_of(self.store, {h for line in citing for h in line.cited})
        awaited: list[tuple[int, int]] = []
        for line in citing:
            if proven.intersection(line.cited):
                line.seen.answers = 1
            else:
                awaited.extend((h, line.id) for h in line.cited)
        self.store.executemany("INSERT OR IGNORE INTO awaited VALUES (?, ?)", awaited)

    def _insert(self, lines: list[_Line], messages: list[Message], book: dict[str, int]) -> None:
        rows, people = [], []
        called: list[tuple[int, str]] = []
        for line, m in zip(lines, messages, strict=True):
            s = line.seen
            rows.append((
                line.id, line.key, m.mid, m.at, m.subject, s.sender, line.parent, line.root,
                m.list_id, s.marks, s.places, s.to_count, s.answers,
            ))  # fmt: skip
            number = line.id
            people += [(number, TO, address) for address in s.to]
            for part, ids in ((FURTHER, s.senders), (CC, s.cc), (BCC, s.bcc)):
                if ids:
                    people += [(number, part, address) for address in ids]
            for named in m.reply_to:
                if book[named.address] not in {0, s.sender}:
                    people.append((number, REPLY_TO, book[named.address]))
            called += [
                (book[named.address], named.name)
                for named_part in (m.sender, m.to, m.cc, m.bcc)
                for named in named_part
                if named.name and book[named.address]
            ]
        note_lists(self.store, {m.list_id for m in messages if m.list_id})
        self.store.executemany(_INSERT, rows)
        self.store.executemany(_INSERT_PEOPLE, people)
        self.store.executemany(_INSERT_NAME, [(*who, count) for who, count in Counter(called).items()])
        if self.place & _SENT and any(line.seen.sender not in self.own for line in lines):
            remember(self.store, "strange_sender", "1")

    def _see_again(self, line: _Line, m: Message) -> _Line:
        """Merge another sighting of a known message into it; return it as it stands now."""
        old = line.seen
        parent, root = thread_of(m)
        now = replace(old, places=old.places | self.place, marks=old.marks & int(m.marks))
        if m.at < old.at:  # copies of a mail whose date is not believed: the earliest arrival counts
            now.at, self._stale = m.at, True
        merged = replace(
            line,
            parent=max(line.parent, parent),
            root=max(line.root, root),
            list_id=min(line.list_id, m.list_id),
            seen=now,
        )
        hidden = self._hidden(line.id, m) if m.bcc else []
        if hidden or replace(merged, seen=replace(now, places=old.places)) != line:
            self._change(line, merged, hidden)
        elif now.places != old.places:
            if counts(now, self.own) == counts(old, self.own):
                self._moved.append((now.places, line.id))
            else:
                self._change(line, merged, hidden)
        return merged

    def _hidden(self, number: int, m: Message) -> list[int]:
        """Return blind recipients that no sighting has shown yet."""
        book = ids_of(self.store, {n.address for n in m.bcc})
        sql = "SELECT address_id FROM participant WHERE message_id = ? AND part = ?"
        rows = self.store.rows(sql, (number, BCC))
        there = {row[0] for row in rows}
        return [a for a in _ids(m.bcc, book) if a not in there]

    def _change(self, line: _Line, merged: _Line, hidden: list[int]) -> None:
        """Replace what a message contributed by what it contributes now."""
        old, now = line.seen, merged.seen
        load_people(self.store, line.id, old)
        now.senders, now.to, now.cc, now.bcc = old.senders, old.to, old.cc, [*old.bcc, *hidden]
        if old.marks & _OWN:
            old.ours = now.ours = self._is_ours(line.mid)
        self.tally.add(old, -1)
        self._prove([merged])
        if now.sender not in self.own:
            now.answers = 0
            merged.cited = cites(now.marks, merged.parent, merged.root)
            self._find_answers([merged])
        self.tally.add(now)
        self.store.execute(
            "UPDATE message SET at = ?, parent = ?, root = ?, list_id = ?, marks = ?, places = ?, answers = ?"
            " WHERE id = ?",
            (now.at, merged.parent, merged.root, merged.list_id, now.marks, now.places, now.answers, line.id),
        )
        self.store.executemany(_INSERT_PEOPLE, [(line.id, BCC, a) for a in hidden])

    def _settle_answers(self) -> None:
        """Mark earlier mail that turns out to answer what has just been proven to be the owner's."""
        waiting: set[int] = set()
        for chunk in chunks(list(self._proofs), _CHUNK):
            marks = ",".join("?" * len(chunk))
            rows = self.store.rows(f"SELECT message_id FROM awaited WHERE hash IN ({marks})", chunk)
            waiting.update(row[0] for row in rows)
        for chunk in chunks(sorted(waiting), _CHUNK):
            marks = ",".join("?" * len(chunk))
            for row in self.store.rows(f"{_FIELDS} id IN ({marks}) AND NOT answers", chunk):
                line = _from_row(row)
                if self._proofs.keys() & set(cites(line.seen.marks, line.parent, line.root)):
                    self._answers_after_all(line)

    def _answers_after_all(self, line: _Line) -> None:
        seen = line.seen
        load_people(self.store, line.id, seen)
        seen.ours = bool(seen.marks & _OWN) and self._is_ours(line.mid)
        self.tally.add(seen, -1)
        seen.answers = 1
        self.tally.add(seen)
        self.store.execute("UPDATE message SET answers = 1 WHERE id = ?", (line.id,))


def load_people(store: Store, number: int, seen: Seen) -> None:
    """Fill in who takes part in a message."""
    parts: tuple[list[int], ...] = ([], [], [], [], [])
    sql = "SELECT part, address_id FROM participant WHERE message_id = ?"
    for part, address in store.rows(sql, (number,)):
        parts[part].append(address)
    seen.senders, seen.to, seen.cc, seen.bcc = parts[:4]


def _from_row(row: Row) -> _Line:
    number, key, mid, at, sender, parent, root, list_id, marks, places, to_count, answers = row
    seen = Seen(at, sender, marks, places, to_count, answers)
    return _Line(number, key, mid, parent, root, list_id, seen)


def _ids(people: Iterable[Named], book: dict[str, int]) -> list[int]:
    return [number for n in people if (number := book[n.address])]
