"""The command line's way to the verbs: names become people, and what was said becomes a sentence.

It decides nothing: ``rules.intent`` means, ``daemon.verbs`` carries out, this room finds the people.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from daemon import verbs
from daemon.app import House
from daemon.teaching import TAUGHT, teach, unteach
from rules.contact import person_of
from rules.intent import Meant, Moment, Target, intend
from rules.standing import house as owner_standing
from rules.told import told
from rules.verbs import Command
from rules.whom import within
from rules.words import capital
from store.errors import NotFoundError
from store.facts import Address
from store.ledger import acts_of, last_undoable
from store.people import grouping


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a command, for the terminal and for scripts."""

    verb: str
    name: str
    person_id: str
    sentence: str
    ids: tuple[str, ...] = ()
    dry_run: bool = False
    also: tuple[str, ...] = ()

    def line(self) -> str:
        """Return the sentence for the terminal."""
        said = f"{self.name}: {self.sentence}" if self.name else self.sentence
        said = said if self.name or self.dry_run else capital(said)
        more = f" (this also goes for {', '.join(self.also)})" if self.also else ""
        return f"{'would be: ' if self.dry_run else ''}{said}{more}"

    def record(self) -> dict[str, Any]:
        """Return the JSON-able record."""
        return {
            "verb": self.verb,
            "person_id": self.person_id or None,
            "name": self.name or None,
            "sentence": self.sentence,
            "note_ids": list(self.ids),
            "dry_run": self.dry_run,
        }


def tell(house: House, command: Command, dry_run: bool) -> Told:
    """Carry out one command of the owner's. Raises UsageError, NotFoundError or AmbiguousError."""
    named = tuple(house.meant(words) for words in command.items)
    if command.verb == "different" and len({meant.key for meant in named}) == 1:
        named = _parts(named, command.items)
    one, other = (*named, None, None)[:2]
    standing = house.standings.get(one.person.key) if one else None
    target = Target(one, other, standing) if standing else Target(one, other)
    holds = owner_standing(house.snapshot.said, person_of(house.snapshot))
    found = (one.name, one.person.id) if one else ("", "")
    also = _also(target) if command.verb in TAUGHT else ()
    meant = intend(command, target, Moment(house.now, house.zone, holds))
    if dry_run or not (meant.acts or meant.wants):  # what changes nothing leaves no trace to take back
        return Told(command.verb, *found, meant.sentence, dry_run=dry_run, also=also)
    source = verbs.Source(house.zone, text=_written(command, target))
    (effect,) = verbs.obey(house.store, [verbs.Order(command, target)], house.now, source, holds).effects
    teach(house, effect.acts)
    return Told(command.verb, *found, effect.sentence, tuple(act.id for act in effect.acts), also=also)


def _parts(named: tuple[Meant, ...], items: Sequence[str]) -> tuple[Meant, ...]:
    """Return the addresses that the names of one merged person fit, where each fits one alone."""
    found = [within(meant.person, words) for meant, words in zip(named, items, strict=True)]
    if any(len(fitting) != 1 for fitting in found):
        return named
    return tuple(Meant(meant.person, fit[0].id) for meant, fit in zip(named, found, strict=True))


def undo(house: House, dry_run: bool) -> Told:
    """Take back the last command that still stands. Raises NotFoundError where there is none."""
    last = last_undoable(house.store)
    if last is None:
        raise NotFoundError(told("undo.none"))
    sentence = told("undo", text=last.text)
    if dry_run:
        return Told(
            "undo", "", "", sentence, tuple(a.id for a in acts_of(house.store, last.id)), dry_run=True
        )
    _, acts = verbs.take_back(house.store, house.now, verbs.Source(house.zone, text="undo"), last.id)
    unteach(house, acts)
    return Told("undo", "", "", sentence, tuple(act.id for act in acts))


def split(house: House, words: str, dry_run: bool) -> Told:
    """Take a merged person apart, or only the one address named; what the owner merged is undone exactly.

    Raises NotFoundError where there is nothing to take apart.
    """
    who = house.meant(words)
    main, *others = who.person.addresses
    loose = [a for a in others if who.key in {main.id, a.id}]
    if not loose:
        raise NotFoundError(f"{who.name} has one address only, so there is nothing to take apart")
    keys = {a.id for a in who.person.addresses}
    merged = [a for a in house.snapshot.said if a.verb == "same" and {a.key, a.other} <= keys]
    merges = [a for a in merged if len(loose) == len(others) or {a.key, a.other} & {a.id for a in loose}]
    sentence = f"apart from {', '.join(a.address for a in loose)}"
    found = Told("split", who.name, who.person.id, sentence, dry_run=dry_run)
    if dry_run:
        return found
    with house.store.transaction():
        source = verbs.Source(house.zone, text=f"split {words}")
        for command in dict.fromkeys(a.command for a in merges):
            verbs.take_back(house.store, house.now, source, command)
        still = grouping(house.store)
        joined = [a for a in loose if still.get(a.id, a.id) == still.get(main.id, main.id)]
        parted = [verbs.Order(Command("different"), _pair(who, main, a)) for a in joined]
        if parted:
            verbs.obey(house.store, parted, house.now, source)
    return found


def _pair(who: Meant, one: Address, other: Address) -> Target:
    return Target(Meant(who.person, one.id), Meant(who.person, other.id))


def _written(command: Command, target: Target) -> str:
    """Return the command as the ledger shows it, with addresses for names."""
    who = " ".join(m.address for m in (target.one, target.other) if m)
    text = f": {command.text}" if command.text else ""
    return " ".join(part for part in (command.verb, who, command.when) if part) + text


def _also(target: Target) -> tuple[str, ...]:
    who = target.one
    return tuple(a.address for a in who.person.addresses if a.id != who.key) if who else ()
