"""Read a letter's HTML as a mail program does: texts with their colours, links, and its plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"br", "meta", "link", "img", "hr"}


@dataclass
class Frame:
    tag: str
    colour: str
    ground: str
    hidden: bool


@dataclass
class Letter:
    """What was seen: every text with its colour on its ground, every link, every tag and attribute."""

    texts: list[tuple[str, str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    plain: str = ""


class Eye(HTMLParser):
    """Follows colours down the tree; ``rules`` maps class names (and `btn a`) to declarations."""

    def __init__(self, rules: dict[str, dict[str, str]]) -> None:
        super().__init__(convert_charrefs=True)
        self.rules = rules
        self.stack = [Frame("", "#000000", "#ffffff", False)]
        self.seen = Letter()
        self.classes: list[list[str]] = [[]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.seen.tags.append((tag, given))
        if tag == "a":
            self.seen.links.append(given.get("href", ""))
        if tag in {"br", "tr", "td", "p", "div", "h1", "h2"}:
            self.seen.plain += "\n"
        style = declared(given.get("style", ""))
        classes = given.get("class", "").split()
        for name in classes:
            style |= self.rules.get(f".{name}", {})
        for above in self.classes:
            for name in above:
                style |= self.rules.get(f".{name} {tag}", {})
        last = self.stack[-1]
        frame = Frame(
            tag,
            style.get("color", last.colour),
            style.get("background-color", last.ground),
            last.hidden or style.get("display") == "none" or tag in {"style", "title", "head"},
        )
        if tag not in VOID:
            self.stack.append(frame)
            self.classes.append(classes)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.stack[-1].tag == tag, f"{tag} closes {self.stack[-1].tag}"
        self.stack.pop()
        self.classes.pop()

    def handle_data(self, data: str) -> None:
        frame = self.stack[-1]
        if data.strip() and not frame.hidden:
            self.seen.texts.append((" ".join(data.split()), frame.colour, frame.ground))
            self.seen.plain += data


def look(html: str, *, dark: bool = False) -> Letter:
    """Return what is seen of a letter, in its dark colours if wanted."""
    eye = Eye(dark_rules(html) if dark else {})
    eye.feed(re.sub(r"<!--.*?-->", "", html, flags=re.DOTALL))
    eye.close()
    assert len(eye.stack) == 1
    return eye.seen


def dark_rules(html: str) -> dict[str, dict[str, str]]:
    """Return the rules of the dark palette by selector."""
    block = html.split("@media (prefers-color-scheme:dark){", 1)[1].split("\n}\n", 1)[0]
    found = re.findall(r"(\.[^{]+)\{([^}]*)\}", block)
    return {selector.strip(): declared(body) for selector, body in found}


def declared(style: str) -> dict[str, str]:
    """Return the declarations of a style attribute."""
    pairs = (part.partition(":") for part in style.split(";") if ":" in part)
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs}


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.2, relative luminance)."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
