"""Compose the letters to the owner, from the store to the bytes: the weekly one, the first, the blind one.

Loads every room a letter needs, so a long-running process composes in a child. It must never send,
nor write anything but what ``daemon.digest.send`` keeps.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from daemon import drafting, tokens, week
from daemon.app import House
from daemon.digest import others
from daemon.digest.compose import compose, compose_mail
from daemon.digest.draft import draft
from daemon.digest.letter import Settings, settings_of
from daemon.digest.render import render, render_page
from daemon.digest.send import Composed, Route, keep
from daemon.digest.slot import slot_entry
from daemon.service import wants
from rules import first, identity, words
from rules.classify import kind_of
from rules.told import in_short
from store import editions, ledger, outbox, rescue
from store.facts import DAY
from store.items import Item, keep_items

FIRST = "first"
LINE = "line"
"""The form of a digest whose owner has not reacted for long: a line a month."""
MONTH = 28 * DAY


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the letter must say besides its people: when mail was last read, and what is wrong."""

    synced: int = 0
    troubles: tuple[str, ...] = ()


def weekly(house: House, edition: str, slot: int, about: Circumstances) -> Composed:
    """Compose the letter of an edition as of now; it is not kept yet."""
    spoken = tuple(command.id for command in ledger.untold(house.store))
    made = week.compose(
        house,
        house.look_from,
        edition,
        synced=about.synced,
        told=_told(house),
        troubles=(*about.troubles, *_rescued(house)),
    ).digest
    settings = settings_for(house)
    entry = slot_entry(made, settings)
    raw = compose_mail(render(made, settings), settings, edition, house.now, entry)
    return Composed(made, slot, tokens.message_id(settings.key, edition, settings.domain), raw, spoken)


def _rescued(house: House) -> tuple[str, ...]:
    """Return the sentence on a rescue of the store of which its owner does not know yet."""
    last = rescue.noted(house.store)
    if last is None or last.told:
        return ()
    say = words.Words(house.policy.words)
    day, since = (
        words.plain_day(datetime.fromtimestamp(at, house.zone).date()) for at in (last.at, last.since)
    )
    return (say("foot.rescued" if last.since else "foot.rescued.anew", day=day, backup=since),)


def _told(house: House) -> tuple[str, ...]:
    """Return in a few words each what the owner has said by mail since the last letter."""
    people = house.snapshot.people.values()
    named = {a.id: words.first_name(p.name, p.main.address) for p in people for a in p.addresses}
    acts = [
        act
        for command in ledger.untold(house.store)
        if command.state == "obeyed" and not command.undone
        for act in ledger.acts_of(house.store, command.id)
    ]
    told = (in_short(act.verb, named.get(act.key, ""), named.get(act.other, "")) for act in acts)
    return tuple(dict.fromkeys(line for line in told if line))


def keep_weekly(house: House, edition: str, slot: int, about: Circumstances, route: Route) -> str:
    """Compose an edition and keep it for sending; return its form, or ``""`` where it is not wanted yet.

    An owner who has long not reacted gets his line once a month only.
    """
    mail = weekly(house, edition, slot, about)
    asked = wants.NOW in wants.waiting(house.store)
    if mail.digest.form == LINE and _lately(house) and not asked:
        return ""
    with house.store.transaction():
        keep_with_drafts(house, mail, route)
        wants.done(house.store, wants.NOW)
    return mail.digest.form


def keep_with_drafts(house: House, mail: Composed, route: Route) -> None:
    """Keep a letter and, where the owner wants them, a draft for everybody it names."""
    with house.store.transaction():
        if not keep(house.store, mail, route, house.now):
            return
        rescue.tell(house.store)
        if house.config.drafts:
            settings = settings_for(house)
            drafts = [draft(one, mail.digest.edition, settings, house.now) for one in mail.digest.suggestions]
            drafting.keep(house.store, mail.digest.edition, drafts, house.now)


def _lately(house: House) -> bool:
    return any(house.now - (e.at or e.slot) < MONTH - DAY for e in editions.editions(house.store))


def keep_first(house: House, next_slot: int, route: Route) -> bool:
    """Compose the first letter of all and keep it for sending; False if there was one."""
    if outbox.parcel(house.store, FIRST) is not None:
        return False
    seen = week.look(house, house.look_from)
    settings = settings_for(house)
    today = datetime.fromtimestamp(house.now, house.zone).date()
    oldest = date(1970, 1, 1) + timedelta(days=seen.snapshot.first_day)
    humans = [tie.person for tie in seen.ties]
    alike = identity.questions(identity.alike_pairs(humans, seen.house.different))
    pairs = [(question.one, question.other) for question in alike]
    found = first.first_letter(seen, kind_of, pairs, (today.isoformat(), oldest.isoformat()), next_slot)
    envelope = others.first_envelope(settings, house.now)
    raw = compose(render_page(others.first_page(found, settings), "digest", settings), settings, envelope)
    with house.store.transaction():
        asked = [Item(q.item, q.one.key, q.other.key if q.other else 0) for q in found.questions]
        keep_items(house.store, FIRST, asked)
        return outbox.put(house.store, FIRST, envelope.message_id, raw, route, house.now)


def keep_blind(house: House, edition: str, last_ok: int, trouble: str, route: Route) -> bool:
    """Compose the letter that says that digwell is blind; at most one a week."""
    settings = settings_for(house)
    today = datetime.fromtimestamp(house.now, house.zone).date()
    envelope = others.blind_envelope(edition, settings, house.now)
    page = others.blind_page(last_ok, trouble, today, settings)
    raw = compose(render_page(page, "digest", settings), settings, envelope)
    key = f"{others.BLIND} {edition}"
    return outbox.put(house.store, key, envelope.message_id, raw, route, house.now)


def settings_for(house: House) -> Settings:
    """Return the owner's side of a letter."""
    key = tokens.load_key(tokens.key_file(house.store.path))
    return settings_of(house.config, key, house.policy.words)


def sentences(troubles: Sequence[str], missed: Sequence[str]) -> tuple[str, ...]:
    """Add to the troubles the weeks that had no mail, if any."""
    if not missed:
        return tuple(troubles)
    weeks = words.counted(len(missed), "week", "weeks")
    return (*troubles, words.Words()("trouble.missed", weeks=weeks))
