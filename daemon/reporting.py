"""How digwell is: what `status` says of mailboxes, letters, commands, rules and store.

Pure reading, of what the daemon wrote down; it must never talk to a mailbox.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from daemon.app import House
from daemon.config.values import Config
from daemon.post import rule_for
from daemon.records import when
from daemon.service.editions import next_slot, owed
from daemon.service.keeping import told as rescued
from daemon.service.lock import is_held
from rules.policy import Policy
from store import editions, health, keep, ledger, rescue, soundness
from store.errors import ConfigError, Problem
from store.facts import DAY
from store.folders import accounts
from store.messages import counts

BLIND = 2 * DAY
"""Without a good scan for so long, digwell is blind: its silence means nothing."""

Report = dict[str, Any]


def report(house: House, wrong: ConfigError | None = None) -> Report:
    """Return the status as promised to scripts; ``wrong`` is what keeps the configuration from being read."""
    policy, problems = _rules(house) if wrong is None else (Policy(), _faults(wrong, house.config.file))
    names = tuple(box.name for box in house.config.mailboxes) if wrong is None else accounts(house.store)
    written = editions.editions(house.store)
    delivered = [e for e in written if e.state == "delivered"]
    latest = max(written, key=lambda e: (e.slot, e.key), default=None)
    rule = rule_for(house.config, policy, house.store)
    waiting = owed(written, rule, house.now)
    coming = waiting.slot if waiting else next_slot(written, rule, house.now)
    return {
        "running": is_held(house.store.path),
        "mailboxes": [_known(house, name) for name in names],
        "last_digest": when(max((e.at for e in delivered), default=0)),
        "next_digest": when(coming) if house.config.mailboxes else None,
        "edition": latest and {"key": latest.key, "state": latest.state, "error": latest.error or None},
        "quarantined": counts(house.store).quarantined,
        "commands": ledger.count_commands(house.store),
        "rules": {"ok": not problems, "problems": [_told(p) for p in problems]},
        "store": _store(house),
    }


def of_ruin(config: Config) -> Report:
    """Return what can be told where the store cannot be opened: the shape is that of ``report``."""
    path, latest = config.store, keep.backups(config.store)
    boxes = [_mailbox(health.Health(box.name, "unknown"), 0) for box in config.mailboxes]
    return {
        "running": is_held(path),
        "mailboxes": boxes,
        "last_digest": None,
        "next_digest": None,
        "edition": None,
        "quarantined": 0,
        "commands": {"obeyed": 0, "misread": 0, "refused": 0},
        "rules": {"ok": True, "problems": []},
        "store": {
            "path": str(path),
            "bytes": keep.size(path),
            "schema": 0,
            "integrity": "damaged" if keep.size(path) else "gone",
            "last_backup": when(latest[0].at) if latest else None,
        },
    }


def is_blind(found: Report) -> bool:
    """Tell whether a mailbox that was tried has had no good scan for two days."""
    waits = (box["lag_seconds"] if box["last_ok"] else box["waiting_seconds"] for box in found["mailboxes"])
    return any(wait is not None and wait > BLIND for wait in waits)


def _known(house: House, name: str) -> Report:
    known = health.health(house.store, name) or health.Health(name, "never scanned")
    return _mailbox(known, house.now, health.alerts(house.store, name, house.now))


def _mailbox(known: health.Health, now: int, alerts: Iterable[str] = ()) -> Report:
    lag = now - known.last_ok if known.last_ok else None
    return {
        "name": known.name,
        "state": known.state,
        "since": when(known.since),
        "last_ok": when(known.last_ok),
        "lag_seconds": lag,
        "waiting_seconds": now - known.since if known.since and not known.last_ok else None,
        "error": known.error or None,
        "alerts": list(alerts),
    }


def _store(house: House) -> Report:
    path, latest = house.store.path, keep.backups(house.store.path, house.now)
    last = rescue.noted(house.store) if rescue.is_doubtful(house.store, house.now) else None
    made_good = {"rescued": when(last.at), "rescue": rescued(last)} if last and not last.told else {}
    return {
        "path": str(path),
        "bytes": keep.size(path),
        "schema": house.store.schema,
        "integrity": "damaged" if soundness.problems(house.store) else "ok",
        "last_backup": when(latest[0].at) if latest else None,
        **made_good,
    }


def _rules(house: House) -> tuple[Policy, tuple[Problem, ...]]:
    try:
        return house.policy, ()
    except ConfigError as error:
        return Policy(), _faults(error, house.config.rules)


def _faults(error: ConfigError, file: Path | None) -> tuple[Problem, ...]:
    return error.problems or (Problem(str(file or ""), 0, 0, str(error)),)


def _told(problem: Problem) -> str:
    place = ":".join(map(str, filter(None, (problem.file, problem.line, problem.line and problem.column))))
    return f"{place}: {problem.message}" if place else problem.message


def lines(found: Report, words: Callable[[str | None], str]) -> list[str]:
    """Return the status as lines for a terminal; ``words`` tells an instant."""
    told = [("daemon", "running" if found["running"] else "not running (digwell run)")]
    for box in found["mailboxes"]:
        good = f", last read {words(box['last_ok'])}" if box["last_ok"] else ""
        error = f": {box['error']}" if box["error"] else ""
        told.append(("mailbox", f"{box['name']} {box['state']}{good}{error}"))
        told += [("alert", f"its server says: {text}") for text in box["alerts"]]
    if not found["mailboxes"]:
        told.append(("mailbox", "none is configured yet (digwell init)"))
    edition = found["edition"]
    if edition and edition["state"] != "delivered":
        told.append(("edition", f"{edition['key']} {edition['state']}" + _because(edition["error"])))
    told.append(("digest", f"last {words(found['last_digest'])}; next {words(found['next_digest'])}"))
    commands = found["commands"]
    told.append(("commands", ", ".join(f"{count} {name}" for name, count in commands.items())))
    if found["quarantined"]:
        told.append(("unread", f"{found['quarantined']} mails that could not be read"))
    told += [("rules", problem) for problem in found["rules"]["problems"]] or [("rules", "fine")]
    store = found["store"]
    size = f"{store['bytes'] / 1_000_000:.1f} MB"
    told.append(("store", f"{size}, {store['integrity']}, last backup {words(store['last_backup'])}"))
    if "rescue" in store:
        told.append(("rescued", f"{words(store['rescued'])}: {store['rescue']}"))
    return [f"{name:<10}{text}" for name, text in told]


def _because(error: str | None) -> str:
    return f": {error}" if error else ""
