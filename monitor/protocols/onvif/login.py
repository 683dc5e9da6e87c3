"""The two ways to log in: WS-UsernameToken, and HTTP digest. One is used, never both in a row."""

from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.model import Credentials, Outcome
from monitor.protocols.auth import Authorizer, Challenge, parse_challenges, strongest
from monitor.protocols.onvif.transport import READING, Answer
from monitor.protocols.onvif.trouble import Trouble

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
    """HTTP digest (RFC 7616). One for each device: a shared one would send A's answers to B."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._authorizer: Authorizer | None = None

    def exchange(self, path: str, trusted: bool) -> Generator[Mapping[str, str], Answer, None]:
        """Yields the headers to send with a POST and takes each answer. A signed request that is turned away is signed
        anew only if ``trusted`` (this login has worked in this look, so only the nonce has aged), or once if the device
        says that its nonce was old."""
        signed, renewed = self._authorizer is not None, False
        while (answer := (yield self._header(path))).status == 401:
            challenge = _strongest_digest(answer)
            if challenge is None and not signed:
                words = "the device asks for a login in a way this monitor does not know"
                raise Trouble(Outcome.UNSUPPORTED, words, READING)
            if challenge is None or renewed or (signed and not trusted and not challenge.stale):
                return
            self._authorizer = Authorizer(self._credentials, challenge)
            signed, renewed = True, signed

    def _header(self, path: str) -> Mapping[str, str]:
        return {"Authorization": self._authorizer.header("POST", path)} if self._authorizer else {}


def _strongest_digest(answer: Answer) -> Challenge | None:
    """What to answer to; a request with a body cannot be signed with its body (auth-int) here."""
    offers = parse_challenges(answer.headers.get("www-authenticate", "").split("\n"))
    return strongest(one for one in offers if one.scheme == "digest" and one.qop != "auth-int")
