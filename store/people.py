"""Who is one person: merges as pointers from addresses to a main address.

Certain merges come from the rules and are replaced as a whole; the owner's merges and splits are acts
(``same``, ``different``) like everything else the owner says, so that undo restores them exactly.
Facts stay per address: nothing is ever moved.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from store.addresses import normalise
from store.book import ids_of
from store.db import Store

FOREVER = 1 << 62


class Link(NamedTuple):
    """A certain merge: the address ``key`` belongs to the person of ``main``, and why."""

    key: int
    main: int
    evidence: str


class _Edge(NamedTuple):
    joins: int
    main: int
    age: int  # certain links below zero: they were there before the owner spoke


def replace_certain(store: Store, links: Iterable[Link], at: int) -> bool:
    """Put these certain merges in place of all earlier ones; return whether anybody changed."""
    wanted = {(link.key, link.main): link.evidence for link in links if link.key != link.main}
    rows = store.rows("SELECT address_id, main_id, evidence FROM link")
    old = {(key, main): evidence for key, main, evidence in rows}
    if wanted == old:
        return False
    with store.transaction():
        store.executemany(
            "DELETE FROM link WHERE address_id = ? AND main_id = ?", [p for p in old if p not in wanted]
        )
        store.executemany(
            "INSERT OR REPLACE INTO link VALUES (?, ?, 'certain', ?, ?)",
            [(*pair, evidence, at) for pair, evidence in wanted.items() if old.get(pair) != evidence],
        )
        return regroup(store)


def newest(store: Store) -> str:
    """Return a mark that changes whenever something is recorded, said or taken back."""
    row = store.one(
        "SELECT (SELECT max(id) FROM message), (SELECT max(id) FROM act),"
        " (SELECT count(*) FROM act WHERE undone), (SELECT count(*) FROM trait),"
        " (SELECT count(*) FROM own WHERE used), (SELECT count(*) || '.' || max(at) FROM card)"
    )
    return "/".join(str(part or 0) for part in row or ())


def beginning(store: Store, letters: str, limit: int = 50) -> tuple[str, ...]:
    """Return addresses the owner wrote to that begin like that, or a name of which does, in any case."""
    pattern = "".join("\\" + c if c in "%_\\" else c for c in letters) + "%"
    rows = store.rows(
        "SELECT DISTINCT a.address FROM address a LEFT JOIN address_name n ON n.address_id = a.id"
        " WHERE (a.address LIKE ? ESCAPE '\\' OR n.name LIKE ? ESCAPE '\\')"
        " AND EXISTS (SELECT 1 FROM contact_day d WHERE d.address_id = a.id AND d.out_all)"
        " ORDER BY 1 LIMIT ?",
        (pattern, pattern, limit),
    )
    return tuple(row[0] for row in rows)


def links(store: Store) -> tuple[Link, ...]:
    """Return the certain merges with their evidence."""
    rows = store.rows("SELECT address_id, main_id, evidence FROM link ORDER BY 1, 2")
    return tuple(Link(*row) for row in rows)


def regroup(store: Store) -> bool:
    """Point every address to its main address again; return whether any pointer moved."""
    with store.transaction():
        wanted = grouping(store)
        rows = store.rows("SELECT id, person FROM address WHERE person <> id")
        old = {row[0]: row[1] for row in rows}
        moved = [(main, key) for key, main in wanted.items() if old.get(key, key) != main]
        moved += [(key, key) for key in old if key not in wanted]
        store.executemany("UPDATE address SET person = ? WHERE id = ?", moved)
    return bool(moved)


def grouping(store: Store, as_of: int = FOREVER) -> dict[int, int]:
    """Return the main address of every merged address, from certain links and what the owner said.

    In order of saying: ``same A B`` joins B's person to A's; ``different A B`` cuts the youngest
    joints between the two, certain ones first, until they are apart.
    """
    certain = store.rows("SELECT address_id, main_id FROM link ORDER BY address_id, main_id")
    edges = [_Edge(joins, keeps, n - len(certain)) for n, (joins, keeps) in enumerate(certain)]
    for age, (verb, key, other) in enumerate(
        store.rows(
            "SELECT verb, address_id, other_id FROM act WHERE verb IN ('same', 'different') AND NOT undone"
            " AND at < ? AND address_id AND other_id ORDER BY at, id",
            (as_of,),
        )
    ):
        if verb == "same":
            edges.append(_Edge(other, key, age))
            continue
        while path := _path(edges, key, other):
            weakest = path[0] if path[0].age < 0 else path[-1]
            edges.remove(weakest)
    return _mains(edges)


def main_of(people: Mapping[int, int], key: int) -> int:
    """Return the main address of an address, by a grouping."""
    return people.get(key, key)


def _mains(edges: list[_Edge]) -> dict[int, int]:
    main: dict[int, int] = {}

    def find(key: int) -> int:
        while main.get(key, key) != key:
            key = main[key]
        return key

    for edge in edges:
        joins, keeps = find(edge.joins), find(edge.main)
        main.setdefault(edge.joins, joins)
        main.setdefault(edge.main, keeps)
        main[joins] = keeps
    return {key: find(key) for key in main if find(key) != key}


def _path(edges: list[_Edge], start: int, end: int) -> list[_Edge]:
    """Return the joints on a way between two addresses, oldest first; none if they are apart."""
    came: dict[int, tuple[int, _Edge] | None] = {start: None}
    queue = [start]
    for here in queue:
        for edge in edges:
            there = {edge.joins: edge.main, edge.main: edge.joins}.get(here)
            if there is not None and there not in came:
                came[there] = (here, edge)
                queue.append(there)
    path: list[_Edge] = []
    at = came.get(end)
    while at is not None:
        path.append(at[1])
        at = came[at[0]]
    return sorted(path, key=lambda edge: edge.age)


def know(store: Store, address: str, names: Iterable[str]) -> int:
    """Note an address from an address book, with or without mail; return its id (0 if forgotten).

    Where a person came without an address, ``address`` is ``name:`` and a name key: no mail can ever
    meet it, but the rules match it by name.
    """
    spelling = address if address.startswith("name:") else normalise(address)
    if not spelling:
        return 0
    with store.transaction():
        number = ids_of(store, [spelling])[spelling]
        if number:
            store.execute("UPDATE address SET known = 1 WHERE id = ? AND NOT known", (number,))
            store.executemany(
                "INSERT OR IGNORE INTO address_name VALUES (?, ?, 1)", [(number, n) for n in names if n]
            )
    return number
