"""Kill the real program at every Nth system call, or at a random instant, and look at what is left.

A trial names what to run, how to make the world anew, and how to look at it after the program has been
run again unharmed. It must never repair anything itself.
"""

from __future__ import annotations

import random
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[1]
CALLS = "pwrite64,fsync,fdatasync,sendto,rename,unlink"


@dataclass
class Trial:
    """``command`` is killed; ``anew`` makes the start state; ``again`` runs it to its end.

    ``look`` returns (lost, doubled) after that.
    """

    command: list[str]
    environ: dict[str, str]
    anew: Callable[[], None]
    again: Callable[[], None]
    look: Callable[[], tuple[int, int]]


@dataclass
class Tally:
    """What came of all rounds of a proof."""

    tried: int = 0
    lost: int = 0
    doubled: int = 0
    notes: list[str] = field(default_factory=list)

    def add(self, trial: Trial, round_: str) -> None:
        trial.again()
        lost, doubled = trial.look()
        self.tried += 1
        self.lost += lost
        self.doubled += doubled
        if lost or doubled:
            self.notes.append(f"{round_}: lost {lost}, doubled {doubled}")


def at_every_call(trial: Trial, step: int = 1, most: int = 10_000) -> Tally:
    """Kill at the 1st, (1 + step)th … of the calls, until the program ends before its turn."""
    tally = Tally()
    for number in range(1, most, step):
        trial.anew()
        inject = f"inject={CALLS}:signal=SIGKILL:when={number}"
        strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={CALLS}", "-e", inject]
        ended = _run([*strace, *trial.command], trial.environ)
        if ended not in {-9, 137}:
            tally.notes.append(f"{number - 1} such calls in a whole run")
            return tally
        tally.add(trial, f"call {number}")
    return tally


def at_random_instants(trial: Trial, rounds: int, seed: int = 7) -> Tally:
    """Kill at seeded instants of a run; a run that ended before counts, too."""
    trial.anew()
    began = time.monotonic()
    _run(trial.command, trial.environ)
    whole = time.monotonic() - began
    tally, rng = Tally(), random.Random(seed)
    for number in range(rounds):
        trial.anew()
        process = subprocess.Popen(
            trial.command, cwd=ROOT, env=trial.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            process.wait(rng.uniform(0.05, whole * 1.05))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        tally.add(trial, f"instant {number}")
    return tally


def _run(command: list[str], environ: dict[str, str]) -> int:
    quiet = subprocess.DEVNULL
    return subprocess.run(
        command, env=environ, stdout=quiet, stderr=quiet, timeout=300, check=False
    ).returncode
