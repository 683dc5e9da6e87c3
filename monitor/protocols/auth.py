"""HTTP authentication, which RTSP and ONVIF use too: Basic (RFC 7617) and Digest (RFC 2617, RFC 7616)."""

import base64
import hashlib
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from monitor.model import Credentials

_HASHES: Mapping[str, Callable[[bytes], "hashlib._Hash"]] = {
    "SHA-256": hashlib.sha256,
    "MD5": hashlib.md5,  # the protocol's choice, not ours; most cameras know nothing better
}
_PARAMETER = re.compile(r"""([\w!#$%&'*+.^`|~-]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*))""")
_SCHEME = re.compile(r"[\w!#$%&'*+.^`|~-]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Challenge:
    """One offer of a WWW-Authenticate header; names in lower case, values unquoted."""

    scheme: str
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def algorithm(self) -> str:
        return (self.parameters.get("algorithm") or "MD5").upper()

    @property
    def qop(self) -> str | None:
        """The quality of protection to use: "" when none is offered, None when only unknown ones are."""
        offered = [word.strip().lower() for word in self.parameters.get("qop", "").split(",") if word.strip()]
        if not offered:
            return ""
        return next((word for word in ("auth", "auth-int") if word in offered), None)

    @property
    def nonce(self) -> str:
        return self.parameters.get("nonce", "")

    @property
    def stale(self) -> bool:
        return self.parameters.get("stale", "").lower() == "true"


def parse_challenges(values: Iterable[str]) -> list[Challenge]:
    """Every challenge of all WWW-Authenticate headers; what cannot be understood is left out."""
    challenges: list[Challenge] = []
    for value in values:
        challenges.extend(_parse_header(value))
    return challenges


def _parse_header(value: str) -> list[Challenge]:
    found: list[tuple[str, dict[str, str]]] = []
    position = 0
    while position < len(value):
        if match := _PARAMETER.match(value, position):
            if found:
                found[-1][1].setdefault(match[1].lower(), _unquoted(match))
        elif match := _SCHEME.match(value, position):
            found.append((match[0].lower(), {}))
        position = match.end() if match else position + 1
    return [Challenge(scheme, parameters) for scheme, parameters in found]


def _unquoted(match: re.Match[str]) -> str:
    return match[3] if match[2] is None else re.sub(r"\\(.)", r"\1", match[2])


def strongest(challenges: Iterable[Challenge]) -> Challenge | None:
    """The best challenge we can answer: Digest SHA-256, Digest MD5, Basic; None when there is none."""
    return min((one for one in challenges if _rank(one)), key=_rank, default=None)


def _rank(challenge: Challenge) -> int:
    if challenge.scheme == "basic":
        return 9
    if challenge.scheme != "digest" or not challenge.nonce or challenge.qop is None:
        return 0
    return {"SHA-256": 1, "SHA-256-SESS": 2, "MD5": 3, "MD5-SESS": 4}.get(challenge.algorithm, 0)


class Authorizer:
    """Answers one challenge for one account; counts the uses of its nonce."""

    def __init__(self, credentials: Credentials, challenge: Challenge, *, cnonce: str = "") -> None:
        self.challenge = challenge
        self._credentials = credentials
        self._session_cnonce = cnonce or secrets.token_hex(8)
        self._fixed_cnonce = cnonce
        self._count = 0

    def header(self, method: str, uri: str) -> str:
        """The value of the Authorization header for one request without a body; ``uri`` exactly as sent."""
        if self.challenge.scheme == "basic":
            return "Basic " + base64.b64encode(self._account(":")).decode("ascii")
        return self._digest(method, uri)

    def _account(self, between: str) -> bytes:
        return _bytes(f"{self._credentials.username}{between}{self._credentials.password}")

    def _digest(self, method: str, uri: str) -> str:
        self._count += 1
        offer, qop = self.challenge.parameters, self.challenge.qop or ""
        session = self.challenge.algorithm.endswith("-SESS")
        # With -sess the first cnonce is part of the session key, so it must stay the same for the nonce's life.
        cnonce = self._session_cnonce if session else self._fixed_cnonce or secrets.token_hex(8)
        count = f"{self._count:08x}"
        quoted = {
            "username": self._credentials.username,
            "realm": offer.get("realm", ""),
            "nonce": self.challenge.nonce,
            "uri": uri,
            "response": self._response(method, uri, cnonce, count),
        }
        quoted |= {"opaque": offer["opaque"]} if "opaque" in offer else {}
        quoted |= {"cnonce": cnonce} if qop or session else {}
        bare = {"algorithm": offer["algorithm"]} if offer.get("algorithm") else {}
        bare |= {"qop": qop, "nc": count} if qop else {}
        fields = [f'{name}="{_quoted(value)}"' for name, value in quoted.items()]
        return "Digest " + ", ".join(fields + [f"{name}={_CONTROL.sub('', value)}" for name, value in bare.items()])

    def _response(self, method: str, uri: str, cnonce: str, count: str) -> str:
        """RFC 7616, 3.4.1 to 3.4.3; without a qop as RFC 2069 has it."""
        algorithm, nonce, qop = self.challenge.algorithm, self.challenge.nonce, self.challenge.qop
        digest = _digester(algorithm)
        ha1 = digest(self._account(f":{self.challenge.parameters.get('realm', '')}:"))
        if algorithm.endswith("-SESS"):
            ha1 = digest(_bytes(f"{ha1}:{nonce}:{cnonce}"))
        ha2 = digest(_bytes(f"{method}:{uri}:{digest(b'')}" if qop == "auth-int" else f"{method}:{uri}"))
        middle = f"{nonce}:{count}:{cnonce}:{qop}" if qop else nonce
        return digest(_bytes(f"{ha1}:{middle}:{ha2}"))


def _digester(algorithm: str) -> Callable[[bytes], str]:
    function = _HASHES[algorithm.removesuffix("-SESS")]
    return lambda data: function(data).hexdigest()


def _bytes(text: str) -> bytes:
    """What a device sends in another charset goes back to it byte for byte."""
    return text.encode("utf-8", "surrogateescape")


def _quoted(value: str) -> str:
    """Inside a quoted string; control characters would end the header and begin another."""
    return _CONTROL.sub("", value).replace("\\", "\\\\").replace('"', '\\"')
