"""Take pictures of every letter: 360 and 700 px wide, light and dark, with and without its style block.

Needs a Chromium on the machine; writes PNG files into pictures/. Look at them before you change a letter.
The picture in the README, docs/letter.png, is made anew by `./run pictures --readme`: the head of the demo's
letter, of invented people, as it looks on a fixed day.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from daemon.demo import run as demo  # noqa: E402
from daemon.digest.render import render_page  # noqa: E402
from tests.digest import examples  # noqa: E402

WIDTHS = (360, 700)
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
README = ROOT / "docs" / "letter.png"
README_SIZE = (640, 856)
"""Width and height in px: the headline and the first two people."""
DAY = "2026-11-23T07:30:00+00:00"
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)


def browser() -> str:
    """Return the program to take pictures with, "" where there is none."""
    return next(filter(None, map(shutil.which, BROWSERS)), "")


def variants(html: str) -> dict[str, str]:
    """Return the letter as different mail programs show it; dark is forced by the page's own rules."""
    dark = html.replace("@media (prefers-color-scheme:dark)", "@media all")
    bare = _STYLE.sub("", html)
    return {
        "light": html.replace("@media (prefers-color-scheme:dark)", "@media not all"),
        "dark": dark,
        "bare": bare,
        "inverted": bare.replace("<html ", '<html style="filter:invert(1) hue-rotate(180deg)" '),
    }


def started(program: str, profile: str) -> list[str]:
    """Return how the browser is started, with a profile of its own."""
    return [
        program, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
        "--force-color-profile=srgb", f"--user-data-dir={profile}",
    ]  # fmt: skip


def take(program: str, page: Path, picture: Path, width: int, tallest: int = 100_000) -> None:
    """Take one picture, as tall as the page, or its top where it is taller than ``tallest``."""
    with tempfile.TemporaryDirectory() as profile:
        base = started(program, profile)
        # a frame of the wanted width: a window may not be narrower than 500 px
        frame = page.with_suffix(f".{width}.frame.html")
        wide, height = measure(base, page, frame, width)
        if wide > width:
            raise SystemExit(f"{page.name}: {wide} px wide, so it scrolls sideways at {width} px")
        size = f"--window-size={max(width, 500)},{min(height, tallest)}"
        done = subprocess.run(
            [*base, f"--screenshot={picture}", size, frame.as_uri()],
            capture_output=True, timeout=120, check=False,
        )  # fmt: skip
        if not picture.exists():
            raise SystemExit(done.stderr.decode(errors="replace")[-2000:])


def measure(base: list[str], page: Path, frame: Path, width: int) -> tuple[int, int]:
    """Write a frame of that width around the page and return how wide and tall its content becomes."""
    script = (
        "const f=document.querySelector('iframe');f.onload=()=>{const d=f.contentDocument.documentElement;"
        "f.style.height=d.scrollHeight+'px';document.body.dataset.size=d.scrollWidth+'x'+d.scrollHeight}"
    )
    source = page.read_text().replace("&", "&amp;").replace('"', "&quot;")
    frame.write_text(
        '<!DOCTYPE html><meta charset="utf-8"><body style="margin:0">'
        f'<iframe srcdoc="{source}" style="border:0;width:{width}px;height:400px"></iframe>'
        f"<script>{script}</script></body>"
    )
    shown = subprocess.run(
        [*base, "--dump-dom", "--virtual-time-budget=4000", "--window-size=700,1000", frame.as_uri()],
        capture_output=True, timeout=120, check=False,
    ).stdout.decode(errors="replace")  # fmt: skip
    found = re.search(r'data-size="(\d+)x(\d+)"', shown)
    if not found:
        raise SystemExit(f"{page.name}: could not be measured")
    return int(found[1]), int(found[2])


def for_the_readme(program: str) -> None:
    """Let the demo write its letter on a fixed day, and take the top of it."""
    os.environ.update(DIGWELL_NOW=DAY, TZ="UTC")
    with tempfile.TemporaryDirectory() as scratch:
        letter = demo.run(Path(scratch) / "demo", lambda _: None)
        page = Path(scratch) / "light.html"
        page.write_text(variants(letter.read_text())["light"])
        README.unlink(missing_ok=True)
        take(program, page, README, *README_SIZE)
    print(f"{README}  {README.stat().st_size} bytes")


def main() -> None:
    """Take all pictures, or those of the letters named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=ROOT / "pictures")
    parser.add_argument("--readme", action="store_true", help="make the README's picture and no other")
    parser.add_argument("letters", nargs="*", default=[])
    told = parser.parse_args()
    program = browser()
    if not program:
        raise SystemExit("no Chromium found: install one (on Debian: apt-get install chromium)")
    if told.readme:
        for_the_readme(program)
        return
    told.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name, page_of in examples.pages(examples.settings()).items():
            if told.letters and name not in told.letters:
                continue
            html = render_page(page_of, "digest", examples.settings()).html
            for look, source in variants(html).items():
                page = Path(scratch) / f"{name}-{look}.html"
                page.write_text(source)
                for width in WIDTHS:
                    picture = told.to / f"{name}-{look}-{width}.png"
                    take(program, page, picture, width)
                    print(picture)


if __name__ == "__main__":
    main()
