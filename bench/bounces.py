"""How many bounces are read right: bench/bounces.py FOLDER.

FOLDER holds expected.csv (file, kind, failed, permanent, label_from, family) and the mails. "Right"
means that the first address told is one of those expected; a trap is a mail that is no bounce.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from daemon.mail.bounce import failures


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--wrong", action="store_true", help="name the files read wrongly")
    told = asked.parse_args()
    right: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    there: Counter[str] = Counter()
    lasting: Counter[str] = Counter()
    slowest = 0.0
    with (told.folder / "expected.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    for row in rows:
        start = time.perf_counter()
        found = failures((told.folder / row["file"]).read_bytes())
        slowest = max(slowest, time.perf_counter() - start)
        expected = {one for one in row["failed"].lower().split(";") if one}
        sort = row["label_from"] if row["kind"] == "bounce" else f"trap: {row['kind']}"
        got = {one.address for one in found}
        ok = (found[0].address in expected) if expected and found else (not found or sort == "none")
        ok = ok and not (expected and not found)
        there[sort] += 1
        right[sort] += ok
        whole[sort] += got == expected
        lasting[sort] += bool(found) and row["permanent"] in {"", str(int(found[0].permanent))}
        if told.wrong and not (ok and (got == expected or sort == "none")):
            print(f"  {row['file']} {row['family']:22} {sort:10} {sorted(expected)} got {sorted(got)}")
    for sort in sorted(there):
        count = there[sort]
        print(
            f"{sort:22} {count:4}  first address right {right[sort] / count:6.1%}"
            f"  all addresses {whole[sort] / count:6.1%}  permanence {lasting[sort] / count:6.1%}"
        )
    print(f"slowest {slowest * 1000:.1f} ms")


if __name__ == "__main__":
    main()
