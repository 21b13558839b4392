"""The text form: hard lines of 72 characters, none of which can be read as a command.

Hard lines, because they look right everywhere; reading flowed answers is another room's work.
"""

from __future__ import annotations

import re
import textwrap
import unicodedata

from daemon.digest.clean import inert

WIDTH = 72


def fold(text: str, indent: str = "", first: str | None = None) -> str:
    """Fold text into lines of at most 72 columns; ``first`` is the indent of the first line."""
    lines = textwrap.wrap(
        text,
        WIDTH - _surplus(text),
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)


def tidy(text: str) -> str:
    """Return text without trailing blanks, double empty lines or any line that reads as a command."""
    lines = "\n".join(inert(line.rstrip()) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip("\n") + "\n"


def _surplus(text: str) -> int:
    """Return how many columns the widest line may lose to characters that are two columns wide."""
    wide = sum(1 for c in text if unicodedata.east_asian_width(c) in "WF")
    return min(wide * WIDTH // max(len(text), 1), WIDTH // 2)
