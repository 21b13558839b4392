"""How long to wait after a failure: 1 s to 15 min with jitter, and logins rationed once refused.

Pure: the clock and the dice are arguments. This room must never sleep.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

FIRST = 1.0
LONGEST = 900.0
HOUR = 3600.0
LOGINS_AN_HOUR = 3
CONFIRM_AFTER = 60.0
"""A refused password is tried once more after this many seconds: servers do refuse for a moment."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """The state of one mailbox's line; times are monotonic seconds.

    ``failures`` in a row, ``until`` when the next try is allowed. ``refusals`` counts refused
    passwords in a row, ``secret`` is a fingerprint of the password that was refused, ``logins`` are
    the times of the last refused logins. ``held`` means: only the owner can mend it.
    """

    failures: int = 0
    until: float = 0.0
    refusals: int = 0
    secret: str = ""
    logins: tuple[float, ...] = ()

    @property
    def held(self) -> bool:
        """True once a refused password has been confirmed by a second refusal."""
        return self.refusals >= 2

    def ready(self, now: float) -> bool:
        """Say whether a try is allowed now."""
        return now >= self.until


def failed(state: Backoff, now: float, dice: Random) -> Backoff:
    """Note a passing failure: the wait doubles up to 15 min, each time drawn between half and whole."""
    whole = min(LONGEST, FIRST * 2.0 ** min(state.failures, 20))
    wait = max(FIRST, whole * dice.uniform(0.5, 1.0))
    return replace(state, failures=state.failures + 1, until=now + wait)


def refused(state: Backoff, now: float, secret: str) -> Backoff:
    """Note a refused password: once more after a minute, then at most three logins in any hour."""
    logins = (*(at for at in state.logins if now - at < HOUR), now)[-LOGINS_AN_HOUR:]
    refusals = state.refusals + 1 if secret == state.secret else 1
    wait = CONFIRM_AFTER if refusals == 1 else HOUR / LOGINS_AN_HOUR
    if len(logins) >= LOGINS_AN_HOUR:
        wait = max(wait, logins[0] + HOUR - now)
    return replace(
        state, failures=state.failures + 1, until=now + wait, refusals=refusals, secret=secret, logins=logins
    )


def secret_seen(state: Backoff, now: float, secret: str) -> Backoff:
    """Look at the password again: a changed one may be tried at once."""
    if not state.secret or secret == state.secret:
        return state
    return Backoff(until=now)


def succeeded(_state: Backoff) -> Backoff:
    """Forget every failure."""
    return Backoff()
