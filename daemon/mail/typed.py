"""What its writer typed into an HTML mail: the words to be seen, what is quoted marked as a quote.

One pass over the tags, no tree, no recursion, linear in its input. It never raises. What cannot be
seen (comments, styles, hidden elements) is never text; where tags do not match, less is text, not more.
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field

_TAG = re.compile(r"<(/?)([a-z][a-z0-9:]{0,20})((?:\"[^\"<>]{0,4000}\"|[^<>\"]){0,400})>|<!--", re.IGNORECASE)
_UNSEEN = frozenset({"head", "script", "style", "template", "title", "textarea", "select", "svg", "noscript"})
_BREAKS = frozenset(
    {"br", "p", "div", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "pre"}
)
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "wbr"})
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?![.\d]*[1-9])"
    r"|\shidden(?:[\s=/]|$)",
    re.IGNORECASE,
)
_QUOTES = re.compile(r"(?:gmail|protonmail|yahoo|zmail|tutanota)_(?:quote|quoted)\b", re.IGNORECASE)


@dataclass(slots=True)
class _Page:
    """The text so far; ``closing`` is the tag under which all is unseen or quoted, ``depth`` how deep."""

    pieces: list[str] = field(default_factory=list)
    closing: str = ""
    depth: int = 0

    def open(self, tag: str, attributes: str) -> None:
        if self.closing:
            self.depth += tag == self.closing
            return
        quoted = tag == "blockquote" or _QUOTES.search(attributes) is not None
        unseen = tag in _UNSEEN or _HIDDEN.search(attributes) is not None
        if tag == "hr" or quoted:
            self.pieces.append("\n---\n" if tag == "hr" else "\n> …\n")
        elif tag in _BREAKS:
            self.pieces.append("\n")
        if (quoted or unseen) and tag not in _VOID:
            self.closing, self.depth = tag, 1

    def close(self, tag: str) -> None:
        if self.closing:
            self.depth -= tag == self.closing
            self.closing = self.closing if self.depth else ""
        if not self.closing and tag in _BREAKS:
            self.pieces.append("\n")

    def say(self, text: str) -> None:
        if not self.closing:
            self.pieces.append(re.sub(r"\s+", " ", text))


def typed(page: str) -> str:
    """Return the words of an HTML page that its reader sees; a quote is one line that begins with ``>``."""
    told, at = _Page(), 0
    while found := _TAG.search(page, at):
        told.say(page[at : found.start()])
        at = found.end()
        if found[2] is None:
            end = page.find("-->", at)
            at = end + 3 if end >= 0 else len(page)
        elif found[1]:
            told.close(found[2].lower())
        else:
            told.open(found[2].lower(), found[3])
    told.say(page[at:])
    return html.unescape("".join(told.pieces))
