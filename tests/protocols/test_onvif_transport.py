"""The ONVIF transport's limits, on raw sockets and real TLS."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.model import Deadline, Outcome
from monitor.protocols.onvif import Trouble, parse
from monitor.protocols.onvif.transport import Transport

HOST = "127.0.44.1"


@pytest.fixture
def server() -> Iterator[Callable[..., str]]:
    """Starts a raw server that gives one answer a connection (or none); returns its address."""
    listeners: list[socket.socket] = []

    def start(*answers: bytes, context: ssl.SSLContext | None = None) -> str:
        listener = socket.create_server((HOST, 0))
        listeners.append(listener)

        def serve() -> None:
            for answer in answers:
                connection, _ = listener.accept()
                try:
                    with context.wrap_socket(connection, server_side=True) if context else connection as talk:
                        asked = b""
                        while not asked.endswith(b"<x/>"):
                            asked += talk.recv(65536)
                        talk.sendall(answer)
                except OSError:
                    pass  # the client refused our certificate

        threading.Thread(target=serve, daemon=True).start()
        return f"{HOST}:{listener.getsockname()[1]}"

    yield start
    for listener in listeners:
        listener.close()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def post(transport: Transport, address: str, seconds: float = 10.0) -> bytes:
    return transport.post(parse(address), b"<x/>", {}, Deadline.after(seconds)).body


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (OK, b"ok"),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", b"until the end"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nfour", b"four"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", b"abc"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, b"ok"),
    ],
)
def test_every_way_to_end_an_answer_is_understood(server: Callable[..., str], answer: bytes, body: bytes) -> None:
    transport = Transport()
    assert post(transport, server(answer)) == body
    transport.close()


def test_a_kept_connection_that_the_device_closed_is_renewed_once(server: Callable[..., str]) -> None:
    address = server(OK, OK)
    transport = Transport()
    assert [post(transport, address), post(transport, address)] == [b"ok", b"ok"]
    transport.close()


def test_abort_from_another_thread_ends_the_wait_at_once_and_for_good() -> None:
    transport = Transport()
    with socket.create_server((HOST, 0)) as silent:
        address = f"{HOST}:{silent.getsockname()[1]}"
        began = time.monotonic()
        threading.Timer(0.1, transport.abort).start()
        with pytest.raises(Trouble) as ended:
            post(transport, address, seconds=20)
        with pytest.raises(Trouble) as again:
            post(transport, address)
    assert time.monotonic() - began < 15
    assert ended.value.outcome in (Outcome.CLOSED, Outcome.ABANDONED)
    assert again.value.outcome is Outcome.ABANDONED


@pytest.mark.parametrize(
    "beginning", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"]
)
def test_a_dripping_answer_ends_at_the_deadline_without_help_from_outside(beginning: bytes) -> None:
    """A socket's own timeout is per read, so a drip would outlive it."""
    gone = threading.Event()
    with socket.create_server((HOST, 0)) as listener:

        def drip() -> None:
            talk, _ = listener.accept()
            with talk:
                talk.sendall(beginning)
                while not gone.wait(0.05):
                    talk.sendall(b"x")

        server = threading.Thread(target=drip)
        server.start()
        began = time.monotonic()
        with pytest.raises(Trouble) as late:
            post(Transport(), f"{HOST}:{listener.getsockname()[1]}", seconds=0.5)
        took = time.monotonic() - began
        gone.set()
        server.join()
    assert late.value.outcome is Outcome.TIMEOUT
    assert took < 10


def test_the_environment_names_no_proxy_for_us(server: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.44.99:9")
    transport = Transport()
    assert post(transport, server(OK)) == b"ok"
    transport.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """A self-signed certificate for the test address, as cameras have them: file, key, SHA-256 fingerprint."""
    folder = tmp_path_factory.mktemp("tls")
    file, key = folder / "camera.pem", folder / "camera.key"
    words = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    words += ["-subj", "/CN=camera", "-addext", f"subjectAltName=IP:{HOST}", "-keyout", str(key), "-out", str(file)]
    subprocess.run(words, check=True, capture_output=True)
    shown = subprocess.run(
        ["openssl", "x509", "-in", str(file), "-noout", "-fingerprint", "-sha256"], check=True, capture_output=True
    )
    return file, key, shown.stdout.decode().strip().partition("=")[2]


@pytest.mark.parametrize(
    ("trust", "good"), [("", False), ("file", True), ("fingerprint", True), ("sha256:00ff", False), ("any", True)]
)
def test_tls_is_checked_as_configured(
    server: Callable[..., str], certificate: tuple[Path, Path, str], trust: str, good: bool
) -> None:
    file, key, fingerprint = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    address = f"https://{server(OK, context=context)}"
    transport = Transport({"file": str(file), "fingerprint": f"sha256:{fingerprint}"}.get(trust, trust))
    if good:
        assert post(transport, address) == b"ok"
    else:
        with pytest.raises(Trouble) as refused:
            post(transport, address)
        assert refused.value.outcome is Outcome.TLS
        assert trust or "does not trust its certificate (self-signed certificate)" in str(refused.value)
    transport.close()


@pytest.mark.parametrize("host", ["...", "a..b", f"{'x' * 64}.example"])
def test_what_cannot_be_a_name_does_not_resolve(host: str) -> None:
    with pytest.raises(Trouble) as caught:
        post(Transport(), host)
    assert caught.value.outcome is Outcome.DNS
