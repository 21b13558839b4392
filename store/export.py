"""Everything digwell holds as records that outlive it: sorted, and free of how they came.

No row ids, folders, UIDs, tokens or times of runs: two stores with the same facts give the same bytes,
and what was undone leaves no trace. Pure reading; text for files is made in ``store.formats``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timezone
from typing import Any

from store.addresses import person_id
from store.batch import BCC, CC, FURTHER, REPLY_TO, TO
from store.db import Store
from store.facts import Mark, Person, Said
from store.ledger import said
from store.outbox import our_mids
from store.snapshot import load

Record = dict[str, Any]

ALWAYS = 1 << 40
"""An instant after all mail there will ever be."""

_TAG = re.compile(r"\[\s*dw\s+([^\s\]]+)\s+[0-9a-z]{16}\s*\]", re.IGNORECASE)
_OUR_ID = re.compile(r"^(dw\.[^.@\s]+\.[^.@\s]+)\.[0-9a-z]{16}@", re.IGNORECASE)
_PARTS = {TO: "to", CC: "cc", BCC: "bcc", REPLY_TO: "reply_to"}
_SAID_APART = frozenset({"note", "tag", "snooze"})

_MESSAGES = """
SELECT m.mid, m.at, m.key, m.subject, coalesce(f.address, ''), m.parent, m.list_id, m.marks, m.answers,
    (SELECT json_group_array(json_array(p.part, a.address))
     FROM participant p JOIN address a ON a.id = p.address_id WHERE p.message_id = m.id)
