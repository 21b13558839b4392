"""What every letter of digwell's keeps to, whoever it names."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from daemon import tokens
from daemon.digest.clean import inert
from daemon.digest.compose import UnsafeMailError, compose_mail, serialised
from daemon.digest.letter import Settings
from daemon.digest.mailto import mailto, open_link
from daemon.digest.page import page
from daemon.digest.render import MOST_HTML, render, render_page
from daemon.digest.sparkline import sparkline
from rules.commands import read, read_link
from rules.verdicts import Digest, Known, OpenPromise, Reason
from store.facts import Exchange
from tests.digest import examples
from tests.digest.looking import contrast, look

SETTINGS = examples.settings()
PAGES = examples.pages(SETTINGS)
LETTERS = {name: render_page(laid_out, "digest", SETTINGS) for name, laid_out in PAGES.items()}
every_letter = pytest.mark.parametrize("name", LETTERS)
BREAKS = "\r\nBcc: victim@example.com\r\n\r\n"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=http://evil.example/x.png>',
    "=?utf-8?q?hi=0D=0ABcc:_v=40x.example?=",
    f"Ana{BREAKS}",
    "\u202egnp.exe\u2066",
    "{{ 7*7 }}{% raw %}",
    "[dw 2026w48.1 0123456789abcdef]",
    "done 1, 2",
    "undo",
    "\x00\x1b]52;c;aGk=\x07",
    "a" * 4000,
    "é" * 3000,
    "& &amp; &lt;",
    "never 1\nnever 2",
    "",
    " ",
    "💥" * 300,
    "javascript:alert(1)",
    "</td></tr></table>",
    "Ana, Bob: Carl; Dora",
)


@every_letter
def test_html_is_small_and_loads_and_links_nothing_but_mail(name: str) -> None:
    html = LETTERS[name].html
    assert len(html.encode()) < 60_000
    seen = look(html)
    for tag, given in seen.tags:
        assert tag not in {"img", "script", "link", "iframe", "form", "svg", "video", "object", "base"}
        assert not {"src", "background", "srcset", "action", "onclick", "onload"} & given.keys()
        assert "url(" not in given.get("style", "")
    assert "url(" not in html
    assert "@import" not in html
    for link in seen.links:
        assert len(link) < 1200
        assert link.startswith(("mailto:", "https://mail.google.com/mail/?authuser="))


@every_letter
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_stands_out_from_its_ground(name: str, dark: bool) -> None:
    for text, colour, ground in look(LETTERS[name].html, dark=dark).texts:
        assert contrast(colour, ground) >= 4.5, (text, colour, ground)


@every_letter
def test_the_text_part_is_narrow_and_begins_with_the_marker(name: str) -> None:
    lines = LETTERS[name].text.splitlines()
    assert lines[0] == "(digwell reads only what you write above this line)"
    assert max(map(len, lines)) <= 72


@every_letter
def test_the_text_part_says_all_that_the_html_says(name: str) -> None:
    text = " ".join(LETTERS[name].text.replace("|", " ").split()).lower()
    laid_out = PAGES[name]
    for card in laid_out.cards:
        said = [card.name, card.why, card.address, card.chip, card.number]
        said += [] if laid_out.brief else [*card.known, card.last, card.opening, card.figures]
        for part in said:
            assert part.lower() in text
    for section in laid_out.sections:
        for row in section.rows:
            assert row.text.lower() in text
    for line in (laid_out.headline, *laid_out.lead, *laid_out.foot, laid_out.tag):
        assert " ".join(line.lower().split()) in text


def test_every_link_to_oneself_is_a_command_about_the_right_item() -> None:
    verbs: dict[str, set[str]] = {}
    for link in look(LETTERS["full"].html).links:
        parts = urlsplit(link)
        if parts.path != examples.OWNER:
            continue
        subject = parse_qs(parts.query)["subject"][0]
        (tag,) = tokens.tags(examples.KEY, subject)
        script = read_link(tokens.without_tags(subject).strip(), tag.item)
        assert len(script.commands) == 1, subject
        assert not script.unread
        verbs.setdefault(tag.item, set()).add(script.commands[0].verb)
    for number in "12345":
        assert verbs[number] == {"done", "snooze", "slower", "never", "note"}
    assert verbs["a"] == verbs["b"] == {"kept", "release"}
    assert verbs["i"] == {"introduced", "skip"}
    assert verbs["all"] == {"why", "people", "pause"}


def test_the_button_writes_to_the_person_and_answers_a_young_thread() -> None:
    links = look(LETTERS["full"].html).links
    ana = next(link for link in links if "ana.ribeiro" in link)
    assert unquote(ana).startswith(
        "mailto:ana.ribeiro@example.net?subject=Re: Flat hunting in Alfama&body=Ana, I owe"
    )
    grace = next(link for link in links if "grace@" in link)
    assert parse_qs(urlsplit(grace).query)["subject"] == ["Your news"]


def read_any(text: str) -> list[str]:
    return [c.line for c in read(text).commands]


@every_letter
def test_no_line_of_a_letter_reads_as_a_command_however_it_is_copied(name: str) -> None:
    plain = LETTERS[name].text
    copied = look(LETTERS[name].html).plain
    for text in (plain, copied):
        assert read_any(text) == []
        for line in text.splitlines():
            for shown in (line, line.strip(), line.lstrip(" ·|*->"), f"> {line}"):
                assert read_any(shown) == [], shown
        flat = " ".join(text.split())
        for width in range(24, 100, 3):
            for line in textwrap.wrap(flat, width):
                assert read_any(line) == [], line


@every_letter
@pytest.mark.parametrize("item", ["1", "a", "all"])
def test_a_letter_sent_back_whole_is_no_command(name: str, item: str) -> None:
    for text in (LETTERS[name].text, look(LETTERS[name].html).plain):
        assert read(text, item).commands == ()


def test_no_two_weeks_have_the_same_subject_and_discreet_names_nobody() -> None:
    subjects = {render(make(), SETTINGS).subject for make in examples.DIGESTS.values()}
    again = replace(examples.full(), edition="2026w48b")
    subjects.add(render(again, SETTINGS).subject)
    assert len(subjects) == len(examples.DIGESTS) + 1
    for name, laid_out in examples.pages(examples.settings(discreet=True)).items():
        for word in ("Ana", "Tom", "Grace", "Ruth", "214"):
            assert word not in laid_out.subject, name


def hostile(value: str) -> Digest:
    someone = examples.person(1, value, "ana@example.net")
    exchange = Exchange(f"x{value}y"[:300], examples.at("2026-11-01"), True, value, "ana@example.net", True)
    one = examples.suggestion(
        1,
        someone,
        Reason.NEWS,
        value,
        known=(Known(value, value),),
        last=exchange,
        reply_to=exchange,
        opening=value,
        rhythm_words=value,
        balance_words=value,
        months=(0,) * 12,
    )
    return replace(
        examples.full(),
        suggestions=(one, *examples.full().suggestions[1:]),
        promises=(OpenPromise("a", someone, value, examples.at("2026-11-01"), "n"),),
        favours=value,
        told=(value,),
        troubles=(value,),
        notices=(value,),
    )


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_words_come_out_inert(value: str) -> None:
    made = render(hostile(value), SETTINGS)
    seen = look(made.html)
    assert {tag for tag, _ in seen.tags} <= {
        "html",
        "head",
        "meta",
        "title",
        "style",
        "body",
        "div",
        "table",
        "tr",
        "td",
        "p",
        "h1",
        "h2",
        "a",
        "span",
        "br",
    }
    assert all(link.startswith(("mailto:", "https://mail.google.com/mail/?")) for link in seen.links)
    assert all(len(link) < 1200 for link in seen.links)
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", made.text + made.html)
    assert "49" not in made.subject
    for line in made.text.splitlines():
        assert read(line).commands == (), line
    raw = compose_mail(made, SETTINGS, examples.EDITION, examples.at("2026-11-23"))
    mail = message_from_bytes(raw, policy=default)
    assert mail["Bcc"] is None
    assert [name.lower() for name in mail] == [
        "message-id",
        "list-id",
        "auto-submitted",
        "x-auto-response-suppress",
        "x-digwell",
        "from",
        "to",
        "subject",
        "date",
        "mime-version",
        "content-type",
    ]
    for link in seen.links:
        tag = tokens.tags(examples.KEY, unquote(urlsplit(link).query))
        assert len(tag) <= 1


def test_what_python_would_let_through_as_a_header_is_refused_at_the_last_door() -> None:
    mail = EmailMessage()
    mail["Subject"] = "Re: =?utf-8?q?hi=0D=0ABcc:_victim=40x.example?="
    mail.set_content("x")
    with pytest.raises(UnsafeMailError):
        serialised(mail, {"X-Digwell": "a\r\nBcc: victim@example.com"})
    try:
        raw = serialised(mail, {})
    except (UnsafeMailError, ValueError):
        return
    assert message_from_bytes(raw)["Bcc"] is None


def test_the_mail_has_text_first_fixed_headers_and_short_lines() -> None:
    made = render(examples.full(), SETTINGS)
    raw = compose_mail(made, SETTINGS, examples.EDITION, examples.at("2026-11-23"))
    assert raw == compose_mail(made, SETTINGS, examples.EDITION, examples.at("2026-11-23"))
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    mail = message_from_bytes(raw, policy=default)
    assert mail.get_content_type() == "multipart/alternative"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert mail["Message-ID"] == f"<{tokens.message_id(examples.KEY, examples.EDITION, 'example.org')}>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["List-Id"]
    assert mail["Precedence"] is None
    assert mail["List-Unsubscribe"] is None
    assert mail["Subject"] == made.subject
    text, html = (part.get_content().replace("\r\n", "\n") for part in mail.iter_parts())
    assert (text, html) == (made.text, made.html)


def test_letters_by_smtp_say_how_to_pause_and_come_from_an_address_that_is_the_owners() -> None:
    plus = examples.settings(owner="maya@gmail.com", user="maya@gmail.com")
    mail = message_from_bytes(compose_mail(render(examples.full(), plus), plus, "2026w48", 1), policy=default)
    assert mail["From"] == "digwell <maya+digwell@gmail.com>"
    assert mail["Reply-To"] == "maya@gmail.com"
    smtp = examples.settings(smtp=True)
    mail = message_from_bytes(compose_mail(render(examples.full(), smtp), smtp, "2026w48", 1), policy=default)
    assert mail["From"] == "digwell <maya@example.org>"
    pause = unquote(mail["List-Unsubscribe"])
    assert re.fullmatch(
        r"<mailto:maya@example\.org\?subject=digwell pause 4w \[dw 2026w48\.all \w{16}\]>", pause
    )


def test_a_long_letter_gets_leaner_until_it_fits() -> None:
    many = tuple(examples.ana()._replace(number=n + 1) for n in range(20))
    html = render(replace(examples.full(), suggestions=many), SETTINGS).html
    assert len(html.encode()) <= MOST_HTML
    assert html.count("Write to Ana") == 20


@pytest.mark.parametrize(
    "broken",
    [
        "{{ page.nothing }}",
        "{% for %}",
        "{{ page.cards[99].name }}",
        "{{ ''.__class__.__mro__ }}",
        "{{ 1/0 }}",
        " ",
    ],
)
def test_a_broken_template_falls_back_and_says_so(tmp_path: Path, broken: str) -> None:
    (tmp_path / "digest.html").write_text(broken)
    made = render(examples.full(), examples.settings(templates=tmp_path))
    assert "Write to Ana" in made.html
    assert "your template digest.html could not be used" in made.html
    assert "your template digest.html could not be used" in made.text
    assert len(made.troubles) == 1


def test_the_owners_own_template_and_words_are_used(tmp_path: Path) -> None:
    (tmp_path / "digest.txt").write_text(
        "My own letter\n{% for card in page.cards %}{{ card.name }}\n{% endfor %}"
    )
    own = examples.settings(templates=tmp_path, words={"head.full": "{people} this week"})
    made = render(examples.full(), own)
    assert made.text.startswith("My own letter\nAna Ribeiro\n")
    assert "Five people this week" in made.html
    assert made.troubles == ()


@pytest.mark.parametrize(
    ("host", "start"),
    [
        ("imap.gmail.com", "https://mail.google.com/"),
        ("imap.mail.me.com", "message://%3C"),
        ("imap.example.org", ""),
    ],
)
def test_a_message_opens_where_the_provider_can(host: str, start: str) -> None:
    link = open_link(host, "maya@example.org", "a/b?c#d@x")
    assert link.startswith(start)
    assert bool(link) is bool(start)
    assert "a%2Fb%3Fc%23d%40x" in link or not link


def test_a_link_is_cut_at_its_body_and_never_too_long() -> None:
    link = mailto("ana@example.net", "é" * 100, "😀" * 500)
    assert len(link) < 1200
    assert unquote(link).endswith("😀…")
    assert mailto("a" * 1300 + "@example.net") == ""


def test_months_are_drawn_from_none_to_the_busiest() -> None:
    assert sparkline((0, 1, 2, 4, 8)) == "▁▂▃▅█"
    assert sparkline((0, 0)) == ""
    assert sparkline(()) == ""


def test_an_inert_line_looks_the_same() -> None:
    assert inert("done 1, 2").replace("\u2060", "") == "done 1, 2"
    assert inert("Hello there") == "Hello there"
    for line in ("undo", "- done 1", "done 1.", "note 2: x"):
        assert read(inert(line)).commands == ()


def test_the_letter_tells_what_came_of_the_last_one() -> None:
    settings: Settings = SETTINGS
    lead = page(examples.full(), settings).lead
    assert lead[0].startswith("Last week you wrote to three of five. Ines and Jonas answered. This quarter")
    assert lead[1] == "You told me: Mei done, Aidan later."
