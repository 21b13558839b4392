"""Mail files judged through the command line, as a script would."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.classifying import classified
from store.errors import NotFoundError

CORPUS = Path(__file__).parents[1] / "corpus"
NOW = 1_790_000_000


def judged(tmp_path: Path, text: str) -> dict[str, object]:
    path = tmp_path / "mail.eml"
    path.write_text(text)
    return classified(path, NOW)


def test_a_letter_of_a_person_is_a_persons(tmp_path: Path) -> None:
    got = judged(tmp_path, "From: Anna Mair <anna@example.org>\nSubject: boat\n\nHello\n")
    assert (got["from"], got["kind"], got["bounce"], got["auto"]) == (
        "anna@example.org",
        "person",
        None,
        False,
    )
    assert got["reasons"]


def test_a_persons_post_through_a_list_is_no_programs(tmp_path: Path) -> None:
    fields = "List-Id: <boat.example.org>\nPrecedence: list\nList-Unsubscribe: <mailto:x@example.org>\n"
    got = judged(tmp_path, f"From: Anna Mair <anna@example.org>\n{fields}\nHello\n")
    assert (got["kind"], got["auto"]) == ("list", False)


def test_a_bounce_tells_whom_it_did_not_reach() -> None:
    got = classified(CORPUS / "bounces" / "qmail.eml", NOW)
    assert (got["kind"], got["auto"]) == ("machine", True)
    assert got["bounce"] == {"address": "bo@example.com", "permanent": True}


@pytest.mark.parametrize("path", sorted((CORPUS / "bounces").glob("trap-*.eml")), ids=lambda path: path.stem)
def test_a_trap_is_no_bounce(path: Path) -> None:
    assert classified(path, NOW)["bounce"] is None


def test_an_absent_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match="there is no"):
        classified(tmp_path / "nowhere.eml", NOW)


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "daemon.cli.main", "classify", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_the_command_prints_one_object_a_line_and_needs_no_store(tmp_path: Path) -> None:
    files = [str(CORPUS / "bounces" / f"{name}.eml") for name in ("exim", "trap-newsletter")]
    done = run("--json", *files, str(tmp_path / "nowhere.eml"))
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["file"] for row in rows] == files
    assert [set(row) for row in rows] == [{"file", "from", "kind", "reasons", "bounce", "auto"}] * 2
    assert done.returncode == 3
    assert "there is no" in done.stderr
    assert run(str(tmp_path / "nowhere.eml")).returncode == 6
