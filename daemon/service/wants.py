"""What the owner asked the daemon for by mail and only it can do, such as ``now``. Outlives a crash."""

from __future__ import annotations

from collections.abc import Iterable

from store.db import Store, recall, remember

_NAME = "wanted"
NOW = "now"


def keep(store: Store, wants: Iterable[str]) -> None:
    """Write down what is wanted."""
    added = [want for want in wants if want]
    if added:
        remember(store, _NAME, " ".join(dict.fromkeys([*recall(store, _NAME).split(), *added])))


def waiting(store: Store) -> frozenset[str]:
    """Return what is wanted and not yet done."""
    return frozenset(recall(store, _NAME).split())


def done(store: Store, want: str) -> None:
    """Strike out what has been done, in the transaction that did it."""
    if want in (kept := recall(store, _NAME).split()):
        remember(store, _NAME, " ".join(one for one in kept if one != want))
