"""Who is the same person: what is certain, and what is worth asking the owner, one pair at a time.

Certain are only two spellings of one mailbox, addresses of one card, and a name without address that
fits one person alone. All else is asked, with its evidence. Nothing follows from a first name, a
domain or a domain that looks like another: names and domains are what strangers choose.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations

from rules import words
from rules.lookalike import look_alike
from rules.names import Alike, alike, from_address, full, initialled, meeting_points, words_of
from rules.words import Words
from store.addresses import domain, local_part
from store.facts import DAY, Address, Dossier, Person, Trait

Pair = tuple[int, int]
ENOUGH = 2.0
"""Weight from which a pair is worth a question: a full name, or something weaker and a second sign."""
HANDOVER_DAYS = 120
CROWD = 40
"""A name that more people share than that tells nothing of any two of them."""
_DOTLESS = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
_TAGGED = re.compile(r"[^+]{2,}\+[^+]*")
_NAMELESS = "name:"
_SAY = Words()
_WEIGHTS = {Alike.FULL: 2.0, Alike.NICKNAME: 1.5, Alike.INITIAL: 1.0, Alike.NOT: 0.0}


@dataclass(frozen=True, slots=True)
class Merge:
    """A certain merge: the address ``key`` belongs to the person of the address ``main``."""

    key: int
    main: int
    evidence: str


@dataclass(frozen=True, slots=True)
class Question:
    """Two who may be one person; ``one`` is the one to keep as main. ``grounds`` are sentences."""

    one: Person
    other: Person
    grounds: tuple[str, ...]
    weight: float


def certain(
    people: Iterable[Person], different: Collection[Pair] = (), traits: Iterable[Trait] = ()
) -> tuple[Merge, ...]:
    """Return the merges that need no question, in the order of the addresses.

    ``people`` are the humans before any merge of ours, ``different`` pairs of address ids that the
    owner called two people. Traits of the sort ``card`` name the card an address stands on.
    """
    book = {a.id: a for p in people for a in p.addresses}
    apart = {(min(pair), max(pair)) for pair in different}
    found: dict[int, Merge] = {}
    for group, evidence in (*_one_mailbox(book), *_one_card(book, traits), *_by_name_only(book)):
        main = max(group, key=_worth_writing_to)
        for address in sorted(group, key=lambda a: a.id):
            pair = (min(address.id, main.id), max(address.id, main.id))
            if address.id != main.id and pair not in apart:
                found.setdefault(address.id, Merge(address.id, main.id, evidence))
    return tuple(found[key] for key in sorted(found))


def alike_pairs(
    people: Iterable[Person], different: Collection[Pair] = ()
) -> tuple[tuple[Person, Person], ...]:
    """Return the pairs whose names may be one person's, for which dossiers are worth loading.

    Both sides must be people the owner wrote to or was answered by; a stranger is nobody's double.
    """
    known = {p.key: p for p in people if any(a.sent or a.answers for a in p.addresses)}
    apart = {(min(pair), max(pair)) for pair in different}
    points: dict[str, set[int]] = {}
    for person in known.values():
        for name in _names(person):
            for point in meeting_points(name):
                points.setdefault(point, set()).add(person.key)
    pairs: set[Pair] = set()
    for keys in points.values():
        if len(keys) <= CROWD:
            pairs |= set(combinations(sorted(keys), 2))
    return tuple(
        (known[a], known[b])
        for a, b in sorted(pairs)
        if not _is_apart(known[a], known[b], apart) and _likeness(known[a], known[b]) is not Alike.NOT
    )


class InTouch:
    """People by the shape of their names, to find who of them may be somebody under an older address."""

    def __init__(self, people: Iterable[Person], different: Collection[Pair] = ()) -> None:
        self._apart = {(min(pair), max(pair)) for pair in different}
        self._points: dict[str, list[Person]] = {}
        for person in people:
            for point in {point for name in _names(person) for point in meeting_points(name)}:
                self._points.setdefault(point, []).append(person)

    def double(self, person: Person) -> Person | None:
        """Return somebody with a name like this person's, whom the owner never called somebody else."""
        for point in sorted({point for name in _names(person) for point in meeting_points(name)}):
            for other in self._points.get(point, ())[:CROWD]:
                apart = other.key == person.key or _is_apart(person, other, self._apart)
                if not apart and _likeness(person, other) is not Alike.NOT:
                    return other
        return None


def questions(
    pairs: Iterable[tuple[Person, Person]],
    dossiers: Mapping[int, Dossier] | None = None,
    replies: Collection[Pair] = (),
    names: Mapping[int, str] | None = None,
) -> tuple[Question, ...]:
    """Return what is worth asking, the surest first; the caller asks one at a time.

    ``dossiers`` tell shared threads (``names`` whom with), ``replies`` pairs of address ids where mail
    from one asks for answers to the other.
    """
    files, called = dossiers or {}, names or {}
    answers = {(min(pair), max(pair)) for pair in replies}
    found = [_question(one, other, files, answers, called) for one, other in pairs]
    return tuple(sorted((q for q in found if q), key=lambda q: (-q.weight, q.one.key, q.other.key)))


def _worth_writing_to(address: Address) -> tuple[bool, bool, int, int, int]:
    has_mail = not address.address.startswith(_NAMELESS)
    return has_mail, bool(address.sent or address.answers), address.last_in, address.received, -address.id


def _one_mailbox(book: Mapping[int, Address]) -> Iterable[tuple[list[Address], str]]:
    """Group spellings that a provider delivers to one mailbox, unless their names contradict."""
    groups: dict[str, list[Address]] = {}
    for address in book.values():
        if address.sent or address.answers:  # whoever forges a spelling gets nowhere
            groups.setdefault(_mailbox(address.address), []).append(address)
    for group in groups.values():
        if len(group) > 1 and not _contradict(group):
            yield group, _SAY("same.mailbox")


