"""Lay a digest out as a page: every word and link of the letter, before it takes the form of text or HTML.

Pure. It adds no fact to the digest; it only chooses words from the catalogue, cleans what strangers
wrote and fills in links. A page is what templates see.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from daemon import tokens
from daemon.digest.clean import clean, label
from daemon.digest.letter import Settings
from daemon.digest.mailto import mailto, open_link
from daemon.digest.sparkline import sparkline
from rules import words
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
    aside: str
    acts: tuple[Link, ...]
    plain: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Everything a template shows. ``how`` are pairs of an answer and what it does."""

    subject: str
    over: tuple[str, ...]
    headline: str
    lead: tuple[str, ...]
    cards: tuple[Card, ...]
    promises: tuple[Row, ...]
    meetings: tuple[Row, ...]
    how: tuple[tuple[str, str], ...]
    house: tuple[Link, ...]
    foot: tuple[str, ...]
    tag: str
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
        promises=tuple(hand.promise(one) for one in digest.promises),
        meetings=tuple(hand.meeting(one) for one in digest.introductions),
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
    """Return what to call a person: the first name, or the name as it is where that is unclear."""
    name = clean(person.name, 60)
    if not name or "@" in name:
        return clean(name or person.main.address, 60).split("@")[0]
    last, comma, first = name.partition(",")
    word = (first if comma and first.strip() else last).split()[0]
    return name if len(word.strip(".")) < 2 else word[:30]


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
                year = self._day(one.last.at).year if one.last else 0
                lot = self.say("subject.wildcard", year=year) if year else label(given_name(one.person), 24)
                named.append(f"and {lot}" if named and year else lot)
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
        lines = [clean(notice) for notice in digest.notices]
        if digest.form in {"line", "empty"}:
            lines.append(say(f"lead.{digest.form}"))
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
            name=clean(one.person.name or address, 60),
            chip=self._chip(one),
            tone="wildcard" if one.wildcard else one.reason.value,
            why=clean(one.sentence),
            known=tuple(
                say("person.known", text=clean(k.text, 200), source=clean(k.source, 60))
                if k.source
                else clean(k.text, 200)
                for k in one.known[:3]
            ),
            last=self._last(one, first),
            open=self._open(one),
            spark=sparkline(one.months),
            figures="; ".join(clean(p, 80) for p in (one.rhythm_words, one.balance_words) if p),
            opening=clean(one.opening, 400),
            address=clean(address, 254),
            write=Link(say("person.write", first=first), self._write(one)),
            acts=self._acts(str(one.number), one.person, ("done", "snooze", "slower", "never", "note")),
        )

    def _chip(self, one: Suggestion) -> str:
        if one.wildcard and one.last:
            return self.say("reason.wildcard.year", year=self._day(one.last.at).year)
        return self.say("reason.wildcard" if one.wildcard else f"reason.{one.reason.value}")

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

    def promise(self, one: OpenPromise) -> Row:
        """Lay out a promise that still stands."""
        on = words.short_day(self._day(one.at), self.today)
        return Row(
            one.letter,
            f"{clean(one.person.name or one.person.main.address, 60)}: {clean(one.text, 160)}",
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
        return Row(one.letter, clean(one.sentence), "", links, plain)

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
        """Return the link that mails one command to the owner: verb, value, name, tag of the item."""
        tag = tokens.tag(self.settings.key, self.digest.edition, item)
        subject = " ".join(part for part in ("digwell", verb, value, label(name), tag) if part)
        said = self.say(f"say.{verb}" if f"say.{verb}" in self.say else "say.send")
        body = f"\n\n{said}\n" if verb == "note" else f"{said}\n\n"
        return Link(self.say(shown or f"act.{verb}"), mailto(self.settings.owner, subject, body))

    def _slot(self) -> str:
        if self.settings.slot is None:
            return clean(self.digest.slot, 60)
        weekday, at = self.settings.slot
        return f"{words.weekday(weekday)} {words.clock(at)}"

    def _day(self, at: int) -> date:
        return datetime.fromtimestamp(at, self.settings.zone).date()
