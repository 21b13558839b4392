"""How single values are written in both files: lengths, weekly times, addresses, switches.

Each reader takes the owner's text and returns a value or raises ``WrongError`` with a sentence and,
where there is one, a better way. Must never touch a file, a clock or the network.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterable
from datetime import date, time
from zoneinfo import ZoneInfo, available_timezones

from daemon.config.problems import did_you_mean, shown
from rules import moments

THEIR_RHYTHM = "their rhythm"
ALL = "all"
SYSTEM = "system"
_ADDRESS = re.compile(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.?[^\s@<>,;\"]*")
_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})", re.ASCII)
_ON = {"on", "yes", "true"}
_OFF = {"off", "no", "false"}


class WrongError(ValueError):
    """A value that does not fit; ``hint`` is the better way."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def text(value: object) -> str:
    """Take one piece of text."""
    if not isinstance(value, str):
        raise WrongError(f"one value is expected here, not {_what(value)}")
    if not value.strip():
        raise WrongError("this is empty")
    if _CONTROL.search(value):
        raise WrongError("control characters are not allowed here")
    return value.strip()


def as_list(value: object) -> list[object]:
    """Take one word as a list of one."""
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        raise WrongError(f"one word or a list is expected here, not {_what(value)}")
    return value


def switch(value: object) -> bool:
    """Take ``on`` or ``off`` (also yes and no, true and false)."""
    word = text(value).lower()
    if word not in _ON | _OFF:
        raise WrongError(f"{shown(word)} is neither on nor off", did_you_mean(word, sorted(_ON | _OFF)))
    return word in _ON


def one_of(*known: str) -> Callable[[object], str]:
    """Return a reader that takes one of these words."""

    def read(value: object) -> str:
        word = " ".join(text(value).lower().split())
        if word not in known:
            raise WrongError(
                f"{shown(text(value))} is not one of {', '.join(known)}", did_you_mean(word, known)
            )
        return word

    return read


def some(words: tuple[str, ...] | list[str]) -> tuple[str, ...] | list[str]:
    """Refuse a list that says nothing at all."""
    if not words:
        raise WrongError("at least one is needed here", "leave the key out for its default")
    return words


def number(low: int, high: int) -> Callable[[object], int]:
    """Return a reader that takes a whole number within bounds."""

    def read(value: object) -> int:
        word = str(value) if type(value) is int else text(value)
        if not re.fullmatch(r"[+-]?\d{1,9}", word, re.ASCII):
            raise WrongError(f"{shown(word)} is not a whole number")
        if not low <= int(word) <= high:
            raise WrongError(f"{int(word)} is outside {low} to {high}")
        return int(word)

    return read


def length(value: object) -> int:
    """Take a length of time, in days."""
    word = text(value)
    days = moments.days(word)
    if days is None:
        better = f"did you mean “{word}d” or “{word}w”?" if word.isdecimal() else ""
        raise WrongError(f"{shown(word)} is not a length of time; write 10d, 2w, 3m or 1y", better)
    return days


def cadence(value: object) -> int | None:
    """Take a length of time or ``their rhythm`` (None)."""
    word = " ".join(text(value).lower().split())
    if word == THEIR_RHYTHM:
        return None
    try:
        return length(word)
    except WrongError as error:
        better = did_you_mean(word, [THEIR_RHYTHM]) or error.hint
        raise WrongError(f"{error}, or “{THEIR_RHYTHM}”", better) from None


def back(value: object) -> int | date | None:
    """Take how far to look back: ``all`` (None), a length in days, or a date."""
    word = text(value).lower()
    if word == ALL:
        return None
    if (days := moments.days(word)) is not None:
        return days
    try:
        return day(word)
    except WrongError:
        better = did_you_mean(word, [ALL])
        raise WrongError(
            f"{shown(word)} is neither “all”, nor a length such as 3y, nor a date", better
        ) from None


def day(value: object) -> date:
    """Take a date such as 2027-01-10."""
    word = text(value)
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word, re.ASCII):
            return date.fromisoformat(word)
    except ValueError:
        raise WrongError(f"{shown(word)} is no day of the calendar") from None
    raise WrongError(f"{shown(word)} is not a date such as 2027-01-10")


def weekly(value: object) -> tuple[int, time]:
    """Take a weekday and a clock time: ``monday 07:30``."""
    said = text(value)
    parts = said.split()
    wrong = f"{shown(said)} is not a weekly time; write a weekday and a clock time, such as “monday 07:30”"
    if len(parts) != 2:
        raise WrongError(wrong)
    weekday = _index(parts[0], moments.WEEKDAYS)
    at = _clock(parts[1])
    if weekday is None:
        raise WrongError(wrong, did_you_mean(parts[0], moments.WEEKDAYS))
    if at is None:
        raise WrongError(wrong, f"{shown(parts[1])} is not a time of day such as 07:30")
    return weekday, at


