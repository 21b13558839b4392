"""What the owner says of kinds, written into the visible file of learned rules too.

Both doors come through here. The act in the store is what counts: a folder that cannot be written is
no trouble, and the system's own never is.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from daemon.app import House
from daemon.config import learned
from store.errors import DigwellError
from store.facts import Said

TAUGHT = {"friend": "friend", "not-a-person": "not a person"}
"""Verbs that are also written into the file, and the word that stands there."""


def teach(house: House, acts: Iterable[Said]) -> None:
    """Write down what was said of kinds."""
    today = datetime.fromtimestamp(house.now, house.zone).date()
    for act in acts:
        if act.verb in TAUGHT and house.config.rules:
            with suppress(DigwellError):
                beside = learned.learned_beside(house.config.rules)
                learned.teach(beside, _address(house, act.key), TAUGHT[act.verb], today)


def unteach(house: House, acts: Iterable[Said]) -> None:
    """Strike out what was taken back."""
    for act in acts:
        if act.verb in TAUGHT and house.config.rules:
            with suppress(DigwellError):
                learned.untaught(learned.learned_beside(house.config.rules), _address(house, act.key))


def _address(house: House, key: int) -> str:
    people = house.snapshot.people.values()
    return next(a.address for person in people for a in person.addresses if a.id == key)
