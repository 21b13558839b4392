"""What the daemon last knew of each mailbox and of itself, for ``status`` to read.

A row a name: the state, since when, when all was well last. Never a secret, never an address.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from store.db import Store, recall, remember
from store.facts import DAY

OK = "ok"
SHOWN = 8 * DAY
"""So long an alert of a mail server is shown: past the next weekly letter."""
MOST = 20


@dataclass(frozen=True, slots=True)
class Health:
    """The state of one thing. Times are Unix seconds, 0 for never; ``failures`` counts those in a row."""

    name: str
    state: str
    since: int = 0
    last_ok: int = 0
    last_try: int = 0
    failures: int = 0
    error: str = ""


def report(store: Store, name: str, state: str, at: int, error: str = "") -> Health:
    """Note how a thing is at a time, and return what is now known. ``state`` "ok" ends a row of failures."""
    old = health(store, name)
    well = state == OK
    now = Health(
        name=name,
        state=state,
        since=old.since if old and old.state == state else at,
        last_ok=at if well else (old.last_ok if old else 0),
        last_try=at,
        failures=0 if well else (old.failures if old else 0) + 1,
        error=error,
    )
    with store.transaction():
        store.execute(
            "INSERT OR REPLACE INTO health VALUES (?, ?, ?, ?, ?, ?, ?)",
            (now.name, now.state, now.since, now.last_ok, now.last_try, now.failures, now.error),
        )
    return now


def health(store: Store, name: str) -> Health | None:
    """Return what is known of one thing, or None."""
    row = store.one("SELECT * FROM health WHERE name = ?", (name,))
    return Health(*row) if row else None


def everything(store: Store) -> tuple[Health, ...]:
    """Return what is known, by name."""
    return tuple(Health(*row) for row in store.rows("SELECT * FROM health ORDER BY name"))


def drop(store: Store, name: str) -> None:
    """Forget a thing that is configured no more."""
    with store.transaction():
        store.execute("DELETE FROM health WHERE name = ?", (name,))


def keep_alerts(store: Store, name: str, words: Iterable[str], at: int) -> None:
    """Keep what the server of a mailbox wants its owner to read, one line each, the youngest first."""
    kept = dict.fromkeys((" ".join(text.split()) for text in words), at)
    kept |= {text: said for said, text in _alerts(store, name, at) if text not in kept}
    lines = [f"{said} {text}" for text, said in kept.items()]
    remember(store, f"alerts {name}", "\n".join(lines[:MOST]))


def alerts(store: Store, name: str, now: int) -> tuple[str, ...]:
    """Return what the server of a mailbox wanted its owner to read of late."""
    return tuple(text for _, text in _alerts(store, name, now))


def _alerts(store: Store, name: str, now: int) -> list[tuple[int, str]]:
    kept = [line.partition(" ") for line in recall(store, f"alerts {name}").splitlines()]
    return [(int(said), text) for said, _, text in kept if now - int(said) < SHOWN]
