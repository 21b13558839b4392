"""Due: everything concluded about each tie, computed once a week from a snapshot.

Pure. It orders nobody into a list of five (that is ``rules.suggest``); who may be named, and why
not, stands in ``rules.candidates``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from rules import classify, contact, quiet, warmth, wishes
from rules import rhythm as rhythms
from rules.policy import Policy
from rules.standing import House, Standing, house, standings
from rules.verdicts import Kind, KindVerdict, Tie
from rules.warmth import Pulse
from rules.wishes import Wish
from store.facts import DAY, Person, Snapshot, Timeline

HUMAN = frozenset({Kind.PERSON, Kind.ROLE})
_PLAIN = Standing()
KindOf = Callable[[Person, Standing, Policy, frozenset[str]], KindVerdict]
"""How a kind is judged; see ``rules.classify.kind_of``."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What a week's judgement stands on. All mappings are keyed by ``Person.key``.

    ``lines`` hold meetings and reported contacts too; ``off`` are days off as spans of days; ``dead``
    are the addresses from which mail came back for good and nothing has come since.
    """

    snapshot: Snapshot
    policy: Policy
    house: House
    standings: Mapping[int, Standing]
    lines: Mapping[int, Timeline]
    wishes: Mapping[int, Wish]
    off: tuple[quiet.Span, ...]
    dead: frozenset[str]
    ties: tuple[Tie, ...]

    def standing(self, key: int) -> Standing:
        """Return what the owner's words about a person amount to."""
        return self.standings.get(key, _PLAIN)

    def line(self, key: int) -> Timeline:
        """Return the contact days with a person, none where there are none."""
        return self.lines.get(key) or Timeline()


def survey(snapshot: Snapshot, policy: Policy, kind_of: KindOf = classify.kind_of) -> Survey:
    """Judge every tie as of the snapshot's instant, the best to write to first.

    Lists and machines have no tie, and neither has anybody without mail both ways of whom the owner
    never spoke.
    """
    person_of = contact.person_of(snapshot)
    said = standings(snapshot.said, person_of)
    lines = contact.timelines(snapshot, said)
    wanted = _wanted(snapshot, policy, said, lines)
    verdicts = {
        key: kind_of(snapshot.people[key], said.get(key, _PLAIN), policy, snapshot.own) for key in wanted
    }
    wanted = {key: wish for key, wish in wanted.items() if verdicts[key].kind in HUMAN}
    off = quiet.spans(policy, snapshot.said, snapshot.as_of)
    pulses = warmth.pulses({key: lines[key] for key in wanted if key in lines}, snapshot.as_of)
    found = [
        _tie(snapshot.people[key], verdicts[key], wish, lines.get(key), pulses.get(key))
        for key, wish in wanted.items()
    ]
    found.sort(key=lambda tie: (-tie.order, tie.person.id))
    return Survey(
        snapshot=snapshot,
        policy=policy,
        house=house(snapshot.said, person_of),
        standings=said,
        lines=lines,
        wishes=wanted,
        off=off,
        dead=_dead(snapshot),
        ties=tuple(found),
    )


def ties(snapshot: Snapshot, policy: Policy, kind_of: KindOf = classify.kind_of) -> tuple[Tie, ...]:
    """Return every tie, the best to write to first."""
    return survey(snapshot, policy, kind_of).ties


def ranking(
    snapshot: Snapshot, policy: Policy, kind_of: KindOf = classify.kind_of
) -> tuple[tuple[Person, Pulse], ...]:
    """Return every person with direct mail both ways, the best to write to first, whoever is due or not."""
    said = standings(snapshot.said, contact.person_of(snapshot))
    lines = {
        key: line
        for key, line in contact.timelines(snapshot, said).items()
        if warmth.is_mutual(line)
        and kind_of(snapshot.people[key], said.get(key, _PLAIN), policy, snapshot.own).kind in HUMAN
    }
    pulses = warmth.pulses(lines, snapshot.as_of)
    return tuple(
        sorted(
            ((snapshot.people[key], pulse) for key, pulse in pulses.items()),
            key=lambda pair: (-pair[1].order, pair[0].id),
        )
    )


def days_off(seen: Survey, tie: Tie) -> float:
    """Return how many days of a tie's silence were days off, which do not count."""
    now = seen.snapshot.as_of / DAY
    return quiet.overlap(seen.off, now - tie.silence, now) if seen.off else 0.0


def is_due(seen: Survey, tie: Tie) -> bool:
    """Tell whether the silence that counts has reached the gate."""
    return tie.silence - days_off(seen, tie) >= tie.gate


def _dead(snapshot: Snapshot) -> frozenset[str]:
    bounced = {bounce.address: bounce.at for bounce in snapshot.bounces if bounce.permanent}
    if not bounced:
        return frozenset()
    known = (a for person in snapshot.people.values() for a in person.addresses if a.address in bounced)
    return frozenset(a.address for a in known if a.last_in < bounced[a.address])


def _wanted(
    snapshot: Snapshot, policy: Policy, said: Mapping[int, Standing], lines: Mapping[int, Timeline]
) -> dict[int, Wish]:
    """Return the wishes for those with mail both ways or of whom the owner spoke."""
    found = {}
    for key, person in snapshot.people.items():
        line, standing = lines.get(key), said.get(key, _PLAIN)
        wish = wishes.wish(person, standing, policy, len(line.days) if line else 0)
        if wish.named or standing.friend or (line is not None and warmth.is_mutual(line)):
            found[key] = wish
    return found


def _tie(person: Person, kind: KindVerdict, wish: Wish, line: Timeline | None, pulse: Pulse | None) -> Tie:
    """Put together what is concluded; somebody never written to has been silent for ever."""
    known = line or Timeline()
    beat = rhythms.rhythm(
        known.days, (known.days[-1] if known.days else 0.0) + (pulse.silence if pulse else 0.0)
    )
    cadence = round(wish.every * wish.pace) if wish.every else None
    return Tie(
        person=person,
        kind=kind,
        rhythm=beat,
        silence=pulse.silence if pulse else NEVER,
        warmth=pulse.warmth if pulse else 0.0,
        order=pulse.order if pulse else 0.0,
        gate=float(cadence) if cadence else rhythms.gate(beat, wish.pace),
        circle=wish.circle,
        cadence=cadence,
        cadence_from=wish.spoke,
        mutual=warmth.is_mutual(known),
        strength=pulse.strength if pulse else 0.0,
        cold=pulse.cold if pulse else False,
    )


NEVER = 36_500.0
"""Silence in days of somebody with whom there has been no contact yet."""
