"""Delivery failures: who could not be reached, for good or for now, for which message.

First what RFC 3464 says field by field, then X-Failed-Recipients, then the free forms of the mail
systems that write prose. It never takes a complaint, a receipt or a letter of absence for a bounce,
and it believes nothing: whether the mail was ever sent is for the store to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from daemon.mail import body, forms
from daemon.mail.mailboxes import mailboxes
from daemon.mail.parse import read
from rules.senders import machine_name
from store.addresses import domain, normalise
from store.facts import Bounce, Mark, Message

MOST = 50
_LONGEST = 64 * 1024
_STATUS_TYPES = frozenset({"message/delivery-status", "message/global-delivery-status"})


@dataclass(frozen=True, slots=True)
class Failure:
    """One address that could not be reached.

    ``permanent``: nobody will try again. ``gone``: the address itself is the reason (5.1.x, 5.2.1 or
    words to that effect), not the message, its size or a policy. ``original`` is the Message-ID of
    the mail that bounced, "" where it is not told.
    """

    address: str
    permanent: bool
    gone: bool
    original: str = ""


def failures(raw: bytes) -> tuple[Failure, ...]:
    """Return the addresses a whole message reports as not reached; none if it is no bounce."""
    message = read(raw, 0)
    leaves = _leaves(raw)
    if _is_other_report(raw, leaves):
        return ()
    original = _original(message, leaves)
    found = list(_told_by_fields(leaves))
    if not found and not _names_recipients(leaves):
        words = _words(leaves)
        if _failed_header(raw) or _is_failure(message, words):
            found = list(_told_by_words(raw, message, words))
    return tuple(
        Failure(address, permanent, gone, original) for address, permanent, gone in _once(found)[:MOST]
    )


def bounces(raw: bytes, message: Message) -> tuple[Bounce, ...]:
    """Return the failures a whole message reports as facts: permanent only where the address is gone."""
    return tuple(
        Bounce(one.address, one.gone, message.at, message.mid, one.original) for one in failures(raw)
    )


def _leaves(raw: bytes) -> tuple[body.Part, ...]:
    """Return the parts; of a report that a gateway wrapped into another mail, the inner ones."""
    leaves = tuple(body.parts(raw))
    if leaves and leaves[0].type == "message/rfc822" and not _has_fields(leaves):
        inner = tuple(body.parts(leaves[0].data()))
        return inner if _has_fields(inner) else leaves
    return leaves


def _has_fields(leaves: tuple[body.Part, ...]) -> bool:
    return any(leaf.type in _STATUS_TYPES for leaf in leaves)


def _once(found: Iterable[tuple[str, bool, bool]]) -> list[tuple[str, bool, bool]]:
    kept: dict[str, tuple[str, bool, bool]] = {}
    for address, permanent, gone in found:
        kept.setdefault(address, (address, permanent, gone))
    return list(kept.values())


def _is_other_report(raw: bytes, leaves: tuple[body.Part, ...]) -> bool:
    """Tell complaints and receipts from bounces: both come as multipart/report."""
    types = {leaf.type for leaf in leaves}
    if types & {"message/feedback-report", "message/disposition-notification"}:
        return True
    head = raw[:65_536].partition(b"\n\n")[0].lower()
    return b"report-type=feedback-report" in head.replace(b'"', b"")


# What the fields of RFC 3464 tell


def _told_by_fields(leaves: tuple[body.Part, ...]) -> Iterator[tuple[str, bool, bool]]:
    for leaf in leaves:
        if leaf.type in _STATUS_TYPES:
            for block in re.split(r"\n[ \t]*\n", leaf.text()):
                yield from _block(block)


def _names_recipients(leaves: tuple[body.Part, ...]) -> bool:
    """Tell whether the fields speak of recipients at all; some systems leave that to the prose."""
    return any(leaf.type in _STATUS_TYPES and forms.FIELD.search(leaf.text()) for leaf in leaves)


def _block(block: str) -> Iterator[tuple[str, bool, bool]]:
    """Yield what one recipient's block says; several recipients may stand in one ill-made block."""
    fields: list[tuple[str, str]] = []
    for line in re.sub(r"\n[ \t]+", " ", block).split("\n"):
        name, colon, value = line.partition(":")
        if colon:
            fields.append((name.strip().lower(), value.strip()))
    told = dict(reversed(fields))
    action = told.get("action", "").split(" ")[0].lower()
    if action in {"delivered", "relayed", "expanded"}:
        return
    status = forms.STATUS.search(told.get("status", ""))
    permanent = action == "failed" or (action != "delayed" and (status is None or status[1] != "4"))
    diagnosis = told.get("diagnostic-code", "")
    final, original = (
        [one for key, value in fields if key == name if (one := _recipient(value))]
        for name in ("final-recipient", "original-recipient")
    )
    for one in _owners_words(final, original):
        yield one, permanent, permanent and _is_gone(status, diagnosis)


def _owners_words(final: list[str], original: list[str]) -> list[str]:
    """Return the addresses the mail was written to, after those it was forwarded to elsewhere.

    Inside one organisation only the address written to counts: the final one is an alias's or a host's.
    """
    forwarded = [
        one
        for one in final
        if not original or ("." in domain(one) and _apart(domain(one), domain(original[0])))
    ]
    return [*forwarded, *original]


