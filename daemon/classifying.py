"""Mail files judged one by one, without a store: kind, grounds, bounce, written by a program or not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from daemon.mail import bounce, parse
from rules.classify import is_automatic, kind_of_message
from rules.verdicts import Kind
from store.errors import NotFoundError, UsageError

LONGEST = 1024 * 1024


def classified(path: Path, now: int) -> dict[str, Any]:
    """Return what a mail file is: ``file, from, kind, reasons, bounce, auto``.

    ``bounce`` is the first address reported as not reached, and whether for good, or None. Raises
    NotFoundError or UsageError where there is nothing to read.
    """
    raw = _read(path)
    message = parse.message(raw, now)
    verdict = kind_of_message(message)
    failed = bounce.failures(raw)
    reasons = [*verdict.grounds] or [verdict.rule]
    if failed:
        reasons.insert(0, f"reports that mail to {failed[0].address} was not delivered")
    return {
        "file": str(path),
        "from": message.sender[0].address if message.sender else "",
        "kind": str(Kind.MACHINE if failed else verdict.kind),
        "reasons": reasons,
        "bounce": {"address": failed[0].address, "permanent": failed[0].permanent} if failed else None,
        "auto": bool(failed) or is_automatic(message, verdict),
    }


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as opened:
            return opened.read(LONGEST)
    except FileNotFoundError as error:
        raise NotFoundError(f"there is no {path}") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be read", error.strerror or "") from error
