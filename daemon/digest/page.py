"""Lay a digest out as a page: every word and link of the letter, before it takes the form of text or HTML.

Pure. It adds no fact to the digest; it only chooses words from the catalogue, cleans what strangers
wrote and fills in links. A page is what templates see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from daemon import tokens
from daemon.digest.clean import clean, label, shown
from daemon.digest.letter import Settings
from daemon.digest.mailto import mailto, open_link
from daemon.digest.sparkline import sparkline
from rules import words
from rules.names import called
from rules.verdicts import Digest, Introduction, OpenPromise, Reason, Suggestion
from rules.words import Words
from store.facts import Person

PEOPLE_AGAIN = 5
FEWER = 3


@dataclass(frozen=True, slots=True)
class Link:
    """A link with its label; an empty ``href`` is not shown."""

    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Card:
    """One person as shown. ``tone`` picks the colour; ``opening`` is the suggested first words."""

    number: str
    name: str
    chip: str
    tone: str
    why: str
    known: tuple[str, ...]
    last: str
    open: Link
    spark: str
    figures: str
    opening: str
    address: str
    write: Link
    acts: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A small entry with its letter; ``aside`` is said more quietly, ``plain`` only in the text form."""

    letter: str
    text: str
    aside: str = ""
    acts: tuple[Link, ...] = ()
    plain: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Small entries under a title; ``column`` is the width of their letters in characters.

    ``how`` says in the text form, which has no links, how to answer.
    """

    title: str
    rows: tuple[Row, ...]
    column: int = 1
    how: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything a template shows. ``how`` are pairs of an answer and what it does.

    ``aside`` stands above the links of the foot; in a ``brief`` page people are named in few words.
    """

    subject: str
    over: tuple[str, ...]
    headline: str
    lead: tuple[str, ...]
    cards: tuple[Card, ...] = ()
    sections: tuple[Section, ...] = ()
    aside: str = ""
    how: tuple[tuple[str, str], ...] = ()
    house: tuple[Link, ...] = ()
    foot: tuple[str, ...] = ()
    tag: str = ""
    brief: bool = False


def page(digest: Digest, settings: Settings) -> Page:
    """Lay out the weekly letter in the form its digest asks for: full, small, line or empty."""
    hand = Hand(digest, settings)
    return Page(
        subject=hand.subject(),
        over=hand.over(),
        headline=hand.headline(),
        lead=hand.lead(),
        cards=tuple(hand.card(one) for one in digest.suggestions),
        sections=hand.sections(),
        aside=hand.say("foot.nothing"),
        how=() if digest.form == "line" else how_to_answer(hand.say),
        house=hand.house(),
        foot=hand.foot(),
        tag=tokens.tag(settings.key, digest.edition, tokens.EVERYTHING),
        brief=digest.form == "line",
    )


def how_to_answer(say: Words) -> tuple[tuple[str, str], ...]:
    """Return the answers worth teaching, each in quotes so that no copy of it is one."""
    verbs = ("done", "snooze", "slower", "faster", "never", "note", "kept", "release", "pause", "help")
    return tuple((f"“{say(f'how.{verb}')}”", say(f"how.{verb}.says")) for verb in verbs)


def given_name(person: Person) -> str:
    """Return what to call a person, fit to be shown."""
    return clean(words.first_name(person.name, person.main.address), 30)


def full_name(person: Person) -> str:
    """Return the name of a person, or the address where there is none, fit to be shown."""
    return shown(called(person), 60)


def command_link(
    settings: Settings, about: tuple[str, str], verb: str, name: str = "", value: str = "", key: str = ""
) -> Link:
    """Return the link that mails one command to the owner: verb, value, name, tag.

    ``about`` is (edition, item), ``key`` the label's where it is not the verb's own.
    """
    say = Words(settings.words)
    tag = tokens.tag(settings.key, *about)
    subject = " ".join(part for part in ("digwell", verb, value, label(name), tag) if part)
    known = (f"say.{key.removeprefix('act.')}", f"say.{verb}", "say.send")
    said = say(next(name for name in known if name in say))
    body = f"\n\n{said}\n" if verb == "note" else f"{said}\n\n"
    return Link(say(key or f"act.{verb}"), mailto(settings.owner, subject, body))


