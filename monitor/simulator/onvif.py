"""The ONVIF face of a simulated camera: an HTTP server on one loopback address, with switchable faults."""

import asyncio
import base64
import hashlib
import hmac
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from monitor.simulator.onvif_answers import HEALTHY, Profile, envelope, fault
from monitor.simulator.onvif_faults import FAULTS, Exchange

PRE_AUTH = frozenset({"GetSystemDateAndTime", "GetServices", "GetCapabilities", "GetServiceCapabilities"})
DEVICE_TIME_WINDOW = 5.0
"""Seconds a token may be older or newer than the camera's own clock."""


@dataclass
class OnvifCamera:
    """State of one camera; change any field while it runs. ``port`` 0 = the system chooses; :meth:`start` puts it here.

    ``auth``: "wsse" (checked against the camera's clock), "digest" (HTTP), or "none". ``fault``: a name in FAULTS, "" =
    healthy; it strikes every operation, or only ``fault_operation``.
    """

    host: str = "127.0.0.1"
    port: int = 0
    username: str = "admin"
    password: str = "camera-password"  # noqa: S105 - of a simulated camera
    auth: str = "wsse"
    clock_offset: float = 0.0
    manufacturer: str = "Simulated"
    model: str = "SC-1"
    firmware: str = "1.0.0"
    serial: str = "SIM-0001"
    hardware: str = "sim"
    services: tuple[str, ...] = ("device", "media", "events")
    profiles: tuple[Profile, ...] = (Profile(), Profile("sub", "subStream", width=640, height=360, fps=15, bitrate=512))
    stream_uri: str = ""
    snapshot_uri: str = ""
    xaddr_host: str = ""  # "" = the true one; else what it claims, as a camera behind NAT does
    events: list[tuple[str, str, str]] = field(default_factory=list)  # topic, item name, item value
    fault: str = ""
    fault_operation: str = ""
    foreign: str = "127.200.200.200:9"  # where hostile answers try to lead
    asked: list[str] = field(default_factory=list)  # operations in order, "GetProfiles+login" with credentials
    refused_logins: int = 0
    pull_points: int = 0
    answers: dict[str, Callable[["OnvifCamera", str], str]] = field(default_factory=lambda: dict(HEALTHY))
    _server: asyncio.Server | None = None
    _tasks: set["asyncio.Task[None]"] = field(default_factory=set)
    _nonce: str = field(default_factory=lambda: os.urandom(8).hex())

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, self.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        self.stream_uri = self.stream_uri or f"rtsp://{self.host}:554/main"
        self.snapshot_uri = self.snapshot_uri or f"http://{self.host}:{self.port}/snapshot.jpg"

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def __aenter__(self) -> "OnvifCamera":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def new_nonce(self) -> None:
        """Let the digest nonce handed out so far be stale."""
        self._nonce = os.urandom(8).hex()

    @property
    def address(self) -> str:
        return f"{self.host}:{self.port}"

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.clock_offset)

    def xaddr(self, service: str) -> str:
        return f"http://{self.xaddr_host or self.address}/onvif/{service}_service"

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            while await self._answer_one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client has gone, as clients of a hostile camera should, or the camera is being stopped
        finally:
            writer.close()

    async def _answer_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        length = re.search(r"(?im)^content-length:\s*(\d+)", head)
        body = (await reader.readexactly(int(length[1]) if length else 0)).decode()
        operation = _operation(body)
        login = "UsernameToken" in body or bool(_header(head, "authorization"))
        self.asked.append(operation + "+login" * login)
        if self.fault and self.fault_operation in ("", operation):
            return await FAULTS[self.fault](Exchange(self, operation, reader, writer))
        status, extra, content = self._answer(operation, head, body, login)
        await send(writer, status, content, extra)
        return True

    def _answer(self, operation: str, head: str, body: str, login: bool) -> tuple[int, str, bytes]:
        open_to_all = self.auth == "none" or operation in PRE_AUTH
        accepted = self._digest_ok(head) if self.auth == "digest" else self._token_ok(body)
        if not open_to_all and not accepted:
            self.refused_logins += login
            return self._refuse()
        reply = self.answers.get(operation)
        if reply is None:
            return 500, "", fault("Receiver", "ter:ActionNotSupported", "Optional Action Not Implemented")
        return 200, "", envelope(reply(self, body))

    def _refuse(self) -> tuple[int, str, bytes]:
        if self.auth == "digest":
            challenge = f'WWW-Authenticate: Digest realm="sim", qop="auth", nonce="{self._nonce}", algorithm=MD5\r\n'
            return 401, challenge, b"<html>Unauthorized</html>"
        return 400, "", fault("Sender", "ter:NotAuthorized", "Sender not Authorized")

    def _token_ok(self, body: str) -> bool:
        """WS-UsernameToken Profile 1.1: Base64(SHA1(nonce + created + password)), created within our clock's window."""
        found = {
            name: re.search(rf"<(?:\w+:)?{name}(?:\s[^>]*)?>([^<]*)<", body)
            for name in ("Username", "Password", "Nonce", "Created")
        }
        parts = {name: match[1] for name, match in found.items() if match}
        if len(parts) < 4 or parts["Username"] != self.username:
            return False
        digest = hashlib.sha1(base64.b64decode(parts["Nonce"]) + (parts["Created"] + self.password).encode()).digest()  # noqa: S324 - the profile says SHA-1
        age = (self.now() - datetime.fromisoformat(parts["Created"])).total_seconds()
        right = hmac.compare_digest(base64.b64encode(digest).decode(), parts["Password"])
        return right and abs(age) <= DEVICE_TIME_WINDOW

    def _digest_ok(self, head: str) -> bool:
        """RFC 7616 with qop=auth and MD5, the form cameras use."""
        told = dict(re.findall(r'(\w+)="?([^",\s]+)"?', _header(head, "authorization")))
        if not {"username", "uri", "nc", "cnonce", "response"} <= told.keys() or told.get("nonce") != self._nonce:
            return False
        secret = _md5(f"{self.username}:sim:{self.password}")
        action = _md5(f"POST:{told['uri']}")
        right = _md5(f"{secret}:{self._nonce}:{told['nc']}:{told['cnonce']}:auth:{action}")
        return told["username"] == self.username and hmac.compare_digest(right, told["response"])


async def send(writer: asyncio.StreamWriter, status: int, content: bytes, extra: str = "") -> None:
    kind = "text/html" if content.startswith(b"<html") else "application/soap+xml; charset=utf-8"
    head = f"HTTP/1.1 {status} Answer\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n{extra}\r\n"
    writer.write(head.encode() + content)
    await writer.drain()


def _operation(body: str) -> str:
    found = re.search(r"<(?:[\w-]+:)?Body[^>]*>\s*<(?:[\w-]+:)?(\w+)", body)
    return found[1] if found else ""


def _header(head: str, name: str) -> str:
    found = re.search(rf"(?im)^{name}:\s*(.*?)\r?$", head)
    return found[1] if found else ""


def _md5(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()  # noqa: S324 - what cameras use
