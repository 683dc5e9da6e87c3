"""HTTP to hostile recorders: every failure has its outcome, nothing outlives its deadline, no address but the one."""

import asyncio
import contextlib
import gzip
import ssl
import subprocess
import time

import pytest

from monitor.model import Credentials, Deadline, LoginState, Outcome
from monitor.protocols import http, http_wire, markup
from monitor.protocols.errors import DeviceError
from monitor.protocols.http import Http
from monitor.protocols.http_wire import Place
from monitor.simulator.web import Reply, Request, WebServer


class Echo(WebServer):
    """Answers with what its test wants."""

    def __init__(self, reply: Reply | None = None, **fields) -> None:
        super().__init__(**{"auth": "", **fields})
        self.reply = reply or Reply("hello")

    async def answer(self, request: Request) -> Reply:
        return self.reply


async def ask(server: WebServer, seconds: float = 20.0, path: str = "/x", **place) -> bytes:
    where = Place(server.host, server.port, **place)
    async with Http(where, Credentials("admin", "recorder-password"), LoginState()) as http:
        return (await http.ask("GET", path, Deadline.after(seconds))).body


async def outcome_of(server: WebServer, seconds: float = 20.0, **place) -> Outcome:
    with pytest.raises(DeviceError) as failed:
        await ask(server, seconds, **place)
    assert "recorder-password" not in failed.value.reason
    return failed.value.outcome


async def test_a_plain_answer_arrives():
    async with Echo() as server:
        assert await ask(server) == b"hello"


class Busy(WebServer):
    """Busy at every second request; with ``always`` after the first one."""

    always = False
    asked = 0

    async def answer(self, request: Request) -> Reply:
        self.asked += 1
        return Reply(status=503) if self.asked > 1 and (self.always or self.asked % 2 == 0) else Reply("served")


async def test_a_recorder_that_is_busy_for_a_moment_is_asked_once_more(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(http, "BUSY_SECONDS", 0.01)
    async with Busy(auth="") as server, Http(Place(server.host, server.port), None, LoginState()) as one:
        for _ in range(3):
            assert (await one.ask("GET", "/x", Deadline.after(20))).body == b"served"
        assert server.asked == 5
        server.always = True
        with pytest.raises(DeviceError):
            await one.ask("GET", "/x", Deadline.after(20))
        assert server.asked == 7


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    folder = tmp_path_factory.mktemp("tls")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    subprocess.run(
        [*made, "-keyout", key, "-out", certificate, "-subj", "/CN=nvr", "-days", "2"], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(Reply("hello over TLS").encode())
    await writer.drain()
    writer.close()


@pytest.mark.parametrize(
    ("location", "followed"),
    [
        ("https://127.0.0.1:{port}/x", True),
        ("HTTPS://127.0.0.1:{port}/doc/page/login.asp", True),
        ("https://127.0.0.9:{port}/x", False),
        ("http://127.0.0.1:{port}/x", False),
        ("https://127.0.0.1:999999/x", False),
        ("", False),
    ],
)
async def test_the_same_host_is_followed_to_its_tls_port_and_to_nothing_else(
    tls: ssl.SSLContext, location: str, followed: bool
):
    async with await asyncio.start_server(greet, "127.0.0.1", 0, ssl=tls) as secure:
        port = secure.sockets[0].getsockname()[1]
        async with Echo(Reply(status=302, headers={"Location": location.format(port=port)})) as plain:
            if followed:
                assert await ask(plain, verify=False) == b"hello over TLS"
            else:
                assert await outcome_of(plain, verify=False) is Outcome.REDIRECTED


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (301, Outcome.REDIRECTED),
        (403, Outcome.FORBIDDEN),
        (404, Outcome.NOT_FOUND),
        (405, Outcome.UNSUPPORTED),
        (423, Outcome.LOCKED),
        (500, Outcome.SERVER_ERROR),
        (503, Outcome.BUSY),
    ],
)
async def test_every_status_has_its_outcome(status: int, outcome: Outcome):
    async with Echo(Reply(status=status, headers={"Location": "http://127.200.200.200:9/"})) as server:
        assert await outcome_of(server) is outcome


