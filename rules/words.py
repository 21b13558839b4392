"""What digwell says to its owner in a mail, in one catalogue of three files.

A language is this file, ``rules.phrases`` with what is said about people, and ``rules.replies`` with what
is answered to him. What went wrong is said where it is found: errors are sentences of their own.

Sentences are picked by key and filled in by name; a value never becomes part of a pattern, so no name,
subject or note can reach into the catalogue. The owner may replace single sentences.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from rules.phrases import JUDGEMENT
from rules.replies import REPLIES

LETTER: Mapping[str, str] = {
    # subjects
    "subject.names": "{names} ({day})",
    "subject.discreet": "Your note for {day}",
    "subject.again": "{day}, once more",
    "subject.wildcard": "one from {year}",
    "subject.empty": "A quiet week ({day})",
    "subject.line": "A line for {month}: {names}",
    "subject.line.none": "A line for {month}",
    "subject.first": "digwell found {people} you know",
    "subject.first.discreet": "Hello from digwell",
    "subject.blind": "digwell has not seen your mail since {day}",
    "subject.blind.discreet": "digwell needs a look ({day})",
    # the head
    "marker": "(digwell reads only what you write above this line)",
    "head.slot": "your slot: {slot}",
    "head.full": "{people}, about {minutes}",
    "head.empty": "Nobody to name this week",
    "head.empty.wildcard": "Nobody to name this week; one by lot",
    "head.first": "I found {people} you know",
    "head.line": "One line this month",
    "lead.outcome.none": "Last time I named {suggested}; silence is fine, nothing is counted against you.",
    "lead.outcome": "Last week you wrote to {wrote} of {suggested}.",
    "lead.outcome.all": "Last week you wrote to all {suggested}.",
    "lead.answered": "{names} answered.",
    "lead.told": "You told me: {told}.",
    "lead.empty": "Everybody you keep up with has heard from you within your usual time, or was named of"
    " late.",
    "lead.nobody": "I know nobody yet with whom mail went both ways. If you do write to people, your mail may"
    " not all be read yet, or your Sent folder receives no copies: “digwell doctor” tells.",
    "lead.line": "I write only once a month while you are busy. The answer “people 5” brings the weekly five"
    " back; “help” lists what else you can answer.",
    # a person
    "reason.promise": "You promised",
    "reason.news": "News",
    "reason.your turn": "Your turn",
    "reason.gone quiet": "Gone quiet",
    "reason.new": "New",
    "reason.wildcard": "Wildcard",
    "reason.wildcard.year": "Wildcard · {year}",
    "person.known": "{text} ({source})",
    "person.last.out": "Last: {day}, you → {first}",
    "person.last.in": "Last: {day}, {first} → you",
    "person.last.subject": ", “{subject}”",
    "person.lot": "Drawn by lot from {pool} people you once wrote with.",
    "person.write": "Write to {first}",
    "person.open": "open",
    "person.to": "To: {address}",
    "person.months": "Messages a month over twelve months",
    # what a fresh mail is called where there is nothing to answer
    "write.reply": "Re: {subject}",
    "write.promise": "What I promised you",
    "write.news": "Your news",
    "write.your turn": "I owe you an answer",
    "write.gone quiet": "How are you?",
    "write.new": "Good to meet you",
    "write.wildcard": "It has been a long time",
    "write.introduce": "May I introduce you to somebody?",
    "write.introduce.body": "{first}, somebody I know came to mind whom you might enjoy meeting. May I ask"
    " them whether I may introduce you? A no is fine.",
    # the first letter of all
    "first.lead": "I have read the headers of {mails}, from {since} on. No body of a person's letter was"
    " opened, and nothing has"
    " left your machine.",
    "first.lead.lines": "I have read the headers and first lines of {mails}, from {since} on. Nothing has"
    " left your machine.",
    "first.found": "What I found",
    "first.people": "people you have written to and who wrote back",
    "first.heard": "of them heard from you within the last year",
    "first.quiet": "have gone quiet",
    "first.monthly": "of those you once wrote with every month",
    "first.aside": "senders set aside as newsletters, shops and robots",
    "first.ask": "Three quick answers help most before the first weekly mail. Give those you like, or none.",
    "first.same": "Is this the same person?",
    "first.same.row": "{one} and {other}",
    "first.same.how": "Answer “same 1” or “different 1”.",
    "first.friend": "These look like robots. Is one of them a friend?",
    "first.friend.how": "Answer “friend {letter}”.",
    "first.never": "Whom do you never want to see here?",
    "first.never.how": "Answer “never” with the address behind it.",
    "first.never.row": "One word of yours keeps anybody out of these letters, and undo takes it back.",
    "first.next": "Your first five people come on {day}, {clock}.",
    # two blind days
    "blind.head": "I cannot see your mail",
    "blind.lead": "Since {day}, {clock} I could not read your mailbox. Until I can, I name nobody: silence"
    " from a broken mailbox is not silence from friends.",
    "blind.why": "What the server says: {trouble}",
    "blind.do": "Please run “digwell doctor” on the machine; it names the one thing to do.",
    # hello
    "subject.hello": "Hello from digwell",
    "hello.head": "This is all it takes",
    "hello.lead": "If you can read this, letters of mine can reach you. The next one says what I found.",
    # links to oneself: label, and what the mail says when it opens
    "act.done": "Done",
    "act.snooze": "2 weeks",
    "act.slower": "Less often",
    "act.never": "Never",
    "act.note": "Note",
    "act.never.name": "Name somebody",
    "say.never.name": "Put the address behind the word never in the subject, then press send.",
    "act.kept": "Kept",
    "act.release": "Let it go",
    "act.introduced": "Done",
    "act.skip": "Not a match",
    "act.why": "Why these?",
    "act.people": "Fewer people",
    "act.people.more": "More people",
    "act.pause": "Two weeks off",
    "act.same": "Same person",
    "act.different": "Two people",
    "act.friend": "A real person",
    "act.now": "Send the first five now",
    "say.send": "Just press send.",
    "say.done": "Just press send. Met or called? Add a line below and I keep it as a note.",
    "say.snooze": "Press send, or change 2w in the subject to 5d, 1m or a date.",
    "say.never": "Just press send. To undo, answer with the word undo.",
    "say.note": "(write your note above this line)",
    "say.people": "Press send, or change the number in the subject.",
    "say.pause": "Press send, or change 2w in the subject.",
    # the smaller parts
    "promises": "Small promises",
    "promises.on": "you said so on {day}",
    "meet": "Two people who should meet",
    "meet.ask": "Ask {first} first",
    "meet.ask.text": "Ask {first} first: {address}",
    # the foot
    "foot.nothing": "No need to report back: when you email somebody, digwell sees it in Sent and ticks them"
    " off. Otherwise tap a link, or answer this mail in a few words.",
    "foot.how": "How to answer",
    "foot.how.text": "If you email somebody, there is nothing to do: digwell sees it in Sent. Otherwise"
    " answer this mail, the verb first, one a line or with commas between:",
    "foot.made": "Made on your own machine from the headers of your own mail, and put straight into your own"
    " mailbox. No body of a person's letter is opened.",
    "foot.made.lines": "Made on your own machine from the headers and first lines of your own mail, and put"
    " straight into your own mailbox.",
    "foot.made.smtp": "Made on your own machine from the headers of your own mail, and sent to nobody but"
    " you. No body of a person's letter is opened.",
    "foot.made.smtp.lines": "Made on your own machine from the headers and first lines of your own mail, and"
    " sent to nobody but you.",
    "foot.synced": "Your mail was last read {day}, {clock}.",
    "foot.next": "Next: {day}, {clock}.",
    "foot.trouble": "To know: {trouble}",
    "foot.rescued": "on {day} the store was damaged or gone. The backup of {backup} stands in, and mail is"
    " read again; what you noted by command line or imported in between may be missing.",
    "foot.rescued.anew": "on {day} the store was damaged, and there was no backup. Mail is read again;"
    " what you had noted by command line or imported may be missing.",
    "trouble.missed": "no mail was made for {weeks} while digwell was off",
    "foot.template": "your template {name} could not be used ({why}), so this is the built-in one.",
    # answers worth teaching
    "how.done": "done 2",
    "how.done.says": "met, called or written elsewhere",
    "how.snooze": "snooze 2 2w",
    "how.snooze.says": "ask me again in two weeks (5d, 1m, a date)",
    "how.slower": "slower 2",
    "how.slower.says": "less often",
    "how.faster": "faster 2",
    "how.faster.says": "more often",
    "how.never": "never 2",
    "how.never.says": "not this person (undo takes it back)",
    "how.note": "note 2: moving in May",
    "how.note.says": "remember this about them",
    "how.kept": "kept a",
    "how.kept.says": "promise kept",
    "how.release": "release a",
    "how.release.says": "let it go",
    "how.pause": "pause 2w",
    "how.pause.says": "two weeks off",
    "how.help": "help",
    "how.help.says": "all the answers there are",
    # the calendar entry
    "slot.summary": "Write to {names}",
    "slot.summary.discreet": "Your weekly slot",
    "slot.calendar": "Add to calendar",
}

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_WEEK = 7
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NUMBERS = (
    "no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_FIELD = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Words:
    """The catalogue with the owner's replacements in ``own``; unknown fields are left as written."""

    own: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, key: str, /, **values: object) -> str:
        """Return the sentence of that key with its fields filled in."""
        pattern = self.own.get(key) or LETTER.get(key) or JUDGEMENT.get(key) or REPLIES[key]
        return _FIELD.sub(lambda found: str(values.get(found[1], found[0])), pattern)

    def __contains__(self, key: str) -> bool:
        return key in self.own or key in LETTER or key in JUDGEMENT or key in REPLIES


