"""The visible file of what the owner told digwell about single addresses: friend, not a person.

It lies beside rules.yaml, one line an address, and may be edited by hand. Must never be written
half: the old file stays until the new one is whole on disk.
"""

from __future__ import annotations

import os
import re
import tempfile
from datetime import date
from pathlib import Path

from store.errors import DigwellError

NAME = "rules.learned.yaml"
WORDS = ("friend", "not a person")
HEAD = """\
# What you told digwell about single addresses. Edit it or delete lines as you like.
# friend: always a person; not a person: never suggested.
learned:
"""
_LINE = re.compile(r"""\s+(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s#"'][^\s]*?))\s*:(?:\s|$)""")


def learned_beside(rules: Path) -> Path:
    """Return where the learned rules lie that go with a rules file."""
    return rules.with_name(NAME)


def teach(path: Path, address: str, word: str, on: date) -> bool:
    """Write down that an address is a ``friend`` or ``not a person``; False if that stood there already.

    Other lines of the file stay as they are. Raises DigwellError where it cannot be written.
    """
    assert word in WORDS, word
    lines = _lines(path)
    kept = [line for line in lines if _address(line) != address]
    new = f"  {_quoted(address)}: {word}  # {on.isoformat()}"
    same = [line for line in lines if _address(line) == address]
    if len(same) == 1 and same[0].split("#")[0].rstrip() == new.split("#", maxsplit=1)[0].rstrip():
        return False
    _write(path, [*kept, new])
    return True


def untaught(path: Path, address: str) -> bool:
    """Take back what was written about an address; False if nothing was."""
    lines = _lines(path)
    kept = [line for line in lines if _address(line) != address]
    if len(kept) == len(lines):
        return False
    _write(path, kept)
    return True


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return HEAD.splitlines()
    except OSError as error:
        raise DigwellError(f"{path} cannot be read", (error.strerror or "").lower()) from error
    # an empty mapping has no lines to stand among
    lines = [re.sub(r"^learned:\s*\{\s*\}", "learned:", line) for line in text.splitlines()]
    return lines if any(line.startswith("learned:") for line in lines) else [*lines, "learned:"]


def _address(line: str) -> str:
    found = _LINE.match(line)
    if not found:
        return ""
    quoted, single, bare = found.groups()
    return (re.sub(r"\\(.)", r"\1", quoted) if quoted else single or bare or "").lower()


def _quoted(address: str) -> str:
    """Return an address as a YAML key; what is not plain is quoted."""
    if re.fullmatch(r"[a-z0-9][a-z0-9._+=/-]*@[a-z0-9.-]+", address):
        return address
    return '"' + address.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _write(path: Path, lines: list[str]) -> None:
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".learned-")
    except OSError as error:
        raise DigwellError(f"{path} cannot be written", (error.strerror or "").lower()) from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        raise DigwellError(f"{path} cannot be written", (error.strerror or "").lower()) from error
