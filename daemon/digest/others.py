"""Lay out the letters that are no digest: the first of all, two blind days, hello. Pure."""

from __future__ import annotations

from datetime import date, datetime

from daemon import tokens
from daemon.digest.clean import clean, shown
from daemon.digest.compose import Envelope
from daemon.digest.letter import Settings
from daemon.digest.page import Link, Page, Row, Section, command_link, full_name
from rules import words
from rules.first import FirstLetter, Question
from rules.words import Words
from store.facts import Person

BLIND = "blind"
HELLO = "hello"


def first_page(found: FirstLetter, settings: Settings) -> Page:
    """Lay out the first letter: what was found, and three questions."""
    say, today = Words(settings.words), date.fromisoformat(found.on)
    mails = words.counted(found.messages, "mail", "mails")
    since = words.day_of_year(date.fromisoformat(found.since))
    lead = say("first.lead.lines" if settings.first_lines else "first.lead", mails=mails, since=since)
    people = words.counted(found.people, "person", "people")
    subject = say("subject.first.discreet" if settings.discreet else "subject.first", people=people)
    return Page(
        subject=clean(subject, 120),
        over=(words.long_day(today),),
        headline=clean(say("head.first", people=people), 120),
        lead=(lead, say("first.ask")),
        sections=(_figures(found, say), *_questions(found, settings)),
        house=(
            _link(settings, "people", tokens.EVERYTHING, value="3"),
            _link(settings, "now", tokens.EVERYTHING),
        ),
        foot=(_next(found.next_slot, settings, say),) if found.next_slot else (),
        tag=tokens.tag(settings.key, tokens.FIRST, tokens.EVERYTHING),
    )


def first_envelope(settings: Settings, at: int) -> Envelope:
    """Return the envelope of the first letter; there is one for ever."""
    mid = tokens.message_id(settings.key, tokens.FIRST, settings.domain)
    return Envelope(mid, "first", at)


def blind_page(last_ok: int, trouble: str, today: date, settings: Settings) -> Page:
    """Lay out the letter that says that no scan succeeded since ``last_ok``."""
    say = Words(settings.words)
    since = datetime.fromtimestamp(last_ok, settings.zone)
    day = words.plain_day(since.date())
    subject = "subject.blind.discreet" if settings.discreet else "subject.blind"
    told = say("blind.lead", day=words.long_day(since.date()), clock=words.clock(since.time()))
    why = (say("blind.why", trouble=shown(trouble)),) if trouble else ()
    return Page(
        subject=say(subject, day=words.plain_day(today) if settings.discreet else day),
        over=(words.long_day(today),),
        headline=say("blind.head"),
        lead=(told, *why, say("blind.do")),
    )


def blind_envelope(edition: str, settings: Settings, at: int) -> Envelope:
    """Return the envelope of that letter: at most one in the week of ``edition``."""
    return Envelope(tokens.message_id(settings.key, edition, settings.domain, BLIND), BLIND, at)


def hello_page(today: date, settings: Settings) -> Page:
    """Lay out the short mail that proves the way to the inbox."""
    say = Words(settings.words)
    return Page(say("subject.hello"), (words.long_day(today),), say("hello.head"), (say("hello.lead"),))


def hello_envelope(settings: Settings, at: int) -> Envelope:
    """Return the envelope of hello; one for every second in which it is said."""
    mid = tokens.message_id(settings.key, tokens.FIRST, f"{at}.{settings.domain}", HELLO)
    return Envelope(mid, HELLO, at)


def _figures(found: FirstLetter, say: Words) -> Section:
    figures = (
        (found.people, "people"), (found.heard, "heard"), (found.quiet, "quiet"), (found.monthly, "monthly"),
        (found.aside, "aside"),
    )  # fmt: skip
    rows = [Row(words.figure(count), say(f"first.{name}")) for count, name in figures if count]
    return Section(say("first.found"), tuple(rows), max((len(row.letter) for row in rows), default=1))


def _questions(found: FirstLetter, settings: Settings) -> tuple[Section, ...]:
    say = Words(settings.words)
    same = tuple(_same(q, q.other, settings) for q in found.questions if q.other is not None)
    friends = tuple(_friend(q, settings) for q in found.questions if q.other is None)
    acts = (command_link(settings, (tokens.FIRST, tokens.EVERYTHING), "never", "", "", "act.never.name"),)
    never = (Row("·", say("first.never.row"), "", acts),)
    letter = friends[0].letter if friends else ""
    parts = (
        Section(say("first.same"), same, how=say("first.same.how")),
        Section(say("first.friend"), friends, how=say("first.friend.how", letter=letter)),
        Section(say("first.never"), never, how=say("first.never.how")),
    )
    return tuple(part for part in parts if part.rows)


def _same(question: Question, other: Person, settings: Settings) -> Row:
    say, item = Words(settings.words), question.item
    text = say("first.same.row", one=_named(question.one), other=_named(other))
    return Row(item, shown(text), "", tuple(_link(settings, verb, item) for verb in ("same", "different")))


def _friend(question: Question, settings: Settings) -> Row:
    acts = (_link(settings, "friend", question.item),)
    return Row(question.item, shown(_named(question.one), 140), "", acts)


def _named(person: Person) -> str:
    name, address = full_name(person), clean(person.main.address, 100)
    return name if name == address else f"{name} ({address})"


def _link(settings: Settings, verb: str, item: str, value: str = "") -> Link:
    return command_link(settings, (tokens.FIRST, item), verb, value=value)


def _next(at: int, settings: Settings, say: Words) -> str:
    local = datetime.fromtimestamp(at, settings.zone)
    return say("first.next", day=words.long_day(local.date()), clock=words.clock(local.time()))
