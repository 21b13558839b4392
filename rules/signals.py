"""Signals: news about people, told from facts and never without the row that proves it.

Pure. It decides what is news, not whom to name; and a stranger's mail alone must never make any:
every signal is about somebody the owner has written to.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime

from rules import organisations
from rules.meetings import agreed
from rules.policy import Policy
from rules.verdicts import Evidence, News, Signal
from store.addresses import name_key, organisation_domain
from store.facts import DAY, Address, Bounce, Dossier, Exchange, Person, Snapshot, Timeline, Trait

FRESH_DAYS = 60
"""News older than that is none."""
APART_DAYS = 30
"""An address is new only if another one was in use a month before it."""
MET_DAYS, MEET_DAYS = 30, 14
BIRTHDAY_BEFORE, BIRTHDAY_AFTER = 7, 3
ANSWER_DAYS = 5
_ORDER = {news: place for place, news in enumerate(News)}


def signals(
    snapshot: Snapshot, policy: Policy, dossiers: Mapping[int, Dossier] | None = None
) -> dict[int, tuple[Signal, ...]]:
    """Return the news about each person by ``Person.key``, the most telling first.

    Questions are told from ``dossiers`` (subjects) and from letters read; both may be missing.
    """
    desk = _Desk(snapshot, policy)
    found: list[Signal] = []
    for person in desk.known:
        found += _bounced(desk, person)
        found += _addresses(desk, person)
        found += _first(desk, person)
        found += _traits(desk, person)
        found += _questions(desk, person, (dossiers or {}).get(person.key))
    found += _same_name(desk)
    found += _meetings(desk)
    by_person: dict[int, list[Signal]] = {}
    for signal in found:
        by_person.setdefault(signal.key, []).append(signal)
    return {key: tuple(sorted(news, key=_rank)) for key, news in by_person.items()}


class _Desk:
    """What all the questions below are asked of."""

    def __init__(self, snapshot: Snapshot, policy: Policy) -> None:
        self.snapshot, self.policy, self.now = snapshot, policy, snapshot.as_of
        self.known = [p for p in snapshot.people.values() if any(a.sent for a in p.addresses)]
        self.bounces: dict[str, Bounce] = {}
        for bounce in snapshot.bounces:
            if bounce.permanent and bounce.at > self.bounces.get(bounce.address, bounce).at - 1:
                self.bounces[bounce.address] = bounce
        person_of = {a.id: p.key for p in snapshot.people.values() for a in p.addresses}
        self.traits: dict[int, list[Trait]] = {}
        for trait in sorted(snapshot.traits, key=lambda t: t.at):
            self.traits.setdefault(person_of.get(trait.key, trait.key), []).append(trait)

    def is_fresh(self, at: int) -> bool:
        return self.now - FRESH_DAYS * DAY <= at <= self.now

    def line(self, person: Person) -> Timeline:
        return self.snapshot.timelines.get(person.key) or Timeline()


def _bounced(desk: _Desk, person: Person) -> Iterable[Signal]:
    """Tell of addresses that are gone: mail was really sent there, and nothing came from them since."""
    for address in person.addresses:
        bounce = desk.bounces.get(address.address)
        if bounce and address.sent and address.last_in < bounce.at <= desk.now:
            yield Signal(
                News.BOUNCED, person.key, bounce.at, address.address, (_mail(bounce.mid, bounce.at),)
            )


def _addresses(desk: _Desk, person: Person) -> Iterable[Signal]:
    """Tell of an address of theirs that came up lately, and of a new firm behind it."""
    for fresh in person.addresses:
        before = [a for a in person.addresses if _in_use_before(a, fresh)]
        if not fresh.received or not desk.is_fresh(fresh.first) or not before:
            continue
        old = max(before, key=lambda a: a.last)
        firm, former = organisation_domain(fresh.address), organisation_domain(old.address)
        proof = (_on(fresh.first),)
        if firm and former and firm != former:
            new, past = (organisations.of_address(a, desk.policy) for a in (fresh, old))
            yield Signal(News.MOVED, person.key, fresh.first, new, proof, past)
        else:
            yield Signal(News.NEW_ADDRESS, person.key, fresh.first, fresh.address, proof, old.address)


def _in_use_before(address: Address, fresh: Address) -> bool:
    return address is not fresh and bool(address.first) and address.first <= fresh.first - APART_DAYS * DAY


def _same_name(desk: _Desk) -> Iterable[Signal]:
    """Tell of a new address in the name of somebody known; whether it is the same person is asked elsewhere.

    Only where exactly one known person bears the whole name, and the owner has answered or written.
    """
    fresh_keys = {name_key(p.name) for p in desk.known if _came_lately(desk, p)}
    fresh_keys = {key for key in fresh_keys if " " in key}
    bearers: dict[str, list[Person]] = {}
    for person in desk.known if fresh_keys else ():
        key = name_key(person.name)
        if key in fresh_keys:
            bearers.setdefault(key, []).append(person)
    for people in bearers.values():
        fresh = [p for p in people if _came_lately(desk, p)]
        old = [p for p in people if p not in fresh]
        if len(old) != 1 or len(fresh) != 1 or not fresh[0].main.received:
            continue
        new = fresh[0].main
        yield Signal(
            News.NEW_ADDRESS, old[0].key, new.first, new.address, (_on(new.first),), old[0].main.address
        )


def _came_lately(desk: _Desk, person: Person) -> bool:
    return desk.is_fresh(min(a.first for a in person.addresses))


def _first(desk: _Desk, person: Person) -> Iterable[Signal]:
    line = desk.line(person)
    if line.days and line.last_in and line.last_out and desk.is_fresh(line.days[0] * DAY):
        at = line.days[0] * DAY
        yield Signal(News.FIRST, person.key, at, person.main.address, (_on(at),))


def _meetings(desk: _Desk) -> Iterable[Signal]:
    """Tell of accepted meetings just past or near; with many at the table it is no meeting of two."""
    person_of = {a.address: p for p in desk.known for a in p.addresses}
    for meeting in agreed(desk.snapshot.meetings):
        near = desk.now - MET_DAYS * DAY <= meeting.at <= desk.now + MEET_DAYS * DAY
        others = {a for a in meeting.addresses if a not in desk.snapshot.own}
        if not near or len(others) > 3:
            continue
        for person in {person_of[a].key: person_of[a] for a in others if a in person_of}.values():
            proof = (_mail(meeting.mid, meeting.at),)
            yield Signal(News.MEETING, person.key, meeting.at, meeting.summary, proof)


def _traits(desk: _Desk, person: Person) -> Iterable[Signal]:
    traits = desk.traits.get(person.key, [])
    if not traits:
        return
    for sort, news in (("job", News.NEW_JOB), ("organisation", News.MOVED), ("signature", News.SIGNATURE)):
        yield from _changed(desk, person, [t for t in traits if t.sort == sort], news)
    birthday = next((t for t in reversed(traits) if t.sort == "birthday"), None)
    if birthday:
        yield from _birthday(desk, person, birthday)
    for promise in traits:
        if promise.sort == "promise" and desk.is_fresh(promise.at):
            proof = (_mail(promise.mid, promise.at),)
            yield Signal(News.PROMISE, person.key, promise.at, promise.value, proof)


def _changed(desk: _Desk, person: Person, told: list[Trait], news: News) -> Iterable[Signal]:
    """Tell of the latest value, if its source told another one before and it is fresh."""
    told = [t for t in told if t.source == told[-1].source]
    if len(told) < 2 or not desk.is_fresh(told[-1].at):
        return
    now, before = told[-1], told[-2]
    if now.value and before.value and organisations.plain(now.value) != organisations.plain(before.value):
        yield Signal(news, person.key, now.at, now.value, (_mail(now.mid, now.at),), before.value)


def _birthday(desk: _Desk, person: Person, told: Trait) -> Iterable[Signal]:
    today = datetime.fromtimestamp(desk.now, UTC).date()
    day = next_birthday(told.value, today)
    if day is not None and -BIRTHDAY_AFTER <= (day - today).days <= BIRTHDAY_BEFORE:
        at = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
        yield Signal(News.BIRTHDAY, person.key, at, told.value, (Evidence(date=day.isoformat()),))


def next_birthday(value: str, today: date) -> date | None:
    """Return the birthday nearest to today's next one, three days back included; None if it is no day.

    ``value`` is ``2001-05-04`` or ``--05-04``; who was born on 29 February has it on the 28th else.
    """
    try:
        month, day = int(value[-5:-3]), int(value[-2:])
        date(2000, month, day)
    except ValueError:
        return None
    years = (today.year - 1, today.year, today.year + 1)
    days = (_in_year(year, month, day) for year in years)
    return next(found for found in days if (found - today).days >= -BIRTHDAY_AFTER)


def _in_year(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        return date(year, 2, 28)


def _questions(desk: _Desk, person: Person, dossier: Dossier | None) -> Iterable[Signal]:
    """Tell of the last question that waits: theirs for the owner, or the owner's for them.

    A question is a subject with a question mark, or one read in the first lines of a letter.
    """
    line = desk.line(person)
    asked = [t for t in desk.traits.get(person.key, []) if t.sort == "question" and t.at > line.last_out]
    if asked and desk.now - asked[-1].at >= ANSWER_DAYS * DAY:
        last = asked[-1]
        yield Signal(News.QUESTION, person.key, last.at, last.value, (_mail(last.mid, last.at),))
        return
    last_mail = _last_question(dossier)
    if last_mail is None or desk.now - last_mail.at < ANSWER_DAYS * DAY:
        return
    answered = line.last_in if last_mail.out else line.last_out
    if answered <= last_mail.at:
        news = News.ASKED if last_mail.out else News.QUESTION
        proof = (_mail(last_mail.mid, last_mail.at),)
        yield Signal(news, person.key, last_mail.at, last_mail.subject, proof)


def _last_question(dossier: Dossier | None) -> Exchange | None:
    if dossier is None:
        return None
    return next((e for e in dossier.exchanges if e.direct and "?" in e.subject), None)


def _mail(mid: str, at: int) -> Evidence:
    return Evidence(message_id=mid) if mid else _on(at)


def _on(at: int) -> Evidence:
    return Evidence(date=datetime.fromtimestamp(at, UTC).date().isoformat())


def _rank(signal: Signal) -> tuple[int, int, str]:
    return _ORDER[signal.news], -signal.at, signal.what
