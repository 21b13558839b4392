"""Letters to test with: the owner Maya and the people she knows, all invented."""

from __future__ import annotations

from datetime import date, datetime, time, timezone
from zoneinfo import ZoneInfo

from daemon.digest.letter import Settings
from daemon.digest.others import blind_page, first_page, hello_page
from daemon.digest.page import Page, page
from rules.first import FirstLetter, Question
from rules.verdicts import (
    Digest,
    Evidence,
    Introduction,
    Kind,
    KindVerdict,
    Known,
    OpenPromise,
    Outcome,
    Reason,
    Rhythm,
    Suggestion,
    Tie,
)
from store.facts import Address, Exchange, Person

KEY = bytes(range(32))
OWNER = "maya@example.org"
EDITION = "2026w48"


def settings(**changes: object) -> Settings:
    """Return Maya's settings, with changes."""
    values: dict[str, object] = {
        "owner": OWNER,
        "user": OWNER,
        "key": KEY,
        "zone": ZoneInfo("Europe/Lisbon"),
        "host": "imap.gmail.com",
        "slot": (1, time(8, 30)),
    }
    return Settings(**{**values, **changes})  # type: ignore[arg-type]


def at(day: str) -> int:
    """Return noon UTC of an ISO day."""
    return int(datetime.fromisoformat(f"{day}T12:00").replace(tzinfo=timezone.utc).timestamp())


def person(key: int, name: str, address: str) -> Person:
    """Return a person with one address."""
    return Person(f"p{key}", key, name, (Address(key, address, name, key),))


def tie(of: Person) -> Tie:
    """Return a tie of no particular strength."""
    kind = KindVerdict(Kind.PERSON, "wrote back")
    return Tie(of, kind, Rhythm(35, 50, 40, 30, True), 97, 0.5, 0.9, 50, "friends", None, "", True)


def last(day: str, out: bool, subject: str, address: str) -> Exchange:
    """Return an exchange of one message."""
    return Exchange(f"{day}.{len(subject)}@example.net", at(day), out, subject, address, True)


ANA = person(1, "Ana Ribeiro", "ana.ribeiro@example.net")
TOMAS = person(2, "Tomás Leal", "tomas@example.com")
GRACE = person(3, "Grace Adeyemi", "grace@example.com")
BILAL = person(4, "Bilal Hassan", "bilal@example.net")
RUTH = person(5, "Ruth Lindqvist", "ruth.lindqvist@example.edu")
INES = person(6, "Ines Duarte", "ines@example.com")
JONAS = person(7, "Jonas Weber", "jonas@example.com")
MEI = person(8, "Mei Tanaka", "mei@example.com")
AIDAN = person(9, "Aidan Byrne", "aidan@example.com")


def suggestion(number: int, of: Person, reason: Reason, sentence: str, **more: object) -> Suggestion:
    """Return a suggestion whose sentence rests on one message."""
    evidence = (Evidence(message_id=f"{of.id}@example.net"),)
    return Suggestion(number, of, reason, sentence, evidence, tie(of), **more)  # type: ignore[arg-type]


def ana() -> Suggestion:
    """Ana, to whom something was promised."""
    subject = last("2026-11-04", True, "Flat hunting in Alfama", "ana.ribeiro@example.net")
    return suggestion(
        1,
        ANA,
        Reason.PROMISE,
        "On 4 November you wrote “I’ll dig out the agent’s name”. Nothing has gone out since.",
        known=(Known("Moving to Lisbon in May; worried about schools.", "your note"),),
        last=subject,
        reply_to=subject,
        months=(3, 4, 7, 3, 1, 4, 8, 3, 4, 7, 4, 3),
        rhythm_words="every 3 weeks",
        balance_words="14 from you, 17 from Ana",
        opening="Ana, I owe you a name: Sofia at Casa Clara found us ours. Say I sent you. How is the school"
        " search going?",
    )


def tomas() -> Suggestion:
    """Tomás, who has gone quiet."""
    subject = last("2026-08-17", False, "Re: that bakery startup", "tomas@example.com")
    return suggestion(
        2,
        TOMAS,
        Reason.GONE_QUIET,
        "You two write about every 5 weeks; it has been 14. He wrote last, so it is your turn.",
        known=(Known("Was deciding whether to take outside money.", "your note"),),
        last=subject,
        reply_to=subject,
        months=(7, 4, 8, 7, 3, 4, 7, 3, 2, 0, 0, 0),
        rhythm_words="every 5 weeks",
        balance_words="22 from you, 31 from Tomás",
        opening="Tomás, I never answered about the bakery money. What did you decide? How can I help?",
    )


