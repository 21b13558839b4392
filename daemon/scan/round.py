"""One round over one mailbox on one line: list, plan, read, record. Carries plans out, decides nothing.

Every batch goes into the store with its cursor in one transaction, so a round may end anywhere and
the next goes on from there. Nothing is ever deleted here.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING

from daemon.mail import parse
from daemon.mail.troubles import LostError, RefusedError
from daemon.mail.values import Batch, Damaged, FolderState, Opened, RawHeader, Slice, Visit
from daemon.scan import again, opening, plan
from daemon.scan.came import Came
from daemon.scan.memory import Memory
from daemon.scan.values import FolderScan, Wishes
from store.errors import SafetyStopError
from store.facts import Cursor, Folder, Message, Quarantined, Role, Sighting
from store.folders import account_id, folders, set_cursor, sync_folders
from store.messages import record
from store.own import learn_own

if TYPE_CHECKING:
    from daemon.config.values import MailboxConfig
    from daemon.mail.imap import Session
    from store.db import Store

IN_FLIGHT = 16
WORTH_DEFLATING = 200
EXACT_BELOW = 200
"""Slices this small are cut along UIDs that the server lists, so that a fault can be pinned to one."""
WITHHELD = "the server lists it and does not give it"
NO_DATE = "the server gave no date of receipt"
_READER_FAULTS = (ValueError, LookupError, TypeError, ArithmeticError, AttributeError, RecursionError)


@dataclass(slots=True)
class Reading:
    """A folder being read: what the server showed, how far it is recorded, which UIDs have come."""

    folder: Folder
    state: FolderState
    cursor: Cursor | None
    slices: list[Slice] = field(default_factory=list)
    listed: array[int] | None = None  # the UIDs that must come, where they are known
    came: Came = field(default_factory=Came)
    usable: bool = True
    moves: bool = True  # whether the cursor goes along


@dataclass(slots=True)
class _Held:
    """Read, but not yet in the store."""

    reading: Reading
    sightings: list[Sighting]
    failed: list[Quarantined]
    cursor: Cursor | None


class Round:
    """One round. ``memory`` outlives it, so that the next line can go on."""

    def __init__(
        self, store: Store, box: MailboxConfig, line: Session, wishes: Wishes, memory: Memory
    ) -> None:
        self.store, self.box, self.line, self.wishes, self.memory = store, box, line, wishes, memory
        self._held: list[_Held] = []
        self._weight = 0
        self._ask = opening.ask(store, box, wishes)

    def go(self) -> None:
        """Bring the store up to date with the mailbox. Raises what the line raises, or SafetyStopError."""
        account = account_id(self.store, self.box.name, self.box.host, self.box.user)
        states = self.line.folders()
        self._stop_if_much_is_gone(folders(self.store, account), states)
        watch = plan.watched(self.box.watch, states, "X-GM-EXT-1" in self.line.capabilities)
        self.memory.troubles = watch.troubles
        chosen = {state.name: state for state in watch.folders}
        listed = [(s.name, chosen.get(s.name, s).role, s.name in chosen) for s in states]
        with self.store.transaction():
            known = {folder.name: folder for folder in sync_folders(self.store, account, listed)}
            self._learn_own()
            self._count(known, (s for s in states if s.name not in chosen and s.selectable and s.exists >= 0))
        self._ask = opening.ask(self.store, self.box, self.wishes)
        self.memory.daily = self.memory.line <= 1 and again.first_today(self.store, account, self.wishes.now)
        self._read_all([(known[state.name], state) for state in watch.folders])
        self._learn_own()
        opening.Opener(self.store, self.line, self.box, self.wishes).go(known.values(), chosen)

    def _learn_own(self) -> None:
        with self.store.transaction():
            self._flush()
            learn_own(self.store, (self.box.user, *self.box.also_me))

    def _stop_if_much_is_gone(self, before: Sequence[Folder], now: Sequence[FolderState]) -> None:
        why = "" if self.wishes.accept_loss else plan.alarm(before, now)
        if why:
            raise SafetyStopError(
                f"stopped, because mail has vanished from {self.box.name}: {why}",
                "nothing was changed",
                "if that is right: digwell scan --accept-loss",
            )

    def _count(self, known: dict[str, Folder], states: Iterable[FolderState]) -> None:
        changed = [(known[s.name], plan.counted(known[s.name].cursor, s)) for s in states]
        for folder, cursor in changed:
            if cursor is not None:
                set_cursor(self.store, folder.id, cursor)

    def _read_all(self, todo: list[tuple[Folder, FolderState]]) -> None:
        """Whole folders in one stream, Sent first; then those of which only a part is wanted."""
        if self.wishes.full and not self.memory.emptied:
            with self.store.transaction():
                for folder, _ in todo:
                    set_cursor(self.store, folder.id, None)
            todo = [(folder._replace(cursor=None), state) for folder, state in todo]
            self.memory.emptied = True
        with self.store.transaction():
            whole, partly = self._sorted(todo)
        self._stream(whole)
        for folder, state in partly:
            self._read_partly(folder, state)

    def _sorted(
        self, todo: list[tuple[Folder, FolderState]]
    ) -> tuple[list[Reading], list[tuple[Folder, FolderState]]]:
        """Tell folders to be read from end to end from those to be read in part; note those at rest."""
        whole: list[Reading] = []
        partly: list[tuple[Folder, FolderState]] = []
        for folder, state in todo:
            step = plan.step(folder.cursor, state)
            if folder.id in self.memory.skipped:
                continue
            if isinstance(step, plan.Nothing) and not any(self._worth_a_try(folder)):
                self._rest(folder, state, step.cursor)
            elif isinstance(step, plan.Read) and step.below and not step.ask and self._may_stream(folder):
                size = self.memory.size(folder.id)
                cut = plan.slices(*step.below, state.exists, size)
                whole.append(Reading(self._anew(folder, step), state, None, cut))
            else:
                partly.append((folder, state))
        return whole, partly

    def _may_stream(self, folder: Folder) -> bool:
        return self.box.since is None and self.memory.size(folder.id) >= EXACT_BELOW

    def _anew(self, folder: Folder, step: plan.Read) -> Folder:
        if not step.anew:
            return folder
        set_cursor(self.store, folder.id, None)
        return folder._replace(cursor=None)

    def _rest(self, folder: Folder, state: FolderState, cursor: Cursor | None) -> None:
        if cursor is not None:
            set_cursor(self.store, folder.id, cursor)
        self.memory.unfinished.pop(folder.name, None)
        self._note(folder, 0, state.exists)

    def _stream(self, whole: list[Reading]) -> None:
        """Read folders from end to end, many commands in flight, and check that all has come."""
        if sum(reading.state.exists for reading in whole) >= WORTH_DEFLATING:
            self.line.compress()
        self._follow(whole, opened=False)
        try:
            for reading in whole:
                if reading.usable:
                    self._finish(reading)
        finally:
            self._flush()  # the ends of all folders in one transaction: each costs a visit to the disk

    def _follow(self, readings: list[Reading], opened: bool) -> None:
        visits = [Visit(r.state.wire, tuple(r.slices), opened) for r in readings]
        order = [(r, part) for r in readings for part in ([] if opened else [None]) + list(r.slices)]
        # one command at a time where a fault is being closed in on: else an innocent slice is blamed
        suspected = any(r.folder.id in self.memory.sizes for r in readings)
        steps = self.line.headers(visits, depth=1 if suspected else IN_FLIGHT)
        at = 0
        try:
            for step in steps:
                reading = order[at][0]
                if isinstance(step, Opened):
                    self._opened(reading, step)
                elif reading.usable:
                    self._take(reading, step)
                at += 1
                if reading.folder.role is Role.SENT and (at == len(order) or order[at][0] is not reading):
                    self._learn_own()  # here little has to be counted anew; at the end it would be all
        except LostError as lost:
            self._flush()
            self._blame(*order[at], lost)
            raise
        self._flush()

    def _opened(self, reading: Reading, step: Opened) -> None:
        if step.state is None:
            self._give_up(reading, str(step.refused))
            return
        now = plan.plausible(step.state, reading.state)
        if now.uidvalidity != reading.state.uidvalidity:
            raise LostError(f"{reading.folder.name} was replaced while it was being opened")
        newer = max(0, now.uidnext - reading.state.uidnext)
        reading.state = reading.state._replace(exists=max(0, now.exists - newer))

    def _give_up(self, reading: Reading, why: str) -> None:
        reading.usable = False
        self.memory.unfinished[reading.folder.name] = why
        self._note(reading.folder, 0, max(0, reading.state.exists))

    def _take(self, reading: Reading, batch: Batch) -> None:
        """Take a slice in: all of it, or none if anything in it is to be asked for again."""
        if batch.refused is not None:
            raise LostError(f"{self.box.host} broke a folder off", str(batch.refused.why))
        sightings: list[Sighting] = []
        failed: list[Quarantined] = []
        again = False
        for item in (*batch.found, *self._withheld(reading, batch)):
            message = self._read(item)
            if isinstance(message, Message):
                sightings.append(Sighting(item.uid, message))
            elif self._is_guilty(reading, item, message):
                failed.append(Quarantined(item.uid, message, parse.READER))
            else:
                again = True
        if again:
            raise LostError(f"{self.box.host} gave an answer that cannot be used")
        reading.came.add([item.uid for item in batch.found])
        if reading.moves:
            reading.cursor = plan.advanced(reading.cursor, batch.part, reading.state)
        self._hold(_Held(reading, sightings, failed, reading.cursor if reading.moves else None))
        self.memory.grown(reading.folder.id)
        if self.wishes.progress is not None:
            self.wishes.progress(reading.folder.name, reading.came.count, max(0, reading.state.exists))

    @staticmethod
    def _withheld(reading: Reading, batch: Batch) -> list[Damaged]:
        """Name what the server listed for this slice and did not give."""
        if reading.listed is None:
            return []
        low, high = bisect_left(reading.listed, batch.part.low), bisect_right(reading.listed, batch.part.high)
        came = {item.uid for item in batch.found}
        return [Damaged(uid, b"", WITHHELD) for uid in reading.listed[low:high] if uid not in came]

    def _read(self, item: RawHeader | Damaged) -> Message | str:
        """Read a header into a message, or say why that cannot be done."""
        if isinstance(item, Damaged):
            if item.reason != NO_DATE or not self.memory.undated:
                return item.reason
            item = RawHeader(item.uid, self.wishes.now, item.raw)
        try:
            return parse.read(item.raw, item.received)
        except _READER_FAULTS as fault:  # the reader is total: whatever gets here is a bug, and one message
            return f"the reader failed: {type(fault).__name__}"

    def _is_guilty(self, reading: Reading, item: RawHeader | Damaged, reason: str) -> bool:
        what = blake2b(item.raw, digest_size=16).digest()
        key = (reading.folder.id, item.uid)
        guilty = self.memory.accuse(key, what, reason)
        if guilty and reason == NO_DATE:
            self.memory.undated = True  # this server never tells: take the date of the header from now on
            self.memory.guilty.pop(key)
            return False
        return guilty

    def _blame(self, reading: Reading, part: Slice | None, lost: LostError) -> None:
        self.memory.failing = reading.folder.id
        self.memory.unfinished[reading.folder.name] = lost.why or lost.what
        if part is None:
            return
        self.memory.shrunk(reading.folder.id)
        if len(part.uids) == 1:
            self.memory.accuse((reading.folder.id, part.uids[0]), b"", lost.why or lost.what)

    def _read_partly(self, folder: Folder, state: FolderState) -> None:
        """Read what is new, or the rest of a folder, along a list of UIDs."""
        try:
            now = plan.plausible(self.line.examine(state.wire), state)
        except RefusedError as refused:
            self._give_up(Reading(folder, state, folder.cursor), refused.why)
            return
        now = self._completed(now)
        step = plan.step(folder.cursor, now)
        if isinstance(step, plan.Read):
            folder = self._anew(folder, step)
        reading = Reading(folder, now, folder.cursor)
        self._retry_failures(reading)
        for span, down in ((step.above, False), (step.below, True)) if isinstance(step, plan.Read) else ():
            if span is not None:
                self._read_span(reading, span, down)
        self._complete(reading)
        self._flush()

    def _completed(self, state: FolderState) -> FolderState:
        """Fill in what a server did not tell, from the list of all its UIDs."""
        if min(state.uidnext - 1, state.uidvalidity - 1, state.exists) >= 0:
            return state
        uids = self.line.uids()
        last = uids[-1] if uids else 0
        return state._replace(
            uidnext=max(state.uidnext, last + 1),
            uidvalidity=max(state.uidvalidity, 1),
            exists=len(uids),
        )

    def _read_span(self, reading: Reading, span: tuple[int, int], down: bool) -> None:
        low, high = span
        listed = self.line.uids(low, self.box.since if down else None)
        guilty = {uid for uid in listed if (reading.folder.id, uid) in self.memory.guilty}
        wanted = array("q", (uid for uid in listed if uid <= high and uid not in guilty))
        for uid in sorted(guilty):
            reason = self.memory.guilty[reading.folder.id, uid]
            self._hold(_Held(reading, [], [Quarantined(uid, reason, parse.READER)], reading.cursor))
        size = self.memory.size(reading.folder.id)
        some = bool(guilty) or (down and self.box.since is not None)
        reading.slices = plan.slices_of(wanted, span, size, down=down, only=some)
        reading.listed = wanted
        if len(wanted) >= WORTH_DEFLATING:
            self.line.compress()
        self._follow([reading], opened=True)

    def _finish(self, reading: Reading) -> None:
        """Close a folder that was read from end to end, once the count is right.

        If it is not, the server's own list decides; what is missing is read along that list.
        """
        if reading.came.count != reading.state.exists:
            set_cursor(self.store, reading.folder.id, None)  # not believed before it is checked
            self.line.examine(reading.state.wire)
            there = array("q", (uid for uid in self.line.uids() if uid < reading.state.uidnext))
            if reading.came.lacks(there):
                self.memory.sizes[reading.folder.id] = EXACT_BELOW - 1
                raise LostError(f"{self.box.host} gave less of {reading.folder.name} than it lists")
            reading.state = reading.state._replace(exists=len(there))
        self._complete(reading)

    def _complete(self, reading: Reading) -> None:
        state = reading.state
        done = Cursor(state.uidvalidity, 1, state.uidnext - 1, state.modseq, state.exists)
        self._hold(_Held(reading, [], [], done))
        self.memory.unfinished.pop(reading.folder.name, None)
        self._note(reading.folder, 0, state.exists)

    def _worth_a_try(self, folder: Folder) -> tuple[list[int], list[Quarantined]]:
        return again.worth_a_try(self.store, folder.id, self.memory, self.wishes.now)

    def _retry_failures(self, reading: Reading) -> None:
        """Ask again for what was put aside and is worth it."""
        uids, guilty = self._worth_a_try(reading.folder)
        if guilty:
            self._hold(_Held(reading, [], guilty, None))
        if uids:
            slices = [Slice(uid, uid, 1, (uid,)) for uid in uids]
            self._follow([replace(reading, slices=slices, moves=False)], opened=True)

    def _hold(self, held: _Held) -> None:
        self._held.append(held)
        self._weight += len(held.sightings) + len(held.failed)
        if self._weight >= plan.BATCH:
            self._flush()

    def _flush(self) -> None:
        """Put all that was read into the store, with its cursors, in one transaction."""
        held, self._held, self._weight = self._held, [], 0
        if not held:
            return
        with self.store.transaction():
            for one in held:
                folder = one.reading.folder
                recorded = record(self.store, folder, one.sightings, one.failed, one.cursor)
                opening.put(self.store, folder, one.sightings, self._ask)
                self._note(folder, recorded.new, max(0, one.reading.state.exists))
        self.memory.taken += sum(len(one.sightings) for one in held)
        self.memory.quarantined |= {
            (one.reading.folder.id, failed.uid) for one in held for failed in one.failed
        }

    def _note(self, folder: Folder, new: int, total: int) -> None:
        known = self.memory.scans.get(folder.name)
        new += known.new if known else 0
        self.memory.scans[folder.name] = FolderScan(folder.name, folder.role, new, total)
