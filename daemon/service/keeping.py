"""Care for the store: a sound file to start from, and a verified backup a day.

Every function opens the store for itself and closes it again: call it with no other one open, holding
the lock. Nothing here deletes anything but backups that newer ones replace.
"""

from __future__ import annotations

from pathlib import Path

from store import keep, soundness
from store.opening import open_store
from store.rescue import Rescue, note, open_sound


def sound(path: Path, now: int, *, broken: bool = False) -> Rescue | None:
    """Make sure that the store can be relied on; return what had to be done for it, None for nothing."""
    store, rescue = open_sound(path, now, broken=broken)
    store.close()
    return rescue


def back_up(path: Path, now: int) -> bool:
    """Make a backup if the last one is a day old and there is something to lose; return whether."""
    with open_store(path) as store:
        latest = next(iter(keep.backups(path, now)), None)
        fresh = latest is not None and soundness.is_recent(latest.at, now)
        if fresh or not soundness.holds_anything(store):
            return False
        keep.backup(store, now)
        soundness.looked(store, now)  # the copy was, page by page
        return True


def restore(path: Path, source: Path, now: int) -> Path | None:
    """Put a backup in the place of the store, as its owner wishes; return where the old one lies, if any."""
    aside = keep.restore(path, source, now)
    since = next((b.at for b in keep.backups(path) if b.path == source), 0)
    with open_store(path) as store:
        note(store, Rescue(now, aside.name if aside else "", source.name, since, told=True, by_hand=True))
    return aside


def told(rescue: Rescue) -> str:
    """Say what a rescue did, in a sentence for the owner."""
    source = f"the backup {rescue.backup} stands in" if rescue.backup else "there was no backup"
    if not rescue.damaged:
        return f"the store was gone; {source}; mail is read again from the mailbox"
    return (
        f"the store was damaged and is kept as {rescue.damaged}; {source}, and"
        f" {rescue.commands} commands were saved from it; mail is read again from the mailbox"
    )
