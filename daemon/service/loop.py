"""The daemon: look, act, sleep, for years. Decides by asking the pure rooms; survives everything else.

    start -> round: files, clock, mailboxes, letters -> sleep (IDLE, at most 15 s) -> round ...
                |                                          |
                '-- every mailbox needs its owner: exit 4  '-- SIGTERM: exit 0, SIGINT: 130

``schedule`` is the ticker only: whether an edition is owed is asked of the ledger. This room must
never feed the watchdog from anywhere but its own progress, nor let one mailbox hold up another.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial
from random import Random

import schedule

from daemon import clock, drafting, log, post
from daemon.config.values import InForce
from daemon.mail.values import Mailbox
from daemon.reply import tidying
from daemon.scan.values import Scanned, Wishes
from daemon.service import keeping
from daemon.service.apart import apart
from daemon.service.cellar import Cellar
from daemon.service.line import FINE, HELD, OFFLINE, STOPPED, Line, scan_whole
from daemon.service.lock import Lock
from daemon.service.mailing import Mailing
from daemon.service.notify import Notifier
from daemon.service.reload import Files
from daemon.service.stop import Stop, Stopping
from store import health
from store.errors import DamagedError, DigwellError, NeedsOwnerError, SafetyStopError, TemporaryError
from store.facts import Role

SLICE = 15.0
"""Seconds of one sleep: so often Sent is looked at, and so late a clock that jumped is noticed."""
PASS = 300
"""Seconds between whole passes where nothing calls for one."""
POST = 30
JUMP = 45.0
"""Seconds by which wall clock and monotonic clock may part in one round: more is a suspend or a new time."""
FAULTS = 5
"""So many faults of ours in a row end the process: a fresh one may do better, and its owner is told."""


class Daemon:
    """One running digwell. ``read`` reads the configuration; it is called in a child process."""

    def __init__(self, read: Callable[[], InForce], stop: Stop, notifier: Notifier | None = None) -> None:
        self.stop = stop
        self.notifier = notifier or Notifier()
        self.files = Files(lambda: apart(lambda _: read(), stop, self._alive))
        self.dice = Random()  # noqa: S311 - spreads reconnections, protects nothing
        self.cellar = Cellar(self.files.now.config.store)
        self.mailing = Mailing(self.cellar, stop, self._alive)
        self.lines = [Line(box, self.dice) for box in self.files.now.config.mailboxes]
        self.ticker = schedule.Scheduler()
        self._due: set[str] = set()
        self._begun: set[str] = set()
        self._faults = 0
        self._mended = False
        self._clocks = (clock.monotonic(), clock.wall())
        self._told: dict[str, str] = {}

    def run(self) -> int:
        """Work until told to stop; return the exit code. Raises LockedError, and errors of the store."""
        with Lock(self.cellar.path):
            try:
                self._start()
                while True:
                    try:
                        self._fenced("round", self._round)
                        ended = self._over()
                        if ended is not None:
                            return ended
                        self._fenced("sleep", self._sleep)
                    except DamagedError as error:
                        self._mend(error)
                    self.notifier.alive()
            except Stopping:
                return self.stop.exit_code
            finally:
                self.notifier.stopping()
                log.event("stopped")
                for line in self.lines:
                    line.drop()
                self.cellar.close()

    def _start(self) -> None:
        known = self._open()
        for line in self.lines:
            line.last_ok = known[line.box.name].last_ok if line.box.name in known else 0
        self._wind_up()
        log.event("started", mailboxes=len(self.lines), store=self.cellar.path)
        self.notifier.ready("starting")
        self._fenced("backup", self._back_up)

    def _open(self) -> dict[str, health.Health]:
        """Make the store sound and return what was last known, as soon as that can be (a full disk)."""
        while True:
            try:
                self._make_sound()
                return {row.name: row for row in health.everything(self.cellar.store)}
            except TemporaryError as error:
                self._tell("store", str(error))
                self.notifier.ready(str(error))
                self.stop.wait(SLICE)
                self.notifier.alive()

    def _make_sound(self, *, broken: bool = False) -> None:
        path = self.cellar.path
        # in a child, for making or upgrading a store loads what is never needed again
        rescue = apart(lambda _: keeping.sound(path, clock.now(), broken=broken), self.stop, self._alive)
        if rescue is not None:
            log.event("store rescued", logging.ERROR, why=keeping.told(rescue))

    def _mend(self, error: DamagedError) -> None:
        """Rescue a store that turned out damaged while it was used: once, for twice is no bad luck."""
        if self._mended:
            raise error
        self._mended = True
        self.cellar.close()
        for line in self.lines:
            line.drop()
        self._make_sound(broken=True)
        self._wind_up()

    def _wind_up(self) -> None:
        """Set the ticker anew, with everything due at once: it cannot bear a clock that jumps."""
        self.ticker = schedule.Scheduler()
        self.ticker.every(PASS).seconds.do(self._all_due)
        self.ticker.every(1).hours.do(self._back_up)
        self._all_due()

    def _all_due(self) -> None:
        self._due = {line.box.name for line in self.lines}

    def _back_up(self) -> None:
        """Keep a backup a day; that it fails is told, and stops nothing."""
        self.cellar.close()
        path = self.cellar.path
        try:
            made = apart(lambda _: keeping.back_up(path, clock.now()), self.stop, self._alive)
        except DamagedError as error:  # the copy: of what, is to be seen
            self._tell("backup", str(error))
            self._make_sound()
        except DigwellError as error:
            self._tell("backup", str(error))
        else:
            if made:
                log.event("backed up")

    def _fenced(self, what: str, work: Callable[[], None]) -> None:
        """Do a task; what goes wrong in it is logged and ends there, unless it goes wrong for ever."""
        try:
            work()
            self._faults = 0
        except DamagedError:
            raise
        except DigwellError as error:
            self._tell(what, str(error))
        except Exception:
            self._faults += 1
            log.logger().exception("%s failed, fault %d", what, self._faults)
            if self._faults >= FAULTS:
                raise
            self.stop.wait(2.0**self._faults)

    def _round(self) -> None:
        self.stop.check()
        self._look_at_files()
        self._look_at_clocks()
        self.ticker.run_pending()
        for line in self.lines:
            line.look_at_secret()
            if line.box.name in self._due and line.ready:
                self._pass(line)
            self.stop.check()
        self._write_letters()
        self.notifier.status(self._status())

    def _look_at_files(self) -> None:
        if not (self.stop.reload or self.files.changed()):
            return
        self.stop.reload = False
        self.notifier.reloading(clock.monotonic())
        before = self.files.now.config.mailboxes
        good = self.files.reload()
        if good:
            health.report(self.cellar.store, "rules", health.OK, clock.now())
            if self.files.now.config.mailboxes != before:
                self._new_lines()
            for line in self.lines:
                line.rest()
            self._wind_up()
            log.event("configuration read again")
        else:
            trouble = self._rules_trouble()
            health.report(self.cellar.store, "rules", "wrong", clock.now(), trouble)
            log.event("configuration wrong, the last good one stays in force", logging.ERROR, why=trouble)
        self.notifier.ready(self._status())

    def _new_lines(self) -> None:
        for line in self.lines:
            line.drop()
        self.lines = [Line(box, self.dice) for box in self.files.now.config.mailboxes]

    def _rules_trouble(self) -> str:
        error = self.files.trouble
        if error is None:
            return ""
        first = error.problems[0] if error.problems else None
        return f"{first.file}:{first.line}:{first.column}: {first.message}" if first else str(error)

    def _look_at_clocks(self) -> None:
        """Notice a suspend, or a clock that was set: old lines are dead, and old appointments off."""
        monotonic, wall = clock.monotonic(), clock.wall()
        gone = (wall - self._clocks[1]) - (monotonic - self._clocks[0])
        self._clocks = (monotonic, wall)
        if abs(gone) < JUMP:
            return
        log.event("the clock has jumped", seconds=int(gone))
        for line in self.lines:
            line.forget()
            line.rest()
        self._wind_up()

    def _pass(self, line: Line) -> None:
        self._due.discard(line.box.name)
        accept = self.files.now.config.commands.accept
        wishes = Wishes(now=clock.now(), inbox="inbox" in accept, progress=self._progress)
        try:
            done = self._scan(line, wishes)
        except DamagedError:
            raise
        except DigwellError as error:
            line.failed(error)
            self._due.add(line.box.name)
            self._note(line)
            return
        line.fine()
        self._note(line)
        self._scanned(line, done)

    def _scan(self, line: Line, wishes: Wishes) -> Scanned:
        """Scan over the line that is held; in a child the first time, and where there is a command."""
        if line.box.name in self._begun:
            done = line.scan(self.cellar.store, wishes)
            if done is not None:
                return done
        self.cellar.close()
        force = self.files.now
        line.drop()
        done = apart(lambda gauge: scan_whole(force, line.box, wishes, gauge), self.stop, self._alive)
        self._begun.add(line.box.name)
        return done

    def _scanned(self, line: Line, done: Scanned) -> None:
        if done.new:
            log.event("scanned", name=line.label, new=done.new, seconds=done.seconds)
        for trouble in (*done.troubles, *done.alerts):
            self._tell(line.label, trouble)
        if fresh := line.unheard(done.alerts):
            health.keep_alerts(self.cellar.store, line.box.name, fresh, clock.now())
        self.notifier.alive()

    def _progress(self, _folder: str, done: int, expected: int) -> None:
        self.stop.check()
        self._alive(done, expected)

    def _alive(self, done: int, expected: int) -> None:
        """Hear of progress: the watchdog may know."""
        self.notifier.alive()
        if expected:
            self.notifier.status(f"reading, {done} of {expected}")

    def _note(self, line: Line) -> None:
        """Write down how a mailbox is: at every change, and once a pass."""
        state = health.OK if line.state == FINE else line.state
        health.report(self.cellar.store, line.box.name, state, clock.now(), str(line.error or ""))

    def _write_letters(self) -> None:
        force, now = self.files.now, clock.now()
        digest_line = self.lines[0]
        if digest_line.state == FINE:
            self.mailing.first(force, now)
        owed = self.mailing.owed(force, now) or self.mailing.wished(force, now)
        if owed is not None:
            for line in self.lines:
                if line.ready and line.last_ok < max(owed.slot, now - 60):
                    self._pass(line)
            if digest_line.state == FINE:
                self.mailing.weekly(force, owed, digest_line.last_ok, self._troubles())
        for line in self.lines:
            # a blind inbox can only be told of by another way
            if line.state != FINE and (line is not digest_line or force.config.smtp):
                self.mailing.blind(force, line.last_ok, str(line.error or ""), now)
        self.mailing.deliver(post.ways_for(force.config, self._mailbox, clock.sleep), now)
        self._tidy(force)

    def _tidy(self, force: InForce) -> None:
        """Move obeyed mails out of the inbox, and drafts that are overtaken out of their folder."""
        store, line = self.cellar.store, self.lines[0]
        if line.connected and (tidying.waits(store) or drafting.any_kept(store)):
            self._guarded(line, lambda: self._moved(force.config.commands.tidy))

    def _moved(self, target: str) -> bool:
        tidying.tidy(self.cellar.store, self._mailbox(), target, clock.now())
        drafting.clear(self.cellar.store, self._mailbox())
        return False  # nothing has come by that

    def _mailbox(self) -> Mailbox:
        """Return the digest mailbox; what keeps it away is noted at its line."""
        line = self.lines[0]
        try:
            return line.session()
        except DigwellError as error:
            if line.ready or isinstance(error, NeedsOwnerError):
                line.failed(error)
                self._note(line)
            raise

    def _troubles(self) -> tuple[str, ...]:
        """Return what the next letter must say is wrong, as sentences."""
        wrong = [
            f"the mailbox {line.box.name} is {line.state}: {line.error}"
            for line in self.lines
            if line.state != FINE
        ]
        store, now = self.cellar.store, clock.now()
        said = [
            f"the server of {line.box.name} says: {text}"
            for line in self.lines
            for text in health.alerts(store, line.box.name, now)
        ]
        trouble = self._rules_trouble()
        return (*wrong, *said, *([f"the last good rules are in force: {trouble}"] if trouble else []))

    def _sleep(self) -> None:
        """Wait for mail on the first mailbox that can be waited upon, then look into the others."""
        seconds = min([SLICE, *(line.wait for line in self.lines if line.wait and not line.over)])
        awake = next((line for line in self.lines if line.watchable), None)
        if awake is None:
            self.stop.wait(max(0.5, seconds))
            return
        self._guarded(awake, lambda: awake.idle(seconds, self.stop.wake))
        self.stop.check()
        for line in self.lines:
            if line.watchable and line is not awake:
                self._guarded(line, partial(line.glance, Role.SENT, Role.INBOX))

    def _guarded(self, line: Line, look: Callable[[], bool]) -> None:
        """Look, and call for a pass on news; a line that breaks is dropped, and only that."""
        try:
            if look():
                self._due.add(line.box.name)
        except DigwellError as error:
            line.failed(error)
            self._due.add(line.box.name)
            self._note(line)

    def _over(self) -> int | None:
        """Return the exit code once only the owner can help, whichever mailbox one asks."""
        if not self.lines or not all(line.over for line in self.lines):
            return None
        stopped = any(line.state == STOPPED for line in self.lines)
        code = SafetyStopError.exit_code if stopped else NeedsOwnerError.exit_code
        log.event("no mailbox is left to read", logging.ERROR, exit=code)
        return code

    def _tell(self, what: str, words: str) -> None:
        """Log a trouble when it is new, not every few seconds."""
        if self._told.get(what) != words:
            self._told[what] = words
            log.event(what, logging.WARNING, why=words)

    def _status(self) -> str:
        watched = sum(1 for line in self.lines if line.state == FINE)
        states = [
            f"{line.label} {line.state}" for line in self.lines if line.state in {HELD, OFFLINE, STOPPED}
        ]
        at = self.mailing.next_slot(self.files.now, clock.now())
        zone = clock.zone(self.files.now.config.digest.time_zone)
        coming = f"next letter {clock.local(at, zone)}" if at else "no letter planned"
        trouble = ["rules wrong, the last good ones in force"] if self.files.trouble else []
        return "; ".join([f"{watched} of {len(self.lines)} mailboxes fine", coming, *states, *trouble])
