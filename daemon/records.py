"""Values as JSON-able records: the shapes promised to scripts, in one place.

Keys are stable: added, never renamed. Times are RFC 3339 in UTC, absent figures are null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from daemon.clock import rfc3339
from rules.classify import kind_of
from rules.due import Survey
from rules.names import called
from rules.policy import Policy
from rules.verdicts import Digest, Evidence, Kind, KindVerdict, Suggestion, Tie
from rules.wishes import refusal
from store.addresses import organisation_domain, person_id
from store.facts import Address, Person, Snapshot, Suggested
from store.ledger import Command

if TYPE_CHECKING:
    from daemon.post import Sent

Record = dict[str, Any]


def when(at: int) -> str | None:
    """Return an instant as RFC 3339, None for never."""
    return rfc3339(at) if at else None


def evidence(found: Evidence) -> dict[str, str]:
    """Return the one field that is set: message_id, note_id or date."""
    fields = {"message_id": found.message_id, "note_id": found.note_id, "date": found.date}
    return {name: value for name, value in fields.items() if value}


def organisations(person: Person, policy: Policy) -> list[str]:
    """Return the names (or domains) of the organisations behind a person's addresses, main first."""
    domains = (organisation_domain(a.address) for a in person.addresses)
    return list(dict.fromkeys(policy.organisations.get(d, d) for d in domains if d))


def person(seen: Survey, who: Person, kind: Kind, tie: Tie | None) -> Record:
    """Return a person as `people list` shows them."""
    line, standing = seen.line(who.key), seen.standing(who.key)
    wish = seen.wishes.get(who.key)
    tags = wish.tags if wish else standing.tags
    told_never = standing.never or bool(wish and wish.rule and wish.rule.never)
    ever = [a for a in who.addresses if a.first]
    return {
        "id": who.id,
        "name": called(who),
        "addresses": [a.address for a in who.addresses],
        "kind": kind.value,
        "first": when(min((a.first for a in ever), default=0)),
        "last": when(max((a.last for a in ever), default=0)),
        "last_in": when(max(a.last_in for a in who.addresses)),
        "last_out": when(max(a.last_out for a in who.addresses)),
        "sent": sum(a.sent for a in who.addresses),
        "received": sum(a.received for a in who.addresses),
        "contact_days": len(line.days),
        "rhythm_days": rhythm_days(tie),
        "warmth": round(tie.warmth, 4) if tie else None,
        "circle": tie.circle if tie else None,
        "organisations": organisations(who, seen.policy),
        "tags": sorted(tags),
        "snoozed_until": when(standing.snoozed_until)
        if standing.snoozed_until > seen.snapshot.as_of
        else None,
        "never": told_never or bool(refusal(who, kind, tags, seen.policy)),
    }


def people(seen: Survey, *, everybody: bool) -> list[Record]:
    """Return everybody, the owner last, or people with mail both ways only; the closest in touch first."""
    ties = {t.person.key: t for t in seen.ties}
    order = {key: place for place, key in enumerate(ties)}
    found = []
    for key, who in seen.snapshot.people.items():
        tie = ties.get(key)
        if not (everybody or (tie and tie.mutual)):
            continue
        kind = tie.kind if tie else kind_of(who, seen.standing(key), seen.policy, seen.snapshot.own)
        found.append((order.get(key, len(order)), who.main.address, person(seen, who, kind.kind, tie)))
    myself = [_myself(seen)] if everybody and seen.snapshot.own else []
    return [record for _, _, record in sorted(found, key=lambda row: row[:2])] + myself


def _myself(seen: Survey) -> Record:
    """Return the owner as one of the people: nothing is counted of mail to oneself."""
    addresses = tuple(Address(0, address, "", 0) for address in sorted(seen.snapshot.own))
    who = Person(person_id(addresses[0].address), 0, "", addresses)
    return person(seen, who, Kind.SELF, None)


def rhythm_days(tie: Tie | None) -> float | None:
    """Return the learned rhythm in days, None where there is none."""
    return round(tie.rhythm.median, 1) if tie and tie.rhythm.learned else None


