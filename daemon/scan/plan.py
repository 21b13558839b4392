"""What a scan must do, decided from what is remembered and what the server shows now.

Pure: server state and cursors in, intentions out: read these UIDs, read anew, nothing, or stop
because it looks like a catastrophe. It must never be talked into forgetting history.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from daemon.mail.values import FolderState, Slice
from store.facts import Cursor, Folder, Role

BATCH = 1_000
NAMED = 500
"""So many UIDs, named one by one, still make a command of less than 8 kB."""
MOST = 20_000_000
"""A folder that claims more than that is asked for its UIDs first: nobody has so much mail."""
FEW = 10
"""A folder that held fewer messages is not missed loudly."""

_ORDER = (Role.SENT, Role.INBOX, Role.ARCHIVE, Role.ALL, Role.OTHER, Role.DRAFTS, Role.JUNK, Role.TRASH)
_MISSED = {Role.INBOX, Role.SENT, Role.ALL}
_ROLES = {role.value: role for role in Role if role not in {Role.OTHER, Role.ALL}}


class Watch(NamedTuple):
    """Which folders are read, in that order (Sent first), and what the owner should be told of it."""

    folders: tuple[FolderState, ...]
    troubles: tuple[str, ...] = ()


class Nothing(NamedTuple):
    """The folder holds nothing new; ``cursor`` is what to remember of it now, None if unchanged."""

    cursor: Cursor | None


class Read(NamedTuple):
    """Read these UIDs: ``above`` upward (new mail), then ``below`` downward (a first scan, or its rest).

    ``anew`` tells that the cursor is to be forgotten first: what is recorded stays, and recording it
    again changes nothing. ``ask`` says that only a list of UIDs tells what is there.
    """

    above: tuple[int, int] | None
    below: tuple[int, int] | None
    anew: bool = False
    ask: bool = False


class Look(NamedTuple):
    """The figures at hand do not suffice: open the folder and decide then."""


Step = Nothing | Read | Look


def watched(words: Sequence[str], states: Iterable[FolderState], gmail: bool = False) -> Watch:
    """Choose the folders that the owner wants read: roles, names, or ``all``.

    Where mail is archived by leaving it in All Mail, All Mail stands for the archive; on Gmail it also
    holds the inbox. Without a Sent folder the first folder named by the owner is taken for it.
    """
    usable = [s for s in states if s.selectable and s.role is not Role.DRAFTS]
    chosen: dict[bytes, FolderState] = {}
    named: list[FolderState] = []
    troubles: list[str] = []
    for word in words:
        found, by_name = _meant(word, usable)
        chosen.update((s.wire, s) for s in found)
        named += found if by_name else []
        if by_name and not found:
            troubles.append(f"there is no folder named {word!r}")
    everything = any(s.role is Role.ALL for s in chosen.values())
    if gmail and everything and "all" not in [w.lower() for w in words]:
        chosen = {wire: s for wire, s in chosen.items() if s.role is not Role.INBOX}
    if not any(s.role is Role.SENT for s in chosen.values()) and not everything:
        if named:
            chosen[named[0].wire] = named[0]._replace(role=Role.SENT)
        else:
            troubles.append(
                "no Sent folder was found: name yours under `watch:`, "
                "like watch: [inbox, My Sent Mail, archive]"
            )
    return Watch(
        tuple(sorted(chosen.values(), key=lambda s: (_ORDER.index(s.role), s.name))), tuple(troubles)
    )


def _meant(word: str, usable: Sequence[FolderState]) -> tuple[list[FolderState], bool]:
    wanted = word.strip().casefold()
    if wanted == "all":
        return [s for s in usable if s.personal], False
    role = _ROLES.get(wanted)
    found = [s for s in usable if role is not None and s.role is role]
    if role is Role.ARCHIVE and not found:
        found = [s for s in usable if s.role is Role.ALL]
    if role is not None:
        return found, False
    exact = [s for s in usable if s.name == word.strip()]
    return exact or [s for s in usable if s.name.casefold() == wanted], True


def alarm(before: Iterable[Folder], now: Iterable[FolderState]) -> str:
    """Return why to stop and ask, or "" if all is well.

    A catastrophe is: most of an account, or Inbox, Sent or All Mail as a whole, is gone and has turned up
    in no other folder. All folders of the account count, read or not.
    """
    there = {state.name: state for state in now}
    held = {f.name: f for f in before if f.cursor is not None and f.cursor.exists > 0}
    left = {name: _left(f, there.get(name)) for name, f in held.items()}
    gained = sum(max(0, state.exists - left.get(name, 0)) for name, state in there.items())
    total = sum(f.cursor.exists for f in held.values() if f.cursor)
    lost = total - sum(left.values()) - gained
    if total >= FEW and lost * 2 > total:
        return f"most of its mail is gone: {total} messages were there, {lost} of them are missing"
    keeps_all = any(f.role is Role.ALL and left[f.name] == _count(f) for f in held.values())
    for name, folder in held.items():
        count = _count(folder)
        if folder.role not in _MISSED or left[name] or count < FEW:
            continue
        if folder.role is Role.INBOX and keeps_all:
            continue  # archived: All Mail still has it
        if (count - gained) * 2 > count:
            return f"all {count} messages of {name} are gone"
    return ""


def _count(folder: Folder) -> int:
    return folder.cursor.exists if folder.cursor else 0


def _left(folder: Folder, state: FolderState | None) -> int:
    """Say how many of the messages a folder held may still be there."""
    cursor = folder.cursor
    assert cursor is not None
    if state is None or not state.selectable:
        return 0
    if state.exists < 0:
        return cursor.exists
    newer = 0
    if state.uidvalidity == cursor.uidvalidity and state.uidnext > 0:
        newer = max(0, state.uidnext - 1 - max(cursor.high, cursor.low - 1))
    return min(cursor.exists, max(0, state.exists - newer))


def step(cursor: Cursor | None, state: FolderState, full: bool = False) -> Step:
    """Decide what to do about one folder."""
    if state.uidvalidity < 0 or state.uidnext < 1 or state.exists < 0:
        return Look()
    last = state.uidnext - 1
    if full or cursor is None or cursor.low > cursor.high or _is_another(cursor, state):
        if state.exists == 0 or last < 1:
            return Nothing(
                _unless_same(cursor, Cursor(state.uidvalidity, 1, last, state.modseq, state.exists))
            )
        sparse = last > 2 * state.exists + BATCH or last > MOST
        return Read(None, (1, last), anew=cursor is not None, ask=sparse)
    above = (cursor.high + 1, last) if last > cursor.high else None
    below = (1, cursor.low - 1) if cursor.low > 1 else None
    if above or below:
        return Read(above, below, ask=True)
    return Nothing(_unless_same(cursor, cursor._replace(modseq=state.modseq, exists=state.exists)))


def _is_another(cursor: Cursor, state: FolderState) -> bool:
    """Tell whether the folder is no longer the one remembered, although it has its name.

    Another UIDVALIDITY, UIDs that run backwards, or more messages than new ones explain (a snapshot
    put back).
    """
    if state.uidvalidity != cursor.uidvalidity or state.uidnext - 1 < cursor.high:
        return True
    newest = state.uidnext - 1 - cursor.high
    return cursor.low <= 1 and state.exists > cursor.exists + newest


def _unless_same(old: Cursor | None, new: Cursor) -> Cursor | None:
    return None if old == new else new


def slices(low: int, high: int, expected: int, size: int) -> list[Slice]:
    """Cut a run of UIDs into slices of about that many messages, newest first.

    The first holds ``size``, each next one twice as many up to ``BATCH``.
    """
    width = high - low + 1
    share = min(1.0, max(expected, 1) / width) if width > 0 else 1.0
    cut: list[Slice] = []
    while high >= low:
        stride = min(high - low + 1, max(1, int(size / share)))
        cut.append(Slice(high - stride + 1, high, int(stride * share + 0.5)))
        high -= stride
        size = min(BATCH, size * 2)
    return cut


def slices_of(
    uids: Sequence[int], span: tuple[int, int], size: int, *, down: bool, only: bool = False
) -> list[Slice]:
    """Cut a span of UIDs by those known to be there (ascending), growing as in :func:`slices`.

    The slices abut and cover all of it. One that holds a single message names it; with ``only`` all
    name theirs, because others are there too that are not wanted.
    """
    low, high = span
    most = NAMED if only else BATCH
    if not uids:
        return [Slice(low, high, 0)] if high >= low else []
    parts: list[Sequence[int]] = []
    at = 0
    while at < len(uids):
        end = min(len(uids), at + min(size, most))
        parts.append(uids[len(uids) - end : len(uids) - at] if down else uids[at:end])
        at, size = end, min(most, size * 2)
    cut = []
    for part in parts:
        last = part is parts[-1]
        names = tuple(part) if only or len(part) == 1 else ()
        if down:
            start = low if last else part[0]
            cut.append(Slice(start, high, len(part), names))
            high = start - 1
        else:
            end = high if last else part[-1]
            cut.append(Slice(low, end, len(part), names))
            low = end + 1
    return cut


def advanced(cursor: Cursor | None, part: Slice, state: FolderState) -> Cursor:
    """Return the cursor after a slice that touches what was recorded, above or below."""
    if cursor is None or cursor.low > cursor.high:
        return Cursor(state.uidvalidity, part.low, part.high, 0, state.exists)
    return cursor._replace(low=min(cursor.low, part.low), high=max(cursor.high, part.high))


def counted(cursor: Cursor | None, state: FolderState) -> Cursor | None:
    """Return what to remember of a folder that is counted but not read, None if nothing changed."""
    if cursor is not None and cursor.uidvalidity == state.uidvalidity and cursor.low <= cursor.high:
        return _unless_same(cursor, cursor._replace(exists=state.exists))
    above = max(1, state.uidnext)
    return _unless_same(cursor, Cursor(max(1, state.uidvalidity), above, above - 1, 0, state.exists))


def plausible(opened: FolderState, listed: FolderState) -> FolderState:
    """Merge what EXAMINE and STATUS say of a folder, and believe no count that the other excludes.

    EXAMINE is younger; it may show more messages only as far as UIDNEXT has grown since.
    """
    merged = listed._replace(
        uidvalidity=opened.uidvalidity if opened.uidvalidity >= 0 else listed.uidvalidity,
        uidnext=opened.uidnext if opened.uidnext > 0 else listed.uidnext,
        modseq=opened.modseq or listed.modseq,
        exists=opened.exists,
    )
    if merged.uidvalidity != listed.uidvalidity or listed.exists < 0 or merged.uidnext < 1:
        return merged
    most = listed.exists + max(0, merged.uidnext - listed.uidnext)
    return merged._replace(exists=most) if not 0 <= opened.exists <= most else merged