def number(count: int) -> str:
    """Return a small number in words, a greater one in figures with thin groups: `41 306`."""
    return _NUMBERS[count] if 0 <= count < len(_NUMBERS) else figure(count)


def figure(count: int) -> str:
    """Return a number in figures with thin groups: `41 306`."""
    return f"{count:,}".replace(",", "\u202f")


def counted(count: int, one: str, many: str) -> str:
    """Return `one person`, `five people`."""
    return f"{number(count)} {one if count == 1 else many}"


def long_day(day: date) -> str:
    """Return `Monday 23 November`."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"


def plain_day(day: date) -> str:
    """Return `23 November`."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def day_of_year(day: date) -> str:
    """Return `23 November 2019`."""
    return f"{plain_day(day)} {day.year}"


def short_day(day: date, today: date) -> str:
    """Return `4 Nov`, and the year with it where it is not close: `14 Mar 2019`."""
    near = abs((today - day).days) < 300
    return f"{day.day} {_MONTHS[day.month - 1][:3]}" + ("" if near else f" {day.year}")


def month(day: date) -> str:
    """Return `November`."""
    return _MONTHS[day.month - 1]


def weekday(index: int) -> str:
    """Return the name of a weekday, Monday = 0."""
    return _WEEKDAYS[index]


def clock(moment: time) -> str:
    """Return `7:30`."""
    return f"{moment.hour}:{moment.minute:02}"


