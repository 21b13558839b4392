"""The reference pages of both files and of the mail providers, written from models and data.

``python -m daemon.config.reference`` writes ``docs/reference`` and ``docs/providers``; a test keeps
them true. Must never say anything about a key or a provider that its source does not say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import BaseModel

from daemon.config.example import keys, sample, section_model
from daemon.config.providers import PROVIDERS, Provider, Way
from daemon.config.rules_schema import CircleRule, OnePerson, RulesFile
from daemon.config.schema import ConfigFile

MADE = "Made from the program by `python -m daemon.config.reference`; do not edit.\n"
CONFIG = f"""# config.yaml

{MADE}
Looked for in this order: `--config`, `$DIGWELL_CONFIG`, `$XDG_CONFIG_HOME/digwell/config.yaml`
(`~/.config` if that is not set), `/etc/digwell/config.yaml`. Others must not be able to write it.

YAML 1.2: `no` is text and `7:30` is not 450. Keys that are unknown or repeated are errors, and so are
tags, anchors and aliases; all errors of the file are told at once, with line, column and a better way.
A length of time is `10d`, `2w`, `3m` (30 days each) or `1y` (365 days). Paths may begin with `~`;
relative ones lie beside this file. No secret ever stands here.

`password_command` and `token_command` are run without a shell and may take a minute; of what they
print, the first line counts. A file with a password must be readable by its owner only.
"""
RULES = f"""# rules.yaml

{MADE}
All of it is optional: without it everybody is kept at the rhythm the two of you already have. A word
about one person beats a circle, a circle beats the rhythm, and the mail says which spoke. Whoever fits
no circle is kept at their rhythm. Single addresses that you call a friend or not a person stand in
`rules.learned.yaml` beside it.

`quiet` takes spans such as `2026-12-20 to 2027-01-04`, single days, and yearly ones such as
`every august 1 to august 21`. `words` knows the gaps `{{first}}`, `{{subject}}` and `{{months}}`.
"""
WAYS = {
    Way.APP: "It wants an app password: a password for digwell only.",
    Way.USUAL: "Your usual password works.",
    Way.WEB: "You sign in on the web; there are no passwords for programs.",
    Way.BRIDGE: "It is reached through a program on your own machine.",
}
GOOGLE = """
## Signing in on the web instead

Only for those who bring a client of their own. At https://console.cloud.google.com make a project, switch
on the Gmail API, make an OAuth client of the kind “Desktop app” and download its file. Then:

    digwell init ADDRESS --sign-in google --client FILE

While the project is in the state “Testing”, Google ends the sign-in after seven days; an “Internal” project
of a Workspace is spared. An app password has neither trouble.
"""
MICROSOFT = """
## Signing in

At https://entra.microsoft.com register an application that allows public client flows, with the delegated
permission `IMAP.AccessAsUser.All` (and `SMTP.Send` only if you use the smtp section). Then:

    digwell init ADDRESS --sign-in microsoft --client APPLICATION-ID

digwell shows a page and a code; type it there on any device. `AADSTS65001` means that your
administrator must approve the application first.
"""


def pages() -> Mapping[str, str]:
    """Return every page by its path below ``docs``."""
    found = {
        "reference/config.md": CONFIG + "".join(_config()),
        "reference/rules.md": RULES + "".join(_rules()),
    }
    for provider in PROVIDERS:
        found[f"providers/{_slug(provider)}.md"] = _provider(provider)
    return found


def _config() -> Iterator[str]:
    plain = [
        row
        for row, info in zip(keys(ConfigFile), ConfigFile.model_fields.values(), strict=True)
        if section_model(info) is None
    ]
    for name, info in ConfigFile.model_fields.items():
        model = section_model(info)
        if model is not None and name != "mailboxes":
            yield f"\n## {name}\n\n{info.description}\n\n{_table(keys(model))}"
    yield f"\n## Beside the sections\n\n{_table(plain)}"
    yield f"\n## The whole file with its defaults\n\n```yaml\n{sample()}```\n"


def _rules() -> Iterator[str]:
    yield "\n" + _table(keys(RulesFile))
    inner: tuple[tuple[str, type[BaseModel]], ...] = (
        ("A circle", CircleRule),
        ("An entry under people", OnePerson),
    )
    for title, model in inner:
        yield f"\n## {title}\n\n{_table(keys(model))}"


def _table(rows: list[tuple[str, str, str]]) -> str:
    lines = ["| key | default | |", "| --- | --- | --- |"]
    lines += [f"| `{name}` | {f'`{default}`' if default else ''} | {said} |" for name, default, said in rows]
    return "\n".join(lines) + "\n"


def _provider(provider: Provider) -> str:
    lines = [f"# {provider.name}", "", MADE, WAYS[provider.way], ""]
    lines += [f"- {step}" for step in provider.steps]
    lines += [
        "",
        f"IMAP: `{provider.imap[0]}`, port {provider.imap[1]}, {provider.tls}.",
        "The digest is put into your inbox over the same line, so SMTP is not needed.",
        "",
        f"If the password is refused: {provider.refused}",
    ]
    if provider.domains:
        lines += ["", "Known by: " + ", ".join(provider.domains) + "."]
    if provider.word:
        lines += ["", f"For a domain of your own: `digwell init ADDRESS --host {provider.word}`."]
    more = {"google": GOOGLE, "microsoft": MICROSOFT}.get(provider.sign_in, "")
    return "\n".join(lines) + "\n" + more


def _slug(provider: Provider) -> str:
    return re.sub(r"[^a-z0-9]+", "-", provider.name.lower()).strip("-")


def main(docs: Path) -> None:
    """Write every page below a folder."""
    for name, text in pages().items():
        file = docs / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")


if __name__ == "__main__":
    main(Path(__file__).parents[2] / "docs")
