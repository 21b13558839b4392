"""Rescue of a store that cannot be relied on: nothing the owner said may be lost, and nothing is deleted.

A damaged file is moved aside, the newest sound backup takes its place (also where the file is gone), and
what can still be read from the ruin is added. Mail comes back with the next scan. The new store keeps a
note of it, for its owner is to be told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from shutil import rmtree

from store import keep
from store.db import Store, recall, remember
from store.errors import DamagedError, SafetyStopError, TemporaryError
from store.facts import DAY
from store.faults import telling
from store.keep import Backup
from store.opening import open_store
from store.salvage import salvage
from store.soundness import looked, problems
from store.transplant import is_legible, transplant

_NOTE = "rescued"
LATELY = 14 * DAY
"""Seconds for which a letter may have left that the store that stands in knows nothing of."""


@dataclass(frozen=True, slots=True)
class Rescue:
    """What was done, and when; names are those of files, "" where there is none.

    ``damaged`` is what was there, ``backup`` what stands in and ``since`` when it was made; ``commands``
    and ``editions`` were read from the ruin. ``told``: the owner knows of it, surely so if ``by_hand``.
    """

    at: int
    damaged: str = ""
    backup: str = ""
    since: int = 0
    commands: int = 0
    editions: int = 0
    told: bool = False
    by_hand: bool = False


def open_sound(path: Path, now: int, *, broken: bool = False) -> tuple[Store, Rescue | None]:
    """Open a store that is to be relied on, looked through from end to end; rescue it first if it is not.

    ``broken`` says that using it has failed already, whatever the look says.
    Only the daemon and the scan do this, holding the lock.
    """
    rmtree(_room_of(path), ignore_errors=True)  # of a rescue that was killed when all was done
    try:
        store = open_store(path)
    except DamagedError:
        return _rescue(path, now)
    with suppress(DamagedError):  # a header may be such that only writing fails
        if not broken and not problems(store, thoroughly=True):
            with suppress(TemporaryError):  # a full disk: then it is looked through again
                looked(store, now)
            return store, None
    store.close()
    return _rescue(path, now)


def _rescue(path: Path, now: int) -> tuple[Store, Rescue]:
    """Make a whole store in a room of its own, then exchange the two: killed anywhere, it is begun anew."""
    aside = keep.free_name(path, f"damaged-{keep.stamp(now)}")
    with telling(path), _room(path) as room:
        draft = room / path.name
        source = next((b for b in keep.backups(path, now) if _stands_in(b, draft)), None)
        ruin = path if path.exists() else _torn_away(path, source)
        with open_store(draft) as store:
            saved = _saved(store, ruin, source, room) if ruin else (0, 0)
            damaged = "" if ruin is None else aside.name if ruin == path else ruin.name
            backup, since = (source.path.name, source.at) if source else ("", 0)
            done = Rescue(now, damaged, backup, since, *saved)
            note(store, done)
            looked(store, now)
        keep.exchange(path, draft, aside, source.path if source else None)
    return open_store(path), done


def _stands_in(backup: Backup, draft: Path) -> bool:
    """Make the draft a copy of a backup, if that is sound and can be brought up to date."""
    with suppress(DamagedError, SafetyStopError):
        keep.verify(backup.path)
        keep.copy(backup.path, draft)
        open_store(draft).close()
        return True
    rmtree(draft.parent)
    draft.parent.mkdir(mode=0o700)
    return False


def _room_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.rescue")


def _saved(store: Store, ruin: Path, source: Backup | None, room: Path) -> tuple[int, int]:
    """Salvage what a ruin shows, and what it shows with header and schema of a sound store."""
    commands, editions = salvage(store, ruin)
    if is_legible(ruin):
        return commands, editions
    donor, patient = source.path if source else room / "blank.db", room / "ruin.db"
    if source is None:
        open_store(donor).close()
    transplant(ruin, donor, patient)
    more = salvage(store, patient)
    return commands + more[0], editions + more[1]


@contextmanager
def _room(path: Path) -> Iterator[Path]:
    """Give a directory beside the store that nobody else may look into, empty before and gone after."""
    room = _room_of(path)
    rmtree(room, ignore_errors=True)
    room.mkdir(mode=0o700)
    try:
        yield room
    finally:
        rmtree(room, ignore_errors=True)


def _torn_away(path: Path, source: Backup | None) -> Path | None:
    """Return what a rescue which was killed had moved aside already, if there is such a ruin.

    Where there is no backup either, whatever lies aside is better than nothing.
    """
    aside = keep.left_aside(path)
    if source is not None:
        aside = tuple(p for p in aside if ".damaged-" in p.name and keep.aside_since(p) >= source.at)
    return max(aside, key=keep.aside_since, default=None)


def note(store: Store, done: Rescue) -> None:
    """Keep in the store that it stands in for another."""
    remember(store, _NOTE, json.dumps(asdict(done)))


def noted(store: Store) -> Rescue | None:
    """Return the last rescue, or None if there never was one."""
    with suppress(ValueError, TypeError):
        return Rescue(**json.loads(recall(store, _NOTE)))
    return None


def tell(store: Store, *, told: bool = True) -> None:
    """Note whether the owner has been written to of the last rescue. Harmless to repeat."""
    last = noted(store)
    if last is not None and not last.by_hand and last.told != told:
        note(store, replace(last, told=told))


def is_doubtful(store: Store, now: int) -> bool:
    """Tell whether letters may have left lately of which this store knows nothing."""
    last = noted(store)
    return last is not None and abs(now - last.at) < LATELY
