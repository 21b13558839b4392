"""What one message adds to the contact days of the people in it: the unit of counting.

``Seen`` holds a message as ids. ``Tally`` sums contributions and writes them in bulk. All rules of
counting stand here and nowhere else, so that recording and rebuilding can never differ:

* a message from the owner counts if it is proven, was not made by a program, and names others;
* a message to the owner counts unless it was only ever seen in Junk;
* direct mail names at most three in To; what a program wrote is never direct and never an answer;
* people who merely stand beside the owner in a human's mail to at most twenty share it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from store.db import Store
from store.facts import DAY, LIST_MARKS, MACHINE_MARKS, NEWS_MARKS, PROVEN, Mark, Place

DIRECT = 3
SHARED = 20

_OWN_MACHINE = int(Mark.AUTO | Mark.REPORT | Mark.NULL_PATH)
_MACHINE, _LIST, _NEWS = int(MACHINE_MARKS), int(LIST_MARKS), int(NEWS_MARKS)
_VISIBLE, _PROVEN = int(~Place.JUNK), int(PROVEN)

OUT_DIRECT, IN_DIRECT, OUT_ALL, IN_ALL, SHARE, IN_LIST, IN_NEWS, IN_AUTO, IN_ANSWER = range(9)
FIRST_AT, LAST_AT, OUT_AT, IN_AT, OUT_DIRECT_AT, IN_DIRECT_AT = range(9, 15)
_COUNTS = 9

FEW = 300
"""From so many rows at once on, days are first put down as they come: random places cost more."""
MANY = 16_000
"""So many of them are brought to their places together."""

_COLUMNS = ", ".join("?" * 17)
_CONFLICT = """
ON CONFLICT (address_id, day) DO UPDATE SET
    out_direct = out_direct + excluded.out_direct, in_direct = in_direct + excluded.in_direct,
    out_all = out_all + excluded.out_all, in_all = in_all + excluded.in_all,
    shared = shared + excluded.shared, in_list = in_list + excluded.in_list,
    in_news = in_news + excluded.in_news, in_auto = in_auto + excluded.in_auto,
    in_answer = in_answer + excluded.in_answer,
    first_at = min(first_at, excluded.first_at), last_at = max(last_at, excluded.last_at),
    out_at = max(out_at, excluded.out_at), in_at = max(in_at, excluded.in_at),
    out_direct_at = max(out_direct_at, excluded.out_direct_at),
    in_direct_at = max(in_direct_at, excluded.in_direct_at)
