"""Do heavy work in a child process, so that the daemon stays as small as it was.

Composing a letter loads templates and every person there is; a child gives all of it back by ending.
The child opens a store of its own: an open one must never cross a fork.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import traceback
from collections.abc import Callable
from typing import TypeVar

from daemon import clock, log
from daemon.service.stop import Stop
from store.errors import DigwellError, TemporaryError

T = TypeVar("T")
LONGEST = 300.0
SLICE = 5.0


class BrokenError(RuntimeError):
    """The child met a fault of ours; its traceback is the text."""


def apart(work: Callable[[], T], stop: Stop, alive: Callable[[], None], longest: float = LONGEST) -> T:
    """Return what ``work`` returns in a child process; its DigwellErrors are raised here.

    ``alive`` is called while the child works, for at most ``longest`` seconds; then it is killed
    (TemporaryError). Call it with no store open and no thread running. Raises ``Stopping``.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _child(work, reading, writing)
    os.close(writing)
    try:
        told = _listen(reading, stop, alive, longest)
    finally:
        os.close(reading)
        _end(child)
    if not told:
        raise TemporaryError("a letter could not be composed", "the process for it died")
    kind, value = pickle.loads(told)  # noqa: S301 - from our own child
    if kind == "error":
        raise value
    if kind == "fault":
        raise BrokenError(value)
    return value  # type: ignore[no-any-return]


def _child(work: Callable[[], object], reading: int, writing: int) -> None:
    os.close(reading)
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
        told = told or pickle.dumps(("fault", log.redact(traceback.format_exc())))
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(told)
        os._exit(0)


def _listen(reading: int, stop: Stop, alive: Callable[[], None], longest: float) -> bytes:
    told, end = b"", clock.monotonic() + longest
    while clock.monotonic() < end:
        stop.check()
        if not select.select([reading], [], [], SLICE)[0]:
            alive()
            continue
        chunk = os.read(reading, 65_536)
        if not chunk:
            return told
        told += chunk
    return b""


def _end(child: int) -> None:
    """Let the child end, or end it."""
    if os.waitpid(child, os.WNOHANG)[0] == 0:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
