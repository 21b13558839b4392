"""How well kinds are told on header evidence alone: bench/kinds.py FOLDER.

FOLDER holds labels.csv (file, label, ...; labels human, list, newsletter, bot, spam) and folders of
mails, each judged apart. Prints precision and recall of "automated" and the share of people lost.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from daemon.mail.parse import read
from rules.classify import is_automatic, kind_of_message
from rules.verdicts import Kind

AUTOMATED = {"newsletter", "bot"}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--wrong", action="store_true", help="name the files judged wrongly")
    told = asked.parse_args()
    with (told.folder / "labels.csv").open(newline="") as lines:
        labels = list(csv.DictReader(lines))
    for folder in sorted(path for path in told.folder.iterdir() if path.is_dir()):
        judge(folder, labels, wrong=told.wrong)


def judge(folder: Path, labels: list[dict[str, str]], *, wrong: bool) -> None:
    table: Counter[tuple[str, str]] = Counter()
    autos: Counter[str] = Counter()
    for row in labels:
        message = read((folder / row["file"]).read_bytes(), 2_000_000_000)
        verdict = kind_of_message(message)
        table[row["label"], verdict.kind] += 1
        autos[row["label"]] += is_automatic(message, verdict)
        automated = verdict.kind in {Kind.MACHINE, Kind.NEWSLETTER}
        if wrong and row["label"] != "spam" and automated != (row["label"] in AUTOMATED):
            who = message.sender[0].address if message.sender else "-"
            print(f"  {row['file']} {row['label']:10} {verdict.kind:10} {who}: {verdict.rule}")
    print(f"== {folder.name}")
    for label in sorted({label for label, _ in table}):
        kinds = ", ".join(f"{kind} {table[label, kind]}" for kind in Kind if table[label, kind])
        print(f"  {label:10} {kinds}; auto {autos[label]}")
    found = sum(table[label, kind] for label in AUTOMATED for kind in (Kind.MACHINE, Kind.NEWSLETTER))
    said = sum(
        table[label, kind]
        for label in (*AUTOMATED, "human", "list")
        for kind in (Kind.MACHINE, Kind.NEWSLETTER)
    )
    people = sum(count for (label, _), count in table.items() if label == "human")
    lost = table["human", Kind.MACHINE] + table["human", Kind.NEWSLETTER]
    there = sum(count for (label, _), count in table.items() if label in AUTOMATED)
    print(
        f"  precision {found / max(said, 1):.3f}  recall {found / max(there, 1):.3f}"
        f"  people lost {lost / max(people, 1):.3%} ({lost} of {people})"
    )


if __name__ == "__main__":
    main()
