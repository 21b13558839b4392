"""Twelve months as a line of Unicode blocks: nothing to load, nothing to block, and it works as text."""

from __future__ import annotations

from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(counts: Sequence[int]) -> str:
    """Return one block a month; the lowest means none at all, the tallest is the busiest month.

    Return nothing where there is nothing to see.
    """
    tallest = max(counts, default=0)
    if tallest <= 0:
        return ""
    return "".join(_block(count, tallest) for count in counts)


def _block(count: int, tallest: int) -> str:
    if count <= 0:
        return BLOCKS[0]
    steps = len(BLOCKS) - 1
    return BLOCKS[1 + (count * steps - 1) // tallest] if count < tallest else BLOCKS[-1]
