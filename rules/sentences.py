"""Sentences: what the mail says about one person, each with the rows that prove it.

Pure. A sentence must never say what no row shows, never count how late the owner is, and never
ask a favour.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime

from rules import words
from rules.due import NEVER, Survey
from rules.names import addressable
from rules.phrases import SAYING_NOTHING
from rules.rhythm import is_gone
from rules.verdicts import Candidate, Evidence, Known, News, Reason, Signal, Tie
from rules.words import Words, clipped, first_name, length
from store.facts import Dossier, Exchange, Person, Said, Timeline

SAY = Words()
REPLY_DAYS = 547
"""A thread younger than eighteen months is answered, an older one is left in peace."""
LONG_DAYS = 548
_PREFIX = re.compile(
    r"^\s*((re|fwd?|fw|aw|wg|sv|vs|antw|tr|rv|ref|odp|res|enc)\s*(\[\d+\])?\s*[:：]\s*)+", re.I
)
_AWAY = re.compile(
    r"^(out of (the )?office|auto(matic)?[- ]?(reply|response)|abwesenheit|automatische antwort"
    r"|réponse automatique|absence du bureau|risposta automatica|respuesta automática|fuera de la oficina"
    r"|resposta automática|automatisch antwoord|automatiskt svar|autosvar)\b",
    re.I,
)
_EMPTY = frozenset(SAYING_NOTHING.strip().split("\n"))


def why(seen: Survey, candidate: Candidate, dossier: Dossier | None) -> tuple[str, tuple[Evidence, ...]]:
    """Return the one sentence for why now, and its evidence."""
    tie, reason = candidate.tie, candidate.reason
    signal = candidate.signal
    if signal is not None:
        return _told(seen, tie, signal), signal.evidence
    if reason is Reason.PROMISE:
        return _promise(seen, tie)
    proof = _contact_evidence(seen, tie, dossier)
    values = _values(seen, tie, reason)
    if reason is Reason.NEW:
        line = seen.line(tie.person.key)
        count = words.counted(sum(line.outs) + sum(line.ins), "mail", "mails")
        return SAY("why.new", mails=count, last=_day(_last(line)), **values), proof
    if reason is Reason.WILDCARD:
        last = datetime.fromtimestamp(_last(seen.line(tie.person.key)), UTC).date()
        key = "why.wildcard.long" if tie.silence >= LONG_DAYS else "why.wildcard"
        return SAY(key, month=f"{words.month(last)} {last.year}", **values), proof
    return SAY(_key(tie, reason), **values), proof


def known(seen: Survey, candidate: Candidate) -> tuple[Known, ...]:
    """Return what is known: the latest notes, the rules' note, the circle's hint, a meeting ahead."""
    tie = candidate.tie
    standing, wish = seen.standing(tie.person.key), seen.wishes[tie.person.key]
    notes = sorted(standing.notes, key=lambda act: act.at)[-2:]
    found = [Known(clipped(act.text, 240), SAY("source.note"), (_note(act),)) for act in reversed(notes)]
    if wish.rule and wish.rule.note:
        found.append(Known(clipped(wish.rule.note, 240), SAY("source.rules", origin=wish.rule.origin)))
    if wish.say:
        circle = next(c for c in seen.policy.circles if c.name == wish.circle)
        found.append(Known(clipped(wish.say, 240), SAY("source.rules", origin=circle.origin)))
    for signal in candidate.signals:
        ahead = signal.news is News.MEETING and signal.at > seen.snapshot.as_of
        if signal is not candidate.signal and (ahead or signal.news is News.NEW_ADDRESS):
            found.append(Known(_told(seen, tie, signal), SAY("source.mail"), signal.evidence))
    return tuple(found)


def opening(seen: Survey, candidate: Candidate, last: Exchange | None, *, offers: bool) -> str:
    """Return a first sentence to write; the owner's own words for the reason come first."""
    person = candidate.tie.person
    first = first_name(person.name, person.main.address)
    return spoken_to(person, _opening(seen, candidate, last, first, offers))


def spoken_to(person: Person, text: str) -> str:
    """Return the first sentence of a letter, without the name at its head where that is only a handle."""
    first = first_name(person.name, person.main.address)
    return text if addressable(person) else words.capital(text.removeprefix(f"{first}, "))


def _opening(seen: Survey, candidate: Candidate, last: Exchange | None, first: str, offers: bool) -> str:
    tie, reason = candidate.tie, candidate.reason
    subject = topic(last.subject) if last else ""
    own = seen.policy.words.get(reason.value)
    if own:
        months = length(max(tie.silence, 31))
        return Words({"own": own})("own", first=first, subject=subject or "our last mails", months=months)
    values: dict[str, object] = {"first": first, "subject": subject}
    signal = candidate.signal
    if signal is not None and signal.news is News.BIRTHDAY:
        return SAY("opening.news.birthday", **values)
    if reason is Reason.PROMISE:
        text = signal.what if signal else _oldest(seen.standing(tie.person.key).promises).text
        return SAY("opening.promise", text=clipped(text, 120).rstrip("."), **values)
    key = f"opening.{reason.value}"
    if offers and reason is Reason.GONE_QUIET and subject:
        return SAY(f"{key}.help", **values)
    bare = f"{key}.bare"
    return SAY(bare if bare in SAY and not subject else key, **values)


