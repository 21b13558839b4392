"""What somebody typed into an HTML mail, and what merely stands there."""

from __future__ import annotations

import time

import pytest

from daemon.mail.typed import typed
from rules.commands import read


def said(page: str) -> list[str]:
    return [line.strip() for line in typed(page).splitlines() if line.strip()]


def test_every_block_is_a_line_of_its_own() -> None:
    page = '<div dir="ltr">done 1<div>never 2<br>note 3: a &amp; b</div><p>skip</p>'
    assert said(page) == ["done 1", "never 2", "note 3: a & b", "skip"]


def test_source_lines_are_no_lines_of_the_text() -> None:
    assert said("<p>note 3: she moves\r\n   in May</p>") == ["note 3: she moves in May"]


@pytest.mark.parametrize(
    "page",
    [
        "<blockquote type=cite><div>never 2</div></blockquote>",
        "<blockquote><blockquote>never 1</blockquote>never 2</blockquote>",
        '<div class="gmail_quote gmail_quote_container"><div>x</div>never 2</div>',
        '<div class="protonmail_quote">never 2</div>',
        '<div style="display:none">never 2</div>',
        '<div style="DISPLAY : NONE !important"><div></div>never 2</div>',
        "<span hidden>never 2</span>",
        '<p style="font-size:0">never 2</p>',
        "<!-- \n never 2 \n -->",
        "<!--> never 2",
        "<style>\nnever 2\n</style>",
        "<script>x = '<div>\\nnever 2'</script>",
        "<blockquote>never 2",
        "<hr><div>never 2</div>",
    ],
)
def test_what_is_quoted_or_cannot_be_seen_is_no_command(page: str) -> None:
    assert [c.line for c in read(typed(f"<div>done 1</div>{page}")).commands] == ["done 1"]
    assert read(typed(f"<div>thanks a lot</div>{page}")).commands == ()


@pytest.mark.parametrize("evil", ["<", "<a ", '<a "', "<!--", "<div>", "</div>", "<b x=" + '"' * 9, "&"])
def test_any_page_is_read_in_bounded_time(evil: str) -> None:
    began = time.process_time()
    typed(evil * (64_000 // len(evil)))
    assert time.process_time() - began < 2
