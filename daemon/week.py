"""One week's judgement in a row: facts as of an instant → survey → who is named → the digest as a value.

Everything that shows or sends a digest comes through here, so that a preview is what will be sent.
It must never write: planning and sending an edition is ``daemon.digest.send``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from daemon import tokens
from daemon.app import House
from daemon.digest import render as digest_render
from daemon.digest.compose import compose_mail
from daemon.digest.letter import Rendered, Settings, settings_of
from daemon.digest.slot import slot_entry
from daemon.service import editions
from daemon.settling import keep_judgement
from rules import digest as digests
from rules.candidates import candidates
from rules.classify import kind_of
from rules.due import Survey, survey
from rules.suggest import suggest
from rules.verdicts import Candidate, Digest, Suggestion
from rules.words import clock, weekday
from store.snapshot import dossiers


@dataclass(frozen=True, slots=True)
class Week:
    """A digest and the survey it stands on."""

    seen: Survey
    digest: Digest


def look(house: House, as_of: int) -> Survey:
    """Judge every tie as of an instant; only what came before it counts."""
    seen = survey(house.facts(as_of), house.policy, kind_of)
    keep_judgement(house, seen)
    return seen


def weekly(house: House, seen: Survey) -> editions.Weekly:
    """Return the rule by which editions fall due."""
    config = house.config.digest
    paused = seen.house.paused_until
    return editions.Weekly(config.weekday, config.at, house.zone, house.policy.quiet, paused)


def compose(
    house: House,
    as_of: int,
    edition: str = "",
    *,
    synced: int = 0,
    told: Iterable[str] = (),
    troubles: Iterable[str] = (),
) -> Week:
    """Compose an edition as of an instant, by default the one that comes next.

    ``synced`` is when the mail was last read; ``told`` and ``troubles`` are sentences for the mail.
    """
    seen = look(house, as_of)
    rule = weekly(house, seen)
    slot = house.config.digest.slot
    occasion = digests.Occasion(
        edition=edition or coming(seen, rule),
        on=datetime.fromtimestamp(as_of, house.zone).date().isoformat(),
        seed=tokens.load_key(tokens.key_file(house.store.path)),
        slot=f"{weekday(slot[0])} {clock(slot[1])}" if slot else "",
        synced=synced,
        next_slot=editions.next_slot(seen.snapshot.editions, rule, as_of),
        told=tuple(told),
        troubles=tuple(troubles),
    )
    picked = digests.choose(seen, occasion)
    found = dossiers(house.store, seen.snapshot, digests.wanted(seen, picked))
    return Week(seen, digests.compose(seen, picked, found, occasion))


def coming(seen: Survey, rule: editions.Weekly) -> str:
    """Name the edition that comes next: this week's, or next week's once this one has gone out."""
    now = seen.snapshot.as_of
    key = editions.current_key(rule, now)
    taken = {editions.base_key(e.key) for e in seen.snapshot.editions if e.state == "delivered"}
    if key not in taken:
        return key
    following = editions.next_slot(seen.snapshot.editions, rule, now)
    return editions.current_key(rule, following or now)


def everybody_due(house: House, seen: Survey) -> tuple[Suggestion, ...]:
    """Return all who may be named now, in order, with the sentences the mail would use."""
    free: tuple[Candidate, ...] = tuple(c for c in candidates(seen) if not c.withheld)
    found = dossiers(house.store, seen.snapshot, [c.tie.person.key for c in free])
    return suggest(seen, free, found)


def settings(house: House) -> Settings:
    """Return the owner's side of a letter; without a configured mailbox, enough for a preview."""
    key = tokens.load_key(tokens.key_file(house.store.path))
    if house.config.mailboxes:
        return settings_of(house.config, key)
    owner = house.owner or "you@localhost"
    return Settings(owner, owner, key, house.zone)


def render(house: House, made: Week) -> Rendered:
    """Return the letter in its two forms."""
    return digest_render.render(made.digest, settings(house))


def mail(house: House, made: Week, at: int) -> bytes:
    """Return the bytes of the letter, as they would be kept and sent."""
    known = settings(house)
    return compose_mail(render(house, made), known, made.digest.edition, at, slot_entry(made.digest, known))
