"""RTSP addresses: taken apart without leaking the password, and put together as cameras expect it."""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urlsplit, urlunsplit

from monitor.model import Credentials

DEFAULT_PORTS = {"rtsp": 554, "rtsps": 322}
_SAFE = "/%:@!$&'()*+,;=~-._[]"
_BARE = re.compile(r"([0-9]+(?:\.[0-9]+){3}|[\w.-]+:[0-9]+)(:[0-9]+)?(/|$)")
"""A host where a scheme should stand: some cameras leave it out of Content-Base."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where an RTSP URL leads."""

    host: str  # lower case, IPv6 without brackets
    port: int
    tls: bool


def split_url(url: str) -> tuple[str, Credentials | None]:
    """Take user and password (percent-decoded) out of a URL; the query string stays.

    Raises ValueError with a message that never repeats the URL, since it may hold a password.
    """
    parts = _parts(url)
    user_info, _, _ = parts.netloc.rpartition("@")
    host = _netloc(parts)
    return _join(parts.scheme, host, parts), _credentials(user_info)


def address_of(url: str) -> Address:
    """Host, port (554, or 322 for rtsps, when the URL names none) and TLS of a URL. Raises ValueError."""
    parts = _parts(url)
    port = parts.port or DEFAULT_PORTS[parts.scheme]
    return Address((parts.hostname or "").lower(), port, parts.scheme == "rtsps")


def host_of(url: str) -> str:
    """The host of a URL, lower case, IPv6 without brackets. Raises ValueError."""
    return address_of(url).host


def control_url(base: str, control: str, pinned_to: str) -> str:
    """The URL of a track: ``a=control`` joined to the base as cameras expect, always on the host of ``pinned_to``.

    RFC 2326 C.1.1 asks for URL resolution, but cameras with a query string in the base mean plain appending.
    A camera behind address translation names its inner address in absolute URLs, and a hostile one any other.
    """
    base = f"rtsp://{base}" if _BARE.match(base) else base
    if control in ("", "*"):
        return _pin(base, pinned_to)
    if control.lower().startswith(("rtsp://", "rtsps://")):
        return _pin(control, pinned_to)
    return _pin(f"{base.rstrip('/')}/{control.lstrip('/')}", pinned_to)


def redirect_url(location: str, present: str) -> str | None:
    """Where a redirect leads, without credentials; None unless it stays on the same host and keeps TLS."""
    if location.startswith("/"):  # no URL, but servers made of web servers write it so
        parts = urlsplit(present)
        location = (
            f"{parts.scheme}:{location}" if location[:2] == "//" else f"{parts.scheme}://{parts.netloc}{location}"
        )
    try:
        clean, _ = split_url(location)
    except ValueError:
        return None
    there, here = address_of(clean), address_of(present)
    return clean if there.host == here.host and there.tls >= here.tls else None


def _pin(url: str, pinned_to: str) -> str:
    home = urlsplit(pinned_to)
    try:
        parts = urlsplit(url)
    except ValueError:
        return pinned_to
    return _join(home.scheme, home.netloc, parts)


def _join(scheme: str, netloc: str, parts: SplitResult) -> str:
    """A URL fit for a request line: no fragment, no bare spaces or control characters."""
    return urlunsplit((scheme, netloc, _quoted(parts.path, _SAFE), _quoted(parts.query, _SAFE + "?"), ""))


def _quoted(text: str, safe: str) -> str:
    """What is no UTF-8 is written byte for byte, as the device did."""
    return quote(text.encode("utf-8", "surrogateescape"), safe=safe)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url.strip())
        port_is_wrong = parts.port == 0
        if cut_short(parts):
            raise ValueError
    except ValueError:
        # "from None": the text of the cause repeats what stands before the first "/", maybe half a password.
        raise ValueError(
            "the host or port of the URL is not valid; characters like / ? # @ in a password must be percent-encoded"
        ) from None
    if parts.scheme not in DEFAULT_PORTS:
        raise ValueError("the URL must begin with rtsp:// or rtsps://")
    if not parts.hostname or port_is_wrong or any(ch.isspace() or not ch.isprintable() for ch in parts.netloc):
        raise ValueError("the URL names no valid host and port")
    return parts


def cut_short(parts: SplitResult) -> bool:
    """Whether what looks like host and port is the login, cut at a / ? or # in its password: rtsp://user:12/34@host."""
    if "@" not in parts.path + parts.query + parts.fragment or ":" not in parts.netloc:
        return False
    host = parts.hostname or ""
    named = not re.fullmatch(r"[0-9.]+|[0-9a-f:.]*:[0-9a-f:.]*", host)
    return named and ("@" not in parts.netloc or "." not in host)


def _netloc(parts: SplitResult) -> str:
    name = (parts.hostname or "").lower()
    host = f"[{name}]" if ":" in name else name
    return f"{host}:{parts.port}" if parts.port else host


def _credentials(user_info: str) -> Credentials | None:
    if not user_info:
        return None
    username, _, password = user_info.partition(":")
    return Credentials(unquote(username), unquote(password))
