"""The wiring: what a command needs, opened once and handed on. The only place that knows every room.

It decides nothing: it opens the configuration, the rules and the store, and puts snapshot, judgement
and digest in a row for a given instant.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from daemon import clock

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from daemon.config.values import Config, InForce
    from rules.intent import Meant
    from rules.policy import Policy
    from rules.standing import Standing
    from store.db import Store
    from store.errors import ConfigError
    from store.facts import Person, Snapshot


def version() -> str:
    """Return digwell's version, in a checkout that of ``pyproject.toml``."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as installed

    try:
        return installed("digwell")
    except PackageNotFoundError:
        import tomllib

        with (Path(__file__).parent.parent / "pyproject.toml").open("rb") as file:
            return str(tomllib.load(file)["project"]["version"])


class House:
    """Configuration, rules and store of one command; each is read when it is first asked for."""

    def __init__(self, config: Config, store: Store, policy: Policy | None = None) -> None:
        self.config = config
        self.store = store
        self.now = clock.now()
        if policy is not None:
            self.policy = policy

    @cached_property
    def policy(self) -> Policy:
        """The rules. Raises ConfigError with every fault of the files."""
        from daemon.config.rules_file import load_policy

        return load_policy(self.config)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The owner's time zone."""
        return clock.zone(self.config.digest.time_zone)

    @cached_property
    def snapshot(self) -> Snapshot:
        """All facts as of now."""
        return self.facts(self.look_from)

    def facts(self, as_of: int) -> Snapshot:
        """Return all facts as of an instant: only what came before it."""
        from daemon.settling import settle
        from store.snapshot import load

        found = settle(self)
        return found if found is not None and as_of == self.look_from else load(self.store, as_of)

    @property
    def look_from(self) -> int:
        """The instant from which to look by default: all that has happened up to now counts."""
        return self.now + 1

    def shown(self, as_of: int) -> int:
        """Return the instant to show for one that was looked from: now is called now."""
        return self.now if as_of == self.look_from else as_of

    @property
    def owner(self) -> str:
        """The owner's main address, "" where nothing is known of it yet."""
        if self.config.mailboxes:
            return self.config.owner
        from store.own import own_addresses

        return min((o.address for o in own_addresses(self.store) if o.used), default="")

    @property
    def mine(self) -> tuple[str, ...]:
        """All addresses that are configured as the owner's."""
        return tuple(a for box in self.config.mailboxes for a in (box.user, *box.also_me))

    @cached_property
    def standings(self) -> Mapping[int, Standing]:
        """What the owner's words amount to, by person."""
        from rules.contact import person_of
        from rules.standing import standings

        return standings(self.snapshot.said, person_of(self.snapshot))

    def to_write(self) -> AbstractContextManager[Store]:
        """Return the store to write to: opened anew where this one may only be read."""
        from store.opening import open_store

        return open_store(self.store.path) if self.store.readonly else nullcontext(self.store)

    def person(self, words: str) -> Person:
        """Return the one person meant by some words. Raises NotFoundError or AmbiguousError."""
        from rules.whom import the_one

        return the_one(self.snapshot.people.values(), words)

    def meant(self, words: str) -> Meant:
        """Return the person meant, with the very address where one was named."""
        from rules.intent import Meant
        from store.addresses import normalise

        found = self.person(words)
        spelt = normalise(words)
        return Meant(found, next((a.id for a in found.addresses if a.address == spelt), found.key))


def read_config(config: Path | None, store: Path | None, *, needed: bool = True) -> Config:
    """Return the configuration that a command's options name. Raises ConfigError."""
    from daemon.config.load import load

    return load(config, store, os.environ, needed=needed)


def read_beside(config: Path | None, store: Path | None) -> Callable[[], InForce]:
    """Read configuration and rules in a process of its own; what is returned waits for them.

    What reads them takes long to load, much memory, and is not needed again.
    """
    from daemon.child import beside

    return beside(lambda: _in_force(config, store))


def _in_force(config: Path | None, store: Path | None) -> InForce:
    from daemon.config.rules_file import load_policy
    from daemon.config.values import InForce

    found = read_config(config, store, needed=False)
    return InForce(found, load_policy(found))


@contextmanager
def open_blindly(config: Path | None, store: Path | None, *, error: ConfigError) -> Iterator[House]:
    """Open the store to read although the configuration is wrong, where the store lies in its usual place.

    Raises ``error`` itself where there is none.
    """
    from daemon.config.load import without_file
    from store.opening import open_store

    found = without_file(config, store, os.environ)
    if not found.store.is_file():
        raise error
    with open_store(found.store, readonly=True) as opened:
        yield House(found, opened)


@contextmanager
def open_house(
    config: Path | None,
    store: Path | None,
    *,
    readonly: bool = False,
    as_it_is: bool = False,
    mailbox: bool = False,
    read: Callable[[], InForce] | None = None,
) -> Iterator[House]:
    """Open what a command works on; a mailbox need not be configured, unless ``mailbox`` asks for one.

    ``read`` returns configuration and rules where they are being read already (``read_beside``). The store
    is looked through once a day before anything is told from it, unless it is wanted as it is. Raises
    ConfigError, NotFoundError where there is nothing to read yet, and DamagedError.
    """
    from store.errors import ConfigError, NotFoundError, UsageError
    from store.opening import open_store

    found, policy = read() if read is not None else (read_config(config, store, needed=False), None)
    if mailbox and not found.mailboxes:  # and no empty store is left behind
        raise ConfigError("no mailbox is configured yet", hint="make a configuration: digwell init")
    if found.store.is_dir():
        raise UsageError(f"{found.store} is a folder", hint="name the store's file, such as digwell.db")
    try:
        opened = open_store(found.store, readonly=readonly)
    except NotFoundError as error:
        hint = error.hint if found.file else "set up your mailbox first: digwell init"
        raise NotFoundError(error.what, error.why, hint) from error
    with opened:
        house = House(found, opened, policy)
        if not as_it_is:
            _rely_on(house)
        yield house


def _rely_on(house: House) -> None:
    from store import soundness
    from store.errors import DigwellError

    if soundness.look(house.store, house.now):
        # where it cannot be written, it is looked through each time
        with suppress(DigwellError), house.to_write() as store:
            soundness.looked(store, house.now)
