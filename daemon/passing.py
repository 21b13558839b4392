"""One whole pass by hand: every mailbox scanned, the owner's commands obeyed, who is who settled.

It makes no letter. A mailbox that fails keeps no other from being read; what was recorded stays.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from daemon import clock
from daemon.app import House
from daemon.scan.run import scan
from daemon.scan.values import Scanned, Wishes
from daemon.service import line
from store import health
from store.errors import ConfigError, DigwellError, NeedsOwnerError, SafetyStopError
from store.messages import Counts, counts


@dataclass(frozen=True, slots=True)
class Passed:
    """What came of a pass: each mailbox that was read, and the error of each that was not."""

    scanned: tuple[Scanned, ...]
    failed: tuple[tuple[str, DigwellError], ...]
    counts: Counts
    seconds: float

    @property
    def exit_code(self) -> int:
        """0 fine, 3 done in part, else the code of the first mailbox that failed."""
        if not self.failed:
            return 3 if any(one.unfinished for one in self.scanned) else 0
        return 3 if self.scanned else self.failed[0][1].exit_code


def whole_pass(house: House, wishes: Wishes) -> Passed:
    """Scan every configured mailbox once. Raises ConfigError where there is none."""
    started = clock.monotonic()
    if not house.config.mailboxes:
        raise ConfigError("no mailbox is configured yet", hint="make a configuration: digwell init")
    scanned: list[Scanned] = []
    failed: list[tuple[str, DigwellError]] = []
    for box in house.config.mailboxes:
        try:
            scanned.append(scan(house.store, box, partial(line.open_session, box), wishes))
        except DigwellError as error:
            failed.append((box.name, error))
            health.report(house.store, box.name, _state(error), clock.now(), str(error))
        else:
            health.report(house.store, box.name, health.OK, clock.now())
    return Passed(tuple(scanned), tuple(failed), counts(house.store), clock.monotonic() - started)


def _state(error: DigwellError) -> str:
    if isinstance(error, NeedsOwnerError):
        return line.HELD
    return line.STOPPED if isinstance(error, SafetyStopError) else line.OFFLINE
