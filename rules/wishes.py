"""Wishes: which circle, which cadence and which refusals of the owner's hold for a person.

A word about the person beats the circle, the circle beats the rhythm the two already have, and
the answer always says which spoke. Pure; it must never look at how warm a tie is.
"""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from rules.policy import Circle, Origin, PersonRule, Policy
from rules.standing import Standing
from rules.verdicts import Kind
from store import addresses
from store.facts import Person


@dataclass(frozen=True, slots=True)
class Wish:
    """What the owner wants with one person.

    ``every`` is days between contacts (None: the rhythm they have), ``pace`` a factor on either,
    ``spoke`` says in words who chose the cadence.
    """

    circle: str
    every: int | None
    pace: float
    spoke: str
    tags: tuple[str, ...] = ()
    rule: PersonRule | None = None
    say: str = ""
    named: bool = False
    """The owner speaks of this very person: by a cadence, a rule or a circle's list or tag."""


def wish(person: Person, standing: Standing, policy: Policy, days: int) -> Wish:
    """Return what the owner wishes for a person with whom there were ``days`` contact days."""
    rule = rule_of(person, policy)
    tags = tuple(sorted({*standing.tags, *(rule.tags if rule else ())}))
    circle = next((c for c in policy.circles if fits(c, person, tags, days)), None)
    name = circle.name if circle else ""
    every, spoke = _cadence(standing, rule, circle)
    named = bool(every and spoke != _circle_spoke(circle)) or bool(circle and is_named(circle, person, tags))
    say = circle.say if circle else ""
    return Wish(name, every, standing.pace, spoke, tags, rule, say, named)


def rule_of(person: Person, policy: Policy) -> PersonRule | None:
    """Return the first entry under ``people:`` that names the person or one of the addresses."""
    return next((rule for rule in policy.people if is_meant(rule.who, person)), None)


def is_meant(who: str, person: Person) -> bool:
    """Tell whether a word of the rules (an address or a full name) means this person."""
    if "@" in who:
        return any(addresses.normalise(who) == a.address for a in person.addresses)
    key = addresses.name_key(who)
    return bool(key) and any(key == addresses.name_key(n) for n in (person.name, person.main.name))


def fits(circle: Circle, person: Person, tags: tuple[str, ...], days: int) -> bool:
    """Tell whether a circle takes the person: any of its lists, and at least so many contact days."""
    if days < circle.at_least:
        return False
    if not (circle.people or circle.tags or circle.domains):
        return True
    return is_named(circle, person, tags) or any(in_domain(person, domain) for domain in circle.domains)


def in_domain(person: Person, domain: str) -> bool:
    """Tell whether one of the addresses lies at a domain or below it."""
    wanted = domain.lower().lstrip("@")
    hosts = (a.address.rpartition("@")[2] for a in person.addresses)
    return any(host == wanted or host.endswith("." + wanted) for host in hosts)


def refusal(person: Person, kind: Kind, tags: tuple[str, ...], policy: Policy) -> str:
    """Return the pattern under ``never:`` that means this person, or an empty string."""
    return next((p for p in policy.never if _refuses(p, person, kind, tags)), "")


def _refuses(pattern: str, person: Person, kind: Kind, tags: tuple[str, ...]) -> bool:
    head, _, rest = pattern.partition(":")
    if head == "tag" and rest:
        return any(fnmatchcase(tag, rest) for tag in tags)
    if head == "list" and rest:
        return kind is Kind.LIST and _globs(rest, person)
    if "@" in pattern or "*" in pattern:
        return _globs(pattern, person)
    return is_meant(pattern, person) or ("." in pattern and " " not in pattern and in_domain(person, pattern))


def _globs(pattern: str, person: Person) -> bool:
    return any(fnmatchcase(a.address, pattern.lower()) for a in person.addresses)


def is_named(circle: Circle, person: Person, tags: tuple[str, ...]) -> bool:
    """Tell whether a circle names this very person, by its list or by a tag."""
    return bool(set(circle.tags) & set(tags)) or any(is_meant(who, person) for who in circle.people)


def _cadence(standing: Standing, rule: PersonRule | None, circle: Circle | None) -> tuple[int | None, str]:
    if standing.every:
        return standing.every, "you said so"
    if rule and rule.every:
        return rule.every, f"your rule for {rule.who} ({rule.origin})"
    if rule and rule.their_rhythm:
        return None, f"your rule for {rule.who} ({rule.origin})"
    if circle and circle.every:
        return circle.every, _circle_spoke(circle)
    return None, "the rhythm you two have"


def _circle_spoke(circle: Circle | None) -> str:
    if circle is None:
        return ""
    where = f" ({circle.origin})" if circle.origin != Origin() else ""
    return f"your circle “{circle.name}”{where}"
