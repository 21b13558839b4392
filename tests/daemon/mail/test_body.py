"""The bounded walk over MIME: leaves in order, whatever the structure claims."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daemon.mail.body import DEEPEST, MOST, parts, unmarked

MIXED = b"""MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="outer"

preamble
--outer
Content-Type: multipart/alternative;
 boundary=inner

--inner
Content-Type: text/plain; charset=iso-8859-1
Content-Transfer-Encoding: quoted-printable

Gr=FC=DFe
--inner
Content-Type: text/html

<p>hi</p>
--inner--
--outer
Content-Type: application/pdf
Content-Disposition: attachment; filename=x.pdf
Content-Transfer-Encoding: base64

aGVsbG8=
--outer--
epilogue
"""


@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
def test_leaves_come_in_order_and_decoded(ends: bytes) -> None:
    plain, html, pdf = parts(MIXED.replace(b"\n", ends))
    assert [one.type for one in (plain, html, pdf)] == ["text/plain", "text/html", "application/pdf"]
    assert (plain.text(), plain.attached) == ("Grüße", False)
    assert (pdf.data(), pdf.attached) == (b"hello", True)


def test_a_message_without_structure_is_one_plain_part() -> None:
    (only,) = parts(b"From: a@example.org\n\nhello\n")
    assert (only.type, only.text()) == ("text/plain", "hello\n")
    (bare,) = parts(b"\nhello\n")
    assert bare.text() == "hello\n"
    (empty,) = parts(b"")
    assert empty.data() == b""


def test_a_message_cut_off_keeps_what_came() -> None:
    assert [one.type for one in parts(MIXED[: MIXED.index(b"<p>") + 5])] == ["text/plain", "text/html"]


def test_a_boundary_that_never_comes_leaves_the_whole() -> None:
    (only,) = parts(b"Content-Type: multipart/mixed; boundary=x\n\nhello\n")
    assert only.type == "multipart/mixed"


def test_a_message_inside_a_message_is_not_entered() -> None:
    inner = (
        b"Content-Type: multipart/mixed; boundary=outer\n\n--outer\nContent-Type: message/rfc822\n\n" + MIXED
    )
    assert next(iter(parts(inner))).type == "message/rfc822"


def test_text_is_free_of_controls_and_capped() -> None:
    (only,) = parts(b"\n\x1b]52;c;\x07a\r\nb\x00\xe2\x80\xae" + b"x" * 200_000)
    text = only.text()
    assert text.startswith("]52;c;a\nbx")
    assert len(text) <= 64 * 1024


def deep(levels: int) -> bytes:
    raw = b"Content-Type: text/plain\n\nend\n"
    for level in range(levels):
        mark = b"b%d" % level
        raw = (
            b"Content-Type: multipart/mixed; boundary="
            + mark
            + b"\n\n--"
            + mark
            + b"\n"
            + raw
            + b"\n--"
            + mark
            + b"--\n"
        )
    return raw


BOMBS = {
    "deep": deep(600),
    "wide": b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\nhi\n" * 100_000,
    "parameters": b"Content-Type: multipart/mixed; "
    + b"; ".join(b"b*%d=x" % n for n in range(20_000))
    + b"\n\nhi",
    "boundaries in one line": b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x" * 300_000,
    "base64": b"Content-Transfer-Encoding: base64\n\n" + b"A" * 2_000_001,
    "soft breaks": b"Content-Transfer-Encoding: quoted-printable\n\n" + b"=\n" * 500_000,
}


@pytest.mark.parametrize("name", sorted(BOMBS))
def test_a_bomb_is_walked_in_bounded_time(name: str) -> None:
    start = time.process_time()
    found = list(parts(BOMBS[name]))
    for one in found:
        one.text()
    assert time.process_time() - start < 1
    assert len(found) <= MOST


def test_depth_is_bounded() -> None:
    (leaf,) = parts(deep(DEEPEST - 1))
    assert leaf.text().strip() == "end"
    (stopped,) = parts(deep(DEEPEST + 5))
    assert stopped.type == "multipart/mixed"


@given(st.binary(max_size=400), st.integers(0, 500))
def test_any_bytes_are_walked(noise: bytes, at: int) -> None:
    for raw in (noise, MIXED[:at] + noise + MIXED[at:]):
        for one in parts(raw):
            one.text()


def test_html_is_stripped_to_its_words() -> None:
    assert unmarked("<style>p{}</style><p>a &lt;b&gt;<br>c</p>").split() == ["a", "<b>", "c"]
    start = time.process_time()
    unmarked("<" * 200_000 + "<br" * 100_000)
    assert time.process_time() - start < 1
