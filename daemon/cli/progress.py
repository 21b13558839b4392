"""Progress on stderr: a bar a folder where a terminal can move it, nothing anywhere else."""

from __future__ import annotations

import sys

from daemon import clock
from daemon.cli.output import animated, clean, width

CELLS = 26
EVERY = 0.1  # seconds between two redraws


class Bars:
    """Draws one bar a folder; call it with folder, messages done and messages expected."""

    def __init__(self, *, quiet: bool) -> None:
        self._drawn = animated() and not quiet
        self._folder = ""
        self._began = self._last = 0.0

    def __call__(self, folder: str, done: int, expected: int) -> None:
        """Draw how far a folder is; a new folder begins a new line."""
        if not self._drawn or expected <= 0:
            return
        now = clock.monotonic()
        if folder != self._folder:
            self.close()
            self._folder, self._began, self._last = folder, now, 0.0
        if now - self._last < EVERY and done < expected:
            return
        self._last = now
        sys.stderr.write("\r" + self._line(folder, min(done, expected), expected, now) + "\x1b[K")
        sys.stderr.flush()

    def close(self) -> None:
        """End the line of the last bar."""
        if self._folder:
            sys.stderr.write("\n")
            self._folder = ""

    def _line(self, folder: str, done: int, expected: int, now: float) -> str:
        full = CELLS * done // expected
        name = clean(folder)[:24]
        left = (now - self._began) * (expected - done) / done if done else 0.0
        rest = f"  {left:.0f} s left" if 0 < done < expected and left >= 1 else ""
        return (
            f"{name}{' ' * (24 - width(name))}  {'█' * full}{'░' * (CELLS - full)}  {done} / {expected}{rest}"
        )