@pytest.mark.parametrize(
    ("word", "outcome"),
    [
        ("silent", {Outcome.TIMEOUT}),
        ("drip", {Outcome.TIMEOUT}),
        ("garbage", {Outcome.TIMEOUT, Outcome.PROTOCOL}),  # random bytes may or may not end a line
        ("reset", {Outcome.CLOSED}),
        ("endless_header", {Outcome.PROTOCOL}),
        ("big_body", {Outcome.TOO_LARGE}),
    ],
)
async def test_a_hostile_answer_ends_in_time(word: str, outcome: set[Outcome]):
    async with Echo(misbehaviour=word) as server:
        began = time.monotonic()
        assert await outcome_of(server, seconds=1.0 if Outcome.TIMEOUT in outcome else 10.0) in outcome
        assert time.monotonic() - began < 8


async def test_nobody_listens():
    server = Echo()
    async with server:
        pass
    assert await outcome_of(server) is Outcome.REFUSED


async def test_tls_where_there_is_none():
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listener:
        server = Echo(port=listener.sockets[0].getsockname()[1])
        assert await outcome_of(server, tls=True) is Outcome.TLS


async def test_a_packed_bomb_is_too_large(monkeypatch):
    monkeypatch.setattr(http_wire, "BODY_LIMIT", 100_000)
    bomb = gzip.compress(bytes(2_000_000))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
        with contextlib.suppress(ConnectionError):  # the client leaves in the middle
            writer.write(head.encode() + bomb)
            await writer.drain()
            writer.close()
            await writer.wait_closed()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as listener:
        server = Echo(port=listener.sockets[0].getsockname()[1])
        assert await outcome_of(server) is Outcome.TOO_LARGE


async def test_no_proxy_of_the_environment_is_used(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    async with Echo() as server:
        assert await ask(server) == b"hello"


async def test_requests_are_paced():
    async with Echo() as server, Http(Place(server.host, server.port), None, LoginState(), pause=0.2) as http:
        began = time.monotonic()
        for _ in range(3):
            await http.ask("GET", "/", Deadline.after(20))
    assert time.monotonic() - began >= 0.4


async def test_a_login_is_one_challenge_and_then_no_more():
    async with (
        Echo(auth="digest") as server,
        Http(Place(server.host, server.port), Credentials("admin", "recorder-password"), LoginState()) as http,
    ):
        for _ in range(3):
            await http.ask("GET", "/with?a=%20b&c=[0]", Deadline.after(20))
    assert http.login_worked is True
    assert server.requests.total() == 4
    assert server.refused_logins == 0


async def test_a_refused_login_is_not_sent_again_on_the_same_connection():
    async with (
        Echo(auth="digest") as server,
        Http(Place(server.host, server.port), Credentials("admin", "wrong"), LoginState()) as http,
    ):
        for outcome in (Outcome.AUTH, Outcome.AUTH_RESTING):
            with pytest.raises(DeviceError) as failed:
                await http.ask("GET", "/", Deadline.after(20))
            assert failed.value.outcome is outcome
    assert http.login_worked is False
    assert server.refused_logins == 1


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'.encode("utf-16"),
        b"<a><b></a>",
        b"",
        b"not xml",
    ],
)
def test_xml_that_is_refused(body: bytes):
    with pytest.raises(DeviceError) as failed:
        markup.parse(body, "x")
    assert failed.value.outcome is Outcome.PROTOCOL


def test_xml_of_a_million_tags_is_too_large():
    with pytest.raises(DeviceError) as failed:
        markup.parse(b"<a>" + b"<b/>" * 1_000_000 + b"</a>", "x")
    assert failed.value.outcome is Outcome.TOO_LARGE


def test_names_are_found_in_any_namespace_and_case():
    root = markup.parse(b'<a xmlns="urn:x" xmlns:y="urn:y"><y:HDD><Id> 7 </Id></y:HDD></a>', "x")
    assert [markup.text(found, "id") for found in markup.each(root, "hdd")] == ["7"]
