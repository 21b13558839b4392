"""What a check found: fine, something to know, or the thing that stands in the way.

Only values; whoever makes them stops at the first that stands in the way.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from store.errors import ConfigError, DigwellError


class State(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARN = "warn"
    NO = "no"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the doctor's: what was looked at, what was found, the one thing to do.

    ``exit_code`` is what the program leaves with because of it. ``error`` is the cause, where one is
    known: its faults can be shown in full.
    """

    name: str
    state: State
    said: str
    todo: str = ""
    exit_code: int = 0
    error: ConfigError | None = None


def fine(name: str, said: str) -> Check:
    """Return a check that came out well."""
    return Check(name, State.OK, said)


def warn(name: str, said: str, todo: str) -> Check:
    """Return a check that found something to know; digwell works all the same."""
    return Check(name, State.WARN, said, todo)


def no(name: str, error: DigwellError, todo: str = "") -> Check:
    """Return a check that found what stands in the way."""
    why = f" ({error.why})" if error.why else ""
    cause = error if isinstance(error, ConfigError) else None
    return Check(name, State.NO, f"{error.what}{why}", todo or error.hint, error.exit_code, cause)