def tie(seen: Survey, found: Tie) -> Record:
    """Return what every line about a tie holds, whatever is said of it."""
    line = seen.line(found.person.key)
    return {
        "person_id": found.person.id,
        "name": called(found.person),
        "address": found.person.main.address,
        "last": when(max(line.last_in, line.last_out)),
        "rhythm_days": rhythm_days(found),
        "silence_days": round(found.silence, 1),
        "score": round(found.order, 6),
        "circle": found.circle,
    }


def suggestion(seen: Survey, said: Suggestion) -> Record:
    """Return a line of the digest, every sentence with its evidence."""
    more: Mapping[str, Any] = {
        "reason": said.reason.value,
        "sentence": said.sentence,
        "evidence": [evidence(e) for e in said.evidence],
        "wildcard": said.wildcard,
        "known": [
            {"text": k.text, "source": k.source, "evidence": [evidence(e) for e in k.evidence]}
            for k in said.known
        ],
    }
    return {**tie(seen, said.tie), **more}


def digest(made: Digest) -> Record:
    """Return what the mail says beside its people, each sentence with its evidence."""
    outcome = made.outcome
    return {
        "edition": made.edition,
        "on": made.on,
        "form": made.form,
        "promises": [
            {"item": p.letter, "person_id": p.person.id, "text": p.text, "evidence": [{"note_id": p.note_id}]}
            for p in made.promises
        ],
        "introductions": [
            {
                "item": i.letter,
                "person_ids": [i.one.id, i.other.id],
                "ask": i.ask.id,
                "sentence": i.sentence,
                "evidence": [evidence(e) for e in i.evidence],
            }
            for i in made.introductions
        ],
        "outcome": outcome
        and {
            "edition": outcome.edition,
            "suggested": outcome.suggested,
            "wrote": outcome.wrote,
            "answered": list(outcome.answered),
        },
        "next_digest": when(made.next_slot),
    }


def history(snapshot: Snapshot) -> list[Record]:
    """Return every edition with its people and what came of them, the latest first."""
    found = []
    for edition in sorted(snapshot.editions, key=lambda e: (e.slot, e.key), reverse=True):
        rows = [s for s in snapshot.suggested if s.edition == edition.key]
        found.append(
            {
                "edition": edition.key,
                "state": edition.state,
                "error": edition.error or None,
                "slot": when(edition.slot),
                "at": when(edition.at),
                "message_id": edition.message_id,
                "people": [_named(snapshot, row) for row in rows],
            }
        )
    return found


def _named(snapshot: Snapshot, row: Suggested) -> Record:
    who = next((p for p in snapshot.people.values() if any(a.id == row.key for a in p.addresses)), None)
    return {
        "item": row.item,
        "person_id": who.id if who else None,
        "name": who.name if who else None,
        "reason": row.reason,
        "wildcard": row.wildcard,
        "wrote": when(row.wrote),
        "answered": when(row.answered),
    }


def sent(done: Sent) -> Record:
    """Return what sending by hand did."""
    return {
        "edition": done.edition,
        "message_id": done.message_id,
        "state": done.delivery.state.value,
        "error": done.delivery.words or None,
        "already": when(done.before),
    }


def command(said: Command) -> Record:
    """Return a row of the ledger."""
    return {
        "id": said.id,
        "at": when(said.at),
        "channel": said.channel,
        "message_id": said.mid or None,
        "edition": said.edition or None,
        "item": said.item or None,
        "text": said.text,
        "state": said.state,
        "effect": said.answer,
        "undone_by": said.undone or None,
    }


def verdict(verdict: KindVerdict) -> Record:
    """Return a verdict on what stands behind an address."""
    return {"kind": verdict.kind.value, "rule": verdict.rule, "grounds": list(verdict.grounds)}


def counts(who: Person) -> dict[str, int]:
    """Return the sums over a person's mail that speak for or against a human."""
    names = ("sent", "received", "answers", "copied", "lists", "news", "machines")
    return {name: sum(getattr(a, name) for a in who.addresses) for name in names}
