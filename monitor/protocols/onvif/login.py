"""The two ways to log in: WS-UsernameToken, and HTTP digest. One is used, never both in a row."""

from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.model import Credentials, Outcome
from monitor.protocols.onvif.transport import READING, Answer
from monitor.protocols.onvif.trouble import Trouble, plain

OPEN, DIGEST, WSSE, WSSE_OWN_CLOCK = "open", "digest", "wsse", "wsse-own-clock"
"""What a device wants: nothing, HTTP digest (Core specification, 5.9.1), a WS-UsernameToken in the device's time, or
one in ours, for devices whose UTC field holds local time."""


def choose(challenge: Answer, clock_offset: float | None, refused: tuple[str, ...]) -> str:
    """The way to log in after an unsigned request was turned away; one that was refused earlier comes last."""
    offered = [DIGEST] if offers_digest(challenge) else []
    offered += [WSSE, WSSE_OWN_CLOCK] if abs(clock_offset or 0.0) > 1.0 else [WSSE]
    fresh = [way for way in offered if way not in refused]
    return (fresh or offered)[0]


def offers_digest(answer: Answer) -> bool:
    return answer.status == 401 and "digest" in answer.headers.get("www-authenticate", "").lower()


def sign(envelope: Any, credentials: Credentials, clock_offset: float) -> None:
    """Add a WS-UsernameToken to an envelope, dated in the device's time. A new token each time, no state.

    ``Created`` ends in Z: some devices refuse "+00:00", which means the same.
    """
    from zeep.wsse.username import UsernameToken

    created = datetime.now(UTC) + timedelta(seconds=clock_offset)
    token = UsernameToken(
        credentials.username, credentials.password, use_digest=True, created=created, zulu_timestamp=True
    )
    token.apply(envelope, {})


class Digest:
    """HTTP digest (RFC 7616, by httpx). One for each device: a shared one would send A's answers to B."""

    def __init__(self, credentials: Credentials) -> None:
        import httpx

        self._auth = httpx.DigestAuth(credentials.username, credentials.password)

    def exchange(self, url: str, trusted: bool) -> Generator[Mapping[str, str], Answer, None]:
        """Yields the headers to send and takes each answer. A signed request that is turned away is signed anew only
        if ``trusted`` (this login has worked in this look, so only the nonce has aged)."""
        import httpx

        flow = self._auth.auth_flow(httpx.Request("POST", url))
        try:
            request = next(flow)
            answer = yield _authorization(request)
            if "authorization" in request.headers and not trusted:
                return
            challenge = [("www-authenticate", each) for each in answer.headers.get("www-authenticate", "").split("\n")]
            request = flow.send(httpx.Response(answer.status, headers=challenge, request=request))
            yield _authorization(request)
        except StopIteration:
            return
        except (httpx.HTTPError, KeyError, ValueError, NotImplementedError) as error:
            raise Trouble(Outcome.PROTOCOL, f"the digest challenge is malformed: {plain(error)}", READING) from error


def _authorization(request: Any) -> Mapping[str, str]:
    value = request.headers.get("authorization")
    return {"Authorization": value} if value else {}
