"""JSON over HTTP on loopback: which cameras there are, what they saw, and the switch for their faults."""

import asyncio
import json
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, Self

from monitor.simulator.faults import FAULTS

if TYPE_CHECKING:
    from monitor.simulator.site import Simulator

ADDRESS = "127.0.0.1"
BODY_LIMIT = 65536


class Control:
    """``GET /cameras``, ``GET /cameras/ID``, ``POST /cameras/ID {"fault": "frozen"}``, ``GET /faults``."""

    def __init__(self, site: "Simulator", port: int) -> None:
        self.site, self.port = site, port
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://{ADDRESS}:{self.port}"

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = ThreadingHTTPServer((ADDRESS, self.port), _handler(self.site, loop))
        self.port = self._server.server_port
        Thread(target=self._server.serve_forever, args=(0.05,), name="simulator-control", daemon=True).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        await asyncio.to_thread(self._server.shutdown)
        self._server.server_close()


def _handler(site: "Simulator", loop: asyncio.AbstractEventLoop) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._reply(*self._in_site(_read, self.path))

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > BODY_LIMIT:
                self._reply(
                    HTTPStatus.LENGTH_REQUIRED, {"error": f"send at most {BODY_LIMIT} bytes, with their length"}
                )
                return
            self._reply(*self._in_site(_write, self.path, self.rfile.read(int(length))))

        def _in_site(self, work: Any, *args: Any) -> tuple[HTTPStatus, Any]:
            """The site belongs to its event loop; handlers run in threads."""

            async def run() -> tuple[HTTPStatus, Any]:
                result: tuple[HTTPStatus, Any] = work(site, *args)
                return result

            return asyncio.run_coroutine_threadsafe(run(), loop).result(5)

        def _reply(self, status: HTTPStatus, content: Any) -> None:
            body = json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing on standard error: the simulator's verb prints what there is to know."""

    return Handler


def _read(site: "Simulator", path: str) -> tuple[HTTPStatus, Any]:
    if path == "/faults":
        return HTTPStatus.OK, dict(FAULTS)
    if path == "/cameras":
        return HTTPStatus.OK, [_describe(site, name) for name in site.cameras]
    name = path.removeprefix("/cameras/")
    if name in site.cameras:
        return HTTPStatus.OK, _describe(site, name)
    return HTTPStatus.NOT_FOUND, {"error": "there are /cameras, /cameras/ID and /faults"}


def _write(site: "Simulator", path: str, body: bytes) -> tuple[HTTPStatus, Any]:
    name = path.removeprefix("/cameras/")
    if name not in site.cameras:
        return HTTPStatus.NOT_FOUND, {"error": f"no camera is called {name!r}"}
    try:
        site.set_fault(name, _fault_in(body))
    except ValueError as wrong:
        return HTTPStatus.BAD_REQUEST, {"error": str(wrong)}
    return HTTPStatus.OK, _describe(site, name)


def _fault_in(body: bytes) -> str:
    """ValueError unless it is ``{"fault": "word"}``."""
    content = json.loads(body)
    if not isinstance(content, dict) or not isinstance(content.get("fault"), str):
        raise ValueError('send {"fault": "black"}; {"fault": ""} heals')
    return str(content["fault"])


def _describe(site: "Simulator", name: str) -> dict[str, Any]:
    """No credentials: whoever reads this needs none."""
    return {"id": name, "url": site.url(name), "fault": site.cameras[name].fault, **site.stats(name)}
