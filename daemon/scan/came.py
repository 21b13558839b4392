"""Which messages of a folder have come: runs of UIDs, for one by one a million would fill the memory."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence


class Came:
    """UIDs as they come in, slice by slice, each slice ascending and none twice."""

    def __init__(self) -> None:
        self.count = 0
        self._lows, self._highs = array("q"), array("q")

    def add(self, uids: Sequence[int]) -> None:
        """Take in one slice."""
        if not uids:
            return
        self.count += len(uids)
        if uids[-1] - uids[0] + 1 == len(uids):
            self._run(uids[0], uids[-1])
            return
        low = high = uids[0]
        for uid in uids[1:]:
            if uid != high + 1:
                self._run(low, high)
                low = uid
            high = uid
        self._run(low, high)

    def _run(self, low: int, high: int) -> None:
        """Put a run behind the others, or join it to the last one, whichever side it touches."""
        if self._lows and low == self._highs[-1] + 1:
            self._highs[-1] = high
        elif self._lows and high == self._lows[-1] - 1:
            self._lows[-1] = low
        else:
            self._lows.append(low)
            self._highs.append(high)

    def lacks(self, uids: Iterable[int]) -> bool:
        """Tell whether any of these UIDs has not come."""
        runs = sorted(zip(self._lows, self._highs, strict=True))
        lows = [low for low, _ in runs]
        for uid in uids:
            place = bisect_right(lows, uid) - 1
            if place < 0 or uid > runs[place][1]:
                return True
        return False