def zone(value: object) -> str:
    """Take the IANA name of a time zone, or ``system``."""
    name = text(value)
    if name == SYSTEM:
        return name
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        near = did_you_mean(name, [SYSTEM, *sorted(available_timezones())])
        raise WrongError(f"{shown(name)} is not a time zone such as Europe/Berlin", near) from None
    return name


def host(value: object) -> str:
    """Take the name or number of a machine, without scheme, user or port."""
    name = text(value)
    if "/" in name or "@" in name:
        raise WrongError("this is not the name of a machine", "write it without imaps:// or user@")
    if is_number(name):
        return name
    plain = _labels(name)
    if not plain:
        better = "the port has a key of its own: port" if re.search(r":\d+$", name) else ""
        raise WrongError(f"{shown(name)} is not the name of a machine", better)
    return plain


def is_number(name: str) -> bool:
    """Tell whether a host is written as an IP address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def is_loopback(name: str) -> bool:
    """Tell whether a host can only be this machine."""
    if is_number(name):
        return ipaddress.ip_address(name).is_loopback
    return name == "localhost" or name.endswith(".localhost")


def address(value: object) -> str:
    """Take one mail address."""
    word = text(value)
    if not _ADDRESS.fullmatch(word):
        raise WrongError(f"{shown(word)} is not a mail address")
    return word.lower()


def domain(value: object) -> str:
    """Take one domain, with or without the @."""
    word = text(value)
    name = _labels(word.lstrip("@"))
    if not name:
        raise WrongError(f"{shown(word)} is not a domain such as example.org")
    return name


def never(value: object) -> str:
    """Take whom never to name: an address with * and ?, ``list:*``, ``tag:word`` or a name."""
    word = text(value)
    head, colon, rest = word.partition(":")
    if colon and head not in {"list", "tag"}:
        better = did_you_mean(head, ["list", "tag"])
        raise WrongError(f"{shown(word)}: only list or tag may stand before a colon", better)
    if colon and not rest.strip():
        raise WrongError(f"{shown(word)}: a word or * is missing after the colon")
    return f"{head}:{rest.strip()}" if colon else word


def template(known: Iterable[str]) -> Callable[[object], str]:
    """Return a reader of a sentence with gaps such as ``{first}``; other gaps are refused."""
    gaps = tuple(known)

    def read(value: object) -> str:
        said = text(value)
        for gap in re.findall(r"\{([^{}]*)\}", said):
            if gap not in gaps:
                may = ", ".join("{" + g + "}" for g in gaps)
                raise WrongError(f"{{{gap}}} is not known here; there are {may}", did_you_mean(gap, gaps))
        if re.sub(r"\{[^{}]*\}", "", said).strip("{}") != re.sub(r"\{[^{}]*\}|[{}]", "", said):
            raise WrongError("a brace { or } stands alone")
        return said

    return read


def span(value: object) -> tuple[date, date, bool]:
    """Take a quiet span: first day, last day, and whether it comes every year (then in year 2000)."""
    said = " ".join(text(value).lower().split())
    yearly = said.startswith("every ")
    ends = said.removeprefix("every ").split(" to ")
    if len(ends) == 1:
        ends = ends * 2
    found = [_yearly_day(end) if yearly else _iso(end) for end in ends]
    if len(found) != 2 or found[0] is None or found[1] is None:
        way = "write “2026-12-20 to 2027-01-04” or “every august 1 to august 21”"
        raise WrongError(
            f"{shown(text(value))} is not a span of days; {way}", _month_hint(said) if yearly else ""
        )
    if not yearly and found[1] < found[0]:
        raise WrongError(f"{shown(text(value))} ends before it begins")
    return found[0], found[1], yearly


def _iso(word: str) -> date | None:
    try:
        return day(word)
    except WrongError:
        return None


def _yearly_day(said: str) -> date | None:
    parts = said.split()
    if len(parts) != 2:
        return None
    name, figure = parts if parts[1].isdigit() else (parts[1], parts[0])
    month = _index(name, moments.MONTHS)
    if month is None or not figure.isdigit():
        return None
    try:
        return date(2000, month + 1, int(figure))  # a leap year, so that 29 February can be meant
    except ValueError:
        return None


def _month_hint(said: str) -> str:
    strange = [w for w in said.split() if w.isalpha() and w not in {"every", "to", *moments.MONTHS}]
    return did_you_mean(strange[0], moments.MONTHS) if strange else ""


def _clock(word: str) -> time | None:
    found = _CLOCK.fullmatch(word)
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return None
    return time(int(found[1]), int(found[2]))


def _index(word: str, names: tuple[str, ...]) -> int | None:
    word = word.lower()
    return next((i for i, name in enumerate(names) if word in {name, name[:3]}), None)


def _labels(name: str) -> str:
    """Return a host or domain name in lower case and ASCII, empty if it is none."""
    try:
        plain = (name if name.isascii() else name.encode("idna").decode("ascii")).rstrip(".").lower()
    except UnicodeError:
        return ""
    return plain if all(_LABEL.fullmatch(label) for label in plain.split(".")) else ""


def _what(value: object) -> str:
    return {dict: "a mapping", list: "a list", type(None): "nothing"}.get(type(value), "text")
