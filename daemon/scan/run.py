"""Scanning a mailbox to the end: one round after the other, a new line whenever one breaks.

A line that breaks is no reason to give up as long as something comes of the next; a server that is
silent is. It must never leave the store behind what it has told its caller.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from daemon import clock
from daemon.mail.troubles import LostError
from daemon.scan.memory import Memory
from daemon.scan.round import Round
from daemon.scan.values import Scanned, Wishes

if TYPE_CHECKING:
    from daemon.config.values import MailboxConfig
    from daemon.mail.imap import Session
    from store.db import Store

FRUITLESS = 6
"""So many lines in a row may break without a message taken in, before a folder is left for later."""
LINES = 200


def scan(store: Store, box: MailboxConfig, dial: Callable[[], Session], wishes: Wishes) -> Scanned:
    """Bring the store up to date with one mailbox, over as many lines as it takes.

    Raises TemporaryError or NeedsOwnerError where there is no line to be had, and SafetyStopError; what
    was recorded before that stays recorded.
    """
    with _few_collections():
        return _scan(store, box, dial, wishes)


def _scan(store: Store, box: MailboxConfig, dial: Callable[[], Session], wishes: Wishes) -> Scanned:
    started, memory, fruitless = clock.monotonic(), Memory(), 0
    while True:
        taken = memory.taken
        with dial() as line:
            try:
                return once(store, box, line, wishes, memory, started)
            except LostError:
                fruitless = 0 if memory.taken > taken else fruitless + 1
                if memory.line >= LINES or (fruitless > FRUITLESS and not memory.failing):
                    raise
                if fruitless > FRUITLESS:
                    memory.skipped.add(memory.failing)
                    memory.failing = fruitless = 0


@contextmanager
def _few_collections() -> Iterator[None]:
    """Let Python look for cycles seldom: a scan makes hundreds of thousands of values and no cycle."""
    usual = gc.get_threshold()
    gc.set_threshold(200_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def once(
    store: Store,
    box: MailboxConfig,
    line: Session,
    wishes: Wishes,
    memory: Memory | None = None,
    started: float | None = None,
) -> Scanned:
    """Make one round on a line that is there. LostError means: dial anew and go on with the same memory."""
    started = clock.monotonic() if started is None else started
    memory = memory or Memory()
    memory.line += 1
    Round(store, box, line, wishes, memory).go()
    return Scanned(
        mailbox=box.name,
        new=sum(one.new for one in memory.scans.values()),
        quarantined=len(memory.quarantined),
        folders=tuple(memory.scans.values()),
        unfinished=tuple(memory.unfinished),
        troubles=memory.troubles,
        alerts=line.alerts,
        seconds=clock.monotonic() - started,
    )
