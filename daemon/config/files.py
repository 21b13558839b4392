"""The files of the configuration: who may write them, who may read the secrets they name.

Must never follow what a file says before it is known that nobody else could have written it.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from store.errors import ConfigError, Problem

MAX_BYTES = 1_000_000
DEFAULT_RULES = "rules.yaml"


def read_guarded(file: Path) -> str:
    """Return the text of a YAML file that only its owner can write. Raises ConfigError."""
    name = show_path(file)
    try:
        with file.open("rb") as opened:
            state = os.fstat(opened.fileno())
            content = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"{name} cannot be read: {(error.strerror or 'unknown').lower()}") from error
    if state.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise ConfigError(f"others can write {name}, so digwell does not trust it", hint=f"chmod go-w {name}")
    if state.st_uid not in {os.geteuid(), 0} and os.geteuid() != 0:
        raise ConfigError(f"{name} belongs to somebody else, so digwell does not trust it")
    if len(content) > MAX_BYTES:
        raise ConfigError(f"{name} is larger than a megabyte; that is no settings file")
    return _decode(content, name)


def show_path(file: Path) -> str:
    """Return a path as short as it is still clear: relative where it lies in the current folder."""
    try:
        return str(file.relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(file)


def wrong(file: str, problems: list[Problem]) -> ConfigError:
    """Return the error that carries all faults of a file, in the order of its lines."""
    ordered = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.column)))
    return ConfigError(f"{file}: {len(ordered)} problem{'s' if len(ordered) > 1 else ''}", ordered)


def readable_by_others(file: Path) -> bool:
    """Tell whether anybody but its owner can read or write a file that exists."""
    try:
        return bool(file.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))
    except OSError:
        return False


def _decode(content: bytes, name: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        column = error.start - (content.rfind(b"\n", 0, error.start) + 1) + 1
        fault = Problem(name, line, column, "this is not UTF-8 text", hint="save the file as UTF-8")
        raise wrong(name, [fault]) from error
