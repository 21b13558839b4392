"""Rhythm: the gap that is between two people, learned from their contact days.

Pure arithmetic over ascending days. It must never look at what the owner wishes (that is a
cadence, see ``rules.wishes``) and never count messages: ten mails in one afternoon are one contact.
"""

from __future__ import annotations

from collections.abc import Sequence
from operator import sub

from rules.verdicts import Rhythm

LEARNED_DAYS = 4
"""Contact days from which the gaps between them are called a rhythm."""
ONE_CONVERSATION = 3
"""Contact days no further apart than this are one conversation when the rhythm is put into words."""
SHORTEST_SILENCE = 28.0
GATE_FACTOR = 1.5
COLD_FACTOR = 2.0
GONE_FACTOR = 8.0


def rhythm(days: Sequence[int], today: float) -> Rhythm:
    """Return the median, 75 % quantile and mean of the gaps, in days.

    The quantile and the mean are over all contact days, the median over the starts of conversations:
    two people who exchange four mails over two days every five weeks write every five weeks.
    With a single contact day all three are the days since then, a week at least: nothing is
    known of the pair yet, and nobody is late.
    """
    if len(days) < 2:
        open_gap = max(today - days[0], 7.0) if days else 7.0
        return Rhythm(open_gap, open_gap, open_gap, len(days), learned=False)
    gaps = list(map(sub, days[1:], days))
    mean = (days[-1] - days[0]) / len(gaps)
    between = sorted(_between(gaps))
    gaps.sort()
    return Rhythm(
        _quantile(between or gaps, 0.5), _quantile(gaps, 0.75), mean, len(days), len(days) >= LEARNED_DAYS
    )


def gate(beat: Rhythm, pace: float = 1.0) -> float:
    """Return the silence in days from which somebody may be named; ``pace`` stretches the rhythm.

    Four weeks, and one and a half times the pair's own 75 % gap: on four mail networks this cut
    the names that came too soon from one in five to one in twenty. Never before their usual time
    between two conversations is over.
    """
    return max(SHORTEST_SILENCE, pace * max(GATE_FACTOR * beat.upper, beat.median if beat.learned else 0.0))


def is_cold(tie_rhythm: Rhythm, silence: float) -> bool:
    """Tell whether a tie has just passed its own rhythm, for the seat of strong ties going cold."""
    return silence >= max(SHORTEST_SILENCE, COLD_FACTOR * tie_rhythm.upper)


def is_gone(tie_rhythm: Rhythm, silence: float) -> bool:
    """Tell whether a tie is mostly gone: eight mean gaps of silence, half a year at least."""
    return silence >= max(182.0, GONE_FACTOR * tie_rhythm.mean)


def _between(gaps: Sequence[int]) -> list[int]:
    """Return the days from the start of each conversation to the start of the next."""
    found, days = [], 0
    for gap in gaps:
        days += gap
        if gap > ONE_CONVERSATION:
            found.append(days)
            days = 0
    return found


def _quantile(ordered: Sequence[int], share: float) -> float:
    """Interpolate between neighbours (the definition most statistics programs use)."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (place - low) * (ordered[high] - ordered[low])
