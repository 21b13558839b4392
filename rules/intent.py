"""What a command means to do: the acts to write down and the sentence to answer, before anything is done.

Pure. It writes nothing and refuses what cannot be carried out, with the way to say it right.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, tzinfo

from rules import moments
from rules.names import called
from rules.standing import House, Standing
from rules.told import told
from rules.verbs import Command
from rules.words import clipped, every, long_day
from store.errors import AmbiguousError, NotFoundError, UsageError
from store.facts import Person, Said

LONGEST = 2000
MOST_PEOPLE = 20


@dataclass(frozen=True, slots=True)
class Meant:
    """A person and the id of the very address that was named, the main one where only a name was."""

    person: Person
    key: int

    @property
    def name(self) -> str:
        """What to call the person in an answer."""
        return called(self.person)

    @property
    def address(self) -> str:
        """The address that was named."""
        return next(a.address for a in self.person.addresses if a.id == self.key)


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a command is about, found by the door it came through.

    ``standing`` is what holds for the person now, ``promise`` the id of the promise that was meant.
    """

    one: Meant | None = None
    other: Meant | None = None
    standing: Standing = field(default_factory=Standing)
    promise: str = ""


@dataclass(frozen=True, slots=True)
class Moment:
    """When and where something is said: Unix seconds, the owner's zone, what holds for the owner."""

    now: int
    zone: tzinfo
    house: House = field(default_factory=House)

    @property
    def today(self) -> date:
        """The owner's day."""
        return datetime.fromtimestamp(self.now, self.zone).date()


@dataclass(frozen=True, slots=True)
class Intention:
    """Acts to write down and the sentence to answer; ``wants`` names what only the daemon can do."""

    sentence: str
    acts: tuple[Said, ...] = ()
    wants: str = ""


def intend(command: Command, target: Target, at: Moment) -> Intention:
    """Return what a command means to do.

    Raises UsageError, NotFoundError or AmbiguousError where it cannot be done as it stands.
    """
    maker = _MAKERS.get(command.verb)
    if maker is None:
        raise UsageError(f"“{command.verb}” cannot be done here")
    return maker(command, target, at)


def _about(target: Target) -> Meant:
    if target.one is None:
        raise UsageError("nobody is named", hint="Put the person after the verb.")
    return target.one


def _pair(target: Target) -> tuple[Meant, Meant]:
    one, other = _about(target), target.other
    if other is None:
        raise UsageError("two people are needed", hint="Name both.")
    return one, other


def _text(command: Command) -> str:
    plain = "".join(c if unicodedata.category(c)[0] != "C" else " " for c in command.text)
    return " ".join(plain.split())[:LONGEST]


def _needed(command: Command) -> str:
    text = _text(command)
    if not text:
        raise UsageError(f"“{command.verb}” needs some words", hint="Write them after the person.")
    return text


def _day(command: Command, at: Moment, otherwise: str = "") -> date:
    words = command.when or otherwise
    day = moments.moment(words, at.today)
    if day is None or day <= at.today:
        hint = "Write 10d, 2w, 3m, a date such as 2027-01-10, a weekday or a month."
        raise UsageError(f"“{words}” is no time to come", hint=hint)
    return day


def _instant(day: date, at: Moment) -> int:
    return int(datetime.combine(day, time.min, at.zone).timestamp())


def _simple(command: Command, target: Target, at: Moment) -> Intention:
    act = Said("", at.now, command.verb, _about(target).key)
    return Intention(told(command.verb), (act,))


def _once(holds: Callable[[Standing], bool]) -> Callable[[Command, Target, Moment], Intention]:
    """Make a verb that does nothing where what it wants holds already."""

    def make(command: Command, target: Target, at: Moment) -> Intention:
        made = _simple(command, target, at)
        return Intention(told("already")) if holds(target.standing) else made

    return make


def _with_words(command: Command, target: Target, at: Moment) -> Intention:
    text = _text(command)
    act = Said("", at.now, command.verb, _about(target).key, text=text)
    return Intention(told(f"{command.verb}.text" if text else command.verb), (act,))


def _written(command: Command, target: Target, at: Moment) -> Intention:
    text = _needed(command)
    act = Said("", at.now, command.verb, _about(target).key, text=text)
    return Intention(told(command.verb, text=clipped(text)), (act,))


def _promised(command: Command, target: Target, at: Moment) -> Intention:
    text = _needed(command)
    day = _day(command, at) if command.when else None
    until = _instant(day, at) if day else 0
    act = Said("", at.now, command.verb, _about(target).key, text=text, until=until)
    if day:
        return Intention(told("promised.by", text=clipped(text), day=long_day(day)), (act,))
    return Intention(told("promised", text=clipped(text)), (act,))


