"""How digwell prints: tables, one person a line, JSON envelopes, errors.

Everything that may come from a mail passes ``clean`` here: no control or bidi character reaches a
terminal, a pipe or a JSON value. Nothing is shortened unless a terminal would wrap it.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from daemon import clock
from store.errors import DigwellError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from daemon.saying import Told

_SPACES = dict.fromkeys((*b"\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85", 0x2028, 0x2029), " ")
_GONE = dict.fromkeys(
    (
        *(c for c in range(0x20) if c not in _SPACES),
        *(c for c in range(0x7F, 0xA0) if c not in _SPACES),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
        *range(0xD800, 0xE000),
        0x061C, 0x200B, 0x200E, 0x200F, 0xFEFF,
    )
)  # fmt: skip
_INERT = {**_SPACES, **_GONE}
_INERT_LINES = {k: v for k, v in _INERT.items() if k != 0x0A}


def clean(text: str) -> str:
    """Return one line without control, bidi or lone surrogate characters."""
    return text.translate(_INERT)


def clean_lines(text: str) -> str:
    """Return text without such characters, its line ends kept."""
    return text.translate(_INERT_LINES)


def say(text: str = "") -> None:
    """Print a sentence to stdout."""
    click.echo(clean_lines(text))


def tell(text: str) -> None:
    """Print a sentence to stderr: progress, hints, what a script should not read."""
    click.echo(clean_lines(text), err=True)


def strong(text: str) -> str:
    """Return text in bold where the terminal takes it."""
    return click.style(text, bold=True) if coloured() else text


def local(at: str | None, zone: ZoneInfo) -> str:
    """Return an instant of a record as the owner's clock shows it, or `never`."""
    if not at:
        return "never"
    return datetime.fromisoformat(at).astimezone(zone).strftime("%a %-d %b %Y %H:%M")


def coloured() -> bool:
    """Tell whether stdout is a terminal that wants colour (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def animated() -> bool:
    """Tell whether stderr is a terminal where a bar may move."""
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("NO_COLOR")


def asks() -> bool:
    """Tell whether somebody sits there who can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def width(text: str) -> int:
    """Return the terminal cells that text takes."""
    return sum(
        0 if unicodedata.combining(c) or c == "\u200d" else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows in columns, one a line; the last column is cut only where a terminal would wrap."""
    lines = [[clean(cell) for cell in row] for row in (head, *rows)]
    if len(lines) == 1:
        return
    sizes = [max(width(row[i]) for row in lines) for i in range(len(head))]
    limit = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    for index, row in enumerate(lines):
        padded = (cell + " " * (size - width(cell)) for cell, size in zip(row, sizes, strict=True))
        line = cut("  ".join(padded).rstrip(), limit)
        click.echo(strong(line) if index == 0 else line)


def cut(line: str, limit: int) -> str:
    """Return a line of so many cells at most (0: any number)."""
    if not limit or width(line) <= limit:
        return line
    while width(line) > limit - 1:
        line = line[:-1]
    return line + "…"


def items(kind: str, found: Iterable[Mapping[str, Any]], as_of: int, **more: Any) -> None:
    """Print a JSON envelope with ``items``; ``more`` are further keys beside them."""
    _print_json({"digwell": 1, "kind": kind, "as_of": clock.rfc3339(as_of), **more, "items": list(found)})


def item(kind: str, found: Mapping[str, Any], as_of: int) -> None:
    """Print a JSON envelope with one ``item``."""
    _print_json({"digwell": 1, "kind": kind, "as_of": clock.rfc3339(as_of), "item": dict(found)})


def told(effect: Told, at: int, *, as_json: bool) -> None:
    """Print what came of a command."""
    if as_json:
        item("effect", effect.record(), at)
    else:
        say(effect.line())


def stream(pieces: Iterable[str], path: Path | None) -> None:
    """Write pieces of text as they come, to stdout or to a file that appears whole, readable by its owner.

    Raises DigwellError where the file cannot be written.
    """
    if path is None:
        for piece in pieces:
            sys.stdout.write(piece)
        return
    draft = path.with_name(f".{path.name}.part")
    try:
        with os.fdopen(
            os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as file:
            file.writelines(pieces)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise DigwellError(f"{path} cannot be written", error.strerror or "") from error


def line(record: Mapping[str, Any]) -> None:
    """Print one JSON object on one line."""
    click.echo(json_text(record))


def json_text(value: Any, indent: int | None = None) -> str:
    """Return JSON whose strings are inert; plain ASCII where stdout could not carry more."""
    utf8 = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    return json.dumps(_inert(value), indent=indent, ensure_ascii=not utf8)


def _print_json(value: Mapping[str, Any]) -> None:
    context = click.get_current_context(silent=True)
    if context is not None and context.obj is not None:
        context.obj.answered = True
    click.echo(json_text(value, indent=2 if sys.stdout.isatty() else None))


def _inert(value: Any) -> Any:
    match value:
        case str():
            return clean_lines(value)
        case Mapping():
            return {clean(str(key)): _inert(inner) for key, inner in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_inert(inner) for inner in value]
    return value
