"""A piece of work in a process of its own, which gives back all that it loaded by ending.

An open store must never cross a fork, nor a process that has threads be forked.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections.abc import Callable
from typing import TypeVar

from store.errors import DigwellError, TemporaryError

T = TypeVar("T")


class BrokenError(RuntimeError):
    """The child met a fault of ours; its traceback is the text."""


def start(work: Callable[[], object]) -> tuple[int, int]:
    """Start a child that tells through a pipe what ``work`` returns; return its pid and the reading end.

    Raises OSError where no more processes may be.
    """
    reading, writing = os.pipe()
    try:
        child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        raise
    if child == 0:
        os.close(reading)
        _work(work, writing)
    os.close(writing)
    return child, reading


def result(told: bytes) -> object:
    """Return what a child told; raise its DigwellError, or BrokenError for a fault of ours."""
    if not told:
        raise TemporaryError("a piece of work did not end", "its process died or hung")
    kind, value = pickle.loads(told)  # noqa: S301 - from our own child
    if kind == "error":
        raise value
    if kind == "fault":
        raise BrokenError(value)
    return value


def beside(work: Callable[[], T]) -> Callable[[], T]:
    """Let ``work`` go on beside what follows; what is returned waits for its result, or raises its error.

    Where there are threads, or no more processes may be, the work is done when its result is asked for.
    """
    if threading.active_count() > 1:
        return work
    try:
        child, reading = start(work)
    except OSError:
        return work

    def wait() -> T:
        with os.fdopen(reading, "rb") as pipe:
            told = pipe.read()
        ended(child)
        return result(told)  # type: ignore[return-value]

    return wait


def ended(child: int, options: int = 0) -> bool:
    """Wait for a child as ``os.waitpid`` does; it is over, too, where nobody may wait (SIGCHLD ignored)."""
    try:
        return os.waitpid(child, options)[0] != 0
    except ChildProcessError:
        return True


def _work(work: Callable[[], object], writing: int) -> None:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGALRM):
        signal.signal(number, signal.SIG_DFL)
    signal.set_wakeup_fd(-1)
    told = b""
    try:
        told = pickle.dumps(("done", work()))
    except DigwellError as error:
        told = pickle.dumps(("error", error))
    finally:
        # whatever happened, the child must not run on into its parent's code
        try:
            told = told or pickle.dumps(("fault", _fault()))
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(told)
        finally:  # not even where the parent is gone and nobody listens
            os._exit(0)


def _fault() -> str:
    import traceback  # noqa: PLC0415 - no child needs it but one that failed

    from daemon import log  # noqa: PLC0415

    return log.redact(traceback.format_exc())
