"""Opens a TCP or TLS connection under a deadline, and says in one word why it could not."""

import asyncio
import contextlib
import errno
import functools
import ipaddress
import os
import socket
import ssl
import threading
from typing import Any

from monitor.model import Deadline, Outcome
from monitor.protocols.errors import DeviceError

_NO_ROUTE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}
_NO_SUCH_NAME = {socket.EAI_NONAME, socket.EAI_NODATA}
_MEANING = (
    (ssl.SSLError, Outcome.TLS),
    (ConnectionRefusedError, Outcome.REFUSED),
    (TimeoutError, Outcome.CONNECT_TIMEOUT),
    (ConnectionError, Outcome.CLOSED),
)
_RESOLVER_SILENT = "our own name server does not answer"
_known: dict[str, list[str]] = {}
"""What each name last resolved to: a name server that fails must not blind us to devices that are there."""


async def connect(
    protocol: asyncio.BaseProtocol, host: str, port: int, *, deadline: Deadline, tls: bool = False
) -> None:
    """Connect ``protocol`` to the host; with TLS the certificate is not verified, since cameras sign their own.

    Raises DeviceError: DNS, REFUSED, NO_ROUTE, CONNECT_TIMEOUT, TLS, CLOSED; FAILED when we ourselves lack sockets or
    a name server.
    """
    addresses = await resolve(host, port, deadline)
    for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
        try:
            await _connect_one(protocol, address, port, host if tls else "", deadline.within(deadline.left() / left))
        except DeviceError:
            if left == 1:
                raise
        else:
            return


async def resolve(host: str, port: int, deadline: Deadline) -> list[str]:
    """Numeric addresses of a host, in the resolver's order; the last known ones while the resolver itself fails.

    Raises DeviceError: DNS when there is no such name, FAILED when our resolver does not answer.
    """
    if _is_numeric(host):
        return [host]
    known = _known.get(host)
    limit = deadline.within(deadline.left() / 2) if known else deadline  # the rest is for connecting
    try:
        async with asyncio.timeout_at(limit.expires):
            found = await _look_up(host, port)
    except (OSError, UnicodeError) as error:  # a TimeoutError is an OSError too
        if known and not _is_no_such_name(error):
            return known
        raise _unresolved(host, error) from None
    _known[host] = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    return _known[host]


def _unresolved(host: str, error: OSError | UnicodeError) -> DeviceError:
    if _is_no_such_name(error):
        return DeviceError(Outcome.DNS, f"the name {host} does not resolve ({words_of(error)})")
    words = "it took too long" if isinstance(error, TimeoutError) else words_of(error)
    return DeviceError(Outcome.FAILED, f"the name {host} was not resolved: {_RESOLVER_SILENT} ({words})")


def _is_no_such_name(error: OSError | UnicodeError) -> bool:
    """The name itself is wrong; everything else that can fail here is our resolver."""
    return isinstance(error, UnicodeError) or (isinstance(error, socket.gaierror) and error.errno in _NO_SUCH_NAME)


async def _connect_one(
    protocol: asyncio.BaseProtocol, address: str, port: int, tls_name: str, deadline: Deadline
) -> None:
    sock: socket.socket | None = None
    try:
        async with asyncio.timeout_at(deadline.expires):
            sock = await _dial(address, port)
            await _shake_hands(protocol, sock, tls_name)
    except TimeoutError:
        if sock is not None and tls_name:
            raise DeviceError(Outcome.TLS, f"port {port} accepts the connection, but answers no TLS") from None
        raise DeviceError(Outcome.CONNECT_TIMEOUT, f"port {port} does not answer: no connection in time") from None
    except OSError as error:
        raise DeviceError(outcome_of(error), f"cannot connect to port {port}: {words_of(error)}") from None


async def _dial(address: str, port: int) -> socket.socket:
    """A connected socket. Whoever accepts is there, whatever it says to TLS."""
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        await asyncio.get_running_loop().sock_connect(sock, (address, port))
    except BaseException:
        sock.close()
        raise
    return sock


async def _shake_hands(protocol: asyncio.BaseProtocol, sock: socket.socket, tls_name: str) -> None:
    context = _unverified_context() if tls_name else None
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: protocol, sock=sock, ssl=context, server_hostname=tls_name or None)


def let_go(transport: asyncio.BaseTransport | None) -> None:
    """Have a lost connection's transport freed with its last user: asyncio's holds a method of its own for reading, and
    so would stay, with its socket and addresses, until the collector comes round."""
    if transport is not None:
        vars(transport).pop("_read_ready_cb", None)


def outcome_of(error: OSError) -> Outcome:
    """What a failed connection means; FAILED when we ourselves lack sockets or a name server."""
    if isinstance(error, socket.gaierror):
        return Outcome.DNS if _is_no_such_name(error) else Outcome.FAILED
    if error.errno in _NO_ROUTE:
        return Outcome.NO_ROUTE
    return next((outcome for kind, outcome in _MEANING if isinstance(error, kind)), Outcome.FAILED)


def words_of(error: OSError | UnicodeError) -> str:
    """The same for a technician."""
    if isinstance(error, ssl.SSLError):
        why = getattr(error, "reason", None) or "handshake"
        # the first bytes of another protocol are read as a version
        return "what answers there speaks no TLS" if why == "WRONG_VERSION_NUMBER" else f"TLS failed ({why})"
    if isinstance(error, socket.gaierror):
        return error.strerror or "no such name"
    if isinstance(error, OSError) and error.errno:
        return os.strerror(error.errno).lower()
    return "not a valid name" if isinstance(error, UnicodeError) else "the connection was closed"


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


async def _look_up(host: str, port: int) -> list[Any]:
    """getaddrinfo in a daemon thread of its own: a hung resolver neither fills a shared pool nor delays our exit."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[list[Any]] = loop.create_future()

    def settle(found: list[Any], error: OSError | UnicodeError | None) -> None:
        if answer.done():
            return
        if error is None:
            answer.set_result(found)
        else:
            answer.set_exception(error)

    def ask() -> None:
        found: list[Any] = []
        failure: OSError | UnicodeError | None = None
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            failure = error
        with contextlib.suppress(RuntimeError):  # the loop closed while the resolver still pondered: nobody waits
            loop.call_soon_threadsafe(settle, found, failure)

    threading.Thread(target=ask, name="resolver", daemon=True).start()
    return await answer


@functools.cache
def _unverified_context() -> ssl.SSLContext:
    """TLS that talks to old devices too: they sign their own certificates and know old ciphers only."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context
