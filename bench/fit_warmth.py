"""Fit the frozen figures of `rules/warmth.py` on tables of who wrote to whom, and say how well they hold.

    python bench/fit_warmth.py TABLES [--folds 5]

TABLES is a folder of NAME.csv.gz (columns ts, from, to, cc; addresses joined by `;`) with NAME.owners.json
beside each: the owners whose mail is complete. Owners weigh alike within a network up to the power 0.7,
networks by WEIGHT. Printed: fit and held-out figures (by owner, by network), then the figures to freeze.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from rules import warmth
from store.facts import DAY, Timeline

WEEK = 7 * DAY
STEP, WARM_UP, HORIZON, LAST = 4, 16, 8, 26  # weeks
MOST_TO, LEAST_MAILS, LEAST_TIES = 3, 3, 3
WEIGHT = {"enron-graph": 0.7, "r-lists": 1.5}
RIDGE = 1 / 3


@dataclass
class Pair:
    """Direct mail between an owner and somebody: (ts, was it the owner's), and times of wider mail."""

    direct: list[tuple[int, bool]] = field(default_factory=list)
    wide: list[int] = field(default_factory=list)


def same(address: str) -> str:
    local, _, host = address.partition("@")
    return local.replace("..", ".").split("+")[0] + "@" + host


def read(table: Path, owners: set[str]) -> tuple[dict[str, dict[str, Pair]], dict[str, list[int]]]:
    pairs: dict[str, dict[str, Pair]] = defaultdict(lambda: defaultdict(Pair))
    sends: dict[str, list[int]] = defaultdict(list)
    with gzip.open(table, "rt", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at, sender = int(row["ts"]), same(row["from"])
            to, cc = ([same(a) for a in row[part].split(";") if a] for part in ("to", "cc"))
            if sender in owners:
                sends[sender].append(at)
            for index, other in enumerate(to + cc):
                direct = index < len(to) <= MOST_TO
                for owner, contact, mine in ((sender, other, True), (other, sender, False)):
                    if owner in owners and owner != contact:
                        pair = pairs[owner][contact]
                        if direct:
                            pair.direct.append((at, mine))
                        else:
                            pair.wide.append(at)
    for ties in pairs.values():
        for pair in ties.values():
            pair.direct.sort()
            pair.wide.sort()
    return pairs, {owner: sorted(times) for owner, times in sends.items()}


def timeline(pair: Pair, until: int) -> Timeline:
    """Return what a store would know of a pair before an instant."""
    counts: dict[int, list[int]] = {}
    last = [0, 0]
    for at, mine in pair.direct[: bisect_left(pair.direct, (until, False))]:
        counts.setdefault(at // DAY, [0, 0])[not mine] += 1
        last[not mine] = at
    days = sorted(counts)
    wide = sorted({at // DAY for at in pair.wide[: bisect_left(pair.wide, until)]} - counts.keys())
    outs, ins = (array("i", (counts[day][way] for day in days)) for way in (0, 1))
    return Timeline(array("i", days), outs, ins, array("i", wide), last[0], last[1])


def mondays(first: int, last: int, end: int) -> range:
    start = -(-(first + WARM_UP * WEEK - 4 * DAY) // WEEK)
    start += -start % STEP
    return range(4 * DAY + start * WEEK, min(last - LAST * WEEK, end - LAST * WEEK), STEP * WEEK)


@dataclass
class Rows:
    """One row a tie and Monday: terms, turning, outcomes, and which owner and network it is of."""

    terms: list[tuple[float, ...]] = field(default_factory=list)
    turning: list[float] = field(default_factory=list)
    silence: list[float] = field(default_factory=list)
    alive: list[bool] = field(default_factory=list)
    wrote: list[bool] = field(default_factory=list)
    owner: list[int] = field(default_factory=list)
    network: list[int] = field(default_factory=list)
    group: list[int] = field(default_factory=list)


def add_owner(rows: Rows, ties: dict[str, Pair], sends: list[int], end: int, label: tuple[int, int]) -> None:
    first = min(sends[0], *(p.direct[0][0] for p in ties.values() if p.direct))
    for cut in mondays(first, sends[-1], end):
        lines = {n: timeline(pair, cut) for n, pair in enumerate(ties.values())}
        pairs = list(ties.values())
        known = {
            n: line
            for n, line in lines.items()
            if warmth.is_mutual(line) and sum(line.outs) + sum(line.ins) >= LEAST_MAILS
        }
        if len(known) < LEAST_TIES:
            continue
        group = rows.group[-1] + 1 if rows.group else 0
        for n, row in warmth.features(known, cut):
            times = pairs[n].direct
            later = times[
                bisect_right(times, (cut, True)) : bisect_right(times, (cut + HORIZON * WEEK, True))
            ]
            rows.terms.append(row.terms)
            rows.turning.append(row.turning)
            rows.silence.append(row.silence)
            rows.alive.append(bool(later))
            rows.wrote.append(any(mine for _, mine in later))
            rows.network.append(label[0])
            rows.owner.append(label[1])
            rows.group.append(group)


def fit(x: np.ndarray, y: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Ridge logistic regression by Newton steps on standardised terms; returns intercept and weights."""
    mean, spread = x.mean(0), x.std(0) + 1e-9
    z = np.column_stack([np.ones(len(x)), (x - mean) / spread])
    b, ridge = np.zeros(z.shape[1]), np.eye(z.shape[1]) * RIDGE
    ridge[0, 0] = 0
    for _ in range(25):
        p = 1 / (1 + np.exp(-np.clip(z @ b, -25, 25)))
        step = np.linalg.solve(
            (z * (w * p * (1 - p))[:, None]).T @ z + ridge, z.T @ (w * (y - p)) - ridge @ b
        )
        b += step
        if abs(step).max() < 1e-6:
            break
    weights = b[1:] / spread
    return np.concatenate([[b[0] - weights @ mean], weights])


def auc(y: np.ndarray, s: np.ndarray) -> float:
    ones = y.sum()
    if not 0 < ones < len(y):
        return float("nan")
    return float((rankdata(s)[y].sum() - ones * (ones + 1) / 2) / (ones * (len(y) - ones)))


def judge(
    a: dict[str, np.ndarray], p: np.ndarray, order: np.ndarray, network: int
) -> tuple[float, float, float]:
    """Return mean AUC, calibration error and precision of the first five, means over the owners."""
    areas, firsts = defaultdict(list), defaultdict(list)
    here = np.flatnonzero(a["network"] == network)
    for rows in np.split(here, np.flatnonzero(np.diff(a["group"][here])) + 1):
        owner = a["owner"][rows[0]]
        area = auc(a["alive"][rows], p[rows])
        if not np.isnan(area):
            areas[owner].append(area)
        silent = rows[a["silence"][rows] >= 28]
        if len(silent) > 5:
            firsts[owner].append(a["wrote"][silent[np.argsort(-order[silent], kind="stable")[:5]]].mean())
    bins = np.clip((p[here] * 10).astype(int), 0, 9)
    errors = [
        abs(p[here][bins == b].mean() - a["alive"][here][bins == b].mean()) * (bins == b).mean()
        for b in range(10)
        if (bins == b).any()
    ]
    mean = [float(np.mean([np.mean(v) for v in d.values()])) for d in (areas, firsts)]
    return mean[0], float(sum(errors)), mean[1]


def probabilities(b: np.ndarray, x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(b[0] + x @ b[1:])))


def report(title: str, a: dict[str, np.ndarray], p: np.ndarray, names: list[str]) -> None:
    order = np.log(p / (1 - p)) + warmth.ORDER_WEIGHT * a["turning"]
    figures = [judge(a, p, order, n) for n in range(len(names))]
    print(
        f"{title:22}",
        "  ".join(
            f"{n} AUC {f[0]:.3f} ECE {f[1]:.3f} P@5 {f[2]:.3f}" for n, f in zip(names, figures, strict=True)
        ),
    )


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("tables", type=Path)
    arguments.add_argument("--folds", type=int, default=5)
    given = arguments.parse_args()
    rows, names, owners_seen = Rows(), [], 0
    for number, table in enumerate(sorted(given.tables.glob("*.csv.gz"))):
        name = table.name.removesuffix(".csv.gz")
        names.append(name)
        owners = set(json.loads(table.with_name(name + ".owners.json").read_text()))
        pairs, sends = read(table, owners)
        end = max(times[-1] for times in sends.values())
        for owner in sorted(sends):
            owners_seen += 1
            add_owner(rows, pairs[owner], sends[owner], end, (number, owners_seen))
    a = {key: np.asarray(value) for key, value in vars(rows).items()}
    x, y = a["terms"], a["alive"].astype(float)
    w = 1 / np.bincount(a["owner"])[a["owner"]] ** 0.7
    for number, name in enumerate(names):
        w[a["network"] == number] *= WEIGHT.get(name, 1.0) / w[a["network"] == number].sum()
    w *= len(w) / w.sum()
    for title, label in (
        ("held out by owner", a["owner"] % given.folds),
        ("held out by network", a["network"]),
    ):
        p = np.zeros(len(y))
        for one in np.unique(label):
            p[label == one] = probabilities(
                fit(x[label != one], y[label != one], w[label != one]), x[label == one]
            )
        report(title, a, p, names)
    b = fit(x, y, w)
    report("fitted", a, probabilities(b, x), names)
    frozen = np.concatenate([[warmth.INTERCEPT], warmth.WEIGHTS])
    report("frozen in warmth.py", a, probabilities(frozen, x), names)
    print("INTERCEPT =", round(float(b[0]), 4))
    print("WEIGHTS =", tuple(round(float(v), 4) for v in b[1:]))


if __name__ == "__main__":
    main()
