"""The three silences: you owe an answer, both went quiet, they have not answered your last two.

Pure, told from contact days alone. It must never guess at what a mail said.
"""

from __future__ import annotations

from enum import StrEnum

from store.facts import DAY, Timeline

REST_DAYS = 182
"""How long somebody is left in peace who has not answered the owner's last two mails."""


USUAL = 0.6
"""A silence is theirs only if a run of unanswered mails that long is rarer than this for the pair."""


class Turn(StrEnum):
    """Whose turn it is."""

    YOURS = "yours"
    NOBODYS = "nobody's"
    THEIRS = "theirs"


def turn(line: Timeline) -> Turn:
    """Tell whose silence it is.

    Theirs only after two contact days without any answer, and only if that is unusual for the pair: some
    people answer one mail in ten, and many owners keep what they wrote but not what they got.
    """
    if line.last_in > line.last_out:
        return Turn.YOURS
    run = unanswered(line)
    if run < 2:
        return Turn.NOBODYS
    answered = (sum(map(bool, line.ins)) + 1) / (len(line.days) + 2)
    return Turn.THEIRS if (1 - answered) ** run < USUAL else Turn.NOBODYS


def unanswered(line: Timeline) -> int:
    """Count the latest contact days on which only the owner wrote.

    Somebody who never wrote at all counts too: two mails without an answer are two.
    """
    count = 0
    for out, in_ in zip(reversed(line.outs), reversed(line.ins), strict=True):
        if in_ or not out:
            break
        count += 1
    return count


def rests_until(line: Timeline) -> int:
    """Return the Unix second until which their silence asks for peace, 0 if it does not."""
    return line.last_out + REST_DAYS * DAY if turn(line) is Turn.THEIRS else 0
