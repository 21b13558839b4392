"""Progress on stderr: a bar a folder where a terminal can move it, nothing anywhere else."""

from __future__ import annotations

import os
import sys

from daemon import clock
from daemon.cli.output import animated, clean, cut, width

CELLS = 26
FEWEST = 8  # fewer cells of a bar tell nothing
NAME = 24  # cells of a folder's name
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
        """Return the line, no wider than the terminal: a line that wraps cannot be drawn over."""
        left = (now - self._began) * (expected - done) / done if done else 0.0
        rest = f"  {left:.0f} s left" if 0 < done < expected and left >= 1 else ""
        figures = f"{done} / {expected}{rest}"
        room = _columns() - 1 - len(figures) - 4
        size = max(1, min(NAME, room - FEWEST))
        cells = min(CELLS, room - size)
        full = max(0, cells) * done // expected
        bar = f"{'█' * full}{'░' * (cells - full)}  " if cells >= FEWEST else ""
        name = cut(clean(folder), size)
        return f"{name}{' ' * (size - width(name))}  {bar}{figures}"


def _columns() -> int:
    try:
        return os.get_terminal_size(sys.stderr.fileno()).columns or 80
    except OSError:
        return 80
