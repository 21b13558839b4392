"""Tidying: the copy of an obeyed mail that came into the inbox is moved away, and only that copy.

A copy counts only if its header is that of the mail that was obeyed, word for word where it matters
(the same identity); a stranger's mail with a borrowed Message-ID stays where it is.
"""

from __future__ import annotations

from daemon.mail import parse
from daemon.mail.troubles import RefusedError
from daemon.mail.values import FolderState, Mailbox
from store.db import Store, recall, remember
from store.facts import DAY, Message, Role

_NAME = "untidied"
_WAIT = 2 * DAY
"""So long a copy may take to arrive; then it is looked for no more."""
_HEAD = 64 * 1024
_TARGETS = {"trash": Role.TRASH, "archive": Role.ARCHIVE}


def note(store: Store, message: Message, now: int) -> None:
    """Remember that the inbox copy of a mail is to be moved, in the transaction that obeys it."""
    kept = [line for line in recall(store, _NAME).splitlines() if now - int(line.split()[0]) < _WAIT]
    kept.append(f"{now} {message.identity.hex()} {message.mid}")
    remember(store, _NAME, "\n".join(kept))


def waits(store: Store) -> bool:
    """Tell whether there is anything to tidy."""
    return bool(recall(store, _NAME))


def tidy(store: Store, mailbox: Mailbox, target: str, now: int) -> int:
    """Move the copies that have come by now; return how many. ``target`` is trash, archive or keep."""
    waiting = [line.split(" ", 2) for line in recall(store, _NAME).splitlines()]
    if not waiting:
        return 0
    role = _TARGETS.get(target)
    folders = mailbox.folders() if role else ()
    inbox = _first(folders, Role.INBOX)
    away = _first(folders, role) if role else None
    moved, left = 0, []
    for at, identity, mid in waiting:
        here = _copies(mailbox, inbox, mid, identity) if inbox and away else ()
        if here and inbox and away:
            mailbox.move(inbox.wire, here, away.wire)
            moved += len(here)
        elif role and now - int(at) < _WAIT:
            left.append(f"{at} {identity} {mid}")
    remember(store, _NAME, "\n".join(left))
    return moved


def _copies(mailbox: Mailbox, inbox: FolderState, mid: str, identity: str) -> tuple[int, ...]:
    """Return the UIDs in the inbox of exactly that mail."""
    try:
        found = mailbox.find(inbox.wire, mid)
    except RefusedError:
        return ()
    if not found:
        return ()
    mailbox.examine(inbox.wire)
    heads = {uid: mailbox.part(uid, "HEADER", _HEAD) for uid in found}
    return tuple(uid for uid, head in heads.items() if parse.read(head, 0).identity.hex() == identity)


def _first(folders: tuple[FolderState, ...], role: Role | None) -> FolderState | None:
    return next((f for f in folders if f.selectable and f.role is role), None)
