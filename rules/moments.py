"""Lengths of time and moments as the owner writes them: `2w`, `2027-01-10`, `friday`, `may`, `tomorrow`.

Pure; the day of today is an argument. One meaning everywhere: the rules file, the mail and the command line.
"""

from __future__ import annotations

import re
from datetime import date, timedelta

UNITS = {"d": 1, "w": 7, "m": 30, "y": 365}
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july",
    "august", "september", "october", "november", "december",
)  # fmt: skip
LONGEST = 36_500

_LENGTH = re.compile(r"([0-9]{1,5}) ?(d|w|m|y)(?:ays?|eeks?|onths?|ears?)?", re.IGNORECASE | re.ASCII)
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def days(text: str) -> int | None:
    """Return the days of a length such as `10d 2w 3m 1y` (a month is 30, a year 365), or None."""
    found = _LENGTH.fullmatch(text.strip())
    if not found:
        return None
    total = int(found[1]) * UNITS[found[2].lower()]
    return total if 0 < total <= LONGEST else None


def moment(text: str, today: date) -> date | None:
    """Return the day that ``text`` names, always after ``today`` unless it is an ISO date, or None.

    A weekday is the next one, a month is the first day of the next one of that name.
    """
    word = " ".join(text.lower().split())
    length = days(word)
    if length is not None:
        return _later(today, length)
    if word == "tomorrow":
        return _later(today, 1)
    if _ISO.fullmatch(word):
        return _iso(word)
    weekday = _index(word, WEEKDAYS)
    if weekday is not None:
        return _later(today, (weekday - today.weekday() - 1) % 7 + 1)
    month = _index(word, MONTHS)
    if month is not None:
        return date(today.year + (month + 1 <= today.month), month + 1, 1)
    return None


def spell(length: int) -> str:
    """Return a length in days as the owner would write it: 14 → `2w`, 90 → `3m`, 10 → `10d`."""
    for unit in ("y", "m", "w"):
        if length and length % UNITS[unit] == 0:
            return f"{length // UNITS[unit]}{unit}"
    return f"{length}d"


def _later(today: date, length: int) -> date | None:
    try:
        return today + timedelta(days=length)
    except OverflowError:
        return None


def _iso(word: str) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        return None


def _index(word: str, names: tuple[str, ...]) -> int | None:
    for index, name in enumerate(names):
        if word == name or (word == name[:3]) or (word == "sept" and name == "september"):
            return index
    return None
