"""The wire below HTTP: one connection to one address, answers bounded in size, every failure as an outcome."""

import json
import logging
import ssl
import zlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from monitor.model import Outcome
from monitor.protocols.errors import DeviceError
from monitor.protocols.tcp import outcome_of, words_of

if TYPE_CHECKING:
    import httpx  # at run time it is imported where it is used: verbs that ask nobody do not pay for it

logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log every address, and with it a session's token
BODY_LIMIT = 8 * 1024**2
"""Bytes of one answer, unpacked: a day of ten-second segments as JSON is under 2 MiB."""
CONNECT_SECONDS = 5.0
REDIRECTS = (301, 302, 303, 307, 308)
STATUS: Mapping[int, tuple[Outcome, str]] = {
    403: (Outcome.FORBIDDEN, "this account may not ask that"),
    404: (Outcome.NOT_FOUND, "the recorder does not know this address"),
    405: (Outcome.UNSUPPORTED, "the recorder does not know this request"),
    423: (Outcome.LOCKED, "the account is locked"),
    501: (Outcome.UNSUPPORTED, "the recorder does not know this request"),
    503: (Outcome.BUSY, "the recorder is busy"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """The one address that is talked to."""

    host: str
    port: int
    tls: bool = False
    verify: bool = True  # check the certificate; devices that sign their own fail this

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.tls else 80) else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Answer:
    """One complete answer."""

    status: int
    headers: "httpx.Headers"
    body: bytes
    at: float  # our clock half-way through the request, UTC epoch seconds

    def json(self, what: str) -> Any:
        """The content of a JSON answer. Raises DeviceError (PROTOCOL)."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise DeviceError(Outcome.PROTOCOL, f"the answer to {what} is no JSON") from None

    def clock_offset(self) -> float | None:
        """Seconds by which the server's clock is ahead of ours, by its Date header; None if it sends none.

        The header tells whole seconds, rounded down: half a second on average.
        """
        try:
            told = parsedate_to_datetime(self.headers.get("date", ""))
        except ValueError:
            return None
        return told.timestamp() + 0.5 - self.at


def client(place: Place) -> "httpx.AsyncClient":
    import httpx

    one = httpx.Limits(max_connections=1, max_keepalive_connections=1)
    return httpx.AsyncClient(
        verify=_context(place), trust_env=False, follow_redirects=False, timeout=CONNECT_SECONDS, limits=one
    )


def _context(place: Place) -> ssl.SSLContext | bool:
    if not place.tls:
        return False
    if place.verify:
        return ssl.create_default_context()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")  # old recorders know nothing better, and there is nothing to compare
    return context


def secured(place: Place, answer: Answer) -> Place | None:
    """The same host over TLS, where its plain port sends there; None for any other answer."""
    if place.tls or answer.status not in REDIRECTS:
        return None
    try:
        target = urlsplit(answer.headers.get("location", ""))
        port = target.port or 443
    except ValueError:
        return None
    same = target.scheme == "https" and (target.hostname or "") == place.host.lower()
    return Place(place.host, port, True, place.verify) if same else None


def by_status(answer: Answer) -> DeviceError:
    if 300 <= answer.status < 400:
        return DeviceError(Outcome.REDIRECTED, f"the recorder redirects elsewhere (HTTP {answer.status}); not followed")
    outcome, words = STATUS.get(answer.status, (Outcome.SERVER_ERROR, "the recorder failed at this request"))
    return DeviceError(outcome, f"{words} (HTTP {answer.status})")


@asynccontextmanager
async def typed(place: Place) -> AsyncIterator[None]:
    """Errors of the library as outcomes. Their own texts are not passed on: they may repeat a URL."""
    import httpx

    try:
        yield
    except httpx.ConnectTimeout:
        words = f"no connection to port {place.port} in time"
        raise DeviceError(Outcome.CONNECT_TIMEOUT, words) from None
    except httpx.ConnectError as error:
        cause = _os_error(error)
        words = f"cannot connect to port {place.port}: {words_of(cause)}"
        raise DeviceError(outcome_of(cause), words) from None
    except (httpx.RemoteProtocolError, httpx.DecodingError, zlib.error, httpx.InvalidURL) as error:
        gone = "disconnected" in str(error) or "closed connection" in str(error)
        raise _broken(gone) from None
    except httpx.TransportError:
        raise _broken(gone=True) from None


def _broken(gone: bool) -> DeviceError:
    if gone:
        return DeviceError(Outcome.CLOSED, "the recorder closed the connection before its answer was complete")
    return DeviceError(Outcome.PROTOCOL, "the answer is not HTTP")


def _os_error(error: BaseException) -> OSError:
    """The first error of the system below an error of the library."""
    seen: BaseException | None = error
    found: OSError = OSError()
    while seen is not None:
        if isinstance(seen, ssl.SSLError) or (isinstance(seen, OSError) and seen.errno):
            found = seen
        seen = seen.__cause__ or seen.__context__
    return found


async def read_body(response: "httpx.Response") -> bytes:
    """The whole body, never more than BODY_LIMIT: a small one can unpack to a huge one."""
    packed = response.headers.get("content-encoding", "").lower() in ("gzip", "deflate")
    unpacker: Any = zlib.decompressobj(47) if packed else None
    parts: list[bytes] = []
    size = 0
    async for part in response.aiter_raw():
        plain = unpacker.decompress(part, BODY_LIMIT + 1 - size) if unpacker else part
        parts.append(plain)
        size += len(plain)
        if size > BODY_LIMIT:
            raise DeviceError(Outcome.TOO_LARGE, f"the answer is larger than {BODY_LIMIT // 1024**2} MiB")
    return b"".join(parts)
