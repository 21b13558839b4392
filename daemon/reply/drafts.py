"""The draft a command asks for: to the person an item stands for, an answer while the thread is young."""

from __future__ import annotations

from daemon import drafting
from daemon.app import House
from daemon.digest.draft import write
from daemon.digest.letter import Settings
from rules.sentences import spoken_to
from rules.words import Words, first_name
from store.facts import DAY
from store.snapshot import dossiers

YOUNG = 18 * 30 * DAY
"""So old may a thread be that is still answered."""


def keep_draft(house: House, settings: Settings, item: tuple[str, str], key: int) -> None:
    """Keep the draft for delivery; ``item`` is (edition, item), ``key`` whom it is to."""
    person = house.snapshot.people.get(key)
    if person is None:
        return
    found = dossiers(house.store, house.snapshot, [key])
    latest = next(iter(found[key].exchanges), None) if key in found else None
    answers = latest if latest and house.now - latest.at < YOUNG else None
    say = Words(settings.words)
    first = first_name(person.name, person.main.address)
    said = (say("write.gone quiet"), spoken_to(person, say("opening.gone quiet.bare", first=first)))
    one = write(person, answers, said, item, settings, house.now)
    drafting.keep(house.store, item[0], [one], house.now)
