"""What somebody meets who has never seen digwell: empty lists, wrong paths, pipes, a broken file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.cli.main import run
from store.opening import open_store
from tests.cli.town import CONFIG, Town

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("words", [("log",), ("digest", "history")])
def test_an_empty_list_says_so_in_words(town: Town, words: tuple[str, ...]) -> None:
    ran = town(*words)
    assert ran.code == 0
    assert "yet" in ran.out


def test_several_effects_of_one_answer_stand_on_one_line_each_parted(town: Town) -> None:
    town("done", "ana")
    assert town("log").out.count("\n") == 2


def test_the_ranking_comes_as_json_by_either_option(town: Town) -> None:
    assert town("rank", "--json").json["items"] == town("rank", "--format", "json").json["items"] != []


def test_an_export_to_where_nothing_can_be_written_is_a_sentence(town: Town, tmp_path: Path) -> None:
    ran = town("export", "-o", str(tmp_path / "nowhere" / "out.jsonl"))
    assert (ran.code, ran.out) == (1, "")
    assert "out.jsonl cannot be written" in ran.err
    assert "went wrong inside" not in ran.err


def test_an_introduction_on_the_page_names_whom_it_was_to(town: Town) -> None:
    town("introduced", "grace", "ana")
    page = town("people", "show", "grace").out
    assert any(
        line.split()[0] == "introduced" and line.endswith("to Ana Ribeiro") for line in page.splitlines()
    )


def test_forget_says_the_words_to_type(town: Town) -> None:
    ran = town("forget", "grace")
    assert ran.code == 2
    assert "--yes 'Grace Adeyemi'" in ran.err


def test_status_tells_of_a_wrong_configuration_and_shows_the_rest(town: Town) -> None:
    town.config.write_text(CONFIG + "nope: 1\n")
    ran = town("status", "--json")
    assert ran.code == 78
    item = ran.json["item"]
    assert not item["rules"]["ok"]
    assert "nope" in item["rules"]["problems"][0]
    assert item["store"]["integrity"] == "ok"
    assert "nope" in town("status").out


def test_status_of_a_wrong_configuration_without_a_store_is_the_error_alone(town: Town) -> None:
    town.config.write_text(CONFIG + "nope: 1\n")
    town.store.unlink()
    ran = town("status")
    assert (ran.code, ran.out) == (78, "")


def test_with_nothing_set_up_the_first_thing_to_do_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.delenv("DIGWELL_CONFIG", raising=False)
    monkeypatch.delenv("DIGWELL_STORE", raising=False)
    assert run(["due"]) == 6
    assert "digwell init" in capsys.readouterr().err


def piped(home: Path, answers: str, *words: str) -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "HOME": str(home), "PYTHONPATH": str(ROOT)}
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "DIGWELL_CONFIG"):
        environ.pop(name, None)
    return subprocess.run(
        [sys.executable, "-m", "daemon.cli.main", "init", *words],
        input=answers, text=True, capture_output=True, env=environ, timeout=60, check=False,
    )  # fmt: skip


def test_init_without_anybody_to_ask_says_so(tmp_path: Path) -> None:
    ran = piped(tmp_path, "")
    assert ran.returncode == 2
    assert "nobody is there to ask" in ran.stderr


def test_init_takes_its_answers_from_a_pipe_and_a_port_with_the_server(tmp_path: Path) -> None:
    ran = piped(tmp_path, "maya@example.invalid\n127.0.0.1:1\nno-such-secret\n", "--tls", "none")
    assert ran.returncode == 5
    assert "nobody answers at 127.0.0.1:1" in ran.stderr
    assert "GetPassWarning" not in ran.stderr


def test_init_takes_no_line_of_a_pipe_for_another_answer(tmp_path: Path) -> None:
    """The line after a wrong one is the next answer: a password must not be looked up as a server."""
    ran = piped(tmp_path, "maya@example.invalid\nno such server\nno-such-secret\nfriday 8:00\n")
    assert ran.returncode == 2
    assert "no-such-secret" not in ran.stdout + ran.stderr
    ran = piped(tmp_path, "maya\nno-such-secret\n")
    assert ran.returncode == 2
    assert "no-such-secret" not in ran.stdout + ran.stderr


def test_no_input_quotes_the_question_as_it_stands(tmp_path: Path) -> None:
    ran = piped(tmp_path, "", "--no-input")
    assert ran.returncode == 2
    assert "Your mail address: not given" in ran.stderr


def test_the_owner_stands_among_all_as_self_and_never_as_a_person(town: Town) -> None:
    mine = [one for one in town("people", "list", "--all", "--json").items if one["kind"] == "self"]
    assert [one["addresses"] for one in mine] == [["maya@example.org"]]
    assert all("maya@example.org" not in one["addresses"] for one in town("people", "list", "--json").items)


def test_a_rehearsed_backup_is_json_too_and_makes_none(town: Town) -> None:
    assert town("backup", "-n", "--json").json["item"]["dry_run"] is True
    assert town("backup", "list", "--json").items == []


CARDS = """BEGIN:VCARD
VERSION:3.0
FN:Ana Ribeiro
EMAIL:ana@example.net
EMAIL:ana@home.example
EMAIL:ribeiros@home.example
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Rui Ribeiro
EMAIL:rui@home.example
EMAIL:ribeiros@home.example
END:VCARD
"""


def test_one_card_makes_one_person_but_an_address_that_two_share_joins_nobody(
    town: Town, tmp_path: Path
) -> None:
    (tmp_path / "friends.vcf").write_text(CARDS)
    town("people", "list")
    assert town("import", "vcard", str(tmp_path / "friends.vcf")).code == 0
    item = town("people", "show", "ana@home.example", "--json").json["item"]
    assert item["addresses"] == ["ana@example.net", "ana@home.example"]
    assert town("people", "show", "rui@home.example", "--json").json["item"]["addresses"] == [
        "rui@home.example"
    ]


def test_sending_without_a_mailbox_says_what_is_missing(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    for words in (["digest", "send"], ["digest", "send", "-n"]):
        assert run(["--store", str(town.store), *words]) == 78
        assert "no mailbox is configured yet" in capsys.readouterr().err


def test_help_is_a_word_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["help"]) == 0
    assert "digwell COMMAND --help" in capsys.readouterr().out
    assert run(["help", "people", "list"]) == 0
    assert capsys.readouterr().out.startswith("Usage: digwell people list")


@pytest.mark.parametrize("words", [("scan",), ("scan", "-n"), ("digest", "send"), ("digest", "send", "-n")])
def test_what_needs_a_mailbox_leaves_no_store_behind_where_there_is_none(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
) -> None:
    """An empty store would let every other command speak as if all had been read."""
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("DIGWELL_CONFIG", "DIGWELL_STORE"):
        monkeypatch.delenv(name, raising=False)
    assert run(list(words)) == 78
    assert "digwell init" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
    assert run(["due"]) == 6


def test_nobody_due_is_told_with_its_reason(town: Town, tmp_path: Path) -> None:
    open_store(tmp_path / "new.db").close()
    empty = town("--store", str(tmp_path / "new.db"), "due")
    assert empty.code == 0
    assert "digwell scan" in empty.out
    assert "digwell doctor" in empty.out
    quiet = town("due", "--as-of", "2010-01-01")
    assert quiet.out == empty.out
    preview = town("digest", "preview", "--as-of", "2010-01-01").out
    assert "I know nobody yet with whom mail went both ways" in " ".join(preview.split())
