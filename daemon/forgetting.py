"""Forgetting a person: out of the store and out of the learned rules; what else names them is told.

It must never touch the mailbox, nor rules that the owner wrote himself.
"""

from __future__ import annotations

from contextlib import suppress

from daemon import records, tokens
from daemon.app import House
from daemon.config import learned
from store import forgetting
from store.errors import DigwellError
from store.facts import Person
from store.forgetting import Traces


def traces(house: House, who: Person) -> Traces:
    """Count what there is of a person; changes nothing."""
    return forgetting.traces(house.store, who.key)


def forget(house: House, who: Person, *, fingerprint: bool) -> Traces:
    """Erase a person; with a fingerprint the next scan leaves them out. Raises TemporaryError."""
    key = tokens.load_key(tokens.key_file(house.store.path)) if fingerprint else None
    found = forgetting.forget(house.store, who.key, key)
    if house.config.rules:
        for address in found.addresses:
            with suppress(DigwellError):  # a folder of the system's
                learned.untaught(learned.learned_beside(house.config.rules), address)
    return found


def record(who: Person, found: Traces) -> records.Record:
    """Return what there is of a person for scripts."""
    return {
        "person_id": who.id,
        "addresses": list(found.addresses),
        "messages": found.messages,
        "shared": found.shared,
        "words": found.words,
        "suggestions": found.suggestions,
        "mentions": found.mentions,
        "copies": [str(path) for path in found.copies],
    }
