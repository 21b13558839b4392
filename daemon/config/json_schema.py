"""JSON Schemas of both files, for editors that know how to use them.

Made from the models and stable: the same models give the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel

from daemon.config.rules_schema import RulesFile
from daemon.config.schema import ConfigFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FILES: dict[str, type[BaseModel]] = {"config": ConfigFile, "rules": RulesFile}


def json_schema(which: Literal["config", "rules"]) -> str:
    """Return the schema of config.yaml or rules.yaml as indented JSON with a line end."""
    found = _plain(_FILES[which].model_json_schema(by_alias=True))
    found = {"$schema": DIALECT, "title": f"digwell {which}.yaml"} | found
    if which == "config":
        found["oneOf"] = [{"required": ["mailbox"]}, {"required": ["mailboxes"]}]
    return json.dumps(found, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _plain(node: Any) -> Any:  # noqa: ANN401 - JSON
    """Drop the titles that pydantic makes up; a key without a value counts as absent in both files."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, Mapping):
        return node
    kept = {k: _plain(v) for k, v in node.items() if not (k == "title" and isinstance(v, str))}
    if kept.get("type") == "object" and isinstance(kept.get("properties"), dict):
        kept["properties"] = {name: _or_nothing(child) for name, child in kept["properties"].items()}
    return kept


def _or_nothing(child: dict[str, Any]) -> dict[str, Any]:
    about = {key: child[key] for key in ("description", "default", "examples") if key in child}
    rest = {key: value for key, value in child.items() if key not in about}
    options = rest["anyOf"] if set(rest) == {"anyOf"} else [rest]
    return about | {"anyOf": [*(o for o in options if o != {"type": "null"}), {"type": "null"}]}
