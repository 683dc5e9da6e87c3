"""What keeps a stranger's web page in the operator's browser away from ours: host names, origins, headers."""

import ipaddress
from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from monitor import words
from monitor.words import _

LOGGED_IN = "monitor.logged_in"
"""In the scope of a request that came with a good login: the name of the person."""
_PRIVATE = (".localhost", ".local", ".lan", ".internal", ".home.arpa")
"""Endings nobody can register (RFC 6761, 6762, 8375; ICANN on .internal), and .lan, which is not delegated."""
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'self'; script-src 'none'; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'self'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class SecurityHeaders:
    """Adds the headers to every answer; what sets no caching of its own is not kept."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                headers.setdefault("Cache-Control", "private, no-cache")
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


class AnswersHead:
    """HEAD, as probes of load balancers send it, is answered as GET; the server leaves the body out."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app({**scope, "method": "GET"} if scope.get("method") == "HEAD" else scope, receive, send)


class HostCheck:
    """Refuses unknown host names (DNS rebinding) and changes ordered from another origin (cross-site requests).

    A rebinding attack needs a public name of the attacker's: addresses and private names are always known, and behind
    a login no name is asked for, since a stranger's page has none.
    """

    def __init__(self, app: ASGIApp, hosts: Iterable[str]) -> None:
        self._app = app
        self._hosts = {name.lower() for name in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self._refusal(scope) if scope["type"] == "http" else ""
        if refusal:
            await refused(scope, refusal, 403)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, scope: Scope) -> str:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if LOGGED_IN not in scope and not self._known(host):
            return _("This server is not known by that host name.")
        if scope["method"] not in _SAFE_METHODS and not _same_origin(headers, host):
            return _("The request comes from another site.")
        return ""

    def _known(self, host: str) -> bool:
        name = (_split(host) or "").lower()
        private = "." not in name or name.endswith(_PRIVATE)
        return bool(name) and (private or name in self._hosts or _is_address(name))


def refused(scope: Scope, text: str, status: int, headers: Mapping[str, str] | None = None) -> PlainTextResponse:
    """One line in the language of the browser; there is no page for somebody who may not come in."""
    language = words.choose(None, Headers(scope=scope).get("accept-language", ""))
    return PlainTextResponse(f"{words.translations(language).gettext(text)}\n", status, headers)


def _same_origin(headers: Headers, host: str) -> bool:
    """Programs send no Origin; browsers always do with a POST, and say of themselves when it is cross-site."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc.lower() == host.lower()


def _split(host: str) -> str | None:
    try:
        return urlsplit(f"//{host}").hostname
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
