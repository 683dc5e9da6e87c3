"""Any repair desk with an HTTP interface, by its template: find by key before create, comment, resolve."""

import base64
import contextlib
import email.utils
import functools
import json
import logging
import os
import ssl
from collections.abc import AsyncIterator, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import httpx

from monitor.model import Deadline, Receipt, Ticket
from monitor.tickets.errors import Refused, Unavailable, Unsettled
from monitor.tickets.options import RestOptions
from monitor.tickets.templates import Step, Template, fill, fill_headers, fill_url
from monitor.tickets.text import one_line

logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log every address, which may hold a secret

ANSWER_LIMIT = 1024 * 1024
"""Bytes; more is no answer about a ticket."""
PATIENCE = frozenset({408, 409, 425, 429})
"""Of 400 to 499, what may be different the next time: too slow, in conflict, too early, too many."""
NOT_DONE = PATIENCE | {503}
"""After these the desk has not begun to do what was asked; after another 5xx it may have done it, or do it yet."""
REFERENCE_LENGTH = 128
WORDS = 200


async def send(template: Template, options: RestOptions, ticket: Ticket, deadline: Deadline) -> Receipt:
    """Say one thing about one ticket. Raises Refused, Unavailable or Unsettled.

    With ``find`` in the template a ticket is looked for by its key before it is created, so that an answer that was
    lost makes no second ticket. A desk that has never heard of a ticket is told neither of its comments nor its end.
    """
    async with _client(options, deadline) as client:
        talk = Talk(client, template, options, ticket)
        await talk.say(template.before)
        try:
            return await _ACTIONS[ticket.action](talk, template, ticket)
        finally:
            with contextlib.suppress(Refused, Unavailable):  # a session that stays open ends by itself
                await talk.say(template.after)


class Talk:
    """Requests about one ticket, and what was kept from their answers."""

    def __init__(self, client: httpx.AsyncClient, template: Template, options: RestOptions, ticket: Ticket) -> None:
        self._client, self._template = client, template
        secrets = {"token": _plain(options.token), "password": _plain(options.password)}
        self._secrets = [value for value in secrets.values() if value]
        self.values: dict[str, Any] = {
            **template.fields,
            **options.fields,
            **{name: value for name, value in asdict(ticket).items() if name not in ("pictures", "parent", "unsure")},
            **secrets,
            "url": options.url.removesuffix("/") if template.find else options.url,
            "username": options.username,
            "since": ticket.since.isoformat(),
            "picture": _base64(ticket),
            "reference": ticket.reference or None,
        }

    @property
    def receipt(self) -> Receipt:
        reference = self.values["reference"]
        if reference is None:
            return Receipt("")
        link = fill_url(self._template.link, self.values) if self._template.link else ""
        return Receipt(reference, link)

    async def known(self) -> bool:
        """Does the desk have this ticket?"""
        if self.values["reference"] is None:
            await self.say(self._template.find, sought=True)
        return self.values["reference"] is not None

    async def say(self, steps: Iterable[Step], sought: bool = False) -> None:
        """Make these requests, one after the other. ``sought``: what is to be kept may not be there."""
        for step in steps:
            response, body = await self._ask(step)
            for name, where in step.keep.items():
                value = _kept(response, body, where)
                if value is None and not sought:
                    raise Refused(f"its answer has nothing at {where!r}; the template does not fit this desk")
                self.values[name] = value

    async def _ask(self, step: Step) -> tuple[httpx.Response, bytes]:
        request = self._client.build_request(
            step.method,
            fill_url(step.url, self.values),
            params=fill(step.query, self.values) or None,
            headers=fill_headers({**self._template.headers, **step.headers}, self.values),
            json=None if step.body is None else fill(step.body, self.values),
        )
        try:
            async with _in_words():
                response = await self._client.send(request, stream=True)
                try:
                    body = await _read(response)
                finally:
                    await response.aclose()
            self._judge(response, body)
        except Unavailable as away:
            away.may_have_it &= step.method != "GET"
            raise
        return response, body

    def _judge(self, response: httpx.Response, body: bytes) -> None:
        status = response.status_code
        if 200 <= status < 300:
            return
        if 300 <= status < 400:
            raise Refused(f"HTTP {status}: it sends us to another address, which is not followed; correct the url")
        words = f"HTTP {status}: {self._masked(body)}".removesuffix(": ")
        if status in PATIENCE or status >= 500:
            asked = retry_after(response.headers.get("retry-after"), datetime.now(UTC))
            raise Unavailable(words, asked, may_have_it=status not in NOT_DONE)
        raise Refused(words)

    def _masked(self, body: bytes) -> str:
        """The beginning of what the desk said, in one line, without our own secrets."""
        text = one_line(body[: 10 * WORDS].decode("utf-8", "replace"))
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text[:WORDS]


