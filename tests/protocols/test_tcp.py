"""Why a connection cannot be made, in one word, and always in time."""

import asyncio
import contextlib
import errno
import socket
import ssl
import time

import pytest

from monitor.model import Deadline, Outcome
from monitor.protocols import tcp
from monitor.protocols.errors import DeviceError


async def failure(host: str, port: int, seconds: float = 5.0, *, tls: bool = False) -> DeviceError:
    with pytest.raises(DeviceError) as caught:
        await tcp.connect(asyncio.Protocol(), host, port, deadline=Deadline.after(seconds), tls=tls)
    return caught.value


async def test_a_name_is_resolved_and_connected():
    accepted = asyncio.Event()

    async def serve(reader, writer):
        accepted.set()
        writer.close()
        await writer.wait_closed()

    class Client(asyncio.Protocol):
        transport: asyncio.Transport

        def connection_made(self, transport):
            self.transport = transport

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        client = Client()
        await tcp.connect(client, "localhost", server.sockets[0].getsockname()[1], deadline=Deadline.after(10))
        await accepted.wait()
        client.transport.abort()
        await asyncio.sleep(0.01)


async def test_refused():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        error = await failure("127.0.0.1", unused.getsockname()[1])
    assert (error.outcome, "refused" in error.reason) == (Outcome.REFUSED, True)


@pytest.mark.parametrize("odd", ["", "a" * 64 + ".invalid", "bad..name"])
async def test_no_such_name(odd, no_such_name):
    error = await failure(odd or no_such_name, 554, 3)
    assert error.outcome is Outcome.DNS
    assert (odd or no_such_name) in error.reason


async def test_a_resolver_that_hangs_is_left_at_the_deadline(monkeypatch):
    release = asyncio.Event()
    loop = asyncio.get_running_loop()

    def hang(*_, **__):
        return asyncio.run_coroutine_threadsafe(release.wait(), loop).result() and []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    began = loop.time()
    error = await failure("slow.invalid", 554, 0.1)
    assert error.outcome is Outcome.FAILED  # about our resolver, not about the device
    assert "name server does not answer" in error.reason
    assert loop.time() - began < 10
    release.set()
    await asyncio.sleep(0.02)  # the thread ends


async def test_a_deadline_that_has_passed():
    assert (await failure("127.0.0.1", 9, 0)).outcome in (Outcome.CONNECT_TIMEOUT, Outcome.REFUSED)


class Brief(asyncio.Protocol):
    def connection_made(self, transport):
        transport.abort()


async def test_a_plain_connection_that_stands_when_we_are_late_is_no_matter_of_tls():
    loop, ends = asyncio.get_running_loop(), set()

    def be_busy():  # as an overloaded machine is, between any two steps
        time.sleep(0.02)
        if not over.is_set():
            loop.call_soon(be_busy)

    async def end_of(seconds: float) -> Outcome:
        try:
            await tcp.connect(Brief(), "127.0.0.1", port, deadline=Deadline.after(seconds))
        except DeviceError as error:
            return error.outcome
        return Outcome.SEEN

    over = asyncio.Event()
    loop.call_soon(be_busy)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        turns = 0
        while Outcome.SEEN not in ends:  # some deadline falls between the connection and its first use
            ends.add(await end_of(0.01 + 0.02 * turns))
            turns += 1
    over.set()
    assert ends == {Outcome.SEEN, Outcome.CONNECT_TIMEOUT}


async def test_what_accepts_and_speaks_no_tls_is_there_all_the_same():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        error = await failure("127.0.0.1", silent.getsockname()[1], 1.0, tls=True)
    assert error.outcome is Outcome.TLS


async def test_what_answers_something_else_than_tls_is_said_in_words():
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"RTSP/1.0 400 Bad Request\r\n")
        with contextlib.suppress(ConnectionError):  # it may hang up as it likes
            await reader.read()
            writer.close()
            await writer.wait_closed()
        answered.set()

    answered = asyncio.Event()
    async with await asyncio.start_server(answer, "127.0.0.1", 0) as plain:
        error = await failure("127.0.0.1", plain.sockets[0].getsockname()[1], 2, tls=True)
        await answered.wait()
    assert (error.outcome, error.reason.partition(": ")[2]) == (Outcome.TLS, "what answers there speaks no TLS")


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (OSError(errno.EHOSTUNREACH, ""), Outcome.NO_ROUTE),
        (OSError(errno.ENETUNREACH, ""), Outcome.NO_ROUTE),
        (TimeoutError(errno.ETIMEDOUT, ""), Outcome.CONNECT_TIMEOUT),
        (ConnectionResetError(errno.ECONNRESET, ""), Outcome.CLOSED),
        (ConnectionAbortedError("SSL handshake is taking too long"), Outcome.CLOSED),
        (ssl.SSLError(1, "bad"), Outcome.TLS),
        (OSError(errno.EMFILE, ""), Outcome.FAILED),
    ],
)
def test_every_system_error_has_its_outcome(error, outcome):
    assert tcp.outcome_of(error) is outcome
    assert tcp.words_of(error)


async def test_while_the_resolver_fails_a_device_is_found_where_it_was(monkeypatch):
    assert await tcp.resolve("localhost", 554, Deadline.after(10)) == (where := tcp._known["localhost"])

    def fail(*_, **__):
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", fail)
    assert await tcp.resolve("localhost", 554, Deadline.after(10)) == where
    error = await failure("never-seen.invalid", 554)
    assert error.outcome is Outcome.FAILED


@pytest.mark.parametrize(
    ("error", "outcome"),
    [
        (OSError(errno.EMFILE, "Too many open files"), Outcome.FAILED),
        (OSError(errno.ENOBUFS, "No buffer space available"), Outcome.FAILED),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure"), Outcome.FAILED),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), Outcome.DNS),
        (OSError(errno.ENETUNREACH, "Network is unreachable"), Outcome.NO_ROUTE),
        (OSError(errno.ETIMEDOUT, "Connection timed out"), Outcome.CONNECT_TIMEOUT),
        (OSError(errno.ECONNRESET, "Connection reset by peer"), Outcome.CLOSED),
        (OSError(errno.EPIPE, "Broken pipe"), Outcome.CLOSED),
        (ConnectionError("aborted"), Outcome.CLOSED),
        (ssl.SSLError("handshake"), Outcome.TLS),
    ],
)
def test_what_is_our_own_shortage_and_what_is_the_device(error: OSError, outcome: Outcome):
    assert tcp.outcome_of(error) is outcome