def rhythm_words(seen: Survey, tie: Tie) -> str:
    """Return the rhythm in words: the wish, the gap that is, or the years of a tie long gone."""
    days = seen.line(tie.person.key).days
    if tie.cadence:
        return SAY("rhythm.wish", every=words.every(tie.cadence))
    if not days:
        return ""
    if is_gone(tie.rhythm, tie.silence):
        first, last = (datetime.fromtimestamp(day * 86_400, UTC).year for day in (days[0], days[-1]))
        return SAY("rhythm.span" if first != last else "rhythm.year", first_year=first, last_year=last)
    if not tie.rhythm.learned:
        return SAY("rhythm.new", ago=length(seen.snapshot.as_of / 86_400 - days[0]))
    return SAY("rhythm", every=words.about(tie.rhythm.median))


def balance_words(seen: Survey, tie: Tie) -> str:
    """Return how many direct mails went each way."""
    line = seen.line(tie.person.key)
    first = first_name(tie.person.name, tie.person.main.address)
    return SAY("balance", out=sum(line.outs), first=first, **{"in": sum(line.ins)})


def last_exchange(dossier: Dossier | None) -> Exchange | None:
    """Return the latest direct mail between the two, or the latest at all."""
    if not dossier or not dossier.exchanges:
        return None
    return next((e for e in dossier.exchanges if e.direct), dossier.exchanges[0])


def topic(subject: str) -> str:
    """Return what a subject is about, without reply prefixes; empty where it says nothing."""
    plain = _PREFIX.sub("", " ".join(subject.split())).strip(" \"'“”")
    bare = plain.lower().strip(" .!?…")
    says_nothing = bare in _EMPTY or len(bare) < 3 or _AWAY.match(bare)
    return "" if says_nothing else clipped(plain, 60)


def _promise(seen: Survey, tie: Tie) -> tuple[str, tuple[Evidence, ...]]:
    act = _oldest(seen.standing(tie.person.key).promises)
    text = clipped(act.text, 120).rstrip(".")
    return SAY("why.promise", text=text, day=f"on {_day(act.at)}"), (_note(act),)


def _told(seen: Survey, tie: Tie, signal: Signal) -> str:
    """Return a signal as a sentence."""
    values = {
        "first": first_name(tie.person.name, tie.person.main.address),
        "day": _day(signal.at),
        "what": clipped(signal.what, 120),
        "before": clipped(signal.before, 60),
        "text": clipped(signal.what, 120),
        "ago": length((seen.snapshot.as_of - signal.at) / 86_400),
    }
    if signal.news is News.PROMISE:
        return SAY("why.read promise", **values)
    if signal.news is News.QUESTION:
        return SAY("why.question", **values)
    return SAY(f"news.{signal.news.value}", **values)


def _key(tie: Tie, reason: Reason) -> str:
    if tie.silence >= NEVER:
        return "why.unwritten"
    if tie.cadence and reason is Reason.GONE_QUIET:
        return "why.gone quiet.wish"
    if not tie.rhythm.learned or tie.rhythm.median < 1:
        return f"why.{reason.value}"
    if reason is Reason.GONE_QUIET and is_gone(tie.rhythm, tie.silence):
        return "why.gone quiet.old"
    return f"why.{reason.value}.rhythm"


def _values(seen: Survey, tie: Tie, reason: Reason) -> Mapping[str, object]:
    line = seen.line(tie.person.key)
    met = seen.snapshot.as_of / 86_400 - line.days[0] if line.days else 0.0
    return {
        "first": first_name(tie.person.name, tie.person.main.address),
        "silence": length(tie.silence),
        "every": words.about(tie.rhythm.median),
        "wish": words.every(tie.cadence or tie.rhythm.median),
        "ago": length(met if reason is Reason.NEW else tie.silence),
    }


def _contact_evidence(seen: Survey, tie: Tie, dossier: Dossier | None) -> tuple[Evidence, ...]:
    last = last_exchange(dossier)
    if last and last.mid:
        return (Evidence(message_id=last.mid),)
    day = _last(seen.line(tie.person.key)) or seen.snapshot.as_of
    return (Evidence(date=datetime.fromtimestamp(day, UTC).date().isoformat()),)


def _last(line: Timeline) -> int:
    return max(line.last_in, line.last_out, line.days[-1] * 86_400 if line.days else 0)


def _oldest(promises: tuple[Said, ...]) -> Said:
    return min(promises, key=lambda act: act.until or act.at)


def _note(act: Said) -> Evidence:
    return Evidence(note_id=act.id)


def _day(at: int) -> str:
    return words.plain_day(datetime.fromtimestamp(at, UTC).date())
