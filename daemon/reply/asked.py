"""Questions asked by mail: why, who, help. They change nothing and are always answered.

What is answered comes from the ledger and the facts, with its evidence; nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from daemon import week
from daemon.app import House
from daemon.digest.clean import clean, shown
from daemon.digest.letter import Settings
from daemon.digest.plain import fold
from daemon.reply.receipt import Line, manual
from daemon.reply.whom import Finder
from rules.classify import kind_of
from rules.favours import before
from rules.names import called
from rules.verbs import Command
from rules.who import Finding, answer, heat, search
from rules.words import Words, short_day
from store.errors import DigwellError
from store.facts import Exchange, Person, Suggested
from store.snapshot import dossiers

MOST_FOUND = 12


class Desk:
    """Answers the questions of one mail."""

    def __init__(self, house: House, finder: Finder, settings: Settings, edition: str) -> None:
        self.house = house
        self.finder = finder
        self.settings = settings
        self.edition = edition
        self.say = Words(settings.words)
        self.today = datetime.fromtimestamp(house.now, settings.zone).date()

    def answer(self, command: Command) -> str | Line:
        """Return the paragraph that answers a question, or a line that says why there is none."""
        try:
            if command.verb == "help":
                return manual(self.settings)
            if command.verb == "who":
                return self._who(command.text)
            if command.verb == "before":
                return "\n\n".join(self._before(command.items))
            return "\n\n".join(self._why(command.items))
        except DigwellError as problem:
            return Line(command.line, outcome=f"{problem.what}. {problem.hint}".rstrip(". ") + ".")

    def _why(self, items: Sequence[str]) -> Iterable[str]:
        rows = [s for s in self.house.snapshot.suggested if s.edition == self.edition]
        named = [s.item for s in rows] if not items or items == ("all",) else items
        for item in named:
            row = next((s for s in rows if s.item == item), None)
            yield self._because(self.finder.person(item), row)

    def _before(self, items: Sequence[str]) -> Iterable[str]:
        seen = week.look(self.house, self.house.look_from)
        for item in self.finder.named(items):
            person = self.finder.person(item)
            lines = (f"{clean(called(person), 60)}:", *(clean(line, 400) for line in before(seen, person)))
            yield "\n".join(fold(shown(line), "  ", "  " if n else "") for n, line in enumerate(lines))

    def _because(self, person: Person, row: Suggested | None) -> str:
        name = clean(called(person), 60)
        if row is None:
            standing = self.house.standings.get(person.key)
            verdict = kind_of(person, standing, self.house.policy, self.house.snapshot.own)
            lines = [f"{name}: {verdict.kind.value}, because {verdict.rule}", *verdict.grounds]
            return "\n".join(fold(shown(line), "  ", "" if n == 0 else "  ") for n, line in enumerate(lines))
        told = [fold(shown(self.say("receipt.why", name=name, sentence=row.sentence)))]
        proofs = list(self._proofs(person, row.evidence))
        if proofs:
            told.append(fold(self.say("receipt.proof"), "  ") + "\n" + "\n".join(proofs))
        return "\n".join(told)

    def _proofs(self, person: Person, evidence: Iterable[tuple[str, str]]) -> Iterable[str]:
        """Name the messages, words and days a sentence rests on."""
        found = dossiers(self.house.store, self.house.snapshot, [person.key])
        known = {e.mid: e for e in found[person.key].exchanges} if person.key in found else {}
        said = {act.id: act for act in self.house.snapshot.said}
        for sort, value in evidence:
            if sort == "message_id" and value in known:
                yield fold(f"· {self._exchange(known[value])}", "      ", "    ")
            elif sort == "note_id" and value in said:
                yield fold(
                    f"· {self._day(said[value].at)}: “{clean(said[value].text, 120)}”", "      ", "    "
                )
            else:
                yield fold(f"· {clean(value, 120)}", "      ", "    ")

    def _exchange(self, exchange: Exchange) -> str:
        key = "receipt.proof.out" if exchange.out else "receipt.proof.in"
        return self.say(key, day=self._day(exchange.at), subject=clean(exchange.subject, 90))

    def _who(self, words: str) -> str:
        seen = week.look(self.house, self.house.look_from)
        found = search(words, seen)
        lines = answer(found, seen, dossiers(self.house.store, seen.snapshot, found.keys))
        asked = clean(words, 60)
        if not lines:
            return fold(self.say("receipt.who.none", words=asked))
        told = [fold(shown(self._found(line)), "    ", "  ") for line in lines[:MOST_FOUND]]
        return "\n".join([fold(self.say("receipt.who", words=asked)), *told])

    def _found(self, line: Finding) -> str:
        person = line.hit.person
        parts = [f"{clean(called(person), 60)} ({clean(person.main.address, 120)})"]
        if line.hit.what and line.hit.ground != "name":
            held = "receipt.who.now" if line.hit.now else "receipt.who.once"
            parts.append(self.say(held, what=clean(line.hit.what, 80)))
        if line.through is not None:
            parts.append(self.say("receipt.who.through", name=clean(called(line.through), 60)))
        else:
            parts.append(heat(line.warmth))
        if line.last:
            parts.append(self.say("receipt.who.last", day=self._day(line.last)))
        return "; ".join(parts)

    def _day(self, at: int) -> str:
        return short_day(datetime.fromtimestamp(at, self.settings.zone).date(), self.today)
