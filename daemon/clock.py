"""The only door to the clock. Everybody else takes ``now`` as an argument."""

from __future__ import annotations

import os
import time
from datetime import datetime, timezone
from zoneinfo import ZoneInfo


def now() -> int:
    """Return Unix seconds. ``DIGWELL_NOW`` (RFC 3339 or seconds) overrides, for tests only."""
    told = os.environ.get("DIGWELL_NOW")
    if told:
        return int(told) if told.isdigit() else int(datetime.fromisoformat(told).timestamp())
    return int(time.time())


def monotonic() -> float:
    """Return seconds that never jump."""
    return time.monotonic()


def wall() -> float:
    """Return the real wall clock, for measuring gaps only: it also runs while the machine sleeps."""
    return time.time()


def zone(name: str) -> ZoneInfo:
    """Return the zone of that IANA name; ``system`` means the machine's own."""
    if name != "system":
        return ZoneInfo(name)
    told = os.environ.get("TZ", "").lstrip(":")
    if told:
        return ZoneInfo(told)
    path = os.path.realpath("/etc/localtime")
    return ZoneInfo(path.split("/zoneinfo/", 1)[1] if "/zoneinfo/" in path else "UTC")


def rfc3339(at: int) -> str:
    """Return Unix seconds as RFC 3339 in UTC, with a Z."""
    return datetime.fromtimestamp(at, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def sleep(seconds: float) -> None:
    """Wait, where nothing else is to be done meanwhile."""
    if seconds > 0:
        time.sleep(seconds)


def local(at: int, where: ZoneInfo) -> str:
    """Return Unix seconds as people there write them, like ``Mon 23 Nov 07:30``."""
    return datetime.fromtimestamp(at, where).strftime("%a %d %b %H:%M")
