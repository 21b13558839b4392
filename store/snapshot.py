"""The one read model: everything judgement may see, as of an instant, in a fixed number of queries.

Whole days before the instant come summed from the contact days; the day of the instant itself is
counted again from its messages, if any of them came later. Nothing here judges.
"""

from __future__ import annotations

import gc
from array import array
from collections.abc import Collection
from typing import Any

from store.addresses import person_id
from store.cards import traits, unplaced
from store.days import (
    FIRST_AT,
    IN_ALL,
    IN_ANSWER,
    IN_AT,
    IN_AUTO,
    IN_DIRECT,
    IN_DIRECT_AT,
    IN_LIST,
    IN_NEWS,
    LAST_AT,
    OUT_ALL,
    OUT_AT,
    OUT_DIRECT,
    OUT_DIRECT_AT,
    SHARE,
    Seen,
    Tally,
    fold,
)
from store.db import Store
from store.dossiers import dossiers
from store.editions import editions, suggested
from store.events import bounces, meetings
from store.facts import DAY, Address, Mark, Person, Snapshot, Timeline
from store.ledger import said
from store.lists import known_lists
from store.outbox import our_mids
from store.own import own_addresses, own_ids
from store.people import grouping, main_of
from store.threads import stamp

__all__ = ["dossiers", "load"]

NAMES = 8
_OWN = int(Mark.OWN)

_SUMS = """
SELECT address_id, sum(out_all), sum(in_all), sum(shared), sum(in_list), sum(in_news), sum(in_auto),
    sum(in_answer), min(first_at), max(last_at), max(in_at), max(out_at),
    max(in_direct_at), max(out_direct_at),
    group_concat(CASE WHEN out_all OR in_all
        THEN (day << 16) | (min(out_direct, 255) << 8) | min(in_direct, 255) END)
FROM contact_day WHERE day < ? GROUP BY address_id
"""
_SENT, _ANSWERS, _FIRST, _LAST, _LAST_IN, _LAST_OUT, _DIRECT_IN, _DIRECT_OUT, _DAYS = 0, *range(6, 14)

_Sums = list[Any]
_NOTHING: _Sums = [*([0] * 13), ""]


def load(store: Store, as_of: int) -> Snapshot:
    """Return everything as it stood just before an instant, in Unix seconds."""
    if not store.readonly:
        fold(store)
    # much is made here and none of it is garbage: looking for some would be a tenth of the time
    collecting = gc.isenabled()
    gc.disable()
    try:
        return _load(store, as_of)
    finally:
        if collecting:
            gc.enable()


def _load(store: Store, as_of: int) -> Snapshot:
    until, last_day = _last_day(store, as_of)
    sums = _sums(store, until, last_day)
    main = grouping(store, as_of)
    acts = said(store, as_of)
    people = _people(store, sums, main, {act.key for act in acts} | {act.other for act in acts})
    timelines = _timelines(sums, main, last_day)
    row = store.one(
        "SELECT (SELECT count(*) FROM message WHERE key < ? AND key >= ?)"
        " + (SELECT count(*) FROM message WHERE key < ? AND at < ?)",
        (stamp(as_of), stamp(1), stamp(1), as_of),
    )
    paces = {day for (day,) in store.rows("SELECT day FROM pace WHERE sent AND day < ?", (until,))}
    return Snapshot(
        as_of=as_of,
        own=frozenset(o.address for o in own_addresses(store) if o.used),
        people=people,
        timelines=timelines,
        said=acts,
        suggested=suggested(store, as_of, people=main),
        editions=editions(store, as_of),
        bounces=bounces(store, as_of),
        meetings=meetings(store, as_of),
        paces=array("i", sorted(paces | set(last_day.paces))),
        first_day=min((t.days[0] for t in timelines.values() if t.days), default=0),
        messages=row[0] if row else 0,
        traits=traits(store, as_of),
        cards=unplaced(store, as_of),
    )


def _last_day(store: Store, as_of: int) -> tuple[int, Tally]:
    """Return the day up to which whole days count, and what the day of the instant had seen by then.

    If nothing of that day came later, the whole day counts, and there is nothing to add.
    """
    day = as_of // DAY
    tally = Tally(own_ids(store))
    later = store.one(
        "SELECT EXISTS (SELECT 1 FROM message WHERE key >= ? AND key < ?)"
        " OR EXISTS (SELECT 1 FROM message WHERE key < ? AND at >= ? AND at < ?)",
        (stamp(as_of), stamp((day + 1) * DAY), stamp(1), as_of, (day + 1) * DAY),
    )
    if not later or not later[0]:
        return day + 1, tally
    ours = our_mids(store)
    for seen, mid in _messages(store, day * DAY, as_of):
        seen.ours = bool(seen.marks & _OWN) and mid in ours
        tally.add(seen)
    return day, tally


def _messages(store: Store, since: int, until: int) -> list[tuple[Seen, str]]:
    """Return the messages of a span shorter than a day, with their people."""
    found: dict[int, tuple[Seen, str]] = {}
    rows = store.rows(
        "SELECT m.id, m.at, m.from_id, m.marks, m.places, m.to_count, m.answers, m.mid, p.part, p.address_id"
        " FROM message m LEFT JOIN participant p ON p.message_id = m.id"
        " WHERE (m.key >= ? AND m.key < ? OR m.key < ?) AND m.at >= ? AND m.at < ?",
        (stamp(since), stamp(until), stamp(1), since, until),
    )
    for number, at, sender, marks, places, to_count, answers, mid, part, address in rows:
        if number not in found:
            seen = Seen(at, sender, marks, places, to_count, answers)
            seen.senders, seen.to, seen.cc, seen.bcc = [], [], [], []
            found[number] = seen, mid
        seen = found[number][0]
        lists: tuple[Collection[int], ...] = (seen.senders, seen.to, seen.cc, seen.bcc)
        if part is not None and part < len(lists):
            lists[part].append(address)  # type: ignore[attr-defined]
    return list(found.values())


