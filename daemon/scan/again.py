"""Mail that was put aside, and when it is worth another try. It must never keep a scan from its end.

What the reader could not read waits for another reader. What the server could not give may have been
the server's bad day: it is asked for once a day, until one of them breaks the line again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from daemon.mail.parse import READER
from store.db import recall, remember
from store.facts import DAY, Quarantined
from store.folders import quarantined

if TYPE_CHECKING:
    from daemon.scan.memory import Memory
    from store.db import Store

OURS = "the reader failed"


def first_today(store: Store, account: int, now: int) -> bool:
    """Say whether this is the first scan of an account on that day, and note it."""
    name, day = f"tried again {account}", str(now // DAY)
    if recall(store, name) == day:
        return False
    remember(store, name, day)
    return True


def worth_a_try(store: Store, folder: int, memory: Memory, now: int) -> tuple[list[int], list[Quarantined]]:
    """Return the UIDs in a folder to be asked for again, and what this scan found guilty anew.

    Another UID comes first each day; what an older reader put aside is noted as put aside by this one.
    """
    aside = quarantined(store, folder)
    anew = [q for q in aside if q.reader != READER]
    guilty = [
        Quarantined(q.uid, memory.guilty[folder, q.uid], READER) for q in anew if _is(q, folder, memory)
    ]
    uids = [q.uid for q in anew if not _is(q, folder, memory)]
    if memory.daily:
        servers = [q.uid for q in aside if q.reader == READER and not q.reason.startswith(OURS)]
        first = now // DAY % len(servers) if servers else 0
        uids += servers[first:] + servers[:first]
    return uids, guilty


def _is(aside: Quarantined, folder: int, memory: Memory) -> bool:
    return (folder, aside.uid) in memory.guilty
