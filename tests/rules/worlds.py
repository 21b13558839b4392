"""Invented correspondents as snapshots, for tests of judgement: days and directions in, facts out."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from rules.policy import Policy
from rules.standing import Standing
from rules.verdicts import Kind, KindVerdict
from store.facts import DAY, Address, Dossier, Edition, Exchange, Person, Said, Snapshot, Suggested, Timeline

TODAY = int(datetime(2026, 11, 23, 7, 30, tzinfo=UTC).timestamp())
NOW = TODAY // DAY
SUBJECT = "Re: flat hunting"


@dataclass(frozen=True)
class Friend:
    """A correspondent: mails as (days ago, "o" or "i")."""

    name: str
    address: str
    mails: tuple[tuple[int, str], ...]


def friend(name: str, mails: Iterable[tuple[int, str]]) -> Friend:
    address = name.lower().replace(" ", ".") + "@example.net"
    return Friend(name, address, tuple(mails))


def steady(name: str, every: int, last: int, count: int = 12, ends: str = "i") -> Friend:
    """Somebody with one mail each way every so many days, the last one so many days ago."""
    mails = [(last + every * n, "o" if (n % 2 == 0) == (ends == "o") else "i") for n in range(count)]
    return friend(name, mails)


def timeline(mails: Iterable[tuple[int, str]], today: int = TODAY) -> Timeline:
    counts: dict[int, list[int]] = {}
    last = {"o": 0, "i": 0}
    for ago, way in mails:
        at = today - ago * DAY
        counts.setdefault(at // DAY, [0, 0])[way == "i"] += 1
        last[way] = max(last[way], at)
    days = sorted(counts)
    outs, ins = (array("i", (counts[day][way] for day in days)) for way in (0, 1))
    return Timeline(array("i", days), outs, ins, array("i"), last["o"], last["i"])


def world(
    friends: Iterable[Friend],
    *,
    said: tuple[Said, ...] = (),
    suggested: tuple[Suggested, ...] = (),
    editions: tuple[Edition, ...] = (),
    as_of: int = TODAY,
) -> Snapshot:
    people: dict[int, Person] = {}
    lines: dict[int, Timeline] = {}
    for key, one in enumerate(friends, 1):
        line = timeline(one.mails, as_of)
        sent, received = sum(line.outs), sum(line.ins)
        address = Address(
            key, one.address, one.name, key, (one.name,), sent, received,
            answers=min(sent, received), last_in=line.last_in, last_out=line.last_out,
        )  # fmt: skip
        people[key] = Person(f"p{key:04}", key, one.name, (address,))
        lines[key] = line
    return Snapshot(as_of, frozenset({"maya@example.org"}), people, lines, said, suggested, editions)


def person(_person: Person, _standing: Standing, _policy: Policy, _own: frozenset[str]) -> KindVerdict:
    """Take everybody for a person: these tests are not about kinds."""
    return KindVerdict(Kind.PERSON, "they wrote")


def dossiers(snapshot: Snapshot, keys: Iterable[int]) -> Mapping[int, Dossier]:
    """Invent the exchanges behind the contact days: one message a day and direction."""
    made = {}
    for key in keys:
        line, address = snapshot.timelines[key], snapshot.people[key].main.address
        exchanges = [
            Exchange(
                f"m{key}.{day}.{out}@example.net", day * DAY + out, bool(out), SUBJECT, address, direct=True
            )
            for day, outs, ins in zip(line.days, line.outs, line.ins, strict=True)
            for out, count in ((0, ins), (1, outs))
            if count
        ]
        exchanges.sort(key=lambda e: -e.at)
        made[key] = Dossier(key, tuple(exchanges[:24]), {}, (1,) * 12)
    return made
