"""Make strangers' words fit to be shown: one line, no control or direction characters, not too long.

Facts are clean already; this is the second lock on the last door before the owner's eyes.
"""

from __future__ import annotations

import unicodedata

from rules.commands import read

_JOINER = "\u200d"  # holds emoji together
_WORD_JOINER = "\u2060"


def clean(text: str, longest: int = 300) -> str:
    """Return ``text`` on one line of at most ``longest`` characters, cut with an ellipsis."""
    kept = "".join(c if _fit(c) else " " for c in text[: longest * 8])
    line = " ".join(kept.replace("=?", "= ?").split())
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def shown(text: str, longest: int = 300) -> str:
    """Return ``text`` clean and inert: a copy of it can never be read as a command to digwell."""
    return inert(clean(text, longest))


def inert(line: str) -> str:
    """Return a line that is no command; one that is gets a word joiner, which nobody sees, inside."""
    if not read(line).commands:
        return line
    head = line[: len(line) - len(line.lstrip(" -*•·"))]
    first, _, rest = line[len(head) :].partition(" ")
    return f"{head}{first}{_WORD_JOINER} {rest}".rstrip(" ")


def label(text: str, longest: int = 40) -> str:
    """Return ``text`` as it may stand in a subject of ours: no brackets, commas or colons."""
    return clean("".join(c if c.isalnum() or c in " .'’-+&" else " " for c in text), longest)


def _fit(character: str) -> bool:
    """Tell whether a character shows something; surrogates, controls and direction marks do not."""
    return character == _JOINER or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