async def _open(talk: Talk, template: Template, ticket: Ticket) -> Receipt:
    if template.find and await talk.known():
        if ticket.reopened:
            await talk.say(template.reopen)
        return talk.receipt
    if template.find and ticket.unsure:
        raise Unsettled("an opening got no answer; its ticket may still appear")
    await talk.say(template.create)
    return talk.receipt


async def _comment(talk: Talk, template: Template, _ticket: Ticket) -> Receipt:
    if not template.find or await talk.known():
        await talk.say(template.comment)
    return talk.receipt


async def _resolve(talk: Talk, template: Template, _ticket: Ticket) -> Receipt:
    if not template.find or await talk.known():
        await talk.say(template.resolve)
    return talk.receipt


_ACTIONS = {"open": _open, "comment": _comment, "resolve": _resolve}


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds, from a number or an HTTP date (RFC 9110, 10.2.3); None for what is neither."""
    if value is None:
        return None
    if value.strip().isascii() and value.strip().isdigit():
        return float(value)
    try:
        at = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


def _client(options: RestOptions, deadline: Deadline) -> httpx.AsyncClient:
    """No proxies or passwords from the environment, no redirects."""
    login = (options.username, _plain(options.password) or "") if options.username else None
    verify = _certificates() if options.url.startswith("https") else False
    plain = {"Accept-Encoding": "identity"}  # a small packed answer could unpack to a huge one
    return httpx.AsyncClient(auth=login, verify=verify, trust_env=False, timeout=deadline.left(), headers=plain)


@functools.cache
def _certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


@contextlib.asynccontextmanager
async def _in_words() -> AsyncIterator[None]:
    """The library's own texts are not passed on: they may repeat an address with a secret in it."""
    try:
        yield
    except (httpx.ConnectError, httpx.ConnectTimeout) as failed:
        raise Unavailable(f"no connection{_why(failed)}") from None
    except httpx.TimeoutException:
        raise Unavailable("it did not answer in time", may_have_it=True) from None
    except httpx.TransportError:
        raise Unavailable("the connection broke before the answer was complete", may_have_it=True) from None
    except (httpx.InvalidURL, httpx.DecodingError):
        raise Unavailable("its answer cannot be read", may_have_it=True) from None


def _why(failed: BaseException) -> str:
    """What lies behind it, in the system's own words, which know of no address; "" when nothing does."""
    cause = failed.__cause__ or failed.__context__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return f": {cause.verify_message}; trust its authority on this machine, or by $SSL_CERT_FILE"
    if isinstance(cause, ssl.SSLError):
        return f": TLS failed ({cause.reason or 'handshake'})"
    if isinstance(cause, OSError) and cause.errno:  # asyncio's own words repeat the address
        return f": {os.strerror(cause.errno) if cause.errno > 0 else cause.strerror}"
    return _why(cause) if cause else ""


async def _read(response: httpx.Response) -> bytes:
    body = b""
    async for part in response.aiter_bytes():
        body += part
        if len(body) > ANSWER_LIMIT:
            raise Unavailable("its answer is far too long", may_have_it=True)
    return body


def _kept(response: httpx.Response, body: bytes, where: str) -> str | None:
    """What stands at a dotted path of the JSON answer, or in a header."""
    if where.startswith("header "):
        found_there: str | None = response.headers.get(where.removeprefix("header "))
        return found_there
    try:
        found = json.loads(body)
    except ValueError:
        raise Unavailable("its answer is not JSON", may_have_it=True) from None
    for part in where.split("."):
        found = _inside(found, part)
    return str(found)[:REFERENCE_LENGTH] if isinstance(found, str | int) and found != "" else None


def _inside(found: Any, part: str) -> Any:
    if isinstance(found, dict):
        return found.get(part)
    if isinstance(found, list) and part.isdigit() and int(part) < len(found):
        return found[int(part)]
    return None


def _base64(ticket: Ticket) -> str | None:
    """The evidence picture."""
    jpeg = next(iter(ticket.pictures.values()), None)
    return None if jpeg is None else base64.b64encode(jpeg).decode("ascii")


def _plain(secret: Any) -> str | None:
    return None if secret is None else secret.get_secret_value()
