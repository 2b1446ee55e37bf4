"""Names and subjects come out as the sender meant them, or at least come out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from statement_intake.mailbox.decoding import decoded, parameter


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        (b"plain.mp4", "plain.mp4"),
        (None, ""),
        (12, "12"),
        ("=?utf-8?B?RMOpY2xhcmF0aW9u?= 3", "Déclaration 3"),
        ("12th =?utf-8?Q?S=C3?=\r\n =?utf-8?q?=A9n=C3=A9gal?= 3", "12th Sénégal 3"),
        ("=?iso-8859-1?Q?a_b?= =?utf-8?Q?c?=", "a bc"),
        ("=?utf-8*fr?Q?=C3=A9?=", "é"),
        ("=?no-such?Q?=C3=A9?=", "é"),
        ("=?zip_codec?Q?x?=", "x"),
        ("=?utf-8?B?w?=", ""),
        ("中 =?utf-8?Q?=C3=A9?=", "中 é"),
        (b"\xe9t\xe9", "été"),
    ],
)
def test_encoded_words_are_decoded(raw: bytes | str | int | None, meant: str) -> None:
    """RFC 2047 words, words cut inside a character, unknown charsets and raw 8-bit text."""
    assert decoded(raw) == meant


@pytest.mark.parametrize(
    ("pairs", "meant"),
    [
        ([("NAME", "x"), ("FILENAME", "a.mp4")], "a.mp4"),
        ([("filename*", "UTF-8''d%C3%A9claration.mp4")], "déclaration.mp4"),
        ([("filename*", "iso-8859-1'fr'd%E9claration.mp4")], "déclaration.mp4"),
        ([("filename", "declaration.mp4"), ("filename*", "UTF-8''d%C3%A9claration.mp4")], "déclaration.mp4"),
        ([("filename*1*", "%BC.mp4"), ("filename*0*", "UTF-8''%C3")], "ü.mp4"),
        (
            [("filename*0", "statement "), ("filename*1", "of France"), ("filename*2", ".mp4")],
            "statement of France.mp4",
        ),
        ([("filename*0*", "UTF-8''a%20"), ("filename*1", "b%20.mp4")], "a b%20.mp4"),
        ([("filename*0", "a"), ("filename*2", "c")], "a"),
        ([("filename*0*", "nonsense%FF")], "nonsense\ufffd"),
        ([("filename", "=?utf-8?B?0LfQsNGP0LLQu9C10L3QuNC1LmRvY3g=?=")], "заявление.docx"),
        ([], ""),
    ],
)
def test_extended_parameters_are_joined_and_decoded(pairs: list[tuple[str, str]], meant: str) -> None:
    """RFC 2231: continuations in any order, charsets, percent encoding; RFC 2047 words where they do not belong."""
    assert parameter(pairs, "filename") == meant


@given(st.text(max_size=80), st.lists(st.tuples(st.sampled_from(["n", "n*", "n*0", "n*1*", "n*x"]), st.text())))
def test_nothing_that_a_sender_writes_raises(value: str, pairs: list[tuple[str, str]]) -> None:
    """Whatever comes out can be stored as UTF-8."""
    decoded("=?" + value + "?=").encode("utf-8")
    decoded(f"=?{value}?B?{value}?= =?utf-8?Q?{value}?=").encode("utf-8")
    parameter(pairs, "n").encode("utf-8")
