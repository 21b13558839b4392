"""Whom the owner means by a few words: any unique part of a name or an address, or a public id.

Pure. Never guesses: several who fit are several.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from rules.names import called
from store.errors import AmbiguousError, NotFoundError, UsageError
from store.facts import Address, Person

SHOWN = 12


def folded(text: str) -> str:
    """Return text without case and accents, so that `tomas` finds Tomás."""
    plain = unicodedata.normalize("NFKD", text)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()


def whom(people: Iterable[Person], words: str) -> tuple[Person, ...]:
    """Return everybody who fits the words best: by id, by whole address or name, else by all parts."""
    wanted = folded(_bare(words))
    parts = wanted.replace(",", " ").split()
    if not parts:
        return ()
    whole: list[Person] = []
    part: list[Person] = []
    for person in people:
        hay = [folded(a.address) for a in person.addresses]
        if words.strip() == person.id or wanted in hay:
            return (person,)
        names = {folded(n) for a in person.addresses for n in (a.name, *a.names)} | {folded(person.name)}
        if wanted in names:
            whole.append(person)
        elif all(any(p in h for h in (*names, *hay)) for p in parts):
            part.append(person)
    return tuple(whole or part)


def _bare(words: str) -> str:
    """Return the address of `Ana Ribeiro <ana@example.net>`, else the words without marks around them."""
    spelt = words.strip()
    _, opens, address = spelt.rpartition("<")
    return address[:-1].strip() if opens and "@" in address and address.endswith(">") else spelt.strip('<>"')


def within(person: Person, words: str) -> tuple[Address, ...]:
    """Return the addresses of a person that some words fit, by what each is called itself."""
    parts = folded(_bare(words)).replace(",", " ").split()
    hays = {a: (folded(a.address), *(folded(n) for n in (a.name, *a.names))) for a in person.addresses}
    return tuple(a for a, hay in hays.items() if all(any(p in h for h in hay) for p in parts))


def the_one(people: Iterable[Person], words: str) -> Person:
    """Return the one person meant, or raise NotFoundError or AmbiguousError with the choices."""
    if not words.strip():
        raise UsageError("nobody is named", hint="Write part of a name or an address.")
    found = whom(people, words)
    if not found:
        raise NotFoundError(f"nobody answers to “{words}”", hint="digwell people list --all shows everybody.")
    if len(found) > 1:
        raise several(words, found)
    return found[0]


def several(words: str, found: tuple[Person, ...]) -> AmbiguousError:
    """Return the error that lists who fits, those with the latest mail first."""
    latest = sorted(found, key=lambda p: (-max(a.last for a in p.addresses), p.id))
    lines = [f"{p.main.address}  {called(p)}" for p in latest[:SHOWN]]
    if len(found) > SHOWN:
        lines.append(f"and {len(found) - SHOWN} more")
    return AmbiguousError(
        f"{len(found)} people match “{words}”", tuple(lines), hint="Say more of the name, or the address."
    )