class Hand:
    """The hand that lays out one digest: what all its parts need lies at its elbow."""

    def __init__(self, digest: Digest, settings: Settings) -> None:
        self.digest = digest
        self.settings = settings
        self.say = Words(settings.words)
        self.today = date.fromisoformat(digest.on)

    def subject(self) -> str:
        """Return a subject that no other week has: first names and the day, or the day alone."""
        say, digest = self.say, self.digest
        day = words.plain_day(self.today)
        if digest.edition[-1:].isalpha():
            day = say("subject.again", day=day)
        if self.settings.discreet:
            return clean(say("subject.discreet", day=day), 120)
        names = self._subject_names()
        if digest.form == "line":
            month = f"{words.month(self.today)} {self.today.year}"
            key = "subject.line" if names else "subject.line.none"
            return clean(say(key, month=month, names=", ".join(names)), 120)
        if not names:
            return clean(say("subject.empty", day=day), 120)
        while len(", ".join(names)) > 90 and len(names) > 1:
            names.pop()
        return clean(words.capital(say("subject.names", names=", ".join(names), day=day)), 140)

    def _subject_names(self) -> list[str]:
        named = [label(given_name(s.person), 24) for s in self.digest.suggestions if not s.wildcard]
        for one in self.digest.suggestions:
            if one.wildcard:
                when = self._long_ago(one)
                lot = self.say("subject.wildcard", year=when) if when else label(given_name(one.person), 24)
                named.append(f"and {lot}" if named and when else lot)
        return named

    def over(self) -> tuple[str, ...]:
        """Return the small line above the headline: the day, and the owner's slot."""
        slot = self._slot()
        return (words.long_day(self.today), *([self.say("head.slot", slot=slot)] if slot else []))

    def headline(self) -> str:
        """Return the headline: how many people, and how long it will take."""
        count, form = len(self.digest.suggestions), self.digest.form
        if form == "line":
            return self.say("head.line")
        if form == "empty" or not count:
            return self.say("head.empty.wildcard" if count else "head.empty")
        minutes = words.counted(round(count * 2.4), "minute", "minutes")
        people = words.capital(words.counted(count, "person", "people"))
        return self.say("head.full", people=people, minutes=minutes)

    def lead(self) -> tuple[str, ...]:
        """Return what is said before the people: notices, last week's outcome, favours, what I was told."""
        say, digest = self.say, self.digest
        lines = [shown(notice) for notice in digest.notices]
        if digest.form in {"line", "empty"}:
            lines.append(say("lead.nobody" if digest.nobody else f"lead.{digest.form}"))
        lines.append(" ".join(part for part in (self._outcome(), clean(digest.favours)) if part))
        if digest.told:
            lines.append(say("lead.told", told=", ".join(clean(told, 120) for told in digest.told[:12])))
        return tuple(line for line in lines if line)

    def _outcome(self) -> str:
        outcome, say = self.digest.outcome, self.say
        if outcome is None or not outcome.suggested:
            return ""
        of = words.number(outcome.suggested)
        if not outcome.wrote:
            people = words.counted(outcome.suggested, "person", "people")
            return say("lead.outcome.none", suggested=people)
        key = "lead.outcome.all" if outcome.wrote >= outcome.suggested > 1 else "lead.outcome"
        said = say(key, wrote=words.number(outcome.wrote), suggested=of)
        if not outcome.answered:
            return said
        names = words.listed([clean(name, 30) for name in outcome.answered[:5]])
        return f"{said} {say('lead.answered', names=names)}"

    def card(self, one: Suggestion) -> Card:
        """Lay out one person."""
        say, first = self.say, given_name(one.person)
        address = one.person.main.address
        return Card(
            number=str(one.number),
            name=full_name(one.person),
            chip=self._chip(one),
            tone="wildcard" if one.wildcard else one.reason.value,
            why=shown(one.sentence),
            known=self._known(one),
            last=self._last(one, first),
            open=self._open(one),
            spark=sparkline(one.months) if sum(map(bool, one.months)) > 1 else "",
            figures="; ".join(clean(p, 80) for p in (one.rhythm_words, one.balance_words) if p),
            opening=shown(one.opening, 400),
            address=clean(address, 254),
            write=Link(say("person.write", first=first), self._write(one)),
            acts=self._acts(str(one.number), one.person, ("done", "snooze", "slower", "never", "note")),
        )

    def _known(self, one: Suggestion) -> tuple[str, ...]:
        """Return what is known about a person, each with where it comes from."""
        say = self.say
        lines = [
            say("person.known", text=clean(known.text, 200), source=clean(known.source, 60))
            if known.source
            else shown(known.text, 200)
            for known in one.known[:3]
        ]
        if one.wildcard and self.digest.pool > 1:
            lines.append(say("person.lot", pool=words.number(self.digest.pool)))
        return tuple(lines)

    def _chip(self, one: Suggestion) -> str:
        if one.wildcard and one.last:
            return self.say("reason.wildcard.year", year=self._long_ago(one))
        return self.say("reason.wildcard" if one.wildcard else f"reason.{one.reason.value}")

    def _long_ago(self, one: Suggestion) -> str:
        """Return the year of the last mail, the month where it was this year, nothing where there is none."""
        if one.last is None:
            return ""
        day = self._day(one.last.at)
        return words.month(day) if day.year == self.today.year else str(day.year)

    def _last(self, one: Suggestion, first: str) -> str:
        if one.last is None:
            return ""
        day = words.short_day(self._day(one.last.at), self.today)
        key = "person.last.out" if one.last.out else "person.last.in"
        subject = clean(one.last.subject, 90)
        said = self.say(key, day=day, first=first)
        return said + (self.say("person.last.subject", subject=subject) if subject else "")

    def _open(self, one: Suggestion) -> Link:
        mid = one.last.mid if one.last else ""
        href = open_link(self.settings.host, self.settings.user, mid)
        return Link(self.say("person.open"), href)

    def _write(self, one: Suggestion) -> str:
        """Return the link to write to a person: an answer while the last thread is young."""
        reply = clean(one.reply_to.subject, 90) if one.reply_to else ""
        reason = Reason.WILDCARD if one.wildcard else one.reason
        if reply:
            subject = reply if reply[:3].lower() == "re:" else self.say("write.reply", subject=reply)
        else:
            subject = self.say(f"write.{reason.value}")
        opening = clean(one.opening, 400)
        return mailto(one.person.main.address, subject, f"{opening}\n\n" if opening else "")

    def sections(self) -> tuple[Section, ...]:
        """Return the smaller parts that have anything in them."""
        digest = self.digest
        promises = Section(self.say("promises"), tuple(self.promise(one) for one in digest.promises))
        meetings = Section(self.say("meet"), tuple(self.meeting(one) for one in digest.introductions))
        return tuple(part for part in (promises, meetings) if part.rows)

    def promise(self, one: OpenPromise) -> Row:
        """Lay out a promise that still stands."""
        on = words.short_day(self._day(one.at), self.today)
        return Row(
            one.letter,
            f"{full_name(one.person)}: {clean(one.text, 160)}",
            f"({self.say('promises.on', day=on)})",
            self._acts(one.letter, one.person, ("kept", "release")),
        )

    def meeting(self, one: Introduction) -> Row:
        """Lay out two people who should meet; only the one to ask first is written to."""
        say, ask = self.say, given_name(one.ask)
        body = f"{say('write.introduce.body', first=ask)}\n\n"
        asking = mailto(one.ask.main.address, say("write.introduce"), body)
        both = f"{given_name(one.one)} + {given_name(one.other)}"
        acts = tuple(self.act(verb, one.letter, both) for verb in ("introduced", "skip"))
        plain = say("meet.ask.text", first=ask, address=clean(one.ask.main.address, 254))
        links = (Link(say("meet.ask", first=ask), asking), *acts)
        return Row(one.letter, shown(one.sentence), "", links, plain)

    def house(self) -> tuple[Link, ...]:
        """Return the links about the letter itself."""
        few = self.digest.form in {"small", "line"}
        people = PEOPLE_AGAIN if few else FEWER
        everything = tokens.EVERYTHING
        return (
            self.act("why", everything),
            self.act("people", everything, "", str(people), "act.people.more" if few else "act.people"),
            self.act("pause", everything, "", "2w"),
        )

    def foot(self) -> tuple[str, ...]:
        """Return the last lines: where it was made, how fresh the mail is, when the next comes, troubles."""
        say, digest = self.say, self.digest
        smtp = ".smtp" if self.settings.smtp else ""
        lines = [say("foot.trouble", trouble=clean(trouble)) for trouble in digest.troubles]
        lines.append(say(f"foot.made{smtp}{'.lines' if self.settings.first_lines else ''}"))
        when = [self._moment("foot.synced", digest.synced), self._moment("foot.next", digest.next_slot)]
        lines.append(" ".join(part for part in when if part))
        return tuple(line for line in lines if line)

    def _moment(self, key: str, at: int) -> str:
        if not at:
            return ""
        local = datetime.fromtimestamp(at, self.settings.zone)
        return self.say(key, day=words.long_day(local.date()), clock=words.clock(local.time()))

    def _acts(self, item: str, person: Person, verbs: tuple[str, ...]) -> tuple[Link, ...]:
        name = person.name if person.name and "@" not in person.name else given_name(person)
        return tuple(self.act(v, item, name, "2w" if v == "snooze" else "") for v in verbs)

    def act(self, verb: str, item: str, name: str = "", value: str = "", shown: str = "") -> Link:
        """Return the link that mails one command about an item of this digest to the owner."""
        return command_link(self.settings, (self.digest.edition, item), verb, name, value, shown)

    def _slot(self) -> str:
        if self.settings.slot is None:
            return clean(self.digest.slot, 60)
        weekday, at = self.settings.slot
        return f"{words.weekday(weekday)} {words.clock(at)}"

    def _day(self, at: int) -> date:
        return datetime.fromtimestamp(at, self.settings.zone).date()