def length(days: float) -> str:
    """Return a length of time as people say it: `day`, `9 days`, `5 weeks`, `4 months`, `7 years`."""
    for size, one, many, most in (
        (1.0, "day", "days", 14),
        (7.0, "week", "weeks", 126),
        (30.4, "month", "months", 730),
    ):
        if round(days) < most:
            return _sized(round(days / size), one, many)
    return _sized(round(days / 365.25), "year", "years")


def every(days: float) -> str:
    """Return a rhythm in words: `every day or two`, `every 5 weeks`."""
    if days < 2.5:
        return JUDGEMENT["every.day"]
    if round(days) == _WEEK:
        return JUDGEMENT["every.week"]
    return JUDGEMENT["every"].format(length=length(days))


def about(days: float) -> str:
    """Return a learned rhythm in words, no finer than people speak: a day more or less is a week still."""
    near = next((weeks * _WEEK for weeks in (1, 2) if abs(round(days) - weeks * _WEEK) <= weeks), None)
    return every(near or days)


LONGEST_NAME = 40


def first_name(name: str, address: str) -> str:
    """Return what to call somebody: `Leal, Tomás` and `Tomás Leal` give `Tomás`."""
    plain = name.partition("(")[0].strip().strip("'\"")
    family, comma, given = plain.partition(",")
    words = (given if comma and given.strip() else family).split()
    titles = {"dr", "dr.", "prof", "prof.", "mr", "mr.", "mrs", "mrs.", "ms", "ms.", "sir"}
    kept = [word for word in words if word.lower() not in titles]
    if kept and "@" not in kept[0]:
        return kept[0] if len(kept[0]) <= LONGEST_NAME else f"{kept[0][: LONGEST_NAME - 1]}…"
    local = re.split(r"[._+\-0-9]+", address.partition("@")[0].strip("._+-0123456789"))[0]
    return local[:1].upper() + local[1:] if local else address


def clipped(text: str, most: int = 60) -> str:
    """Return one line of text, cut at a word where it is longer than ``most``."""
    line = " ".join(text.split())
    if len(line) <= most:
        return line
    return line[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;:") + "…"


def _sized(count: int, one: str, many: str) -> str:
    return f"{max(count, 1)} {one if count <= 1 else many}"


def listed(parts: Sequence[str]) -> str:
    """Return `Ana`, `Ana and Tomás`, `Ana, Tomás and Grace`."""
    return " and ".join(parts) if len(parts) < 3 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def capital(text: str) -> str:
    """Return a sentence with its first letter capital."""
    return text[:1].upper() + text[1:]
