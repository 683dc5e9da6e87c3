"""Digest and Basic against the examples of their RFCs, and the challenges cameras really send."""

import hashlib
import re

import pytest

from monitor.model import Credentials
from monitor.protocols.auth import Authorizer, Challenge, parse_challenges, strongest

MUFASA_2617 = Credentials("Mufasa", "Circle Of Life")
MUFASA_7616 = Credentials("Mufasa", "Circle of Life")
RFC_2617 = (
    'Digest realm="testrealm@host.com", qop="auth,auth-int", '
    'nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"'
)
RFC_7616 = (
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
    'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
)
CNONCE_7616 = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"


def answer(account: Credentials, challenge: str, method: str, uri: str, cnonce: str = "") -> str:
    return Authorizer(account, parse_challenges([challenge])[0], cnonce=cnonce).header(method, uri)


def response_of(header: str) -> str:
    return parse_challenges([header])[0].parameters["response"]


@pytest.mark.parametrize(
    ("account", "challenge", "cnonce", "response"),
    [
        (MUFASA_2617, RFC_2617, "0a4f113b", "6629fae49393a05397450978507c4ef1"),
        (MUFASA_7616, RFC_7616.format("MD5"), CNONCE_7616, "8ca523f5e9506fed4657c9700eebdbec"),
        (
            MUFASA_7616,
            RFC_7616.format("SHA-256"),
            CNONCE_7616,
            "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1",
        ),
    ],
    ids=["RFC 2617 3.5", "RFC 7616 3.9.1 MD5", "RFC 7616 3.9.1 SHA-256"],
)
def test_the_examples_of_the_rfcs(account, challenge, cnonce, response):
    header = answer(account, challenge, "GET", "/dir/index.html", cnonce)
    assert response_of(header) == response
    assert 'opaque="' in header
    assert "qop=auth, nc=00000001" in header


def test_a_realm_in_another_charset_is_answered_byte_for_byte():
    realm = "网络".encode("gbk")
    account, expected = Credentials("u", "p"), hashlib.md5(b"u:" + realm + b":p").hexdigest()
    told = realm.decode("utf-8", "surrogateescape")
    header = answer(account, f'Digest realm="{told}", nonce="{told}"', "PLAY", "rtsp://h/")
    assert realm in header.encode("utf-8", "surrogateescape")
    last = hashlib.md5(b"PLAY:rtsp://h/").hexdigest()
    assert response_of(header) == hashlib.md5(b":".join((expected.encode(), realm, last.encode()))).hexdigest()


def test_basic_as_in_rfc_7617():
    assert answer(Credentials("Aladdin", "open sesame"), 'Basic realm="WallyWorld"', "DESCRIBE", "rtsp://h/") == (
        "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
    )
    assert (
        answer(Credentials("test", "123£"), 'Basic realm="foo", charset="UTF-8"', "GET", "/")
        == "Basic dGVzdDoxMjPCow=="
    )


def md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()


def test_without_qop_the_old_formula_is_used_and_no_cnonce_sent():
    header = answer(Credentials("u", "p"), 'Digest realm="r", nonce="n"', "DESCRIBE", "rtsp://h/s?a=1")
    assert response_of(header) == md5(f"{md5('u:r:p')}:n:{md5('DESCRIBE:rtsp://h/s?a=1')}")
    assert "cnonce" not in header
    assert "algorithm" not in header


def test_session_variant_hashes_nonce_and_cnonce_into_the_key():
    header = answer(Credentials("u", "p"), 'Digest realm="r", nonce="n", qop=auth, algorithm=MD5-sess', "GET", "/", "c")
    key = md5(f"{md5('u:r:p')}:n:c")
    assert response_of(header) == md5(f"{key}:n:00000001:c:auth:{md5('GET:/')}")


def test_session_variant_keeps_its_cnonce_for_the_life_of_the_nonce():
    (challenge,) = parse_challenges(['Digest realm="r", nonce="n", qop=auth, algorithm=MD5-sess'])
    authorizer = Authorizer(Credentials("u", "p"), challenge)
    headers = [authorizer.header("GET", "/") for _ in range(3)]
    assert len({re.search('cnonce="([^"]+)"', header)[1] for header in headers}) == 1
    assert [re.search("nc=([0-9a-f]+)", header)[1] for header in headers] == ["00000001", "00000002", "00000003"]


def test_auth_int_hashes_the_empty_body():
    header = answer(Credentials("u", "p"), 'Digest realm="r", nonce="n", qop="auth-int"', "GET", "/", "c")
    inner = md5(f"GET:/:{md5('')}")
    assert response_of(header) == md5(f"{md5('u:r:p')}:n:00000001:c:auth-int:{inner}")


def test_quotes_and_line_ends_cannot_leave_their_field():
    evil = Credentials('a"b\\c\r\nX-Evil: 1', "p")
    header = answer(evil, 'Digest realm="q\\"r", nonce="n\rX: 2", opaque="o\n"', "GET", "/")
    assert "\r" not in header
    assert "\n" not in header
    assert 'username="a\\"b\\\\cX-Evil: 1"' in header
    assert 'realm="q\\"r"' in header


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (['Basic realm="a"'], [("basic", {"realm": "a"})]),
        (['Digest realm="a, b=c", nonce="n"'], [("digest", {"realm": "a, b=c", "nonce": "n"})]),
        (['Digest realm="a",nonce=n,stale=FALSE'], [("digest", {"realm": "a", "nonce": "n", "stale": "FALSE"})]),
        (['Digest  realm = "a" , nonce = "n"'], [("digest", {"realm": "a", "nonce": "n"})]),
        (
            ['Digest realm="a", nonce="n", Basic realm="b"'],
            [("digest", {"realm": "a", "nonce": "n"}), ("basic", {"realm": "b"})],
        ),
        (['Basic realm="b"', 'digest realm="a"'], [("basic", {"realm": "b"}), ("digest", {"realm": "a"})]),
        (["Basic"], [("basic", {})]),
        (['Digest realm="unterminated'], [("digest", {"realm": '"unterminated'})]),
        (['realm="nobody"', "", ",,,", '"'], []),
    ],
)
def test_challenges_are_taken_apart(headers, expected):
    assert [(one.scheme, dict(one.parameters)) for one in parse_challenges(headers)] == expected


@pytest.mark.parametrize(
    ("headers", "scheme", "algorithm"),
    [
        (['Basic realm="b"', 'Digest realm="d", nonce="n"'], "digest", "MD5"),
        (['Digest realm="d", nonce="n", algorithm=MD5', 'Digest nonce="m", algorithm=sha-256'], "digest", "SHA-256"),
        (['Digest nonce="n", algorithm=SHA-512-256', 'Digest nonce="m", algorithm="MD5"'], "digest", "MD5"),
        (['Digest realm="no nonce"', "Basic"], "basic", "MD5"),
        (['Digest nonce="n", qop="unknown"', "Basic"], "basic", "MD5"),
    ],
)
def test_the_strongest_known_way_is_chosen(headers, scheme, algorithm):
    chosen = strongest(parse_challenges(headers))
    assert (chosen.scheme, chosen.algorithm) == (scheme, algorithm)


def test_nothing_known_is_nothing_chosen():
    assert strongest([Challenge("negotiate"), Challenge("digest", {"nonce": "n", "algorithm": "MD4"})]) is None
