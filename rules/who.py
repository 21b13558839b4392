"""Who: whom the owner knows at a place, under a tag, by a note or a name; and through whom, if nobody.

Pure. Words mean whole words, in any case and accent; "acme" is not in "acmedia". Nobody is invented:
where nobody fits, the answer is empty and whoever asked says so.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from rules.cards import matched
from rules.classify import kind_of
from rules.due import HUMAN, Survey
from rules.names import from_address
from rules.organisations import Membership, contains, fits, memberships, plain
from rules.sentences import topic
from rules.verdicts import Evidence, Tie
from rules.wishes import in_domain, rule_of
from store.errors import UsageError
from store.facts import Dossier, Person, Trait

STRANGERS = 5
"""So many people never met are offered at most."""
WARM, COOL = 0.5, 0.15
_LEAD = re.compile(r"^(?:(?:do i know|is|works?|knows?|at|in|about|an?|the)\s+)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Hit:
    """A person who fits, and by what: ``ground`` is name, organisation, domain, tag, note or a trait's sort.

    ``now`` is False for what held once. ``what`` is the place, tag or text that fits.
    """

    person: Person
    ground: str
    what: str
    now: bool = True
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Search:
    """Whom the words fit: people the owner knows, and people he has only seen on shared mail.

    The ``keys`` are those whose dossiers the answer needs.
    """

    words: str
    known: tuple[Hit, ...]
    strangers: tuple[Hit, ...]

    @property
    def keys(self) -> tuple[int, ...]:
        """Return the keys of everybody found."""
        return tuple(dict.fromkeys(h.person.key for h in (*self.known, *self.strangers)))


@dataclass(frozen=True, slots=True)
class Finding:
    """A line of the answer. ``through`` is whom to ask about somebody never met, by ``threads`` shared."""

    hit: Hit
    warmth: float | None
    last: int
    topic: str
    through: Person | None = None
    through_warmth: float | None = None
    threads: int = 0


def search(words: str, seen: Survey) -> Search:
    """Return whom the words fit as of the survey's instant. Raises UsageError without a word."""
    wanted = _LEAD.sub("", " ".join(words.split())).strip(" ?.!\"'“”")
    if not plain(wanted):
        raise UsageError("whom to look for is missing", hint="digwell who acme")
    desk = _Desk(wanted, seen)
    known: list[Hit] = []
    strangers: list[Hit] = []
    for person in seen.snapshot.people.values():
        hit = desk.hit(person)
        if hit is None or not desk.is_human(person):
            continue
        (known if desk.knows(person) else strangers).append(hit)
    return Search(wanted, tuple(known), tuple(strangers))


def answer(found: Search, seen: Survey, dossiers: Mapping[int, Dossier]) -> tuple[Finding, ...]:
    """Return the lines of the answer: those who fit now before those who once did, the warmest first.

    ``dossiers`` are those of ``Search.keys``; people never met are left out where nobody leads to them.
    """
    ties = {tie.person.key: tie for tie in seen.ties}
    lines = [_line(hit, ties.get(hit.person.key), dossiers.get(hit.person.key)) for hit in found.known]
    lines.sort(key=lambda f: (not f.hit.now, -(f.warmth or 0.0), -f.last, f.hit.person.id))
    led = [_through(hit, ties, dossiers.get(hit.person.key)) for hit in found.strangers]
    led.sort(key=lambda f: (-(f.through_warmth or 0.0), -f.threads, f.hit.person.id))
    return (*lines, *[f for f in led if f.through is not None][:STRANGERS])


def heat(warmth: float | None) -> str:
    """Return the warmth in a word: warm, cool, cold."""
    if warmth is None:
        return "cold"
    return "warm" if warmth >= WARM else "cool" if warmth >= COOL else "cold"


