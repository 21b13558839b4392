"""One whole pass by hand: every mailbox scanned, the owner's commands obeyed, answers brought.

It makes no letter, but brings those on their way that wait. A mailbox that fails keeps no other from
being read; what was recorded stays. Who is who is settled by whoever judges next, not here: most scans
find nothing, and should cost nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from daemon import clock, drafting
from daemon.app import House
from daemon.config.values import MailboxConfig
from daemon.mail.imap import Session
from daemon.mail.values import FolderState
from daemon.reply import tidying
from daemon.scan import plan
from daemon.scan.run import scan
from daemon.scan.values import OwnMail, Scanned, Wishes
from daemon.service import line
from store import health, outbox
from store.errors import ConfigError, DamagedError, DigwellError, NeedsOwnerError, SafetyStopError
from store.facts import Cursor
from store.folders import folders_called
from store.messages import Counts, counts

if TYPE_CHECKING:
    from rules.policy import Policy


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
    """Scan every configured mailbox once. Raises ConfigError: there is none, or the rules are wrong."""
    started = clock.monotonic()
    if not house.config.mailboxes:
        raise ConfigError("no mailbox is configured yet", hint="make a configuration: digwell init")
    scanned: list[Scanned] = []
    failed: list[tuple[str, DigwellError]] = []
    inbox = "inbox" in house.config.commands.accept
    wishes = wishes._replace(inbox=inbox, commands=partial(_hear, house, house.policy))
    for box in house.config.mailboxes:
        dial = partial(line.open_session, box)
        try:
            scanned.append(scan(house.store, box, dial, wishes))
            _wind_up(house, box, dial)
        except DamagedError:
            raise
        except DigwellError as error:
            failed.append((box.name, error))
            health.report(house.store, box.name, _state(error), clock.now(), str(error))
        else:
            health.report(house.store, box.name, health.OK, clock.now())
    return Passed(tuple(scanned), tuple(failed), counts(house.store), clock.monotonic() - started)


def rehearse(house: House) -> tuple[tuple[str, str, int], ...]:
    """Say what a pass would read: mailbox, folder and about how many messages. Records nothing.

    Raises what signing in raises, and ConfigError where there is no mailbox.
    """
    if not house.config.mailboxes:
        raise ConfigError("no mailbox is configured yet", hint="make a configuration: digwell init")
    found: list[tuple[str, str, int]] = []
    for box in house.config.mailboxes:
        with line.open_session(box) as session:
            states = session.folders()
            watch = plan.watched(box.watch, states, "X-GM-EXT-1" in session.capabilities)
        known = {f.name: f.cursor for f in folders_called(house.store, box.name)}
        found += [(box.name, s.name, _expected(known.get(s.name), s)) for s in watch.folders]
    return tuple(found)


def _expected(cursor: Cursor | None, state: FolderState) -> int:
    match plan.step(cursor, state):
        case plan.Nothing():
            return 0
        case plan.Read(above=above, below=None) if above:
            return min(above[1] - above[0] + 1, state.exists)
    return max(state.exists, 0)


def _hear(house: House, policy: Policy, mail: OwnMail) -> None:
    # obeying loads much that most scans have no use for
    from daemon.attending import Ear  # noqa: PLC0415

    Ear(house.config, house.store, policy)(mail)


def _wind_up(house: House, box: MailboxConfig, dial: Callable[[], Session]) -> None:
    """Bring waiting letters on their way, and move what is done with out of the owner's sight."""
    store, now = house.store, clock.now()
    post = box is house.config.mailboxes[0] and bool(outbox.pending(store))
    if not (post or tidying.waits(store) or drafting.any_kept(store)):
        return
    with dial() as mailbox:
        tidying.tidy(store, mailbox, house.config.commands.tidy, now)
        drafting.clear(store, mailbox)
        if post:
            from daemon.digest.send import deliver_all  # noqa: PLC0415
            from daemon.post import ways_for  # noqa: PLC0415

            deliver_all(store, ways_for(house.config, lambda: mailbox, clock.sleep), now)


def _state(error: DigwellError) -> str:
    if isinstance(error, NeedsOwnerError):
        return line.HELD
    return line.STOPPED if isinstance(error, SafetyStopError) else line.OFFLINE
