"""When a message was written: the Date field in all the shapes it is met in.

Unknown zones count as UTC. What lies before 1990 or more than a day after the arrival is not
believed, and the arrival counts instead. It must never raise.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from store.facts import DAY

EARLIEST = 631_152_000  # 1990-01-01T00:00:00Z
_LONGEST = 200

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan ene gen",
            "feb fev fév",
            "mar mär mrz",
            "apr abr avr",
            "may mai mag",
            "jun giu",
            "jul lug",
            "aug ago aoû",
            "sep set",
            "oct okt ott out",
            "nov",
            "dec dez dic déc",
        ),
        1,
    )
    for name in names.split()
}
_ZONES = {  # RFC 5322 section 4.3, and the names seen most in the wild
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "cet": 1, "cest": 2, "met": 1, "mest": 2, "mez": 1, "mesz": 2, "eet": 2, "eest": 3,
    "bst": 1, "wet": 0, "west": 1, "msk": 3, "jst": 9, "kst": 9, "hkt": 8, "aest": 10, "nzst": 12,
}  # fmt: skip

_USUAL = re.compile(
    r"\s*(?:[A-Za-z]{3},\s*)?(\d{1,2}\s+[A-Za-z]{3}\s+\d{4})\s+(\d\d):(\d\d)(?::(\d\d))?\s+([+-]\d{4})"
)
_LOOSE = re.compile(
    r"(\d{1,2})[.]?[ -]+([^\W\d_]{3})[^\W\d_]*[.]?[, -]+(\d{2,4}),?\s+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?"
    r"(?:[.,]\d{1,9})?\s*(am\b|pm\b)?\s*([+-]\d{1,2}:?\d{2}\b|[a-z]{1,5}\b)?",
    re.IGNORECASE,
)
_ASCTIME = re.compile(
    r"([^\W\d_]{3})[^\W\d_]*[.]?\s+(\d{1,2}),?\s+(?:(\d{4}),?\s+)?(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?"
    r"\s*(am\b|pm\b)?\s*([+-]\d{1,2}:?\d{2}\b|[a-z]{1,5}\b)?\s*(\d{4})?",
    re.IGNORECASE,
)
_ISO = re.compile(
    r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[T ]+(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?:[.,]\d{1,9})?)?"
    r"\s*([+-]\d{1,2}:?\d{2}\b|z\b)?",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"\([^()]*\)")


def instant(text: str, received: int) -> tuple[int, bool]:
    """Return Unix seconds of a Date field, and whether the field is what was believed."""
    at = stated(text)
    return (at, True) if believable(at, received) else (max(received, EARLIEST), False)


def stated(text: str) -> int:
    """Return what a Date field says, believed or not, in Unix seconds; 0 where it says nothing."""
    at = _usual(text) if text else None
    if at is None and text:
        at = _odd(_COMMENT.sub(" ", text[:_LONGEST]))
    return at or 0


def believable(at: int, received: int) -> bool:
    """Tell whether a mail that came then may have been written at that time."""
    return EARLIEST <= at <= max(received, EARLIEST) + DAY


def _usual(text: str) -> int | None:
    found = _USUAL.match(text, 0, _LONGEST)
    if not found:
        return None
    day, hour, minute, second, zone = found.groups("0")
    return _seconds(_start(day), hour, minute, second, zone)


@lru_cache(maxsize=256)  # neighbours in a folder are of the same day
def _start(date: str) -> int | None:
    day, month, year = date.split()
    return _midnight(year, month, day)


def _odd(text: str) -> int | None:
    if found := _LOOSE.search(text):
        day, month, year, hour, minute, second, half, zone = found.groups()
        return _seconds(_midnight(year, month, day), _clock(hour, half), minute, second, zone)
    if found := _ISO.search(text):
        year, month, day, hour, minute, second, zone = found.groups()
        return _seconds(_midnight(year, month, day), hour, minute, second, zone)
    if found := _ASCTIME.search(text):
        month, day, early, hour, minute, second, half, zone, late = found.groups()
        return _seconds(_midnight(early or late, month, day), _clock(hour, half), minute, second, zone)
    return None


def _clock(hour: str, half: str | None) -> str:
    if not half or int(hour) > 12:
        return hour
    return str(int(hour) % 12 + (12 if half.lower() == "pm" else 0))


def _seconds(
    midnight: int | None, hour: str | None, minute: str | None, second: str | None, zone: str | None
) -> int | None:
    hours, minutes, seconds = int(hour or 0), int(minute or 0), int(second or 0)
    if midnight is None or hours > 23 or minutes > 59 or seconds > 60:
        return None
    return midnight + hours * 3600 + minutes * 60 + min(seconds, 59) - _offset(zone)


def _midnight(told: str | None, named: str, day: str) -> int | None:
    """Return the first second of a day in UTC, or None where there is no such day."""
    year = int(told or 0)
    if len(told or "") < 4:  # RFC 5322 section 4.3
        year += 2000 if year < 50 else 1900
    month = int(named) if named.isdecimal() else _MONTHS.get(named.lower(), 0)
    try:
        return (date(year, month, int(day)).toordinal() - 719_163) * DAY
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _offset(zone: str | None) -> int:
    """Return seconds east of UTC; unknown names and impossible offsets count as UTC."""
    if not zone:
        return 0
    if zone[0] in "+-":
        digits = zone[1:].replace(":", "").rjust(4, "0")
        hours, minutes = int(digits[:2]), int(digits[2:])
        if hours > 14 or minutes > 59:
            return 0
        return (hours * 3600 + minutes * 60) * (-1 if zone[0] == "-" else 1)
    return _ZONES.get(zone.lower(), 0) * 3600