def grace() -> Suggestion:
    """Grace, of whom there is news."""
    return suggestion(
        3,
        GRACE,
        Reason.NEWS,
        "Her signature changed on 12 November: now Director of Platform at Kestrel Rail.",
        known=(Known("Her first team of more than ten.", "your note"),),
        last=last("2026-09-30", False, "Panel photos", "grace@example.com"),
        months=(0, 2, 0, 3, 0, 2, 0, 6, 3, 2, 0, 0),
        rhythm_words="every 9 weeks",
        balance_words="9 from you, 8 from Grace",
        opening="Grace, Director of Platform! That is so deserved. What is the first thing you want to change"
        " there?",
    )


def bilal() -> Suggestion:
    """Bilal, met this month."""
    subject = last("2026-11-05", True, "Good to meet you", "bilal@example.net")
    return suggestion(
        4,
        BILAL,
        Reason.NEW,
        "You met on 3 November: one coffee, two mails, nothing planned since.",
        known=(Known("Hiring his first data engineer. You know two.", "your note"),),
        last=subject,
        reply_to=subject,
        rhythm_words="first met 20 days ago",
        balance_words="1 from you, 1 from Bilal",
        opening="Bilal, I kept thinking about your data engineer search. Two people came to mind; shall I ask"
        " them?",
    )


def ruth() -> Suggestion:
    """Ruth, drawn by lot."""
    return suggestion(
        5,
        RUTH,
        Reason.WILDCARD,
        "You two last wrote in March 2019. After so long: name the gap once, ask for nothing.",
        wildcard=True,
        known=(Known("Taught you to draw the failure first.", "your note"),),
        last=last("2019-03-14", False, "Re: thesis thank-you", "ruth.lindqvist@example.edu"),
        rhythm_words="2016–2019",
        balance_words="13 from you, 18 from Ruth",
        opening="Ruth, it has been far too long, and that is on me. I still draw the failure first, because"
        " of you. What has your attention these days?",
    )


def full() -> Digest:
    """The letter of an ordinary week."""
    return Digest(
        EDITION,
        "2026-11-23",
        "full",
        (ana(), tomas(), grace(), bilal(), ruth()),
        promises=(
            OpenPromise("a", JONAS, "the Utrecht slides", at("2026-10-29"), "n1"),
            OpenPromise("b", MEI, "an introduction to Aidan", at("2026-11-02"), "n2"),
        ),
        introductions=(
            Introduction(
                "i",
                BILAL,
                INES,
                "Bilal is hiring a data engineer; Ines Duarte left Northwind in October. They"
                " have never shared a thread.",
                (Evidence(note_id="n3"),),
                INES,
            ),
        ),
        outcome=Outcome("2026w47", 5, 3, ("Ines", "Jonas")),
        favours="This quarter you have given nine favours and asked for four.",
        told=("Mei done", "Aidan later"),
        synced=at("2026-11-23") - 17000,
        next_slot=at("2026-11-30") - 16200,
        pool=212,
    )


def small() -> Digest:
    """The letter to an owner who has been busy."""
    return Digest(
        "2026w49",
        "2026-11-30",
        "small",
        (ana(), tomas(), grace()),
        outcome=Outcome(EDITION, 5, 0),
        synced=at("2026-11-30"),
        next_slot=at("2026-12-07"),
        notices=("From now on three people a week.",),
    )


def line() -> Digest:
    """The letter to an owner who has not answered for long."""
    return Digest("2027w02", "2027-01-11", "line", (ana(),), synced=at("2027-01-11"))


def empty() -> Digest:
    """The letter of a week in which nobody is due but one drawn by lot."""
    return Digest("2026w50", "2026-12-07", "empty", (ruth(),), synced=at("2026-12-07"))


def quiet() -> Digest:
    """The letter of a week in which nobody at all is named, and the mailbox makes trouble."""
    return Digest(
        "2026w51",
        "2026-12-14",
        "empty",
        (),
        synced=at("2026-12-13"),
        next_slot=at("2026-12-21"),
        troubles=("rules.yaml is wrong at line 4; the rules of Friday are still in force.",),
    )


def first() -> FirstLetter:
    """The first letter of all."""
    work = person(10, "Ana Ribeiro", "ana@work.example.com")
    robots = ("Jo at Parcelhub", "Kim (Northwind HR)", "studio@example.com")
    questions = [Question("1", work, ANA)]
    questions += [
        Question("abc"[n], person(20 + n, name, f"r{n}@example.com")) for n, name in enumerate(robots)
    ]
    return FirstLetter(
        "2026-11-22",
        "2023-11-20",
        41_306,
        214,
        96,
        118,
        31,
        1_872,
        tuple(questions),
        at("2026-11-30") - 16200,
    )


DIGESTS = {"full": full, "small": small, "line": line, "empty": empty, "quiet": quiet}


def pages(given: Settings) -> dict[str, Page]:
    """Return every letter there is, laid out."""
    found = {name: page(make(), given) for name, make in DIGESTS.items()}
    found["first"] = first_page(first(), given)
    found["blind"] = blind_page(at("2026-11-20"), "[AUTHENTICATIONFAILED] no", date(2026, 11, 22), given)
    found["hello"] = hello_page(date(2026, 11, 22), given)
    return found
