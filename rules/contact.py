"""Contact: everything that counts as the two having been in touch, folded into one timeline.

Direct mail, meetings that took place and what the owner reports as done. It must never count a
meeting that was only proposed or was cancelled, nor mail that names many people.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping

from rules.meetings import agreed
from rules.standing import Standing
from store.facts import DAY, Snapshot, Timeline


def timelines(snapshot: Snapshot, standings: Mapping[int, Standing]) -> dict[int, Timeline]:
    """Return the timelines of the snapshot with meetings and reported contacts as contact days."""
    result = dict(snapshot.timelines)
    for key, days in _further_days(snapshot, standings).items():
        result[key] = _with_days(result.get(key, Timeline()), days)
    return result


def person_of(snapshot: Snapshot) -> dict[int, int]:
    """Map every address id to the key of its person."""
    return {a.id: key for key, person in snapshot.people.items() for a in person.addresses}


def mails(line: Timeline) -> int:
    """Return the number of direct mails both ways."""
    return sum(line.outs) + sum(line.ins)


def _further_days(snapshot: Snapshot, standings: Mapping[int, Standing]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for key, standing in standings.items():
        if key in snapshot.people and standing.done:
            found.setdefault(key, set()).update(act.at // DAY for act in standing.done)
    if snapshot.meetings:
        keys = {a.address: key for key, person in snapshot.people.items() for a in person.addresses}
        for meeting in agreed(snapshot.meetings):
            for address in meeting.addresses if meeting.at <= snapshot.as_of else ():
                if address in keys:
                    found.setdefault(keys[address], set()).add(meeting.at // DAY)
    return found


def _with_days(line: Timeline, further: set[int]) -> Timeline:
    counts = {day: (out, in_) for day, out, in_ in zip(line.days, line.outs, line.ins, strict=True)}
    for day in further:
        counts.setdefault(day, (0, 0))
    days = array("i", sorted(counts))
    outs, ins = (array("i", (counts[day][way] for day in days)) for way in (0, 1))
    return Timeline(days, outs, ins, line.others, line.last_out, line.last_in)
