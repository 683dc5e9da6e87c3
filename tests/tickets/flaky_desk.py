"""A repair desk on loopback that does what desks do on a bad day: a real HTTP server, told what to do next."""

import json
import threading
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

REFUSE, HANG, TOO_MANY, AWAY, LOSE, BAD, REDIRECT = "refuse", "hang", "429", "503", "lose", "400", "302"
LATE = "late"  # what is ordered is done when the test says so, long after the connection broke


@dataclass
class Request:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class Desk:
    """``mood()`` is asked before each request: "" = work, else one of the words above."""

    mood: Callable[[], str] = lambda: ""
    webhook: bool = True
    retry_after: str = "0"
    requests: list[Request] = field(default_factory=list)  # those that were taken
    seen: list[Request] = field(default_factory=list)  # every one that came
    tickets: list[dict[str, Any]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    late: list[Request] = field(default_factory=list)
    port: int = 0

    def do_late(self) -> None:
        """Now it does what it was ordered long ago."""
        while self.late:
            self.take(self.late.pop(0))

    def __enter__(self) -> "Desk":
        desk = self

        class Handler(_Handler):
            house = desk

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._released = threading.Event()
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/tickets"

    def hang(self) -> None:
        self._released.wait(30)

    def counts(self) -> Counter[str]:
        """Key -> number of tickets."""
        return Counter(one["key"] for one in self.tickets)

    def open_keys(self) -> set[str]:
        return {one["key"] for one in self.tickets if one["open"]}

    def take(self, request: Request) -> Any:
        """As a webhook that knows keys, or as a plain desk that makes a ticket of every POST."""
        with self.lock:
            self.requests.append(request)
            return self._webhook(request.body) if self.webhook else self._plain(request)

    def _webhook(self, body: Any) -> Any:
        known = next((one for one in self.tickets if one["key"] == body["key"]), None)
        if body["action"] == "open":
            if known is None:
                self.tickets.append({"key": body["key"], "open": True, "comments": []})
            else:
                known["open"] = True
        elif known and body["action"] == "comment":
            known["comments"].append(body["text"])
        elif known:
            known["open"] = False
        return {"ok": True}

    def _plain(self, request: Request) -> Any:
        if request.method == "POST":
            self.tickets.append({"id": len(self.tickets) + 1, "open": True, "comments": [], **request.body})
            return {"id": len(self.tickets)}
        if request.method == "GET":
            wanted = parse_qs(urlsplit(request.path).query)["key"][0]
            return {"found": [one for one in self.tickets if one["key"] == wanted]}
        ticket = self.tickets[int(request.path.rpartition("/")[2]) - 1]
        if "comment" in request.body:
            ticket["comments"].append(request.body["comment"])
        ticket["open"] = request.body.get("open", ticket["open"])
        return {}


PLAIN_DESK = """
about: A desk that makes a ticket of every POST, so that only looking first keeps tickets single.
find: [{method: GET, url: "{url}", query: {key: "{key}"}, keep: {reference: found.0.id}}]
create: [{method: POST, url: "{url}", body: {key: "{key}", title: "{title}", text: "{text}"}, keep: {reference: id}}]
reopen: [{method: PUT, url: "{url}/{reference}", body: {open: true}}]
comment: [{method: PUT, url: "{url}/{reference}", body: {comment: "{text}"}}]
resolve: [{method: PUT, url: "{url}/{reference}", body: {comment: "{text}", open: false}}]
"""


class _Handler(BaseHTTPRequestHandler):
    house: Desk
    protocol_version = "HTTP/1.1"
    timeout = 35

    def _any(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(size)) if size else None
        request = Request(self.command, self.path, dict(self.headers.items()), body)
        self.house.seen.append(request)
        mood = self.house.mood()
        if mood == LATE:
            self.house.late.append(request)
        if mood in (REFUSE, LATE):
            self.close_connection = True
            self.connection.close()
        elif mood in (HANG, LOSE):
            if mood == LOSE or len(self.house.seen) % 2:
                self.house.take(request)  # taken, but nobody hears of it
            if mood == HANG:
                self.house.hang()
            self.close_connection = True
            self.connection.close()
        elif mood:
            self._answer(int(mood), {"error": f"mood {mood}", "said": self.headers.get("Authorization")})
        else:
            self._answer(200, self.house.take(request))

    do_GET = do_POST = do_PUT = _any

    def _answer(self, status: int, document: Any) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status in (429, 503):
            self.send_header("Retry-After", self.house.retry_after)
        if status == 302:
            self.send_header("Location", "http://127.0.0.9/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """In silence."""


def script(*moods: str) -> Callable[[], str]:
    """These moods one after the other, then work."""
    waiting = deque(moods)
    return lambda: waiting.popleft() if waiting else ""
