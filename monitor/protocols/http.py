"""HTTP as recorders speak it: logins that lock no account, hard limits of time and size, and one host alone."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

from monitor.model import Credentials, Deadline, LoginState, Outcome
from monitor.protocols.auth import Authorizer, Challenge, parse_challenges, strongest
from monitor.protocols.errors import DeviceError
from monitor.protocols.http_wire import CONNECT_SECONDS, Answer, Place, by_status, client, read_body, secured, typed
from monitor.protocols.logins import may_try
from monitor.protocols.tcp import resolve

if TYPE_CHECKING:
    import httpx

ANSWER_SECONDS = 20.0
"""A whole answer; the slowest seen, a first wide search on an old recorder, took 5 s."""
BUSY, BUSY_SECONDS, WAITS = 503, 1.0, 20
"""A recorder that served and then says that it is busy is asked once more, so many times in one look."""
WRONG = "wrong user name or password"
UNDECIDED = (403, 423)
"""Some recorders answer so to a locked account too: nothing is learnt about the password."""


class Http:
    """``async with Http(place, credentials, login) as http``: one connection, one request at a time.

    Credentials are sent only in answer to a challenge, Digest before Basic, and never again once they were refused.
    ``login_worked`` is None until they were sent. ``pause``: least seconds between two requests. ``explain`` sees every
    401, before any login, and 403 and 423 after one; it raises DeviceError for what the body says, such as a lock.
    """

    def __init__(
        self,
        place: Place,
        credentials: Credentials | None,
        login: LoginState,
        *,
        pause: float = 0.0,
        explain: Callable[[Answer], None] = lambda _: None,
    ) -> None:
        self.place = place
        self.login_worked: bool | None = None
        self.requests = 0
        self.connected = False  # a first answer came
        self._credentials, self._login, self._pause, self._explain = credentials, login, pause, explain
        self._authorizer: Authorizer | None = None
        self._client = client(place)
        self._addresses: list[str] = []
        self._next = 0.0
        self._serves, self._waits = False, WAITS

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        await self._client.aclose()

    async def ask(
        self,
        method: str,
        path: str,
        deadline: Deadline,
        *,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
        accept: tuple[int, ...] = (200,),
    ) -> Answer:
        """Send one request, log in if the recorder wants it, and return an answer with a status in ``accept``.

        ``path`` exactly as sent, query included. Raises DeviceError for everything else.
        """
        request = _Request(method, path, body, headers or {})
        answer = await self._send(request, deadline)
        if answer.status == 401 and 401 not in accept:
            answer = await self._logged_in(request, answer, deadline)
        if answer.status in UNDECIDED and self._authorizer is not None:
            self._undecided(answer)
        if answer.status in accept:
            return answer
        raise by_status(answer)

    async def log_in(self, path: str, compose: Callable[[Credentials], bytes], kind: str, deadline: Deadline) -> Answer:
        """Log in by a form, once: POST what ``compose`` makes of the credentials. Raises DeviceError."""
        body = compose(self._may_send())
        headers = {"Content-Type": kind}
        answer = await self._send(_Request("POST", path, body, headers, is_login=True), deadline)
        if answer.status == 401:
            self._explain(answer)
            raise self._turned_away(answer)
        if answer.status != 200:
            raise by_status(answer)
        self.login_worked = True
        return answer

    async def _logged_in(self, request: "_Request", refusal: Answer, deadline: Deadline) -> Answer:
        """Answer the challenge of a 401: once, and once more where only the nonce has aged."""
        sent = self._authorizer
        if sent is not None and not self._aged(sent, refusal):
            raise self._turned_away(refusal)
        self._explain(refusal)
        self._authorizer = Authorizer(self._may_send(), _challenge(refusal, request))
        answer = await self._send(request, deadline)
        if answer.status == 401 and _is_stale(answer) and not _is_stale(refusal):
            return await self._logged_in(request, answer, deadline)
        if answer.status == 401:
            raise self._turned_away(answer)
        if answer.status not in UNDECIDED:
            self.login_worked = True
        return answer

    def _undecided(self, answer: Answer) -> None:
        """What was no 401 may still be a lock; a login that never worked then rests as a refused one does."""
        try:
            self._explain(answer)
        except DeviceError:
            self.login_worked = self.login_worked or False
            raise

    def _turned_away(self, refusal: Answer) -> DeviceError:
        words = "the login was accepted before and is refused now" if self.login_worked else WRONG
        self.login_worked, self._authorizer = False, None
        self._explain(refusal)
        return DeviceError(Outcome.AUTH, words)

    def _aged(self, sent: Authorizer, refusal: Answer) -> bool:
        """Whether an accepted login was turned away only because its nonce is too old."""
        challenge = strongest(parse_challenges(refusal.headers.get_list("www-authenticate")))
        if challenge is None or challenge.nonce == sent.challenge.nonce:
            return False
        return challenge.stale or self.login_worked is True

    def _may_send(self) -> Credentials:
        if self._credentials is None:
            raise DeviceError(Outcome.AUTH_MISSING, "the recorder wants a login and none is configured")
        if self.login_worked is False or not may_try(self._login, datetime.now(UTC)):
            words = "the login was refused earlier and rests, so as not to lock the account"
            raise DeviceError(Outcome.AUTH_RESTING, words)
        return self._credentials

    async def _send(self, request: "_Request", deadline: Deadline) -> Answer:
        """Follows to the same host's TLS port, and waits a moment where a recorder that just served is busy."""
        answer = await self._sent(request, deadline)
        place = secured(self.place, answer)
        if place is not None:
            await self._client.aclose()
            self.place, self._client = place, client(place)
            answer = await self._sent(request, deadline)
        if answer.status == BUSY and self._serves and self._waits:
            self._waits -= 1
            await asyncio.sleep(min(BUSY_SECONDS, deadline.left()))
            answer = await self._sent(request, deadline)
        self._serves |= answer.status == 200
        return answer

    async def _sent(self, request: "_Request", deadline: Deadline) -> Answer:
        """A kept connection that the recorder has closed meanwhile is renewed once, but no login is tried twice."""
        try:
            return await self._send_once(request, deadline)
        except DeviceError as failed:
            harmless = self.login_worked or (self._authorizer is None and not request.is_login)
            if failed.outcome is not Outcome.CLOSED or not self.connected or not harmless:
                raise
        return await self._send_once(request, deadline)

    async def _send_once(self, request: "_Request", deadline: Deadline) -> Answer:
        await self._pace(deadline)
        try:
            async with asyncio.timeout_at(deadline.within(ANSWER_SECONDS).expires), typed(self.place):
                answer = await self._exchange(request, deadline)
        except TimeoutError:
            words = "no complete answer in time" if self.connected else "the recorder did not answer in time"
            raise DeviceError(Outcome.TIMEOUT, words) from None
        self.connected = True
        return answer

    async def _exchange(self, request: "_Request", deadline: Deadline) -> Answer:
        if not self._addresses:
            self._addresses = await resolve(self.place.host, self.place.port, deadline.within(CONNECT_SECONDS))
        self.requests += 1
        began = time.time()
        response = await self._client.send(self._build(request), stream=True)
        answered = time.time()
        try:
            body = await read_body(response)
        finally:
            await response.aclose()
        return Answer(response.status_code, response.headers, body, (began + answered) / 2)

    def _build(self, request: "_Request") -> "httpx.Request":
        """Addressed by number, so that the name leads nowhere else between two requests."""
        import httpx

        scheme = "https" if self.place.tls else "http"
        path = request.path.encode("ascii")
        url = httpx.URL(scheme=scheme, host=self._addresses[0], port=self.place.port, raw_path=path)
        headers = {"Host": self.place.netloc, "Accept": "*/*", "Accept-Encoding": "identity", **request.headers}
        if self._authorizer is not None:
            headers["Authorization"] = self._authorizer.header(request.method, url.raw_path.decode("ascii"))
        return self._client.build_request(
            request.method,
            url,
            content=request.body or None,
            headers=headers,
            extensions={
                "sni_hostname": self.place.host,
                "timeout": {"connect": CONNECT_SECONDS, "read": None, "write": None, "pool": None},
            },
        )

    async def _pace(self, deadline: Deadline) -> None:
        loop = asyncio.get_running_loop()
        wait = self._next - loop.time()
        if wait > 0:
            await asyncio.sleep(min(wait, deadline.left()))
        self._next = loop.time() + self._pause


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    path: str
    body: bytes
    headers: Mapping[str, str]
    is_login: bool = False


def _challenge(answer: Answer, request: _Request) -> Challenge:
    """What to answer to: Digest before Basic, whatever order they were offered in."""
    challenge = strongest(parse_challenges(answer.headers.get_list("www-authenticate")))
    if challenge is None:
        raise DeviceError(Outcome.UNSUPPORTED, "the recorder wants a kind of login that is not known here")
    if request.body and challenge.qop == "auth-int":
        raise DeviceError(Outcome.UNSUPPORTED, "the recorder wants the body signed (auth-int), which is not done here")
    return challenge


def _is_stale(answer: Answer) -> bool:
    challenge = strongest(parse_challenges(answer.headers.get_list("www-authenticate")))
    return challenge is not None and challenge.stale
