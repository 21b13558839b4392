"""Hear the owner: obey each mail to himself that a scan finds, and keep what only a daemon can do.

A wish such as ``now`` is written down and outlives a crash. It must never send anything itself.
"""

from __future__ import annotations

from daemon import log
from daemon.app import House
from daemon.config.values import Config
from daemon.reply.answer import handle
from daemon.scan.values import OwnMail
from daemon.service import wants
from rules.policy import Policy
from store.db import Store


class Ear:
    """Given to a scan as ``commands``: obeys one mail after the other."""

    def __init__(self, config: Config, store: Store, policy: Policy | None = None) -> None:
        self._config, self._store, self._policy = config, store, policy
        self.heard = 0

    def __call__(self, mail: OwnMail) -> None:
        """Obey a mail, refuse it, or let it be."""
        # a fresh house: the mail before may have changed everything
        house = House(self._config, self._store)
        if self._policy is not None:
            house.policy = self._policy
        done = handle(house, mail)
        if done.state:
            self.heard += 1
            log.event("command", state=done.state, receipt=done.receipt)
        wants.keep(self._store, (want.verb for want in done.wants))