def _settled(command: Command, target: Target, at: Moment) -> Intention:
    """Close one open promise: the one named, the one whose words fit, or the only one."""
    who, wanted = _about(target), _text(command).casefold()
    open_ = [p for p in target.standing.promises if target.promise in {"", p.id}]
    fitting = [p for p in open_ if wanted in p.text.casefold()]
    if not fitting:
        raise NotFoundError(f"no such promise to {who.name} is open")
    if len(fitting) > 1:
        hint = "Add a few words of the one you mean."
        raise AmbiguousError("several promises are open", tuple(p.text for p in fitting), hint)
    act = Said("", at.now, command.verb, who.key, text=fitting[0].text, value=fitting[0].id)
    return Intention(told(command.verb), (act,))


def _snooze(command: Command, target: Target, at: Moment) -> Intention:
    day = _day(command, at, "2w")
    act = Said("", at.now, "snooze", _about(target).key, until=_instant(day, at))
    return Intention(told("snooze", day=long_day(day)), (act,))


def _every(command: Command, target: Target, at: Moment) -> Intention:
    length = moments.days(command.when)
    if length is None:
        raise UsageError(f"“{command.when}” is no length of time", hint="Write 10d, 6w, 3m or 1y.")
    act = Said("", at.now, "every", _about(target).key, value=str(length))
    return Intention(told("every", length=every(length)), (act,))


def _tag(command: Command, target: Target, at: Moment) -> Intention:
    word = _needed(command)
    if "," in word or len(word) > 60:
        raise UsageError("a tag is one short word or two", hint="digwell tag Tomás rail")
    held = word in target.standing.tags
    if held is (command.verb == "tag"):
        return Intention(told("already"))
    act = Said("", at.now, command.verb, _about(target).key, value=word)
    return Intention(told(command.verb, text=word), (act,))


def _introduced(command: Command, target: Target, at: Moment) -> Intention:
    one, other = _pair(target)
    if one.person.key == other.person.key:
        raise UsageError("both are the same person")
    act = Said("", at.now, "introduced", one.key, other.key)
    return Intention(told("introduced", other=other.name), (act,))


def _skip(command: Command, target: Target, at: Moment) -> Intention:
    """Leave somebody out this time; of two who should meet, the meeting."""
    if target.other is None:
        return _simple(command, target, at)
    one, other = _pair(target)
    return Intention(told("skip.pair", other=other.name), (Said("", at.now, "skip", one.key, other.key),))


def _same(command: Command, target: Target, at: Moment) -> Intention:
    one, other = _pair(target)
    if one.person.key == other.person.key:
        return Intention(told("same.already", other=other.address))
    return Intention(told("same", other=other.name), (Said("", at.now, "same", one.key, other.key),))


def _different(command: Command, target: Target, at: Moment) -> Intention:
    one, other = _pair(target)
    if one.key == other.key:
        raise UsageError(
            "both are the same address", hint="Name two addresses; digwell people show lists them."
        )
    return Intention(
        told("different", other=other.address), (Said("", at.now, "different", one.key, other.key),)
    )


def _yes(command: Command, target: Target, at: Moment) -> Intention:
    verb = "same" if target.other else "friend"
    return _MAKERS[verb](Command(verb, command.items), target, at)


def _pause(command: Command, target: Target, at: Moment) -> Intention:
    day = _day(command, at)
    return Intention(told("pause", day=long_day(day)), (Said("", at.now, "pause", until=_instant(day, at)),))


def _resume(command: Command, target: Target, at: Moment) -> Intention:
    if at.house.paused_until <= at.now:
        return Intention(told("already"))
    return Intention(told("resume"), (Said("", at.now, "resume"),))


def _people(command: Command, target: Target, at: Moment) -> Intention:
    word = command.text.strip()
    if not (word.isascii() and word.isdigit() and 1 <= int(word) <= MOST_PEOPLE):
        raise UsageError(f"“{word}” is no number from 1 to {MOST_PEOPLE}")
    return Intention(told("people", text=word), (Said("", at.now, "people", value=str(int(word))),))


def _daemon(command: Command, target: Target, at: Moment) -> Intention:
    return Intention(told(command.verb), wants=command.verb)


_MAKERS: Mapping[str, Callable[[Command, Target, Moment], Intention]] = {
    "done": _with_words,
    "log": _with_words,
    "snooze": _snooze,
    "skip": _skip,
    "never": _once(lambda s: s.never),
    "slower": _simple,
    "faster": _simple,
    "every": _every,
    "note": _written,
    "gave": _written,
    "asked": _written,
    "promised": _promised,
    "kept": _settled,
    "release": _settled,
    "introduced": _introduced,
    "same": _same,
    "different": _different,
    "friend": _once(lambda s: s.friend and not s.never),
    "not-a-person": _once(lambda s: s.not_a_person),
    "tag": _tag,
    "untag": _tag,
    "yes": _yes,
    "pause": _pause,
    "resume": _resume,
    "people": _people,
    "now": _daemon,
    "draft": _daemon,
}
