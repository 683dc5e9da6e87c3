"""Envelopes as hand-made firmware writes them: what is certain is put right, what is not stays an error."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Outcome
from monitor.protocols.onvif.envelope import envelope
from monitor.protocols.onvif.trouble import Trouble

HEAD = b'<?xml version="1.0"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="urn:tt"><s:Body>'
TAIL = b"</s:Body></s:Envelope>"


def whole(content: bytes) -> bytes:
    return HEAD + content + TAIL


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"\r\n " + whole(b"<tt:Uri>a</tt:Uri>") + b"\0\n", "a"),
        (b"\xef\xbb\xbf" + whole(b"<tt:Uri>a</tt:Uri>"), "a"),
        (whole(b"<tt:Uri>x?a=1&onvif=0.sdp&b</tt:Uri>"), "x?a=1&onvif=0.sdp&b"),
        (whole(b"<tt:Uri>x?a=1&amp;b&#65;&c</tt:Uri>"), "x?a=1&bA&c"),
        (whole(b"<foo:Uri bar:x='1'>a</foo:Uri>"), "a"),
        (
            HEAD.replace(b"<s:Body>", b"<s:Header><wsa:To>x</wsa:To></s:Header><s:Body>")
            + b"<tt:Uri>a</tt:Uri>"
            + TAIL,
            "a",
        ),
    ],
)
def test_what_is_certain_is_put_right_and_not_called_mended(body: bytes, text: str) -> None:
    root, mended = envelope(body, "GetX", lenient=False)
    assert not mended
    assert root.findtext(".//{*}Uri") == text
    assert not any(":" in str(node.tag).rpartition("}")[2] for node in root.iter())


def test_a_stranger_belongs_where_it_stands() -> None:
    root, _ = envelope(whole(b"<tt:Info><foo:Model>m</foo:Model></tt:Info>"), "GetX", lenient=False)
    assert root.findtext(".//{urn:tt}Model") == "m"


@pytest.mark.parametrize(
    "body",
    [
        whole(b"<tt:Uri>a"),
        whole(b"<tt:Uri>x&b;c</tt:Uri>"),
        whole(b"<tt:Uri>a</tt:Url>"),
        b"<html>404</html>",
        b"",
        b" \0\r\n",
        b"not xml",
        HEAD.replace(b"?>", b"?><!DOCTYPE x>") + TAIL,
    ],
)
def test_what_is_not_certain_is_an_error(body: bytes) -> None:
    with pytest.raises(Trouble) as caught:
        envelope(body, "GetX", lenient=False)
    assert caught.value.outcome is Outcome.PROTOCOL


@pytest.mark.parametrize("tag", ["foo:6", "foo:", "foo:a:b", "6:a", ":a", "a:é", "foo:x"])
def test_no_name_breaks_anything(tag: str) -> None:
    for content in (f"<{tag}>a</{tag}>", f"<{tag}><b:c/></{tag}>", f"<tt:a {tag}='1'/>", f"<{tag}"):
        for lenient in (False, True):
            with contextlib.suppress(Trouble):
                envelope(whole(content.encode()), "GetX", lenient=lenient)
                envelope(content.encode(), "GetX", lenient=lenient)


WORDS = [
    b"<",
    b">",
    b"/",
    b"tt:",
    b"foo:",
    b":",
    b"&",
    b";",
    b"a",
    b"6",
    b" x='1'",
    b"xmlns:foo='urn:x'",
    b"\xff",
    b"<!--",
    b"<?",
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(WORDS), max_size=14), st.booleans())
def test_no_bytes_raise_anything_but_trouble(words: list[bytes], lenient: bool) -> None:
    with contextlib.suppress(Trouble):
        envelope(whole(b"".join(words)), "GetX", lenient=lenient)


def test_lenient_mends_and_says_so() -> None:
    root, mended = envelope(whole(b"<tt:Uri>a</tt:Url>"), "GetX", lenient=True)
    assert mended
    assert root.findtext(".//{*}Uri") == "a"
