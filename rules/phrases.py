"""What is said about people: the part of the catalogue in ``rules.words`` that judgement speaks with.

No sentence asks a favour, counts how late the owner is, or could be read as a command.
"""

from __future__ import annotations

from collections.abc import Mapping

JUDGEMENT: Mapping[str, str] = {
    # why now, one sentence a reason; every one is told from the messages or words it cites
    "why.promise": "You promised: {text}. You said so {day}.",
    "why.read promise": "On {day} you wrote “{text}”. Nothing has gone out since.",
    "why.question": "{first} asked you “{text}” {ago} ago, and no answer has gone out yet.",
    "news.birthday": "{first} has a birthday on {day}.",
    "news.new job": "{first} has a new job: {what}.",
    "news.moved firm": "{first} is at {what} now; before, it was {before}.",
    "news.signature": "The signature of {first} changed on {day}: {what}.",
    "news.new address": "Mail has come from a new address in this name: {what}.",
    "news.meeting": "You two meet on {day}: {what}.",
    "why.your turn": "{first} wrote last, {ago} ago; it is your turn.",
    "why.your turn.rhythm": "You two write about {every}; it has been {silence}. {first} wrote last, so it is"
    " your turn.",
    "why.gone quiet": "It has been {silence} since you two wrote.",
    "why.gone quiet.rhythm": "You two write about {every}; it has been {silence}.",
    "why.gone quiet.wish": "You wish to be in touch {wish}; it has been {silence}.",
    "why.gone quiet.old": "You two once wrote about {every}; it has been {silence}.",
    "why.new": "You two first wrote {ago} ago: {mails}, the last on {last}.",
    "why.wildcard": "You two last wrote in {month}.",
    "why.wildcard.long": "You two last wrote in {month}. After {silence}: name the gap once, ask for"
    " nothing.",
    "why.unwritten": "You wish to be in touch {wish}; there is no mail between you yet.",
    # rhythm and balance
    "rhythm": "about {every}",
    "rhythm.wish": "as you wish, {every}",
    "rhythm.new": "first met {ago} ago",
    "rhythm.span": "{first_year}–{last_year}",
    "rhythm.year": "{first_year}",
    "balance": "{out} from you, {in} from {first}",
    "every": "every {length}",
    "every.day": "every day or two",
    "every.week": "every week",
    "source.note": "your note",
    "source.mail": "from your mail",
    "source.rules": "your rules, {origin}",
    # give and take
    "favours.quarter": "This quarter you have given {gave} and asked for {asked}.",
    "favours.quarter.gave": "This quarter you have given {gave} and asked for none.",
    "favours.quarter.asked": "This quarter you have asked for {asked} and written down none given.",
    "favours.balance": "Since {since}: you helped {first} {gave} and asked {asked}.",
    "favours.guard.asked": "Your last {count} entries are all requests of yours: give first.",
    "favours.guard.silence": "After {silence} of silence, give first and ask for nothing yet.",
    "before.none": "There is no direct mail between you and {first} yet.",
    "before.silence": "It has been {silence} since you two wrote.",
    "before.rhythm": "It has been {silence} since you two wrote; your rhythm is {every}.",
    "before.note": "{day}, your note: {text}",
    "before.promise": "{day}, still open, you promised: {text}",
    "before.gave": "{day}, you gave: {text}",
    "before.asked": "{day}, you asked: {text}",
    "before.introduced": "{day}, you introduced them to somebody.",
    "introduce.notes": "{one}: {mine}. {other}: {theirs}. The two have never shared a thread.",
    "introduce.tag": "{one} and {other} both carry your tag “{word}” and have never shared a thread.",
    # withheld, and why
    "withheld.never": "you said never",
    "withheld.rule": "your rule “{pattern}”",
    "withheld.snoozed": "you asked for peace until {day}",
    "withheld.not before": "not before {day} ({origin})",
    "withheld.bounced": "mail to every known address comes back",
    "withheld.role": "the address of an office, not of a person; friend says otherwise",
    "withheld.early": "not due: {silence} days of silence, named from {gate} on",
    "withheld.rest": "named on {day} and resting until {until}",
    "withheld.theirs": "has not answered your last {count}; left in peace until {until}",
    "withheld.one way": "mail has gone one way only",
    "withheld.double": "perhaps {name}, whom you write with; same or different settles it",
    "withheld.lost": "silent for too long; only by lot",
    # the same person?
    "same.mailbox": "two spellings of one mailbox",
    "same.card": "both stand on one card of your address book",
    "same.only": "the only one of that name you write with",
    "same.full": "the same full name",
    "same.nickname": "the same name but for a nickname",
    "same.initial": "the same family name and the same first letter",
    "same.local": "both addresses begin with “{local}”",
    "same.handover": "one fell silent as the other began, in {month}",
    "same.replies": "mail from one asks for answers to the other",
    "same.threads": "both in {threads} with {name}",
    "same.careful": "careful: the two domains look alike, and a forger would write the same name",
    # openings: none asks for a favour, and none begs pardon twice
    "opening.promise": "{first}, I owe you something: {text}. Here it is. How are you?",
    "opening.news": "{first}, I saw your news and was glad. What is the first thing on your mind there?",
    "opening.news.birthday": "{first}, happy birthday! I hope the year ahead brings you much good.",
    "opening.your turn": "{first}, I never answered you about “{subject}”. How did it turn out? How can I"
    " help?",
    "opening.your turn.bare": "{first}, I owe you an answer. How have you been? How can I help?",
    "opening.gone quiet": "{first}, I thought of “{subject}” today. How did it go in the end?",
    "opening.gone quiet.bare": "{first}, you came to mind today. What are you busy with these days?",
    "opening.gone quiet.help": "{first}, it has been a while since “{subject}”. What are you working on, and"
    " how can I help?",
    "opening.new": "{first}, it was good to meet you. I kept thinking about “{subject}”; how is it going?",
    "opening.new.bare": "{first}, it was good to meet you. What are you working on these weeks?",
    "opening.wildcard": "{first}, it has been far too long, and that is on me. What has your attention these"
    " days?",
}


IDLE = """
about after again also another been before being both call could does done each ever every first from good
have help here hires hiring into just know knows last later left like looking look looks made make many more
most much need needs needing never next once only other over people person recruiting right said same search
searches searching seeks seeking should since some someone soon still such talk than that their them then
there these they thing things think this those time told took under until very want wants wanting week weeks
well went were what when where which while will with work working works would year years your
"""
"""Words of a note that say nothing of what it is about."""

SAYING_NOTHING = """
(no subject)
birthday
bye
catching up
checking in
coffee
contact
dinner
drinks
follow up
following up
fyi
good to meet you
good to see you
greetings
happy birthday
happy new year
hello
hello again
hey
hey there
hi
hi there
how are you
introduction
kein betreff
lunch
many thanks
meeting
merry christmas
nice meeting you
nice to meet you
no subject
none
phone call
question
quick question
test
thank you
thank you so much
thanks
thanks again
today
tomorrow
update
yo
"""
"""Subjects that nobody would take up again, a line each."""
