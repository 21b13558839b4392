"""The daemon's letters: which one is to be made now, made in a child process, then brought on its way.

Plans by the pure rooms, composes apart, delivers through the outbox. This room must never compose a
weekly letter before the mail of that day has been read.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from daemon import clock, log, post
from daemon.app import House
from daemon.config.values import InForce
from daemon.digest.send import Route, State, Ways, deliver_all
from daemon.service import editions as slots
from daemon.service import wants
from daemon.service.apart import Gauge, apart
from daemon.service.cellar import Cellar
from daemon.service.stop import Stop
from store import editions, outbox
from store.facts import DAY
from store.opening import open_store

FIRST = "first"
SOON = 3600
"""A digest due within the hour is the first mail itself."""
BLIND = 2 * DAY


class Mailing:
    """What the daemon writes to its owner."""

    def __init__(self, cellar: Cellar, stop: Stop, alive: Callable[[int, int], None]) -> None:
        self._cellar = cellar
        self._stop = stop
        self._alive = alive
        self._unwanted: set[str] = set()

    def next_slot(self, force: InForce, now: int) -> int:
        """Return when the next edition is due, 0 for never."""
        store = self._cellar.store
        return slots.next_slot(
            editions.editions(store), post.rule_for(force.config, force.policy, store), now
        )

    def owed(self, force: InForce, now: int) -> slots.Owed | None:
        """Say which edition is to be made now."""
        store = self._cellar.store
        found = slots.owed(editions.editions(store), post.rule_for(force.config, force.policy, store), now)
        return None if found is None or found.key in self._unwanted else found

    def wished(self, force: InForce, now: int) -> slots.Owed | None:
        """Say which edition the owner asked for by ``now``: this week's, or a further one."""
        store = self._cellar.store
        if wants.NOW not in wants.waiting(store):
            return None
        rule = post.rule_for(force.config, force.policy, store)
        taken = [e.key for e in editions.editions(store)]
        key = slots.current_key(rule, now)
        if key in {slots.base_key(one) for one in taken}:
            key = slots.again_key(key, taken)
        return slots.Owed(key, min(now, slots.slot_in_week(rule, now)), late=False)

    def weekly(self, force: InForce, owed: slots.Owed, synced: int, troubles: tuple[str, ...]) -> None:
        """Compose an edition and keep it; the mail has just been read."""
        route = self._route(force)

        def work(house: House) -> str:
            from daemon import letters  # noqa: PLC0415 - loaded in the child only

            about = letters.Circumstances(synced, letters.sentences(troubles, owed.missed))
            return letters.keep_weekly(house, owed.key, owed.slot, about, route)

        form = self._compose(force, work)
        if not form:
            self._unwanted.add(owed.key)
        log.event("edition", key=owed.key, form=form or "not this week", late=owed.late)

    def first(self, force: InForce, now: int) -> None:
        """Compose the first letter of all, once the mailbox has been read for the first time."""
        store = self._cellar.store
        if editions.editions(store) or outbox.parcel(store, FIRST) is not None:
            return
        coming = self.next_slot(force, now)
        owed = self.owed(force, now)
        if (0 < coming - now < SOON) if owed is None else not owed.late:
            return
        route = self._route(force)

        def work(house: House) -> bool:
            from daemon import letters  # noqa: PLC0415

            return letters.keep_first(house, coming, route)

        self._compose(force, work)
        log.event("first letter")

    def blind(self, force: InForce, last_ok: int, trouble: str, now: int) -> None:
        """Compose the letter that says that no scan succeeded for two days; once a week at most."""
        if not last_ok or now - last_ok < BLIND:
            return
        store = self._cellar.store
        key = slots.current_key(post.rule_for(force.config, force.policy, store), now)
        if outbox.parcel(store, f"blind {key}") is not None:
            return
        route = self._route(force)

        def work(house: House) -> bool:
            from daemon import letters  # noqa: PLC0415

            return letters.keep_blind(house, key, last_ok, trouble, route)

        self._compose(force, work)
        log.event("blind", logging.WARNING, since=clock.rfc3339(last_ok))

    def deliver(self, ways: Ways, now: int) -> None:
        """Bring the letters of the outbox a step further."""
        for delivery in deliver_all(self._cellar.store, ways, now):
            fine = delivery.state is State.DELIVERED
            level = logging.INFO if fine else logging.WARNING
            why = {"why": delivery.words} if delivery.words else {}
            log.event("letter", level, key=delivery.key, state=delivery.state, **why)

    def _compose(self, force: InForce, work: Callable[[House], object]) -> object:
        """Do ``work`` in a child process with a house of its own."""
        self._cellar.close()
        path = self._cellar.path

        def child(_: Gauge) -> object:
            with open_store(path) as store:
                house = House(force.config, store)
                house.policy = force.policy  # the rules in force, not those of a file that may be wrong
                return work(house)

        return apart(child, self._stop, self._alive)

    @staticmethod
    def _route(force: InForce) -> Route:
        return post.route_for(force.config)
