"""Render letters: a page through the templates, text and HTML. Pure but for reading templates.

The owner may lay templates of his own in a folder; they run in a sandbox, and one that breaks is
replaced by the built-in one, which says so. Nothing here may send, or link to anything but mail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from daemon.digest.clean import clean
from daemon.digest.colours import DARK, LIGHT, SANS, SERIF
from daemon.digest.letter import Rendered, Settings
from daemon.digest.page import Page, page
from daemon.digest.plain import fold, tidy
from rules.verdicts import Digest
from rules.words import Words

MOST_HTML = 59_000
"""Bytes of HTML; above some 100 kB Gmail cuts a mail off, and a long letter is not read."""

_TEMPLATE_FAULTS = (
    TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError,
    OSError,
)  # fmt: skip


def render(digest: Digest, settings: Settings) -> Rendered:
    """Render the weekly letter in whatever form its digest asks for."""
    return render_page(page(digest, settings), "digest", settings)


def render_page(laid_out: Page, name: str, settings: Settings) -> Rendered:
    """Render a page with the templates ``NAME.txt`` and ``NAME.html``, the owner's own where they work."""
    troubles: list[str] = []
    if settings.templates is not None:
        for kind in ("html", "txt"):
            trouble = _fault(f"{name}.{kind}", laid_out, settings)
            troubles += [trouble] if trouble else []
    if troubles:
        say = Words(settings.words)
        told = tuple(say("foot.trouble", trouble=trouble) for trouble in troubles)
        laid_out = replace(laid_out, foot=(*told, *laid_out.foot))
    broken = frozenset(kind for kind in ("html", "txt") for t in troubles if f"{name}.{kind}" in t)
    html, text = (_one(f"{name}.{kind}", laid_out, settings, kind in broken) for kind in ("html", "txt"))
    return Rendered(laid_out.subject, tidy(text), html, tuple(troubles))


def _fault(template: str, laid_out: Page, settings: Settings) -> str:
    """Return what is wrong with the owner's own template of that name, or nothing."""
    assert settings.templates is not None
    if not any((settings.templates / part).is_file() for part in (template, "frame.html", "parts.html")):
        return ""
    try:
        if _one(template, laid_out, settings, False).strip():
            return ""
        why = "it is empty"
    except _TEMPLATE_FAULTS as fault:
        line = getattr(fault, "lineno", None)
        why = clean(f"line {line}: {fault}" if line else str(fault) or type(fault).__name__, 120)
    return Words(settings.words)("foot.template", name=template, why=why)


def _one(template: str, laid_out: Page, settings: Settings, built_in: bool) -> str:
    environment = _environment(settings, built_in, html=template.endswith(".html"))
    values: Mapping[str, Any] = {
        "page": laid_out, "say": Words(settings.words),
        "light": LIGHT, "dark": DARK, "sans": SANS, "serif": SERIF,
    }  # fmt: skip
    made = environment.get_template(template)
    result = ""
    for lean in range(4):
        result = made.render(values, lean=lean).strip() + "\n"
        if not template.endswith(".html") or len(result.encode()) <= MOST_HTML:
            return result
    if settings.templates is not None and not built_in:
        raise ValueError(f"it makes more than {MOST_HTML // 1000} kB")
    return result


def _environment(settings: Settings, built_in: bool, html: bool) -> ImmutableSandboxedEnvironment:
    own = [] if built_in or settings.templates is None else [FileSystemLoader(settings.templates)]
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([*own, PackageLoader("daemon.digest")]),
        autoescape=html,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["fold"] = fold
    return environment
