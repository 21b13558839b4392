"""The sample file and the schemas are made from the models and are true."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import jsonschema
import pytest
from ruamel.yaml import YAML

from daemon.config.example import keys, sample
from daemon.config.json_schema import json_schema
from daemon.config.load import load
from daemon.config.reference import pages
from daemon.config.rules_file import load_rules
from daemon.config.schema import ConfigFile, Mailbox
from rules.policy import Policy
from tests.config.conftest import LEAST

ROOT = Path(__file__).parents[2]


def checker(which: Literal["config", "rules"]) -> jsonschema.Draft202012Validator:
    schema = json.loads(json_schema(which))
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def as_editors_read(text: str) -> object:
    return YAML(typ="safe", pure=True).load(text)


def test_the_sample_in_the_checkout_is_the_one_the_models_write() -> None:
    assert (ROOT / "config.example.yaml").read_text("utf-8") == sample()


def test_the_sample_is_a_valid_configuration_and_says_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(sample())
    (tmp_path / "least.yaml").write_text(LEAST)
    environ = {"HOME": str(tmp_path)}
    full, least = (load(tmp_path / name, None, environ) for name in ("config.yaml", "least.yaml"))
    assert full.mailboxes == least.mailboxes
    assert (full.digest, full.commands, full.smtp, full.drafts) == (
        least.digest,
        least.commands,
        least.smtp,
        least.drafts,
    )


def test_the_sample_names_every_key() -> None:
    text = sample()
    for model in (ConfigFile, Mailbox):
        for key, _, sentence in keys(model):
            assert f"{key}:" in text
            assert sentence


def test_each_line_of_the_sample_that_is_switched_off_can_be_switched_on(tmp_path: Path) -> None:
    text = sample().replace("# store:", "store:").replace("  # to:", "  to:").replace("  # slot:", "  slot:")
    for key in ("port", "ca_file", "name"):
        text = text.replace(f"  # {key}:", f"  {key}:")
    (tmp_path / "config.yaml").write_text(text)
    found = load(tmp_path / "config.yaml", None, {"HOME": str(tmp_path)})
    assert found.digest.slot is not None
    assert found.store == tmp_path / ".local/share/digwell/digwell.db"


def test_the_schema_of_the_configuration_accepts_what_digwell_accepts() -> None:
    check = checker("config")
    check.validate(as_editors_read(sample()))
    check.validate(as_editors_read(LEAST))
    assert list(check.iter_errors(as_editors_read(LEAST.replace("host:", "hst:"))))
    assert list(check.iter_errors(as_editors_read(LEAST.replace("monday 07:30", "monday"))))


def test_the_schema_of_the_rules_accepts_the_default_rules() -> None:
    check = checker("rules")
    check.validate(as_editors_read((ROOT / "rules/default.yaml").read_text()))
    assert list(check.iter_errors({"circles": {"family": {"evry": "2w"}}}))


@pytest.mark.parametrize("which", ["config", "rules"])
def test_the_schema_is_the_same_every_time(which: Literal["config", "rules"]) -> None:
    assert json_schema(which) == json_schema(which)


def test_the_default_rules_say_what_holds_without_any() -> None:
    found = load_rules(ROOT / "rules/default.yaml")
    without = Policy()
    assert [(c.name, c.every) for c in found.circles] == [(c.name, c.every) for c in without.circles]
    assert (found.never, found.quiet, found.week, found.people) == (
        without.never,
        without.quiet,
        without.week,
        without.people,
    )


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_page_in_the_checkout_is_the_one_the_models_write(name: str) -> None:
    assert (ROOT / "docs" / name).read_text("utf-8") == pages()[name]


def test_no_page_lies_there_that_nothing_writes() -> None:
    written = {ROOT / "docs" / name for name in pages()}
    assert set((ROOT / "docs/providers").glob("*.md")) <= written
