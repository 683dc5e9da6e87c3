"""What the simulated recorders' HTTP faces share: a small server on loopback with logins, counts and misbehaviour."""

import asyncio
import ipaddress
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Self
from urllib.parse import parse_qsl, unquote, urlsplit

from monitor.simulator.auth import Answer, Guard
from monitor.simulator.misbehaviour import BEHAVIOURS

_LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it came."""

    method: str
    target: str  # as sent, with its query
    headers: dict[str, str]  # names in lower case
    body: bytes = b""

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query))


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer to give."""

    body: str | bytes = ""
    status: int = 200
    kind: str = "application/xml; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None  # announced, where it is another than the body's: of HEAD

    def encode(self) -> bytes:
        body = self.body.encode() if isinstance(self.body, str) else self.body
        length = len(body) if self.length is None else self.length
        lines = [f"HTTP/1.1 {self.status} {HTTPStatus(self.status).phrase}", f"Content-Type: {self.kind}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        return "\r\n".join([*lines, f"Content-Length: {length}", "", ""]).encode() + body


@dataclass(kw_only=True)
class WebServer:
    """A recorder's web server on one loopback address; ``async with`` it. ``port`` 0 = any free one, put here.

    ``auth``: "", "basic", "digest" or "digest-sha256". ``misbehaviour``: a word of
    :data:`~monitor.simulator.misbehaviour.BEHAVIOURS`, "" = none.
    """

    host: str = "127.0.0.1"
    port: int = 0
    username: str = "admin"
    password: str = field(default="recorder-password", repr=False)
    auth: str = "digest"
    misbehaviour: str = ""
    requests: Counter[str] = field(default_factory=Counter)  # by path
    refused_logins: int = 0  # requests whose Authorization was refused
    sent: list[Request] = field(default_factory=list, repr=False)  # the newest requests
    _server: asyncio.Server | None = field(default=None, repr=False)
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        if ipaddress.ip_address(self.host) not in _LOOPBACK:
            raise ValueError(f"{self.host} is not in 127.0.0.0/8, and simulated recorders stay there")

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.sleep(0)  # lets the aborted transports run connection_lost

    async def answer(self, request: Request) -> Reply:
        """What this recorder says to a request that may be answered."""
        raise NotImplementedError

    def refuse(self, request: Request, challenge: str) -> Reply:
        """What it says to a request that may not be."""
        del request
        return Reply(status=401, headers={"WWW-Authenticate": challenge})

    def locked(self) -> bool:
        return False

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        guard = Guard(self.auth, self.username, self.password)
        try:
            while request := await _read(reader):
                reply = (await self._reply(request, guard)).encode()
                if self.misbehaviour:
                    await BEHAVIOURS[self.misbehaviour](writer.transport, reply)  # type: ignore[arg-type]  # streams use a Transport
                    await asyncio.Event().wait()
                writer.write(reply)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has gone, or the recorder is being stopped
        finally:
            writer.transport.abort()  # not close: what a hostile answer has not yet sent would keep it open

    async def _reply(self, request: Request, guard: Guard) -> Reply:
        self.requests[request.path] += 1
        self.sent = [*self.sent[-99:], request]
        if guard.scheme != self.auth or guard.password != self.password:
            guard.scheme, guard.password = self.auth, self.password
        authorization = request.headers.get("authorization")
        checked = guard.check(authorization, request.method, request.target)
        if self.locked() and authorization is not None:
            checked = Answer.REFUSED
        if checked is Answer.ACCEPTED:
            return await self.answer(request)
        if checked is Answer.REFUSED:
            self.refused_logins += 1
        return self.refuse(request, guard.challenge(checked))


async def _read(reader: asyncio.StreamReader) -> Request | None:
    """The next request; None when the client has closed the connection."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    line, *rest = head.strip().split("\r\n")
    method, target, _ = line.split(" ", 2)
    headers = {name.strip().lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method, target, headers, body)