FROM message m LEFT JOIN address f ON f.id = m.from_id ORDER BY m.mid, m.key
"""


def records(store: Store) -> Iterator[Record]:
    """Yield every record, sorted by type and then by its own key. Each has a ``type``."""
    snapshot = load(store, ALWAYS)
    people = {address.id: person for person in snapshot.people.values() for address in person.addresses}
    by_type: dict[str, Iterable[Record]] = {
        "address": _addresses(store, snapshot.people.values(), snapshot.own),
        "bounce": _bounces(store),
        "card": _cards(store),
        "command": _commands(store),
        "edition": _editions(store),
        "meeting": _meetings(store),
        "message": _messages(store),
        "person": (_person(p) for p in snapshot.people.values()),
        "suggestion": _suggestions(store, people),
        "trait": _traits(store),
        **_words(store, people),
    }
    for name in sorted(by_type):
        found: Iterable[Record] = ({"type": name, **record} for record in by_type[name])
        yield from found if name == "message" else sorted(found, key=as_line)


def as_line(record: Record) -> str:
    """Return a record as one line of JSON, keys in order, without the line's end."""
    return json.dumps(record, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def without_token(text: str) -> str:
    """Return a subject or Message-ID without the secret part of a tag of ours."""
    return _OUR_ID.sub(r"\1@", _TAG.sub(r"[dw \1]", text))


def when(at: int) -> str | None:
    """Return Unix seconds as RFC 3339 in UTC, None for 0."""
    if not at:
        return None
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _messages(store: Store) -> Iterator[Record]:
    ours = our_mids(store)
    for mid, at, key, subject, sender, parent, list_id, marks, answers, people in store.stream(_MESSAGES):
        if marks & Mark.OWN and mid in ours:
            continue
        parts: dict[int, list[str]] = {}
        for part, address in json.loads(people):
            parts.setdefault(part, []).append(address)
        record: Record = {
            "message_id": without_token(mid),
            "date": when(at) if any(key[:4]) else None,
            "from": [*([sender] if sender else []), *sorted(parts.get(FURTHER, []))],
            "subject": without_token(subject),
            "in_reply_to": without_token(parent),
            "list_id": list_id,
            "marks": [str(mark.name).lower() for mark in Mark(marks)],
            "answers_owner": bool(answers),
        }
        yield record | {name: sorted(parts[part]) for part, name in _PARTS.items() if part in parts}


def _addresses(store: Store, people: Iterable[Person], own: frozenset[str]) -> Iterator[Record]:
    for person in people:
        for a in person.addresses:
            yield {
                "address": a.address,
                "person": person.id,
                "names": list(a.names),
                "own": a.address in own,
                "sent": a.sent,
                "received": a.received,
                "shared": a.copied,
                "answers": a.answers,
                "first": when(a.first),
                "last": when(a.last),
            }
    known = {a.address for p in people for a in p.addresses}
    for (address,) in store.rows("SELECT a.address FROM own o JOIN address a ON a.id = o.address_id"):
        if address not in known:
            yield {"address": address, "own": address in own}


def _person(person: Person) -> Record:
    addresses = [a.address for a in person.addresses]
    return {"id": person.id, "name": person.name, "main": addresses[0], "addresses": sorted(addresses)}


def _commands(store: Store) -> Iterator[Record]:
    for mid, at, channel, edition, item, text, state in store.rows(
        "SELECT mid, at, channel, edition, item, text, state FROM command"
        " WHERE state = 'obeyed' AND NOT undone AND id NOT IN (SELECT undone FROM command)"
    ):
        yield {
            "message_id": without_token(mid),
            "date": when(at),
            "channel": channel,
            "edition": edition,
            "item": item,
            "text": without_token(text),
            "state": state,
        }


def _words(store: Store, people: dict[int, Person]) -> dict[str, list[Record]]:
    """Return what holds of the owner's words: notes, tags and snoozes apart, the rest as ``said``."""
    rows = store.rows("SELECT id, address FROM address WHERE id IN (SELECT address_id FROM act)")
    rows += store.rows("SELECT id, address FROM address WHERE id IN (SELECT other_id FROM act)")
    address_of: dict[int, str] = {row[0]: row[1] for row in rows}
    found: dict[str, list[Record]] = {}
    for act in said(store):
        name = act.verb if act.verb in _SAID_APART else "said"
        found.setdefault(name, []).append(_word(act, people, address_of))
    return found


def _word(act: Said, people: dict[int, Person], address_of: dict[int, str]) -> Record:
    record: Record = {"id": act.id, "date": when(act.at), "verb": act.verb}
    for name, key in (("address", act.key), ("other", act.other)):
        if key:
            record[name] = address_of.get(key, "")
            if name == "address" and key in people:
                record["person"] = people[key].id
    given = {"text": act.text, "value": act.value, "until": when(act.until)}
    return record | {name: value for name, value in given.items() if value}


def _editions(store: Store) -> Iterator[Record]:
    for key, slot, state, people in store.rows("SELECT key, slot, state, people FROM edition"):
        yield {"edition": key, "slot": when(slot), "state": state, "people": people}


def _suggestions(store: Store, people: dict[int, Person]) -> Iterator[Record]:
    for key, item, address_id, address, reason, sentence, evidence, wildcard in store.rows(
        "SELECT e.key, s.item, s.address_id, a.address, s.reason, s.sentence, s.evidence, s.wildcard"
        " FROM suggestion s JOIN edition e ON e.id = s.edition_id JOIN address a ON a.id = s.address_id"
    ):
        person = people.get(address_id)
        yield {
            "edition": key,
            "item": item,
            "person": person.id if person else person_id(address),
            "address": address,
            "reason": reason,
            "sentence": sentence,
            "evidence": [{sort: without_token(value)} for sort, value in json.loads(evidence)],
            "wildcard": bool(wildcard),
        }


def _bounces(store: Store) -> Iterator[Record]:
    for mid, address, permanent, at, original in store.rows(
        "SELECT b.mid, a.address, b.permanent, b.at, b.original"
        " FROM bounce b JOIN address a ON a.id = b.address_id"
    ):
        yield {
            "message_id": mid,
            "address": address,
            "permanent": bool(permanent),
            "date": when(at),
            "original": without_token(original),
        }


def _meetings(store: Store) -> Iterator[Record]:
    for mid, uid, at, status, addresses, summary in store.rows(
        "SELECT mid, uid, at, status, addresses, summary FROM meeting"
    ):
        yield {
            "message_id": mid,
            "uid": uid,
            "date": when(at),
            "status": status,
            "addresses": sorted(json.loads(addresses)),
            "summary": summary,
        }


def _cards(store: Store) -> Iterator[Record]:
    """Yield the cards of address books as last told; when they were imported is the run's business."""
    for source, key, name, addresses, organisation, job, birthday in store.rows(
        "SELECT source, key, name, addresses, organisation, job, birthday FROM card"
    ):
        yield {
            "source": source,
            "key": key,
            "name": name,
            "addresses": sorted(json.loads(addresses)),
            "organisation": organisation,
            "job": job,
            "birthday": birthday,
        }


def _traits(store: Store) -> Iterator[Record]:
    for address, sort, source, mid, value, at in store.rows(
        "SELECT a.address, t.sort, t.source, t.mid, t.value, t.at"
        " FROM trait t JOIN address a ON a.id = t.address_id"
    ):
        record: Record = {"address": address, "sort": sort, "source": source, "value": value}
        yield record | ({"message_id": without_token(mid), "date": when(at)} if mid else {})
