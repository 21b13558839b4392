"""How well does the program itself rank? Maildirs of owners in, `digwell rank` out, judged by a scorer.

    python bench/ranking.py TABLES SCORER [--owners 6] [--step 12] [--weeks 0] [--jobs 2]

TABLES is a folder of NAME.csv.gz with NAME.owners.json; SCORER a folder with `backtest.py` and
`make_mailbox.py` (a program that builds a Maildir of one owner's mail, and the modules that judge).
Every owner's mail is written to a Maildir, read by `digwell import maildir` and ranked by
`digwell rank --as-of T` for every STEP weeks. Printed: means over owners of AUC (warmth, alive in
eight weeks), calibration error, P@5 (order, silent four weeks or more); with --weeks, the weekly
simulation with the gate: three names a week, twelve weeks of rest, people before the gate only where
nobody else is left.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib import import_module
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
HORIZON, HALF_YEAR = 8, 26
NAMES, REST = 3, 12
Ranked = dict[str, tuple[float, float]]


def digwell(store: Path, *words: str) -> str:
    """Run the program on a store of its own and return what it printed."""
    command = [sys.executable, "-m", "daemon.cli.main", "--store", str(store), *words]
    fenced = {"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": str(store.parent)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=fenced)
    if done.returncode:
        raise SystemExit(f"digwell {' '.join(words)}: exit {done.returncode}\n{done.stderr}")
    return done.stdout


def scan(table: Path, owner: str, scorer: Path, folder: Path) -> Path:
    """Write an owner's Maildir, import it, and return the store."""
    mail, store = folder / "mail", folder / "digwell.db"
    maker = [sys.executable, "make_mailbox.py", "--table", str(table), "--owner", owner, "--out", str(mail)]
    subprocess.run(maker, cwd=scorer, check=True, capture_output=True)
    digwell(store, "import", "maildir", str(mail), "--me", owner)
    return store


def rank(store: Path, at: int) -> Ranked:
    """Return score and warmth by address as of an instant, as the program prints them."""
    when = np.datetime_as_string(np.datetime64(at, "s"), timezone="UTC")
    rows = csv.DictReader(io.StringIO(digwell(store, "rank", "--as-of", when, "--format", "csv")))
    return {row["contact"]: (float(row["score"]), float(row["warmth"])) for row in rows}


class Judge:
    """The scorer's own modules, and the figures taken with them."""

    def __init__(self, scorer: Path, table: Path, owners: set[str]) -> None:
        sys.path.insert(0, str(scorer))
        self.b, self.r, self.v = map(import_module, ("backtest", "rankers", "views"))
        found = self.v.pick_owners(str(table), 60, 10, 120)
        self.views = {owner: view for owner, view in found.items() if owner in owners}
        self.end = max(view[1][-1] for view in self.views.values())

    def cuts(self, owner: str, step: int) -> list[int]:
        view, late = self.views[owner], HALF_YEAR * self.v.WEEK
        every = self.v.cuts(view, step, 16, self.end - late)
        return [at for at in every if view[1][-1] >= at + late]

    def weeks(self, owner: str, count: int) -> list[int]:
        every = self.v.cuts(self.views[owner], 1, 16, self.end - HORIZON * self.v.WEEK)
        return every[-(count + 9) : -9]

    def truth(self, owner: str, at: int) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
        names, x = self.r.features(self.views[owner], at)
        came = [self.v.outcomes(self.views[owner][0][name], at, HORIZON) for name in names]
        return names, x, np.array([c[0] for c in came], bool), np.array([c[1] for c in came], bool)


def figures(judge: Judge, owner: str, ranked: dict[int, Ranked]) -> dict[str, list]:
    """Return for one owner the AUC and P@5 of each cut, and all probabilities with what came of them."""
    found: dict[str, list] = defaultdict(list)
    for at, rows in ranked.items():
        names, x, alive, wrote = judge.truth(owner, at)
        if len(names) < 3:
            continue
        order, warm = (np.array([rows.get(name, (-1e9, 0.0))[n] for name in names]) for n in (0, 1))
        found["missing"].append(sum(name not in rows for name in names))
        found["auc"].append(judge.b.auc(alive, warm))
        found["p"] += list(warm)
        found["y"] += list(alive)
        silent = judge.r.col(x, "silence") >= 28
        if silent.sum() > 5:
            found["p5"].append(judge.b.p_at(wrote[silent], order[silent], 5, np.random.default_rng(1)))
    return found