def _sums(store: Store, until: int, last_day: Tally) -> dict[int, _Sums]:
    sums: dict[int, _Sums] = {row[0]: list(row[1:]) for row in store.stream(_SUMS, (until,))}
    for (address, _), more in last_day.days.items():
        now = sums.get(address)
        if now is None:
            sums[address] = now = [*_NOTHING]
            now[_FIRST] = more[FIRST_AT]
        for place, source in enumerate((OUT_ALL, IN_ALL, SHARE, IN_LIST, IN_NEWS, IN_AUTO, IN_ANSWER)):
            now[place] += more[source]
        now[_FIRST] = min(now[_FIRST], more[FIRST_AT])
        for place, source in ((_LAST, LAST_AT), (_LAST_IN, IN_AT), (_LAST_OUT, OUT_AT)):
            now[place] = max(now[place], more[source])
    return sums


def _names(store: Store) -> dict[int, tuple[str, ...]]:
    """Return the display names of each address, the most used first."""
    names: dict[int, tuple[str, ...]] = {}
    for address, name in store.stream(
        "SELECT address_id, name FROM address_name ORDER BY address_id, count DESC, name"
    ):
        sofar = names.get(address, ())
        if len(sofar) < NAMES:
            names[address] = (*sofar, name)
    return names


def _people(
    store: Store, sums: dict[int, _Sums], main: dict[int, int], spoken_of: set[int]
) -> dict[int, Person]:
    """Return everybody with mail, everybody the owner spoke of, and everybody from an address book."""
    names = _names(store)
    members: dict[int, list[Address]] = {}
    spoken_of |= set(main.values())
    own, lists = own_ids(store), known_lists(store)
    for key, text, known in store.stream("SELECT id, address, known FROM address"):
        counted = sums.get(key)
        if counted is None:
            if not (known or key in spoken_of) or key in own:
                continue
            counted = _NOTHING
        called = names.get(key, ())
        sent, got, shared, from_lists, news, auto, answers, first, last, last_in, last_out = counted[:11]
        person = main_of(main, key)
        address = Address(
            key, text, called[0] if called else "", person, called, sent, got, shared,
            from_lists, news, auto, answers, first, last, last_in, last_out,
            listed=text.replace("@", ".", 1) in lists,
        )  # fmt: skip
        members.setdefault(person, []).append(address)
    return {person: _person(person, addresses) for person, addresses in members.items()}


def _person(key: int, addresses: list[Address]) -> Person:
    if len(addresses) > 1:
        addresses.sort(key=lambda a: (a.id != key, -a.last, a.address))
    main = addresses[0]
    name = main.name or next((a.name for a in addresses if a.name), "")
    return Person(person_id(main.address), main.id, name, tuple(addresses))


def _timelines(sums: dict[int, _Sums], main: dict[int, int], last_day: Tally) -> dict[int, Timeline]:
    """Return the days of everybody to whom the owner wrote or who answered the owner.

    Days on which the two only stood beside each other in somebody else's mail are none of theirs.
    """
    wanted = {main_of(main, key) for key, s in sums.items() if s[_SENT] or s[_ANSWERS]}
    found: dict[int, _Days] = {}
    for key, s in sums.items():
        if (person := main_of(main, key)) in wanted:
            found.setdefault(person, _Days()).add(s[_DAYS], s[_DIRECT_IN], s[_DIRECT_OUT])
    for (address, day), more in last_day.days.items():
        between = more[OUT_ALL] or more[IN_ALL]
        if between and (person := main_of(main, address)) in found:
            code = day << 16 | min(more[OUT_DIRECT], 255) << 8 | min(more[IN_DIRECT], 255)
            found[person].add(str(code), more[IN_DIRECT_AT], more[OUT_DIRECT_AT])
    return {person: days.timeline() for person, days in found.items()}


class _Days:
    """The days of one person while they are gathered: numbers of day, outs and ins, as text."""

    __slots__ = ("codes", "last_in", "last_out")

    def __init__(self) -> None:
        self.codes: list[str] = []
        self.last_in = self.last_out = 0

    def add(self, codes: str | None, last_in: int, last_out: int) -> None:
        if codes:
            self.codes.append(codes)
        self.last_in = max(self.last_in, last_in)
        self.last_out = max(self.last_out, last_out)

    def timeline(self) -> Timeline:
        """Return days, outs and ins; those of several addresses add up."""
        numbers = sorted(map(int, ",".join(self.codes).split(","))) if self.codes else []
        if len(self.codes) > 1:
            numbers = _summed(numbers)
        direct = [n for n in numbers if n & 0xFFFF]
        return Timeline(
            array("i", [n >> 16 for n in direct]),
            array("i", [n >> 8 & 0xFF for n in direct]),
            array("i", [n & 0xFF for n in direct]),
            array("i", [n >> 16 for n in numbers if not n & 0xFFFF] if len(direct) < len(numbers) else ()),
            self.last_out,
            self.last_in,
        )


def _summed(numbers: list[int]) -> list[int]:
    days: dict[int, list[int]] = {}
    for n in numbers:
        both = days.setdefault(n >> 16, [0, 0])
        both[0] = min(255, both[0] + (n >> 8 & 0xFF))
        both[1] = min(255, both[1] + (n & 0xFF))
    return [day << 16 | outs << 8 | ins for day, (outs, ins) in days.items()]
