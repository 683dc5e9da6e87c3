"""The server's side of RTSP logins: Basic (RFC 7617) and Digest, MD5 or SHA-256, with and without qop (RFC 7616)."""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from enum import Enum

REALM = "IP Camera"
SCHEMES = ("", "basic", "digest", "digest-sha256", "digest-rfc2069")
"""The last is Digest without qop, as many cameras still ask for it."""

_PAIR = re.compile(r'(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]*))')


class Answer(Enum):
    ACCEPTED = "accepted"
    MISSING = "missing"  # no Authorization came
    REFUSED = "refused"  # a wrong one came: what locks accounts
    STALE = "stale"  # the right password under an old nonce


class Guard:
    """Checks the logins of one connection. ``one_shot``: every nonce is good for a single request."""

    def __init__(self, scheme: str, username: str, password: str, *, one_shot: bool = False) -> None:
        self.scheme = scheme if username else ""
        self.username, self.password, self.one_shot = username, password, one_shot
        self.nonce = secrets.token_hex(16)
        self.count = 0

    def check(self, authorization: str | None, method: str, uri: str) -> Answer:
        if not self.scheme:
            return Answer.ACCEPTED
        if authorization is None:
            return Answer.MISSING
        kind, _, rest = authorization.partition(" ")
        if self.scheme == "basic":
            return self._basic(rest) if kind.lower() == "basic" else Answer.REFUSED
        return self._digest(rest, method, uri) if kind.lower() == "digest" else Answer.REFUSED

    def challenge(self, answer: Answer) -> str:
        """The WWW-Authenticate line that belongs to an answer."""
        if self.scheme == "basic":
            return f'Basic realm="{REALM}"'
        algorithm = {"digest-sha256": ", algorithm=SHA-256", "digest": ", algorithm=MD5"}.get(self.scheme, "")
        qop = "" if self.scheme == "digest-rfc2069" else ', qop="auth"'
        stale = ", stale=true" if answer is Answer.STALE else ""
        return f'Digest realm="{REALM}", nonce="{self.nonce}"{algorithm}{qop}{stale}'

    def _basic(self, encoded: str) -> Answer:
        try:
            given = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            return Answer.REFUSED
        wanted = f"{self.username}:{self.password}".encode()
        return Answer.ACCEPTED if hmac.compare_digest(given, wanted) else Answer.REFUSED

    def _digest(self, text: str, method: str, uri: str) -> Answer:
        given = {name.lower(): quoted or bare for name, quoted, bare in _PAIR.findall(text)}
        wanted = self._response(given, method)
        right = given.get("username") == self.username and given.get("uri") == uri
        if not right or not hmac.compare_digest(given.get("response", "").encode(), wanted.encode()):
            return Answer.REFUSED
        if given.get("nonce") != self.nonce:
            return Answer.STALE
        return self._spend(given)

    def _response(self, given: Mapping[str, str], method: str) -> str:
        digest = _sha256 if self.scheme == "digest-sha256" else _md5
        secret = digest(f"{self.username}:{REALM}:{self.password}")
        what = digest(f"{method}:{given.get('uri', '')}")
        middle = [given.get("nonce", "")]
        if self.scheme != "digest-rfc2069":
            middle += [given.get("nc", ""), given.get("cnonce", ""), "auth"]
        return digest(":".join([secret, *middle, what]))

    def _spend(self, given: Mapping[str, str]) -> Answer:
        """A nonce count that does not rise is a replay; a one-shot nonce is gone once it was used."""
        if self.scheme != "digest-rfc2069":
            count = given.get("nc", "")
            if not re.fullmatch(r"[0-9a-fA-F]{8}", count) or int(count, 16) <= self.count:
                return Answer.REFUSED
            self.count = int(count, 16)
        if self.one_shot:
            self.nonce, self.count = secrets.token_hex(16), 0
        return Answer.ACCEPTED


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
