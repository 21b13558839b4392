"""How errors look: the sentence, what the server said, the one thing to do, and the exit code.

An unexpected error is one line and the path of a report. The report holds frames and the kind of the
error, never its text: that could quote a mail or a secret.
"""

from __future__ import annotations

import os
import tempfile
import traceback
from pathlib import Path

import click

from daemon import clock
from daemon.cli.output import clean, item, tell
from store.errors import AmbiguousError, ConfigError, DigwellError


def explain(error: Exception, *, verbose: bool, as_json: bool = False) -> int:
    """Print what happened to stderr, and as an object where one was wanted; return the exit code."""
    if isinstance(error, DigwellError):
        tell_error(error)
        if as_json:
            _print_error(error, error.exit_code)
        if verbose:
            _tell_frames(error)
        return error.exit_code
    if verbose:
        tell("".join(traceback.format_exception(error)).rstrip())
    what = f"something went wrong inside digwell ({type(error).__name__})"
    tell(f"digwell: {what}; report: {_report(error)}")
    if as_json:
        _print_error(DigwellError(what), 1)
    return 1


def misused(error: click.ClickException, *, as_json: bool = False) -> int:
    """Print what was wrong with the words of a command, and where its help is; return the exit code."""
    if isinstance(error, click.NoSuchCommand):
        near = ", ".join(error.possibilities or ())
        tell(f"digwell: no command “{error.command_name}”." + (f" Did you mean {near}?" if near else ""))
    else:
        tell(f"digwell: {' '.join(error.format_message().split())}")
    where = error.ctx.command_path if isinstance(error, click.UsageError) and error.ctx else "digwell"
    tell(f"  {where} --help shows how it is used.")
    if as_json:
        _print_error(DigwellError(" ".join(error.format_message().split())), error.exit_code)
    return error.exit_code


def _print_error(error: DigwellError, code: int) -> None:
    found = {
        "exit_code": code,
        "message": error.what,
        "why": error.why or None,
        "hint": error.hint or None,
        "choices": list(error.choices) if isinstance(error, AmbiguousError) else [],
    }
    item("error", found, clock.now())


def tell_error(error: DigwellError, about: str = "") -> None:
    """Print a known error as sentences: what happened, why, the one thing to do."""
    if isinstance(error, ConfigError) and error.problems:
        from daemon.config.problems import render_problems

        tell(render_problems(error.problems))
    if isinstance(error, AmbiguousError) and error.choices:
        tell(f"{clean(error.what)}:")
        for choice in error.choices:
            tell(f"  {clean(choice)}")
    else:
        tell(f"digwell: {f'{clean(about)}: ' if about else ''}{clean(error.what)}")
    if error.why:
        tell(f"  {clean(error.why)}")
    if error.hint:
        tell(f"  {clean(error.hint)}")


def _tell_frames(error: Exception) -> None:
    tell("".join(traceback.format_tb(error.__traceback__)).rstrip())


def _state() -> Path:
    """Return the folder of programs' states, or that of temporary files where there is no home."""
    told = os.environ.get("XDG_STATE_HOME", "")
    try:
        return Path(told) if told.startswith("/") else Path.home() / ".local" / "state"
    except RuntimeError:
        return Path(tempfile.gettempdir())


def _report(error: Exception) -> str:
    """Write frames and kinds of the error and its causes to a file of the owner's; return its path."""
    lines: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        lines.append(f"{type(cause).__module__}.{type(cause).__qualname__}\n")
        lines += traceback.format_tb(cause.__traceback__)
        cause = cause.__cause__ or cause.__context__
    for folder in (_state() / "digwell", Path(tempfile.gettempdir())):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, path = tempfile.mkstemp(".log", "error-", folder)
            with os.fdopen(handle, "w") as file:
                file.writelines(lines)
        except OSError:
            continue
        return path
    return "could not be written"