def _apart(one: str, other: str) -> bool:
    return one != other and not one.endswith("." + other) and not other.endswith("." + one)


def _recipient(value: str) -> str:
    told = value.rpartition(";")[2].strip().strip("<>").removeprefix("mailto:")
    told = told.rpartition(":")[2] if told[:1] == "@" else told  # a source route
    return normalise(told) if "@" in told and len(told) <= 320 else ""


def _is_gone(status: re.Match[str] | None, diagnosis: str) -> bool:
    inner = forms.STATUS.search(diagnosis)
    for told in (status, inner):
        if told and told[1] == "5" and (told[2] == "1" or (told[2], told[3]) == ("2", "1")):
            return (told[2], told[3]) != ("1", "8")  # 5.1.8: the sender is refused
        if told and told[2] == "7":
            return False
    return forms.GONE.search(diagnosis) is not None


# What a header field and the prose tell


def _failed_header(raw: bytes) -> tuple[str, ...]:
    head = re.split(rb"\r?\n\r?\n", raw[:262_144], maxsplit=1)[0]
    found = re.search(rb"^x-failed-recipients:([^\n]*(?:\n[ \t][^\n]*)*)", head, re.IGNORECASE | re.MULTILINE)
    if not found:
        return ()
    listed, _ = mailboxes(found[1].decode("latin-1").replace("\n", " "))
    return tuple(one.address for one in listed)


def _words(leaves: tuple[body.Part, ...]) -> str:
    """Return the prose of the report, up to the copy of the original message."""
    texts: list[str] = []
    for leaf in leaves:
        if leaf.type in {"message/rfc822", "text/rfc822-headers"}:
            continue
        if leaf.type == "text/html" and texts:
            continue
        told = leaf.text() if leaf.type.startswith(("text/", "message/", "multipart/")) else ""
        texts.append(body.unmarked(told) if leaf.type == "text/html" else told)
    text = "\n".join(texts)[:_LONGEST]
    copy = forms.COPY.search(text, 1)
    return text[: copy.start()] if copy else text


def _is_failure(message: Message, words: str) -> bool:
    """Tell whether a program reports a failure: by its sender or subject, and by its words."""
    senders = [one.address for one in message.sender]
    official = (
        not senders or bool(message.marks & Mark.NULL_PATH) or any(machine_name(one) for one in senders)
    )
    subject = forms.SUBJECT.search(message.subject) is not None
    if message.parent and not official:
        return False
    return (official or subject) and (
        forms.TRIGGER.search(words) is not None
        or forms.FIELD.search(words) is not None
        or any(pattern.search(words) for pattern in forms.STRONG)
    )


def _told_by_words(raw: bytes, message: Message, words: str) -> Iterator[tuple[str, bool, bool]]:
    named = _failed_header(raw) or tuple(
        one for told in forms.FIELD.findall(words) if (one := _recipient(told))
    )
    skip = {one.address for one in (*message.to, *message.sender)}
    addresses = named or _in_words(words, skip) or _in_subject(message, skip)
    status = forms.STATUS.search(words)
    later = forms.LATER.search(words) is not None or forms.LATER.search(message.subject) is not None
    permanent = (status[1] == "5") if status else not later
    gone = permanent and _is_gone(status, words)
    yield from ((one, permanent, gone) for one in addresses)


def _in_words(words: str, skip: set[str]) -> tuple[str, ...]:
    """Return the addresses of the prose, from the surest place that names any."""
    found: list[str] = []
    for pattern in forms.STRONG:
        found.extend(match["a"] for match in pattern.finditer(words))
    for way in (found, list(_after_trigger(words)), list(_beside_words(words))):
        kept = tuple(dict.fromkeys(one for raw in way if (one := _clean(raw)) and one not in skip))
        if kept:
            return kept
    return ()


def _after_trigger(words: str) -> Iterator[str]:
    """Yield addresses that stand at the start of the lines after a sentence that announces them."""
    left = 0
    for line in words.split("\n"):
        if forms.TRIGGER.search(line):
            left = 12
            yield from forms.ANY.findall(line)
        elif left:
            left -= 1
            if found := forms.LINE_START.match(line):
                yield found[1]


def _beside_words(words: str) -> Iterator[str]:
    for line in words.split("\n"):
        if forms.WORDS.search(line):
            yield from forms.ANY.findall(line)


def _in_subject(message: Message, skip: set[str]) -> tuple[str, ...]:
    found = (_clean(one) for one in forms.ANY.findall(message.subject))
    return tuple(one for one in found if one and one not in skip)


def _clean(address: str) -> str:
    one = normalise(address.strip(".'"))
    return "" if not one or machine_name(one) else one


def _original(message: Message, leaves: tuple[body.Part, ...]) -> str:
    """Return the Message-ID of the mail that bounced: its copy tells, else the report's thread."""
    for leaf in leaves:
        if leaf.type in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"}:
            inner = read(leaf.data(), 0)
            if inner.mid:
                return inner.mid
    for leaf in leaves:
        if leaf.type.startswith(("text/", "message/")) and (found := forms.MID.search(leaf.text())):
            return found[1]
    return message.parent