def _mailbox(address: str) -> str:
    local, host = local_part(address), domain(address)
    if host in _DOTLESS:
        return local.split("+")[0].replace(".", "") + "@" + _DOTLESS[host]
    return (local.split("+")[0] if _TAGGED.fullmatch(local) else local) + "@" + host


def _contradict(group: list[Address]) -> bool:
    named = [a.name for a in group if full(a.name)]
    return any(alike(named[0], name) is Alike.NOT for name in named[1:])


def _one_card(book: Mapping[int, Address], traits: Iterable[Trait]) -> Iterable[tuple[list[Address], str]]:
    cards: dict[str, set[int]] = {}
    for trait in traits:
        if trait.sort == "card" and trait.key in book:
            cards.setdefault(trait.value, set()).add(trait.key)
    for keys in cards.values():
        if len(keys) > 1:
            yield [book[key] for key in sorted(keys)], _SAY("same.card")


def _by_name_only(book: Mapping[int, Address]) -> Iterable[tuple[list[Address], str]]:
    """Give a name that came without an address to the one person of that name, if there is just one."""
    bearers: dict[frozenset[str], list[Address]] = {}
    for address in book.values():
        if not address.address.startswith(_NAMELESS) and (address.sent or address.answers):
            for key in {words_of(n) for n in (address.name, *address.names[:3]) if full(n)}:
                bearers.setdefault(key, []).append(address)
    for address in book.values():
        if address.address.startswith(_NAMELESS) and full(address.name):
            known = bearers.get(words_of(address.name), [])
            if len(known) == 1:
                yield [known[0], address], _SAY("same.only")


def _question(
    one: Person, other: Person, files: Mapping[int, Dossier], answers: set[Pair], called: Mapping[int, str]
) -> Question | None:
    likeness = _likeness(one, other)
    weight, grounds = _WEIGHTS[likeness], [_SAY(f"same.{likeness.name.lower()}")]
    for sign, sentence in (
        (0.5, _spelt_alike(one, other)),
        (1.0, _handover(one, other)),
        (1.5, _replies(one, other, answers)),
        (1.0, _shared(one, other, files, called)),
    ):
        if sentence:
            weight += sign
            grounds.append(sentence)
    if weight < ENOUGH:
        return None
    hosts = [(domain(a.address), domain(b.address)) for a in one.addresses for b in other.addresses]
    if any(look_alike(a, b) for a, b in hosts):
        grounds.append(_SAY("same.careful"))
        weight -= 1.0  # asked last, if at all: a forger writes the same name
    keep, fold = (one, other) if _last(one) >= _last(other) else (other, one)
    return Question(keep, fold, tuple(grounds), weight) if weight >= ENOUGH / 2 else None


def _likeness(one: Person, other: Person) -> Alike:
    return max((alike(a, b) for a in _names(one) for b in _names(other)), default=Alike.NOT)


def _names(person: Person) -> tuple[str, ...]:
    spelt = [person.name, *(n for a in person.addresses for n in (a.name, *a.names[:3]))]
    found = [n for n in dict.fromkeys(spelt) if n and "@" not in n]
    if found:
        return tuple(found)
    guessed = (from_address(a.address) or initialled(a.address) for a in person.addresses)
    return tuple(filter(None, guessed))


def _is_apart(one: Person, other: Person, apart: set[Pair]) -> bool:
    keys = [(a.id, b.id) for a in (*one.addresses,) for b in (*other.addresses,)]
    return any((min(pair), max(pair)) in apart for pair in [*keys, (one.key, other.key)])


def _spelt_alike(one: Person, other: Person) -> str:
    locals_ = {local_part(a.address).split("+")[0] for a in one.addresses}
    shared = sorted(locals_ & {local_part(a.address).split("+")[0] for a in other.addresses})
    return _SAY("same.local", local=shared[0]) if shared and len(shared[0]) > 3 else ""


def _handover(one: Person, other: Person) -> str:
    """Tell if one address fell silent as the other started."""
    early, late = sorted((one, other), key=_last)
    began = min((a.first for a in late.addresses if a.first), default=0)
    ended = _last(early)
    if not began or not ended or abs(began - ended) > HANDOVER_DAYS * DAY or _last(late) <= ended:
        return ""
    day = datetime.fromtimestamp(began, UTC).date()
    return _SAY("same.handover", month=f"{words.month(day)} {day.year}")


def _replies(one: Person, other: Person, answers: set[Pair]) -> str:
    pairs = ((min(a.id, b.id), max(a.id, b.id)) for a in one.addresses for b in other.addresses)
    return _SAY("same.replies") if any(pair in answers for pair in pairs) else ""


def _shared(one: Person, other: Person, files: Mapping[int, Dossier], called: Mapping[int, str]) -> str:
    """Tell if both stand in threads with the same third people."""
    a, b = files.get(one.key), files.get(other.key)
    if a is None or b is None:
        return ""
    third = (a.shared.keys() & b.shared.keys()) - {one.key, other.key}
    common = {key: min(a.shared[key], b.shared[key]) for key in third}
    if len(common) < 2 and sum(common.values()) < 3:
        return ""
    best = max(common, key=lambda key: (common[key], -key))
    threads = words.counted(common[best], "thread", "threads")
    return _SAY("same.threads", threads=threads, name=called.get(best, ""))


def _last(person: Person) -> int:
    return max(a.last for a in person.addresses)
