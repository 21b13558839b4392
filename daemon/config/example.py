"""config.example.yaml and the tables of the reference page, written from the models.

Run as a module it prints the sample: ``python -m daemon.config.example > config.example.yaml``.
Must never say anything about a key that its model does not say.
"""

from __future__ import annotations

import sys

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from daemon.config.schema import ConfigFile, Server

HEAD = """\
# yaml-language-server: $schema=./config.schema.json
#
# digwell's settings. Copy this file to ~/.config/digwell/config.yaml, and see that only you can
# write it. Six lines are enough: mailbox with host, user and one way to the password, digest with
# when. Every other line shows the default; keys behind a # have none.
# No password ever stands here: only where to get it. Wrong keys and values are refused by line.
"""
SHOWN_WAY = "password_command"
WAYS = ("password", "keyring", "token", "sign_in")
MARGIN = 44


def sample() -> str:
    """Return the sample configuration: every key, its sentence, and its default or an example."""
    lines = [HEAD]
    for name, info in ConfigFile.model_fields.items():
        if name == "mailboxes":
            continue
        lines += [*_section(name, info), ""]
    return "\n".join(lines).rstrip() + "\n"


def keys(model: type[BaseModel]) -> list[tuple[str, str, str]]:
    """Return name, default and sentence of every key, for the reference page."""
    return [
        (_key(name, info), "needed" if info.is_required() else _default(info), info.description or "")
        for name, info in model.model_fields.items()
    ]


def section_model(info: FieldInfo) -> type[BaseModel] | None:
    """Return the model of a section, None for a key with a plain value."""
    for part in (info.annotation, *getattr(info.annotation, "__args__", ())):
        if isinstance(part, type) and issubclass(part, BaseModel):
            return part
    return None


def _section(name: str, info: FieldInfo) -> list[str]:
    model = section_model(info)
    if model is None:
        return [_line(name, info, "", ghost=False)]
    optional = name == "smtp"  # a section that changes what digwell does by being there
    lines = [f"# {info.description}"]
    if name == "mailbox":
        lines.append("# Several: mailboxes: with a list of these, each with a name; the first gets the mail.")
    lines.append(f"{'# ' if optional else ''}{name}:")
    lines += [_line(key, field, "  ", ghost=optional) for key, field in _ordered(model)]
    return lines


def _ordered(model: type[BaseModel]) -> list[tuple[str, FieldInfo]]:
    """Put first what must be there, then the ways to the password, then the rest."""
    fields = list(model.model_fields.items())
    if not issubclass(model, Server):
        return fields
    return sorted(fields, key=lambda f: 0 if f[0] in {"host", "user"} else 1 if f[0].startswith(WAYS) else 2)


def _line(name: str, info: FieldInfo, indent: str, *, ghost: bool) -> str:
    default = _default(info)
    value = str((info.examples or [default])[0])
    hidden = not (default or info.is_required() or name == SHOWN_WAY) or name == "keyring"
    if ghost:
        text = f"# {indent}{_key(name, info)}: {value}"
    else:
        text = f"{indent}{'# ' if hidden else ''}{_key(name, info)}: {value}"
    return f"{text:<{MARGIN}} # {info.description}"


def _key(name: str, info: FieldInfo) -> str:
    return info.alias or name


def _default(info: FieldInfo) -> str:
    """Return a default as it is written in the file, empty for none."""
    value = None if info.is_required() else info.default
    if isinstance(value, list):
        return f"[{', '.join(value)}]"
    return "" if value is None else str(value)


if __name__ == "__main__":
    sys.stdout.write(sample())
