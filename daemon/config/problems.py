"""Faults of a YAML file as its owner reads them: place, sentence, source line, caret, better way.

Must never show the value of a key that may hold a secret: lines are covered before they are kept.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

from store.errors import Problem

_SECRET_WORD = re.compile(
    r"pas+w|pass|passphrase|pwd|secret|token|credential|api_?key|auth(?!or)", re.IGNORECASE
)
_KEY = re.compile(r"""(?:^|[\s{,\-"'])(?P<key>[\w.\-]+)["']?\s*:(?=\s|$)""")
_SECRET_KEY = re.compile(rf"""(?:{_SECRET_WORD.pattern})[^:\s]*["']?\s*:(?=\s|$)""", re.IGNORECASE)
_LOGIN_IN_URL = re.compile(r"//[^\s/@]*@")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
COVER = "..."
LONGEST = 160


def may_hold_a_secret(key: str) -> bool:
    """Tell whether a key of that name, misspelt or not, may have a secret as its value."""
    if _SECRET_WORD.search(key):
        return True
    return bool(difflib.get_close_matches(key.lower(), ("password", "passwort", "passwd"), 1, 0.75))


def source_lines(text: str) -> tuple[str, ...]:
    """Return the lines of a file fit to be shown: secrets covered, control characters gone."""
    shown: list[str] = []
    covered_from: int | None = None  # indentation of the secret's key while its value may run on
    for line in re.split(r"\r\n|\n|\r", text):
        indent = len(line) - len(line.lstrip(" -\t"))
        if covered_from is not None and (indent > covered_from or not _KEY.search(line)):
            shown.append(" " * indent + (COVER if line.strip() else ""))
            continue
        end = _secret_from(line)
        covered_from = None if end is None else indent
        open_part = line if end is None else line[:end] + (f" {COVER}" if line[end:].strip() else "")
        shown.append(_CONTROL.sub("?", _LOGIN_IN_URL.sub(f"//{COVER}@", open_part.replace("\t", " "))))
    return tuple(shown)


def _secret_from(line: str) -> int | None:
    """Return the column from which a line holds a secret: behind the first key that may have one."""
    ends = [found.end() for found in _KEY.finditer(line) if may_hold_a_secret(found["key"])]
    plain = _SECRET_KEY.search(line)
    return min([*ends, *([plain.end()] if plain else [])], default=None)


def nearest(word: str, known: Iterable[str], likeness: float = 0.6) -> str:
    """Return the known word that is spelt most like a word, or nothing."""
    names = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), list(names), 1, likeness)
    return names[near[0]] if near else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``did you mean “…”?`` for the nearest known word, or nothing."""
    near = nearest(word, known)
    return f"did you mean “{near}”?" if near else ""


def shown(value: str, most: int = 60) -> str:
    """Return a value of the file in quotation marks, without control characters, cut to length."""
    text = _CONTROL.sub("?", value)
    return f"“{text[: most - 1]}…”" if len(text) > most else f"“{text}”"


def render_problems(problems: Sequence[Problem]) -> str:
    """Return all problems as text: ``file:line:col: message``, the source line, a caret, the hint."""
    return "\n".join(_render(problem) for problem in problems)


def _render(problem: Problem) -> str:
    if not problem.line:
        head = f"{problem.file}: {problem.message}"
        return head + (f"\n      = {problem.hint}" if problem.hint else "")
    lines = [f"{problem.file}:{problem.line}:{problem.column}: {problem.message}"]
    gutter = max(5, len(str(problem.line)) + 1)
    if problem.source.strip():
        source, column = _window(problem.source, problem.column)
        caret = " " * (column - 1) + "^" * max(1, problem.width)
        lines.append(f"{problem.line:>{gutter}} | {source}")
        if column <= len(source) + 1:
            lines.append(f"{'':>{gutter}} | {caret[: len(source) + 1]}")
    if problem.hint:
        lines.append(f"{'':>{gutter}} = {problem.hint}")
    return "\n".join(lines)


def _window(line: str, column: int) -> tuple[str, int]:
    """Return what is shown of a line, and where the column is in it: a line may be the whole file."""
    start = 0 if len(line) <= LONGEST else max(0, min(column - 1 - LONGEST // 2, len(line) - LONGEST))
    return line[start : start + LONGEST], column - start
