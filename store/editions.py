"""What digwell wrote: editions, the people they named, and what came of it.

What came of a suggestion is never stored but read from the mail: the first letter the owner really
sent after the edition was delivered. Imported mail closes nothing, and neither does mail that is
older than the edition, however late it is found.
"""

from __future__ import annotations

import json
from collections.abc import Iterable

from store.db import Row, Store
from store.facts import DAY, Edition, Place, Suggested
from store.people import FOREVER, main_of
from store.threads import stamp


def plan_edition(store: Store, edition: Edition, suggestions: Iterable[Suggested]) -> bool:
    """Write an edition with its suggestions; False, and nothing written, if its key is taken.

    Put its letter into the outbox in the same transaction.
    """
    with store.transaction():
        cursor = store.execute(
            "INSERT OR IGNORE INTO edition (key, slot, state, message_id, at, error, people)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                edition.key,
                edition.slot,
                edition.state,
                edition.message_id,
                edition.at,
                edition.error,
                edition.people,
            ),
        )
        if cursor.rowcount != 1:
            return False
        store.executemany(
            "INSERT INTO suggestion VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    cursor.lastrowid,
                    s.item,
                    s.key,
                    s.reason,
                    s.sentence,
                    json.dumps(s.evidence),
                    int(s.wildcard),
                )
                for s in suggestions
            ],
        )
        return True


def set_edition(store: Store, key: str, state: str, at: int = 0, error: str = "") -> None:
    """Note how far an edition is; ``at`` is the time of its delivery."""
    with store.transaction():
        store.execute(
            "UPDATE edition SET state = ?, at = ?, error = ? WHERE key = ?", (state, at, error, key)
        )


def disown(store: Store, key: str) -> None:
    """Forget whom an edition names: its letter was made before a rescue, and is not the one kept here."""
    with store.transaction():
        store.execute(
            "DELETE FROM suggestion WHERE edition_id IN (SELECT id FROM edition WHERE key = ?)", (key,)
        )
        store.execute("DELETE FROM item WHERE edition = ?", (key,))


_EDITION = """
SELECT e.key, e.slot, e.state, e.message_id, e.at, e.error, e.people,
    (SELECT count(*) FROM command c WHERE c.edition = e.key AND c.state = 'obeyed' AND NOT c.undone)
FROM edition e
"""


def editions(store: Store, as_of: int = FOREVER) -> tuple[Edition, ...]:
    """Return the editions that were due before an instant, oldest first."""
    return tuple(
        Edition(*row) for row in store.rows(_EDITION + "WHERE e.slot < ? ORDER BY e.slot, e.id", (as_of,))
    )


def edition(store: Store, key: str) -> Edition | None:
    """Return the edition of that key, or None."""
    row = store.one(_EDITION + "WHERE e.key = ?", (key,))
    return Edition(*row) if row else None


_SUGGESTED = """
SELECT e.key, s.item, s.address_id, e.at, s.reason, s.wildcard, s.sentence, s.evidence
FROM suggestion s JOIN edition e ON e.id = s.edition_id
WHERE e.slot < ? ORDER BY e.slot, e.id, length(s.item), s.item
"""


def suggested(
    store: Store, as_of: int = FOREVER, *, people: dict[int, int] | None = None
) -> tuple[Suggested, ...]:
    """Return every suggestion before an instant, oldest first, with what came of it by then.

    ``people`` maps merged addresses to their main ones; a letter to any address of the person counts.
    """
    rows = store.rows(_SUGGESTED, (as_of,))
    if not rows:
        return ()
    people = people or {}
    since = min((row[3] for row in rows if row[3]), default=0)
    letters = _letters(store, since, as_of, people) if since else {}
    return tuple(_with_outcome(store, row, letters, people, as_of) for row in rows)


def _with_outcome(
    store: Store, row: Row, letters: dict[int, list[int]], people: dict[int, int], as_of: int
) -> Suggested:
    edition, item, key, at, reason, wildcard, sentence, evidence = row
    person = main_of(people, key)
    wrote = next((sent for sent in letters.get(person, ()) if sent > at), 0) if at else 0
    answered = _answered(store, person, people, wrote, as_of) if wrote else 0
    told = tuple((sort, value) for sort, value in json.loads(evidence))
    return Suggested(edition, item, key, at, reason, bool(wildcard), wrote, answered, sentence, told)


def _letters(store: Store, since: int, as_of: int, people: dict[int, int]) -> dict[int, list[int]]:
    """Return by person when the owner wrote to them, ascending, from what was seen in the mailbox."""
    seen = int(Place.SENT | Place.ARCHIVE | Place.OTHER)
    found: dict[int, list[int]] = {}
    for at, address in store.stream(
        "SELECT m.at, p.address_id FROM message m JOIN participant p ON p.message_id = m.id"
        " WHERE m.key >= ? AND m.at > ? AND m.at < ? AND m.places & ? AND p.part IN (1, 2, 3)"
        " AND m.from_id IN (SELECT address_id FROM own WHERE used) ORDER BY m.at",
        (stamp(since), since, as_of, seen),
    ):
        found.setdefault(main_of(people, address), []).append(at)
    return found


def _answered(store: Store, person: int, people: dict[int, int], wrote: int, as_of: int) -> int:
    """Return when a person first wrote back (the last mail of that day), 0 if not yet."""
    addresses = [person, *(key for key, main in people.items() if main == person)]
    marks = ",".join("?" * len(addresses))
    row = store.one(
        f"SELECT min(in_at) FROM contact_day WHERE address_id IN ({marks}) AND day >= ?"
        " AND in_all > in_auto AND in_at > ? AND in_at < ?",
        (*addresses, wrote // DAY, wrote, as_of),
    )
    return int(row[0]) if row and row[0] else 0
