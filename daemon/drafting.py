"""Drafts in the owner's Drafts folder: kept for delivery, and taken away again once overtaken.

A draft is taken away only if it still is, byte for byte, what was put there: edited ones are the
owner's. Nothing here can send anything to anybody.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING

from daemon.mail.troubles import RefusedError
from daemon.mail.values import FolderState, Mailbox
from store import editions, outbox
from store.db import Store, recall, remember
from store.facts import Role
from store.people import grouping

if TYPE_CHECKING:
    from daemon.digest.draft import Draft

DRAFT = "draft"
_NAME = "drafts"
_WHOLE = 256 * 1024


def keep(store: Store, edition: str, drafts: Iterable[Draft], at: int) -> None:
    """Keep drafts for delivery, and what they must still be to be taken away again."""
    with store.transaction():
        known = _known(store)
        for one in drafts:
            if outbox.put(store, f"{DRAFT} {edition}.{one.item}", one.message_id, one.raw, (DRAFT, ""), at):
                known[f"{edition}.{one.item}"] = [one.message_id, sha256(one.raw).hexdigest()]
        remember(store, _NAME, json.dumps(known))


def any_kept(store: Store) -> bool:
    """Tell whether there are drafts to look after."""
    return bool(_known(store))


def clear(store: Store, mailbox: Mailbox) -> int:
    """Move overtaken drafts that nobody has touched to the trash; return how many."""
    known = _known(store)
    overtaken = {
        f"{s.edition}.{s.item}"
        for s in editions.suggested(store, people=grouping(store))
        if s.wrote and f"{s.edition}.{s.item}" in known
    }
    if not overtaken:
        return 0
    folders = mailbox.folders()
    drafts, trash = (_first(folders, role) for role in (Role.DRAFTS, Role.TRASH))
    moved = 0
    for name in sorted(overtaken):
        parcel = outbox.parcel(store, f"{DRAFT} {name}")
        if parcel is not None and parcel.state in {"pending", "trying"}:
            outbox.failed(store, parcel.key, "overtaken: the owner has written")
        if drafts and trash:
            moved += _take_away(mailbox, drafts, trash, known[name])
        del known[name]
    remember(store, _NAME, json.dumps(known))
    return moved


def _take_away(mailbox: Mailbox, drafts: FolderState, trash: FolderState, mark: list[str]) -> int:
    mid, digest = mark
    try:
        found = mailbox.find(drafts.wire, mid)
        if not found:
            return 0
        mailbox.examine(drafts.wire)
        untouched = [u for u in found if sha256(mailbox.part(u, "", _WHOLE)).hexdigest() == digest]
    except RefusedError:
        return 0
    if untouched:
        mailbox.move(drafts.wire, untouched, trash.wire)
    return len(untouched)


def _first(folders: tuple[FolderState, ...], role: Role) -> FolderState | None:
    return next((f for f in folders if f.selectable and f.role is role), None)


def _known(store: Store) -> dict[str, list[str]]:
    found: dict[str, list[str]] = json.loads(recall(store, _NAME) or "{}")
    return found
