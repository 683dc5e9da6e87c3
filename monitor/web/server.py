"""Serves the application inside the daemon's own event loop; signals stay the daemon's."""

import asyncio
import contextlib
import ipaddress
import logging
import socket
from collections.abc import Callable, Iterator

import uvicorn
from fastapi import FastAPI

from monitor.web.access import BasicAuth, WebConfig

GOODBYE_SECONDS = 3


# Its start and end are ours to tell; what goes wrong is still logged.
logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(
    app: FastAPI,
    listen: str,
    web_config: WebConfig | None = None,
    *,
    announce: Callable[[str], None] = lambda _url: None,
) -> None:
    """Serve until cancelled; then open answers get GOODBYE_SECONDS to end.

    ``listen`` is "host:port" (port 0: a free one); ``announce`` is called with the URL once requests are accepted.
    Raises ValueError for a wrong address, OSError if it cannot be had or a certificate cannot be used.
    """
    web_config = web_config or WebConfig()
    tls = web_config.tls_server_config
    context = tls.context() if tls else None
    users = web_config.basic_auth_users
    taken = bind(listen)
    config = uvicorn.Config(
        BasicAuth(app, users) if users else app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=GOODBYE_SECONDS,
        ssl_context_factory=(lambda _config, _default: context) if context else None,
    )
    announce(_url(taken, "https" if context else "http"))
    await _until_cancelled(_Server(config), taken)


def bind(listen: str) -> socket.socket:
    """A listening socket; a port without a host means loopback only."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not (port.isascii() and port.isdigit() and int(port) < 65536):
        raise ValueError(f"listen: {listen!r} is not host:port, for example 127.0.0.1:9108")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, int(port)), family=family, backlog=256)


async def _until_cancelled(server: uvicorn.Server, taken: socket.socket) -> None:
    running = asyncio.create_task(server.serve(sockets=[taken]))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        server.should_exit = True
        await running
        raise


def _url(taken: socket.socket, scheme: str) -> str:
    host, port = taken.getsockname()[:2]
    address = ipaddress.ip_address(host)
    if address.is_unspecified:
        host = socket.gethostname()
    return f"{scheme}://[{host}]:{port}/" if address.version == 6 and ":" in host else f"{scheme}://{host}:{port}/"