"""
_UPSERT = f"INSERT INTO contact_day VALUES ({_COLUMNS}) {_CONFLICT}"
_FOLD = f"""
INSERT INTO contact_day SELECT * FROM fresh_day WHERE true ORDER BY address_id, day {_CONFLICT}
"""


@dataclass(slots=True)
class Seen:
    """A message as the store knows it: who is in it as ids, where it was seen, what it cites."""

    at: int
    sender: int
    marks: int
    places: int
    to_count: int
    answers: int = 0
    ours: bool = False
    senders: Collection[int] = ()  # further From addresses
    to: Collection[int] = ()
    cc: Collection[int] = ()
    bcc: Collection[int] = ()


def is_proven(seen: Seen, own: Collection[int]) -> bool:
    """Tell whether a message was really sent by the owner."""
    return seen.sender in own and bool(seen.places & _PROVEN)


def counts(seen: Seen, own: Collection[int]) -> bool:
    """Tell whether a message counts for anybody, by where it was seen."""
    return bool(seen.places & (_PROVEN if seen.sender in own else _VISIBLE))


class Tally:
    """Sums of contributions by address and day, and of the owner's own mail by day."""

    def __init__(self, own: frozenset[int]) -> None:
        self.own = own
        self.days: dict[tuple[int, int], list[int]] = {}
        self.paces: dict[int, int] = {}

    def add(self, seen: Seen, sign: int = 1) -> None:
        """Add what a message contributes, or take it away again (counts only; times never shrink)."""
        if seen.ours or seen.sender == 0:
            return
        if seen.sender in self.own:
            if seen.places & _PROVEN and not seen.marks & _OWN_MACHINE:
                self._add_sent(seen, sign)
        elif seen.places & _VISIBLE:
            self._add_received(seen, sign)

    def _add_sent(self, seen: Seen, sign: int) -> None:
        at, own = seen.at, self.own
        others = {a for part in (seen.to, seen.cc, seen.bcc) for a in part if a not in own}
        if not others:
            return
        day = at // DAY
        self.paces[day] = self.paces.get(day, 0) + sign
        direct = set(seen.to) if seen.to_count <= DIRECT else ()
        for address in others:
            sums = self._day(address, day, at)
            sums[OUT_ALL] += sign
            sums[OUT_AT] = max(sums[OUT_AT], at)
            if address in direct:
                sums[OUT_DIRECT] += sign
                sums[OUT_DIRECT_AT] = max(sums[OUT_DIRECT_AT], at)

    def _add_received(self, seen: Seen, sign: int) -> None:
        at, marks, own = seen.at, seen.marks, self.own
        day, machine = at // DAY, marks & _MACHINE
        sums = self._day(seen.sender, day, at)
        self._add_from(sums, seen, sign)
        for address in seen.senders:
            if address != seen.sender and address not in own:
                self._add_from(self._day(address, day, at), seen, sign)
        if machine or marks & (_LIST | _NEWS) or len(seen.to) + len(seen.cc) <= 1:
            return
        beside = {a for part in (seen.to, seen.cc) for a in part if a not in own}
        beside -= {seen.sender, *seen.senders}
        if len(beside) <= SHARED and seen.to_count <= SHARED:
            for address in beside:
                self._day(address, day, at)[SHARE] += sign

    def _add_from(self, sums: list[int], seen: Seen, sign: int) -> None:
        at, marks = seen.at, seen.marks
        sums[IN_ALL] += sign
        sums[IN_AT] = max(sums[IN_AT], at)
        if marks & _LIST:
            sums[IN_LIST] += sign
        if marks & _NEWS:
            sums[IN_NEWS] += sign
        if marks & _MACHINE:
            sums[IN_AUTO] += sign
            return
        if seen.answers:
            sums[IN_ANSWER] += sign
        if seen.to_count <= DIRECT and not self.own.isdisjoint(seen.to):
            sums[IN_DIRECT] += sign
            sums[IN_DIRECT_AT] = max(sums[IN_DIRECT_AT], at)

    def _day(self, address: int, day: int, at: int) -> list[int]:
        sums = self.days.get((address, day))
        if sums is None:
            self.days[address, day] = sums = [0, 0, 0, 0, 0, 0, 0, 0, 0, at, at, 0, 0, 0, 0]
        elif at < sums[FIRST_AT]:
            sums[FIRST_AT] = at
        elif at > sums[LAST_AT]:
            sums[LAST_AT] = at
        return sums

    def write(self, store: Store) -> None:
        """Add the sums to the store and start anew. Call inside a transaction."""
        rows = [(*key, *sums) for key, sums in sorted(self.days.items()) if any(sums[:_COUNTS])]
        if len(rows) <= FEW:
            store.executemany(_UPSERT, rows)
        else:
            store.executemany(f"INSERT INTO fresh_day VALUES ({_COLUMNS})", rows)
            if (row := store.one("SELECT max(rowid) FROM fresh_day")) and row[0] > MANY:
                fold(store)
        store.executemany(
            "INSERT INTO pace VALUES (?, ?) ON CONFLICT (day) DO UPDATE SET sent = sent + excluded.sent",
            [(day, sent) for day, sent in self.paces.items() if sent],
        )
        self.days.clear()
        self.paces.clear()


def fold(store: Store) -> None:
    """Bring the days that came in bulk to their places. Harmless to repeat."""
    if store.one("SELECT 1 FROM fresh_day LIMIT 1"):
        with store.transaction():
            store.execute(_FOLD)
            store.execute("DELETE FROM fresh_day")
