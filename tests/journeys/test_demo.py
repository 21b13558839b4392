"""The demo, from an embedded mailbox to an answer obeyed, as a newcomer sees it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from daemon.demo.run import run
from daemon.demo.village import letters
from store.errors import DigwellError


def test_the_demo_ends_in_five_people_a_page_and_an_answer_obeyed(tmp_path: Path) -> None:
    pytest.importorskip("pymap", reason="the demo needs the extra `demo`")
    told: list[str] = []
    page = run(tmp_path / "demo", told.append)
    lines = "\n".join(told).splitlines()
    named = [line for line in lines if re.match(r"\s*[1-9] ", line)]
    assert [line[0] for line in named] == ["1", "2", "3", "4", "5"]
    assert all(
        re.search(r"(promise|news|your turn|gone quiet|new|wildcard) +\S+@\S+$", line) for line in named
    )
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert any(line.strip().startswith("digwell: ") and "back from" in line for line in lines)


def test_the_demo_never_touches_files_that_are_not_its_own(tmp_path: Path) -> None:
    mine = tmp_path / "thesis.txt"
    mine.write_text("seven years", encoding="utf-8")
    with pytest.raises(DigwellError, match="not the demo's"):
        run(tmp_path, lambda _: None)
    assert mine.read_text(encoding="utf-8") == "seven years"
    assert list(tmp_path.iterdir()) == [mine]


def test_the_village_is_the_same_for_a_seed_and_a_day() -> None:
    assert letters(5, 1_795_000_000) == letters(5, 1_795_000_000)
    assert letters(5, 1_795_000_000) != letters(6, 1_795_000_000)
