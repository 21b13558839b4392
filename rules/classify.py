"""Kinds: what stands behind an address, and how a single message was made.

Behaviour is the main witness (did the owner write to it, did it answer), header fields are a veto,
names the last resort; where nothing speaks clearly the human is kept. Pure. Every verdict tells the
rule that decided and all grounds found.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from rules.policy import Policy
from rules.senders import list_name, machine_name, news_name, news_title, personal, role_name
from rules.standing import Standing
from rules.verdicts import Kind, KindVerdict
from store.facts import LIST_MARKS, Mark, Message, Person

VERSION = 1
"""Version of these rules: cached verdicts carry it."""

_AWAY = re.compile(
    r"(?:(?:automatic reply|automatische antwort|auto[- ]?reply|auto[- ]?response|out of (?:the )?office"
    r"(?: auto[- ]?reply| reply)?|abwesenheits(?:notiz|agent)|réponse automatique|respuesta automática"
    r"|risposta automatica):|(?:undeliverable|undelivered mail|unzustellbar|returned mail"
    r"|mail delivery (?:failed|failure)|delivery (?:status notification|failure|notification)"
    r"|failure notice)\b)",
    re.IGNORECASE,
)

Ground = tuple[Kind, str]


def kind_of_message(message: Message) -> KindVerdict:
    """Return the kind of a message by what it says itself, without knowing anybody."""
    grounds = [ground for rule in _MESSAGE_RULES if (ground := rule(message))]
    if not grounds:
        return KindVerdict(Kind.PERSON, "nothing speaks against a person", ())
    return _verdict(grounds)


def is_automatic(message: Message, verdict: KindVerdict) -> bool:
    """Tell whether a program wrote the message; the fields of a list alone never prove that."""
    if verdict.kind is Kind.MACHINE:
        return bool(message.sender)
    proof = bool(message.marks & (Mark.BULK_SENDER | Mark.PRECEDENCE_BULK)) or _news(message) is not None
    return verdict.kind is Kind.NEWSLETTER and proof


def kind_of(
    person: Person,
    standing: Standing | None = None,
    policy: Policy | None = None,
    own: frozenset[str] = frozenset(),
) -> KindVerdict:
    """Return the kind of a correspondent from all mail with every address of theirs."""
    told = _told(person, standing or Standing(), policy or Policy(), own)
    if told:
        return told
    sums = Sums(person)
    grounds = [ground for rule in _PERSON_RULES if (ground := rule(sums))]
    return _verdict(grounds or [(Kind.PERSON, "nothing speaks against a person")])


class Sums:
    """All mail with one person, over their addresses."""

    def __init__(self, person: Person) -> None:
        them = person.addresses
        self.addresses = tuple(one.address for one in them)
        self.names = tuple(dict.fromkeys((person.name, *(name for one in them for name in one.names))))
        self.sent = sum(one.sent for one in them)
        self.received = sum(one.received for one in them)
        self.answers = sum(one.answers for one in them)
        self.lists = sum(one.lists for one in them)
        self.machines = sum(one.machines for one in them)
        self.listed = any(one.listed for one in them)
        # posts through a discussion list carry List-Unsubscribe too
        self.news = max(0, sum(one.news for one in them) - self.lists)


def _verdict(grounds: list[Ground]) -> KindVerdict:
    kind, rule = grounds[0]
    return KindVerdict(kind, rule, tuple(dict.fromkeys(text for _, text in grounds)))


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _share(part: int, whole: int) -> str:
    return "all" if part >= whole else f"{part} in {whole}"


def _told(person: Person, standing: Standing, policy: Policy, own: frozenset[str]) -> KindVerdict | None:
    """Return what the owner said, which no evidence outweighs."""
    addresses = [one.address for one in person.addresses]
    if any(address in own for address in addresses):
        return KindVerdict(Kind.SELF, "this is you", ("this is you",))
    words = {policy.learned.get(address) for address in addresses}
    if standing.not_a_person or "not a person" in words:
        return KindVerdict(Kind.MACHINE, "you said: not a person", ("you said: not a person",))
    if standing.friend or "friend" in words:
        return KindVerdict(Kind.PERSON, "you said: a friend", ("you said: a friend",))
    return None


# How a message is judged: the first rule that speaks decides, the others are grounds beside it.


def _report(message: Message) -> Ground | None:
    if message.marks & (Mark.REPORT | Mark.NULL_PATH):
        return Kind.MACHINE, "a report of delivery: no return path or a report's content type"
    return None


def _program(message: Message) -> Ground | None:
    if message.marks & Mark.AUTO:
        return Kind.MACHINE, "says itself that a program sent it (Auto-Submitted or its like)"
    if _AWAY.match(message.subject):
        return Kind.MACHINE, "the subject is one that only programs write"
    return None


def _machine_sender(message: Message) -> Ground | None:
    if any(machine_name(one.address) for one in message.sender):
        return Kind.MACHINE, "the sender's address says that nobody reads it"
    if not message.sender:
        return Kind.MACHINE, "no sender is named"
    return None


def _list_post(message: Message) -> Ground | None:
    if message.marks & LIST_MARKS:
        return Kind.LIST, "came through a discussion list (List-Id, List-Post or Precedence: list)"
    if message.marks & Mark.PRECEDENCE_BULK and _answers(message):
        return Kind.LIST, "an answer that came through a list (Precedence: bulk)"
    return None


def _answers(message: Message) -> bool:
    return bool(message.parent) or message.subject[:3].casefold() == "re:"


def _bulk(message: Message) -> Ground | None:
    if message.marks & Mark.BULK_SENDER:
        return Kind.NEWSLETTER, "bears the marks of a bulk mailing program"
    if message.marks & Mark.PRECEDENCE_BULK:
        return Kind.NEWSLETTER, "Precedence: bulk"
    if message.marks & Mark.UNSUBSCRIBE:
        return Kind.NEWSLETTER, "List-Unsubscribe without a discussion list"
    return None


def _news(message: Message) -> Ground | None:
    if any(news_name(one.address) for one in message.sender):
        return Kind.NEWSLETTER, "the sender's address is one that only sends to many"
    if any(news_title(one.name) for one in message.sender):
        return Kind.NEWSLETTER, "the sender's name is that of a publication"
    return None


def _role(message: Message) -> Ground | None:
    if message.sender and all(role_name(one.address, (one.name,)) for one in message.sender):
        return Kind.ROLE, "the sender's address names a function, not a person"
    return None


_MESSAGE_RULES: tuple[Callable[[Message], Ground | None], ...] = (
    _report,
    _program,
    _machine_sender,
    _news,
    _list_post,
    _bulk,
    _role,
)


# How a correspondent is judged.


def _nobody_reads(sums: Sums) -> Ground | None:
    if all(machine_name(address) for address in sums.addresses):
        return Kind.MACHINE, "the address says that nobody reads it"
    return None


def _function(sums: Sums) -> Ground | None:
    if all(role_name(address, sums.names) for address in sums.addresses):
        return Kind.ROLE, "the address names a function, not a person"
    return None


def _only_automatic(sums: Sums) -> Ground | None:
    if sums.received and sums.machines >= sums.received:
        return Kind.MACHINE, f"all mail from there was written by a program ({_times(sums.received)})"
    return None


def _answered(sums: Sums) -> Ground | None:
    if sums.answers:
        return Kind.PERSON, f"answered you {_times(sums.answers)}"
    return None


def _silent_list(sums: Sums) -> Ground | None:
    if sums.received:
        return None
    if sums.listed:
        return Kind.LIST, "mail of others came through it, and it never wrote itself"
    if any(list_name(address) or news_name(address) for address in sums.addresses):
        return Kind.LIST, "it never wrote itself, and it is named like a list"
    return None


def _mostly_news(sums: Sums) -> Ground | None:
    if sums.received and sums.news >= 0.9 * sums.received:
        return (
            Kind.NEWSLETTER,
            f"{_share(sums.news, sums.received)} of what comes from there can be unsubscribed from",
        )
    return None


def _written_to(sums: Sums) -> Ground | None:
    if sums.sent:
        return Kind.PERSON, f"you wrote there {_times(sums.sent)}"
    return None


def _mostly_automatic(sums: Sums) -> Ground | None:
    if sums.received and sums.machines * 2 >= sums.received:
        return (
            Kind.MACHINE,
            f"{_share(sums.machines, sums.received)} of what comes from there was written by a program",
        )
    if sums.received and sums.news * 2 >= sums.received:
        return (
            Kind.NEWSLETTER,
            f"{_share(sums.news, sums.received)} of what comes from there can be unsubscribed from",
        )
    return None


def _sends_to_many(sums: Sums) -> Ground | None:
    if any(news_name(address) for address in sums.addresses):
        return Kind.NEWSLETTER, "the address is one that only sends to many"
    return None


def _only_through_lists(sums: Sums) -> Ground | None:
    if sums.received and sums.lists >= sums.received and not any(personal(name) for name in sums.names):
        return Kind.LIST, "all mail from there came through lists, under no person's name"
    return None


_PERSON_RULES: tuple[Callable[[Sums], Ground | None], ...] = (
    _nobody_reads,
    _function,
    _only_automatic,
    _answered,
    _silent_list,
    _mostly_news,
    _written_to,
    _mostly_automatic,
    _sends_to_many,
    _only_through_lists,
)
