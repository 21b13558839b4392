"""What one scan keeps over its lines: how much to ask for at once, whom it suspects, what came of it.

A message is given up only when the same thing is wrong with it on two fresh lines; before that the
line is blamed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from daemon.scan.plan import BATCH
from daemon.scan.values import FolderScan

SHRINK = 16

_NO_FIGURES = str.maketrans("", "", "0123456789")

Key = tuple[int, int]  # folder id and UID


@dataclass(slots=True)
class Memory:
    """The state of a scan that outlives a connection. ``taken`` counts messages: the sign of progress."""

    line: int = 0
    taken: int = 0
    undated: bool = False
    daily: bool = False
    emptied: bool = False
    quarantined: set[Key] = field(default_factory=set)
    sizes: dict[int, int] = field(default_factory=dict)
    suspects: dict[Key, tuple[bytes, str, int]] = field(default_factory=dict)
    guilty: dict[Key, str] = field(default_factory=dict)
    scans: dict[str, FolderScan] = field(default_factory=dict)
    unfinished: dict[str, str] = field(default_factory=dict)
    troubles: tuple[str, ...] = ()
    failing: int = 0
    skipped: set[int] = field(default_factory=set)

    def size(self, folder: int) -> int:
        """Return how many messages of a folder to ask for first."""
        return self.sizes.get(folder, BATCH)

    def grown(self, folder: int) -> None:
        """Note that a slice came through: the next may be larger."""
        if folder in self.sizes:
            self.sizes[folder] *= 2
            if self.sizes[folder] >= BATCH:
                del self.sizes[folder]

    def shrunk(self, folder: int) -> None:
        """Note that a slice did not come through: close in on the message at fault."""
        self.sizes[folder] = max(1, self.size(folder) // SHRINK)

    def accuse(self, key: Key, what: bytes, reason: str) -> bool:
        """Note what is wrong with a message; True when it is the second line that says the same.

        Figures in the reason count for nothing: servers put times and process numbers into their words.
        """
        gist = reason.translate(_NO_FIGURES)
        known = self.suspects.get(key)
        if known is not None and known[:2] == (what, gist) and known[2] != self.line:
            self.guilty[key] = reason
            return True
        self.suspects[key] = (what, gist, self.line)
        return False
