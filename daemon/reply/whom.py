"""Whom the commands of a mail are about: items of the letter it answers, or full addresses.

It reads what the ledger says an item stands for; it never guesses a name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from daemon.app import House
from daemon.verbs import Order
from rules.intent import Meant, Target
from rules.standing import Standing
from rules.verbs import BY_WORD, Command, Items
from store.addresses import normalise
from store.errors import DigwellError, NotFoundError, UsageError
from store.facts import Person
from store.items import Item, items

LONGEST_NAME = 4
"""Words of a name, at most, at the beginning of a ``log``."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A command that is about nobody who can be found, and why."""

    command: Command
    problem: DigwellError


class Finder:
    """Finds whom commands are about, for one mail."""

    def __init__(self, house: House, edition: str) -> None:
        self.house = house
        self.items: Mapping[str, Item] = items(house.store, edition) if edition else {}
        people = house.snapshot.people.values()
        self._of = {a.id: Meant(p, a.id) for p in people for a in p.addresses}
        self._at = {a.address: Meant(p, a.id) for p in people for a in p.addresses}

    def orders(self, command: Command) -> list[Order | Failed]:
        """Return one order for everybody a command names, or what is wrong with it."""
        verb = BY_WORD[command.verb]
        try:
            if verb.items is Items.NONE:
                return [Order(command, Target())]
            if verb.name == "log" and not command.items:
                return [self._log(command)]
            if verb.items is Items.PAIR and len(command.items) == 2:
                (one, first), (other, second) = (self._meant(word) for word in command.items)
                if not any(item and item.other for item in (first, second)):
                    return [Order(command, self._target(one, other))]
        except DigwellError as problem:
            return [Failed(command, problem)]
        return [self._order(command, item) for item in self.named(command.items)]

    def person(self, item: str) -> Person:
        """Return the person an item or address stands for. Raises UsageError or NotFoundError."""
        return self._meant(item)[0].person

    def named(self, items: Sequence[str]) -> tuple[str, ...]:
        """Return the items meant, those of the whole letter for ``all``."""
        if tuple(items) != ("all",):
            return tuple(items)
        return tuple(item for item in self.items if item.isdigit()) or ("all",)

    def name(self, key: int) -> str:
        """Return what to call the person of an address, "" where nobody is meant."""
        return self._of[key].name if key in self._of else ""

    def _order(self, command: Command, item: str) -> Order | Failed:
        single = replace(command, items=(item,))
        try:
            one, found = self._meant(item)
            other = self._by_key(found.other) if found and found.other else None
            promise = found.note if found else ""
            return Order(single, replace(self._target(one, other), promise=promise))
        except DigwellError as problem:
            return Failed(single, problem)

    def _meant(self, item: str) -> tuple[Meant, Item | None]:
        if "@" in item:
            at = self._at.get(normalise(item))
            if at is None:
                raise NotFoundError(f"nobody here has the address {item}")
            return at, None
        found = self.items.get(item)
        if found is None:
            raise UsageError(
                f"there is no {item} in that letter",
                hint="Take a number or a letter that stands in it, or a full address.",
            )
        return self._by_key(found.key), found

    def _by_key(self, key: int) -> Meant:
        meant = self._of.get(key)
        if meant is None:
            raise UsageError("that person is not known any more")
        return meant

    def _target(self, one: Meant, other: Meant | None = None) -> Target:
        standing = self.house.standings.get(one.person.key, Standing())
        return Target(one, other, standing)

    def _log(self, command: Command) -> Order:
        """Find the name at the beginning of a log: as many of its first words as fit somebody."""
        words = command.text.split()
        problem: DigwellError | None = None
        for length in range(min(LONGEST_NAME, len(words)), 0, -1):
            try:
                one = self.house.meant(" ".join(words[:length]))
            except DigwellError as error:
                problem = problem or error
                continue
            text = " ".join(words[length:])
            return Order(replace(command, items=(one.address,), text=text), self._target(one))
        raise problem or UsageError("nobody is named", hint="Write a name or an address after “log”.")
