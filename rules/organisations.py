"""Organisations: where people are and were, told by the domains of their addresses.

Free mail names no organisation. Names can be set in rules.yaml; else the domain is made readable.
Pure; it must never take a piece of a word for the word ("acme" is not in "acmedia").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from rules.policy import Policy
from store.addresses import domain, organisation_domain
from store.facts import DAY, Address, Person, Trait

PAST_DAYS = 730
"""An address not used for two years no longer tells where its owner is."""
_WORD = re.compile(r"[^\W_]+")
_LEGAL = frozenset(
    """ab ag as asa bv co company corp corporation eg ev gbr gmbh group holding inc kg kgaa limited llc
    llp ltd mbh nv oy oyj plc pte pty sa sarl sas se sl spa srl ug and und the of for der die das""".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Membership:
    """A person's time at an organisation as mail tells it: first and last mail, Unix seconds.

    ``domain`` is empty where a card or an address book said so; ``present`` means still there.
    """

    name: str
    domain: str
    first: int
    last: int
    present: bool


def memberships(
    person: Person, policy: Policy, as_of: int, told: Iterable[Trait] = (), gone: Collection[str] = ()
) -> tuple[Membership, ...]:
    """Return a person's organisations, present ones first, then the latest.

    ``told`` are the person's traits of the sort ``organisation``, ``gone`` addresses that bounce for
    good. An organisation is past when a later one is in use, when its last address is gone, or when
    its addresses have been silent for two years.
    """
    alive = {organisation_domain(a.address) for a in person.addresses if a.address not in gone}
    spans: dict[str, tuple[int, int]] = {}
    for address in person.addresses:
        place = organisation_domain(address.address)
        if place and address.last:
            first, last = spans.get(place, (address.first, address.last))
            spans[place] = (min(first, address.first), max(last, address.last))
    latest = max((spans[p] for p in spans if p in alive), key=lambda span: (span[1], span[0]), default=(0, 0))
    found = []
    for place, (first, last) in spans.items():
        present = place in alive and _present(first, last, latest, as_of)
        found.append(Membership(name(place, policy), place, first, last, present))
    known = {plain(m.name) for m in found}
    found += [m for m in _told(told) if plain(m.name) not in known]
    return tuple(sorted(found, key=lambda m: (not m.present, -m.last, m.name)))


def name(place: str, policy: Policy) -> str:
    """Return what to call the organisation at a domain: the owner's name for it, or the readable domain."""
    labels = place.split(".")
    for start in range(len(labels)):
        own = policy.organisations.get(".".join(labels[start:]))
        if own:
            return own
    first = organisation_domain(place).split(".")[0] or labels[0]
    return " ".join(part.capitalize() for part in first.split("-") if part)


def of_address(address: Address, policy: Policy) -> str:
    """Return the name of the organisation an address lies at, empty for free mail."""
    return name(domain(address.address), policy) if organisation_domain(address.address) else ""


def plain(text: str) -> str:
    """Return the words of a name without case, accents and legal forms, one blank between them."""
    folded = unicodedata.normalize("NFKD", text.casefold().replace("ß", "ss"))
    words = _WORD.findall("".join(c for c in folded if not unicodedata.combining(c)))
    return " ".join(word for word in words if word not in _LEGAL) or " ".join(words)


def fits(asked: str, membership: Membership) -> bool:
    """Tell whether words mean this organisation: whole words of its name, or its domain."""
    wanted = plain(asked)
    if not wanted:
        return False
    if contains(plain(membership.name), wanted) or asked.strip().lower().lstrip("@") == membership.domain:
        return True
    # "kestrel rail" is kestrelrail.example and kestrel-rail.example
    label = membership.domain.split(".")[0]
    return bool(label) and wanted.replace(" ", "") in {label, label.replace("-", "")}


def contains(text: str, words: str) -> bool:
    """Tell whether plain words stand in plain text as whole words in that order."""
    return f" {words} " in f" {text} "


def _present(first: int, last: int, latest: tuple[int, int], as_of: int) -> bool:
    if as_of - last > PAST_DAYS * DAY:
        return False
    # two organisations at once: both, if the later one began before the other fell silent
    return (last, first) == (latest[1], latest[0]) or (last >= latest[0] and latest[1] - last <= 90 * DAY)


def _told(told: Iterable[Trait]) -> list[Membership]:
    latest = sorted((t for t in told if t.sort == "organisation" and t.value), key=lambda t: t.at)
    return [
        Membership(trait.value, "", trait.at, trait.at, place == len(latest) - 1)
        for place, trait in enumerate(latest)
        if all(plain(t.value) != plain(trait.value) for t in latest[place + 1 :])
    ]