def simulate(judge: Judge, owner: str, ranked: dict[int, Ranked]) -> dict[str, int]:
    """Name three a week behind the gate, as the scorer's simulation does, and count what came of it."""
    r, v = judge.r, judge.v
    rested: dict[str, int] = {}
    lost: dict[str, dict[int, int]] = defaultdict(dict)
    caught: set[tuple[str, int]] = set()
    sums = dict.fromkeys(("n", "hits", "soon", "lost", "caught"), 0)
    for at, rows in ranked.items():
        names, x, _, wrote = judge.truth(owner, at)
        if len(names) < 3:
            continue
        silence, upper = r.col(x, "silence"), r.col(x, "q75_gap")
        strong = (r.col(x, "n_days") >= 6) & (r.rank01(r.col(x, "dec365") * np.exp2(silence / 365)) >= 0.7)
        for i in np.flatnonzero(strong & (silence >= np.maximum(28, 2 * upper))):
            lost[names[i]].setdefault(round(at / v.DAY - silence[i]), at)
        score = np.array([rows.get(name, (-1e9, 0.0))[0] for name in names])
        gate = silence >= np.maximum(28, 1.5 * upper)
        silent = np.flatnonzero(silence >= 28)
        free = silent[np.argsort(np.where(gate, -score, 1e9 - score)[silent], kind="stable")]
        free = [i for i in free if at - rested.get(names[i], 0) >= REST * v.WEEK][:NAMES]
        for i in free:
            rested[names[i]] = at
            sums["n"] += 1
            sums["hits"] += wrote[i]
            sums["soon"] += silence[i] < upper[i]
            caught |= {(names[i], day) for day, since in lost[names[i]].items() if at - since <= 8 * v.WEEK}
    return {**sums, "lost": sum(map(len, lost.values())), "caught": len(caught)}


def one_owner(judge: Judge, table: Path, owner: str, given: argparse.Namespace) -> tuple[dict, dict]:
    with tempfile.TemporaryDirectory() as folder:
        store = scan(table, owner, given.scorer, Path(folder))
        found = figures(judge, owner, {at: rank(store, at) for at in judge.cuts(owner, given.step)})
        if not given.weeks:
            return found, {}
        return found, simulate(judge, owner, {at: rank(store, at) for at in judge.weeks(owner, given.weeks)})


def calibration(p: np.ndarray, y: np.ndarray) -> float:
    bins = np.clip((p * 10).astype(int), 0, 9)
    here = [bins == b for b in np.unique(bins)]
    return float(sum(abs(p[one].mean() - y[one].mean()) * one.mean() for one in here))


def share(many: list[dict], part: str, whole: str) -> float:
    return float(np.mean([one[part] / one[whole] for one in many if one.get(whole)]))


def mean(found: list[dict], key: str) -> float:
    """Return the mean over owners of their means over cuts."""
    return float(np.nanmean([np.nanmean(one[key]) for one in found if one[key]]))


def one_network(table: Path, given: argparse.Namespace) -> str:
    owners = json.loads(table.with_name(table.name.replace(".csv.gz", ".owners.json")).read_text())
    judge = Judge(given.scorer, table, set(owners))
    chosen = sorted(judge.views)[: given.owners]
    with ThreadPoolExecutor(given.jobs) as pool:
        done = list(pool.map(partial(one_owner, judge, table, given=given), chosen))
    found, weekly = [d for d, _ in done if d], [w for _, w in done if w]
    p, y = (np.array([value for one in found for value in one[key]], float) for key in ("p", "y"))
    told = [
        f"{table.name.split('.')[0]:14} owners {len(chosen)} rows {len(p)}",
        f"not ranked {sum(sum(one['missing']) for one in found)}",
        f"AUC {mean(found, 'auc'):.3f} ECE {calibration(p, y):.3f} P@5 {mean(found, 'p5'):.3f}",
    ]
    if weekly:
        told += [f"hit {share(weekly, 'hits', 'n'):.3f}", f"too soon {share(weekly, 'soon', 'n'):.3f}"]
        told += [f"cold ties caught {share(weekly, 'caught', 'lost'):.3f}"]
    return "  ".join(told)


def main() -> None:
    shape = argparse.RawDescriptionHelpFormatter
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=shape)
    reader.add_argument("tables", type=Path)
    reader.add_argument("scorer", type=Path)
    reader.add_argument("--owners", type=int, default=6, help="owners a network")
    reader.add_argument("--step", type=int, default=12, help="weeks between cuts")
    reader.add_argument("--weeks", type=int, default=0, help="weeks of the simulation")
    reader.add_argument("--jobs", type=int, default=2)
    given = reader.parse_args()
    for table in sorted(given.tables.glob("*.csv.gz")):
        print(one_network(table, given), flush=True)


if __name__ == "__main__":
    main()