class _Desk:
    """The words looked for, and what is known about whom."""

    def __init__(self, wanted: str, seen: Survey) -> None:
        self._wanted, self._words, self._seen = wanted, plain(wanted), seen
        self._ties = {tie.person.key for tie in seen.ties}
        person_of = {a.id: p.key for p in seen.snapshot.people.values() for a in p.addresses}
        self._traits: dict[int, list[Trait]] = {}
        for trait in sorted((*seen.snapshot.traits, *matched(seen.snapshot)), key=lambda t: -t.at):
            self._traits.setdefault(person_of.get(trait.key, trait.key), []).append(trait)
        self._gone = {b.address for b in seen.snapshot.bounces if b.permanent}

    def hit(self, person: Person) -> Hit | None:
        """Return by what the person fits: the first of name, organisation, domain, tag, note, trait."""
        return self._name(person) or self._place(person) or self._said(person) or self._told(person)

    def knows(self, person: Person) -> bool:
        """Tell whether the owner knows them: by mail both ways, by his own words or his address book."""
        spoken = self._seen.standing(person.key)
        by_mail = any(a.sent or a.answers for a in person.addresses)
        by_card = any(trait.source for trait in self._traits.get(person.key, ()))
        return (
            by_mail
            or by_card
            or person.key in self._ties
            or bool(spoken.notes or spoken.tags or spoken.friend)
        )

    def is_human(self, person: Person) -> bool:
        if person.key in self._ties:
            return True
        seen = self._seen
        standing = seen.standing(person.key)
        return kind_of(person, standing, seen.policy, seen.snapshot.own).kind in HUMAN

    def _name(self, person: Person) -> Hit | None:
        wanted = set(self._words.split())
        spelt = (n for a in person.addresses for n in (a.name, *a.names, from_address(a.address)))
        for name in dict.fromkeys((person.name, *spelt)):
            if name and wanted <= set(plain(name).split()):
                return Hit(person, "name", name)
        if any(self._wanted.lower() == a.address for a in person.addresses):
            return Hit(person, "name", self._wanted.lower())
        return None

    def _place(self, person: Person) -> Hit | None:
        """Tell of the organisation that fits, the present one before a past one."""
        snapshot, told = self._seen.snapshot, self._traits.get(person.key, ())
        for member in memberships(person, self._seen.policy, snapshot.as_of, told, self._gone):
            if fits(self._wanted, member):
                return Hit(person, "organisation", member.name, member.present, (_date(member),))
        if "." in self._wanted and " " not in self._wanted and in_domain(person, self._wanted):
            return Hit(person, "domain", self._wanted.lower().lstrip("@"))
        return None

    def _said(self, person: Person) -> Hit | None:
        standing, rule = self._seen.standing(person.key), rule_of(person, self._seen.policy)
        for tag in (*standing.tags, *(rule.tags if rule else ())):
            if contains(plain(tag), self._words):
                return Hit(person, "tag", tag)
        for note in sorted(standing.notes, key=lambda act: -act.at):
            if contains(plain(note.text), self._words):
                return Hit(person, "note", note.text, evidence=(Evidence(note_id=note.id),))
        if rule and rule.note and contains(plain(rule.note), self._words):
            return Hit(person, "note", rule.note)
        return None

    def _told(self, person: Person) -> Hit | None:
        latest: set[str] = set()
        for trait in self._traits.get(person.key, ()):
            if trait.sort in {"job", "signature"} and contains(plain(trait.value), self._words):
                proof = Evidence(message_id=trait.mid) if trait.mid else _day(trait.at)
                return Hit(person, trait.sort, trait.value, trait.sort not in latest, (proof,))
            latest.add(trait.sort)
        return None


def _line(hit: Hit, tie: Tie | None, dossier: Dossier | None) -> Finding:
    last = max((max(a.last_in, a.last_out) for a in hit.person.addresses), default=0)
    return Finding(hit, tie.warmth if tie else None, last, _topic(dossier))


def _through(hit: Hit, ties: Mapping[int, Tie], dossier: Dossier | None) -> Finding:
    """Find the warmest person the owner knows who shares threads with somebody never met."""
    shared = dossier.shared if dossier else {}
    leads = [(ties[k].warmth, threads, -k) for k, threads in shared.items() if k in ties and threads]
    warmth, threads, key = max(leads, default=(0.0, 0, 0))
    through = ties[-key].person if leads else None
    last = max((a.last for a in hit.person.addresses), default=0)
    return Finding(hit, None, last, _topic(dossier), through, warmth if leads else None, threads)


def _topic(dossier: Dossier | None) -> str:
    exchanges: Iterable[str] = (topic(e.subject) for e in dossier.exchanges) if dossier else ()
    return next((subject for subject in exchanges if subject), "")


def _date(member: Membership) -> Evidence:
    return _day(member.last)


def _day(at: int) -> Evidence:
    return Evidence(date=datetime.fromtimestamp(at, UTC).date().isoformat())
