"""Questions to the owner: asked until the answer can be read, three times at most.

Who answers from a script is asked once: his next line answers the next question, and may be a password.
Must never know a terminal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from daemon.config import wording
from store.errors import UsageError

TRIES = 3
Read = TypeVar("Read")


class Talk(Protocol):
    """How questions reach the owner; ``live`` tells that somebody sits there who can be asked again."""

    @property
    def live(self) -> bool:
        """Tell whether a question may come twice."""

    def ask(self, question: str, default: str = "", *, hidden: bool = False) -> str:
        """Return an answer, the default for none. Raises UsageError where nobody can be asked."""

    def say(self, text: str) -> None:
        """Show a line."""


def tries(talk: Talk) -> int:
    """Return how often a question may come."""
    return TRIES if talk.live else 1


def checked(question: str, given: str, default: str, read: Callable[[object], Read], talk: Talk) -> Read:
    """Return an answer as it was read; what the command line said in ``given`` is not asked.

    Raises UsageError for an answer that cannot be read at last.
    """
    last = tries(talk) - 1
    for turn in range(last + 1):
        answer = given or talk.ask(question, default)
        try:
            return read(answer)
        except wording.WrongError as error:
            if given or turn == last:
                raise UsageError(str(error), hint=error.hint) from None
            talk.say(f"  no  {error}" + (f"; {error.hint}" if error.hint else ""))
    raise AssertionError(question)
