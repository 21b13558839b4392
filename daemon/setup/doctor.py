"""Check everything in the order in which one thing needs the other, and stop at the first cause.

The tenth symptom of one cause helps nobody. Must never change anything, neither here nor in a mailbox.
"""

from __future__ import annotations

import getpass
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import packages_distributions
from pathlib import Path

from daemon import clock
from daemon.app import House
from daemon.config.load import load
from daemon.config.values import Config
from daemon.mail.smtp import Verdict
from daemon.post import knock, rule_for
from daemon.service.editions import next_slot
from daemon.service.install import UNIT, user_unit_path
from daemon.service.keeping import told
from daemon.service.lock import is_held
from daemon.setup import mailbox
from daemon.setup.checks import Check, State, fine, no, warn
from store import editions, keep, soundness
from store.db import Store
from store.errors import DigwellError, NeedsOwnerError, NotFoundError
from store.opening import open_store
from store.own import own_addresses
from store.rescue import is_doubtful, noted

OURS = ("daemon", "rules", "store")
LINGER = Path("/var/lib/systemd/linger")


@dataclass(frozen=True, slots=True)
class Patient:
    """What is to be examined: the options of the command line, the environment and the time."""

    config: Path | None
    store: Path | None
    environ: Mapping[str, str]
    now: int


def examine(patient: Patient) -> Iterator[Check]:
    """Yield the checks, the last one being the first that stands in the way."""
    for check in _all(patient):
        yield check
        if check.state is State.NO:
            return


def _all(patient: Patient) -> Iterator[Check]:
    yield _packages()
    try:
        config = load(patient.config, patient.store, patient.environ)
    except DigwellError as error:
        yield no("config", error)
        return
    count = len(config.mailboxes)
    yield fine("config", f"{config.file}, {count} mailbox{'es' if count > 1 else ''}")
    yield _rules(config)
    for box in config.mailboxes:
        yield from mailbox.examine(config, box, patient.now)
    if config.smtp is not None:
        yield _smtp(config)
    yield from _store(config, patient)
    yield _service(config, user_unit_path(patient.environ))


def _packages() -> Check:
    """See whether another package has put its files over ours."""
    owners = packages_distributions()
    strangers = sorted({o for name in OURS for o in owners.get(name, ()) if o.lower() != "digwell"})
    if strangers:
        clash = NeedsOwnerError(
            f"{', '.join(strangers)} installs files of the same names as digwell",
            hint="give digwell an environment of its own; in its checkout: pipx install --force .",
        )
        return no("installation", clash)
    return fine("installation", "digwell has its environment to itself")


def _rules(config: Config) -> Check:
    from daemon.config.rules_file import load_policy  # noqa: PLC0415 - costs a tenth of a second

    try:
        policy = load_policy(config)
    except DigwellError as error:
        return no("rules", error)
    if config.rules is None or not config.rules.is_file():
        return fine("rules", "none; everybody is kept at the rhythm you two have")
    return fine("rules", f"{config.rules}, {len(policy.circles)} circles")


def _smtp(config: Config) -> Check:
    assert config.smtp is not None
    answer = knock(config.smtp)
    if answer.verdict is Verdict.ACCEPTED:
        return fine("smtp", f"{config.smtp.host}:{config.smtp.port} takes mail from you")
    error = NeedsOwnerError(f"{config.smtp.host} does not take mail from you", answer.words)
    return no("smtp", error, "check the smtp section; without it the digest is put straight into your inbox")


def _store(config: Config, patient: Patient) -> Iterator[Check]:
    path = config.store
    try:
        with open_store(path, readonly=True) as store:
            found = soundness.problems(store)
            size = keep.size(store.path)
            if found:
                yield no("store", DigwellError(f"{path} is damaged", found[0]), "digwell restore")
                return
            yield from _addresses(store)
            yield from _letters(config, store, patient.now)
            rescue = noted(store) if is_doubtful(store, patient.now) else None
    except NotFoundError:
        yield warn("store", f"{path} is not there yet", "digwell scan")
        return
    except DigwellError as error:
        yield no("store", error)
        return
    if rescue is not None and not rescue.told:
        yield warn("made good", told(rescue), "digwell log shows whether words of yours are missing")
    loose = [p for p in (path, path.parent) if p.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO)]
    if loose:
        wanted = "; ".join(f"chmod {'700' if p.is_dir() else '600'} {p}" for p in loose)
        yield warn("store", f"others can read {' and '.join(map(str, loose))}", wanted)
    else:
        yield fine("store", f"{path}, {size / 1e6:.1f} MB, sound, yours alone")


def _addresses(store: Store) -> Iterator[Check]:
    """Name who else writes from Sent: mail from an own address that is not known counts for nobody."""
    strange = [known.address for known in own_addresses(store) if known.source == "asked"]
    if strange:
        said = f"{', '.join(strange)} also wrote mail in Sent, which counts for nothing"
        yield warn("addresses", said, f"if that is you too: also_me: [{', '.join(strange)}] in config.yaml")


def _letters(config: Config, store: Store, now: int) -> Iterator[Check]:
    house = House(config, store)
    written = editions.editions(store)
    rule = rule_for(config, house.policy, store)
    last = max((e for e in written), key=lambda e: (e.slot, e.key), default=None)
    coming = next_slot(written, rule, now)
    then = f"next {_day(coming, config)}" if coming else "none is planned"
    if last is None:
        yield fine("letters", f"none yet; {then}")
    elif last.state == "failed":
        yield warn("letters", f"{last.key} could not be delivered: {last.error}", "digwell digest send")
    else:
        yield fine("letters", f"last {last.key} {last.state}; {then}")


def _day(at: int, config: Config) -> str:
    return datetime.fromtimestamp(at, clock.zone(config.digest.time_zone)).strftime("%a %-d %b %H:%M")


def _service(config: Config, unit: Path) -> Check:
    """See whether digwell runs, and will again after the next start of the machine."""
    if is_held(config.store):
        if not UNIT.is_file() and unit.is_file() and not _lingers():
            return warn("service", "running, but only while you are logged in", "loginctl enable-linger")
        return fine("service", "running")
    if UNIT.is_file():
        return warn("service", "installed and not running", "systemctl status digwell")
    if unit.is_file():
        return warn("service", "installed and not running", "systemctl --user status digwell")
    return warn("service", "digwell does not run by itself yet", "digwell service install --user")


def _lingers() -> bool:
    return (LINGER / getpass.getuser()).is_file()
