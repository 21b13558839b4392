"""Errors, sorted by what happens next. Each is a sentence for the owner.

This room must never import anything: every storey raises from here.
"""

from __future__ import annotations

from dataclasses import dataclass


class DigwellError(Exception):
    """Say what happened, why, and the one thing to do.

    ``exit_code`` is what the command line leaves with when the error reaches its outermost frame.
    """

    exit_code = 1

    def __init__(self, what: str, why: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.why = why
        self.hint = hint

    def __str__(self) -> str:
        return self.what + (f" ({self.why})" if self.why else "")


class TemporaryError(DigwellError):
    """The world is out of order for now: back off and try again."""

    exit_code = 5


class NeedsOwnerError(DigwellError):
    """Only the owner can mend this (a refused password, say): hold the mailbox, say it once."""

    exit_code = 4


class SafetyStopError(DigwellError):
    """It looks like a catastrophe: do nothing and ask."""

    exit_code = 65


class DamagedError(DigwellError):
    """The store cannot be read as what it is: it is moved aside, never deleted."""


class LockedError(DigwellError):
    """Another digwell holds the store."""

    exit_code = 7


class NotFoundError(DigwellError):
    """Nothing or nobody answers the question."""

    exit_code = 6


class AmbiguousError(DigwellError):
    """Several people answer to that name; ``choices`` are lines to show."""

    exit_code = 2

    def __init__(self, what: str, choices: tuple[str, ...] = (), hint: str = "") -> None:
        super().__init__(what, hint=hint)
        self.choices = choices


class UsageError(DigwellError):
    """The words of the command cannot be carried out as they stand."""

    exit_code = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a YAML file: where it is (1-based line and column), what, and the source line."""

    file: str
    line: int
    column: int
    message: str
    source: str = ""
    width: int = 1
    hint: str = ""


class ConfigError(DigwellError):
    """The configuration or the rules are wrong; ``problems`` holds every fault at once."""

    exit_code = 78

    def __init__(self, what: str, problems: tuple[Problem, ...] = (), hint: str = "") -> None:
        super().__init__(what, hint=hint)
        self.problems = problems
