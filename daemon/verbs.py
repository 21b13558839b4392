"""Carrying out: what a command means to do is done, with its row in the ledger, in one transaction.

Both doors come through here, the command line and the mail. It never decides what a verb means
(``rules.intent`` does) and never talks to a network.
"""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import tzinfo

from rules.intent import Intention, Moment, Target, intend
from rules.standing import House
from rules.told import told
from rules.verbs import Command
from store import ledger
from store.db import Store
from store.errors import DigwellError, NotFoundError
from store.facts import Said


@dataclass(frozen=True, slots=True)
class Source:
    """Where commands come from: ``channel`` is cli or mail.

    ``mid`` is the Message-ID of the mail, ``edition`` and ``item`` what it answers, ``state`` and
    ``text`` what the ledger is to say of it.
    """

    zone: tzinfo
    channel: str = "cli"
    mid: str = ""
    edition: str = ""
    item: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Order:
    """A command and whom it is about."""

    command: Command
    target: Target


@dataclass(frozen=True, slots=True)
class Effect:
    """What came of one order: a sentence, whether anything changed, what only the daemon can do.

    ``problem`` is set, and nothing was done, where it could not be carried out.
    """

    order: Order
    sentence: str = ""
    acts: tuple[Said, ...] = ()
    wants: str = ""
    problem: DigwellError | None = None

    @property
    def name(self) -> str:
        """Whom it was about, "" for the owner."""
        return self.order.target.one.name if self.order.target.one else ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What came of all orders of one source; ``command`` is its row in the ledger, 0 if known before."""

    command: int
    effects: tuple[Effect, ...] = ()


def obey(
    store: Store, orders: Sequence[Order], now: int, source: Source, house: House | None = None
) -> Receipt:
    """Carry out all orders of one message or line, together with the ledger's row, or none of them.

    A message known by its Message-ID does nothing. On the command line the first order that cannot be
    carried out raises; in a mail the others still count, and its effect holds the problem.
    """
    at = Moment(now, source.zone, house or House())
    with store.transaction():
        number = ledger.begin_command(store, _row(source, now))
        if not number:
            return Receipt(0)
        effects = tuple(carry_out(store, order, at, source, number) for order in orders)
        state = "misread" if effects and all(e.problem for e in effects) else "obeyed"
        ledger.end_command(store, number, state, "\n".join(_answer(e) for e in effects))
    return Receipt(number, effects)


def carry_out(store: Store, order: Order, at: Moment, source: Source, number: int) -> Effect:
    """Carry out one order under a row of the ledger, inside the caller's transaction."""
    try:
        meant = intend(order.command, order.target, at)
    except DigwellError as error:
        if source.channel == "cli":
            raise
        return Effect(order, problem=error)
    if meant.acts and source.edition and _said_already(store, meant, source):
        meant = Intention(told("already"))
    return Effect(order, meant.sentence, ledger.say(store, number, meant.acts), meant.wants)


def take_back(
    store: Store, now: int, source: Source, command: int = 0
) -> tuple[ledger.Command, tuple[Said, ...]]:
    """Take back a command, by default the last that still stands, and return it with its acts.

    Raises NotFoundError where there is nothing to take back.
    """
    with store.transaction():
        found = ledger.last_undoable(store)
        if command:
            found = next((c for c in ledger.commands(store, 1000) if c.id == command), None)
        if found is None or found.undone:
            raise NotFoundError(told("undo.none"))
        number = ledger.begin_command(store, _row(source, now))
        if not number:
            return found, ()
        acts = ledger.undo(store, found.id, number)
        ledger.end_command(store, number, "obeyed", told("undo", text=found.text))
    return found, acts


def _row(source: Source, now: int) -> ledger.Command:
    return ledger.Command(
        mid=source.mid,
        at=now,
        channel=source.channel,
        edition=source.edition,
        item=source.item,
        text=source.text,
    )


def _answer(effect: Effect) -> str:
    said = effect.problem.what if effect.problem else effect.sentence
    return f"{effect.name}: {said}" if effect.name else said


def _said_already(store: Store, meant: Intention, source: Source) -> bool:
    """Tell whether an answer to the same edition said so and it holds: a link pressed twice is one."""
    answers = {c.id for c in ledger.commands(store, 1000) if c.edition == source.edition and not c.undone}
    said = ledger.said(store)
    return all(_holds(act, said, answers) for act in meant.acts)


def _holds(act: Said, said: Sequence[Said], answers: AbstractSet[int]) -> bool:
    """Tell whether an act stands among the answers and nothing said since has overruled it."""
    holds = False
    for before in said:
        if _gist(before) == _gist(act):
            holds = holds or before.command in answers
        elif _about(before) == _about(act):
            holds = False
    return holds


def _gist(act: Said) -> tuple[str, int, int, str, str, int]:
    return act.verb, act.key, act.other, act.text, act.value, act.until


def _about(act: Said) -> tuple[object, ...]:
    """Return what an act decides: of two that decide the same, the later one counts."""
    family = next((name for name, verbs in _FAMILIES.items() if act.verb in verbs), "")
    part = {"tag": act.value, "promise": act.text}.get(family, "")
    return (family, act.key, act.other, part) if family else (act.verb, _gist(act))


_FAMILIES = {
    "tag": {"tag", "untag"},
    "promise": {"promised", "kept", "release"},
    "pace": {"every", "slower", "faster"},
    "kind": {"never", "friend", "not-a-person"},
    "person": {"same", "different"},
    "snooze": {"snooze"},
    "pause": {"pause", "resume"},
    "people": {"people"},
}
