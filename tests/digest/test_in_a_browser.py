"""What only a browser can tell: no letter scrolls sideways on a phone, with or without its style."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.pictures import browser, measure, started, variants
from daemon.digest.page import page
from daemon.digest.render import render_page
from tests.digest import examples

pytestmark = pytest.mark.skipif(not browser(), reason="no Chromium on this machine")
SETTINGS = examples.settings()
LONG = "Maximiliane-Theodora-Wilhelmine" * 4


def narrow() -> dict[str, str]:
    """Return the letters that are likeliest to be too wide."""
    someone = examples.person(1, LONG, f"{LONG.lower()}@example.net")
    long = examples.ana()._replace(person=someone, sentence=LONG, opening=LONG, rhythm_words=LONG)
    full = examples.full()
    pages = {
        "full": page(full, SETTINGS),
        "first": examples.pages(SETTINGS)["first"],
        "long words": page(replace(full, suggestions=(long, *full.suggestions[1:])), SETTINGS),
    }
    return {name: render_page(laid_out, "digest", SETTINGS).html for name, laid_out in pages.items()}


@pytest.mark.parametrize("look", ["light", "bare"])
@pytest.mark.parametrize("name", ["full", "first", "long words"])
def test_no_letter_scrolls_sideways_at_360_pixels(tmp_path: Path, name: str, look: str) -> None:
    shown = tmp_path / "letter.html"
    shown.write_text(variants(narrow()[name])[look])
    wide, tall = measure(started(browser(), str(tmp_path / "profile")), shown, tmp_path / "frame.html", 360)
    assert wide == 360
    assert tall > 1000
