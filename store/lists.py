"""Which discussion lists the mail came through, by their List-Ids (RFC 2919).

A list's address is its List-Id with an at sign for the first dot. Anybody can write a List-Id, so it
proves nothing against an address that writes itself.
"""

from __future__ import annotations

from collections.abc import Collection

from store.db import Store, recall, remember

MOST = 5000
_NAME = "lists"


def note_lists(store: Store, found: Collection[str]) -> None:
    """Remember the List-Ids of mail just recorded, as far as they name an address."""
    wanted = {one for one in found if "." in one and " " not in one}
    known = known_lists(store) if wanted else frozenset()
    if not wanted <= known and len(known) < MOST:
        remember(store, _NAME, " ".join(sorted(known | wanted)))


def known_lists(store: Store) -> frozenset[str]:
    """Return all List-Ids seen."""
    return frozenset(recall(store, _NAME).split())
