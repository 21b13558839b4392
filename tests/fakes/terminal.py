"""Somebody at a terminal: reads what a program shows, and types an answer when a question comes."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sitting:
    """What was seen until the program ended: everything on the screen, and the exit code."""

    shown: str
    code: int


def sit(
    command: Sequence[str],
    answers: Mapping[str, str],
    environ: Mapping[str, str],
    columns: int = 80,
    seconds: float = 120,
) -> Sitting:
    """Run a program on a terminal; type each answer once its question stands there, in the order given."""
    inner, outer = pty.openpty()
    fcntl.ioctl(outer, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    waiting, shown, looked = list(answers.items()), b"", 0
    end = time.monotonic() + seconds
    process = subprocess.Popen(
        command, env=dict(environ), stdin=outer, stdout=outer, stderr=outer, start_new_session=True
    )
    os.close(outer)
    try:
        while (piece := _read(inner, end)) is not None:
            shown += piece
            if waiting and (at := shown.find(waiting[0][0].encode(), looked)) >= 0:
                looked = at + 1
                time.sleep(0.05)  # a password is asked for before the echo is off
                os.write(inner, waiting.pop(0)[1].encode() + b"\n")
        code = process.wait(timeout=max(1.0, end - time.monotonic()))
    except TimeoutError:
        raise AssertionError(f"it neither ends nor says more:\n{shown.decode(errors='replace')}") from None
    finally:
        process.kill()
        process.wait()
        os.close(inner)
    assert not waiting, f"never asked: {waiting[0][0]}\n{shown.decode(errors='replace')}"
    return Sitting(shown.decode(errors="replace").replace("\r\n", "\n"), code)


def _read(inner: int, end: float) -> bytes | None:
    """Return what comes next, None at the end. Raises TimeoutError."""
    ready, _, _ = select.select([inner], [], [], max(0.0, end - time.monotonic()))
    if not ready:
        raise TimeoutError
    try:
        return os.read(inner, 65_536) or None
    except OSError:
        return None
