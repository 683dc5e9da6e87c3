"""Addresses of a device: pinned to the configured host, and shown without credentials."""

import re
from dataclasses import dataclass, replace
from urllib.parse import SplitResult, urlsplit

from monitor.protocols.rtsp.url import cut_short

DEVICE_SERVICE = "/onvif/device_service"
PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """Where a service of the device listens."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def netloc(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.path}"


def parse(text: str) -> Address:
    """``host``, ``host:port`` or a device service URL. ValueError says what is wrong with it."""
    url = urlsplit(text if "://" in text else f"http://{text}")
    if url.scheme not in PORTS:
        raise ValueError(f"an ONVIF address begins with http:// or https://, not {url.scheme}://")
    if not url.hostname:
        raise ValueError("an ONVIF address needs a host")
    if url.username is not None:
        raise ValueError("credentials belong in username and password, not in the ONVIF address")
    return Address(url.scheme, url.hostname, url.port or PORTS[url.scheme], _path(url) or DEVICE_SERVICE)


def pin(configured: Address, xaddr: object) -> tuple[Address, str]:
    """The service address to use for the XAddr a device gave, and the foreign host that was replaced ("" = none).

    Devices behind NAT, or with a wrong network setting, name addresses that lead elsewhere; only the path of such an
    answer is taken. The same host may serve on another port, but never on plain HTTP when HTTPS is configured.
    """
    candidates = [url for url in map(_split, str(xaddr or "").split()) if url]
    own = [url for url in candidates if url.hostname == configured.host]
    chosen = next(iter(own or candidates), None)
    if chosen is None:  # http://:80/onvif/media, and worse: its path may still be right
        path = re.sub(r"^\s*https?://[^/\s]*", "", str(xaddr or "")).partition(" ")[0]
        return replace(configured, path=path if re.fullmatch(r"/[!-~]+", path) else DEVICE_SERVICE), plain_host(xaddr)
    path = _path(chosen) or DEVICE_SERVICE
    if not own:
        return replace(configured, path=path), plain_host(chosen.hostname)
    if chosen.scheme != configured.scheme:
        return replace(configured, path=path), ""
    return Address(chosen.scheme, configured.host, chosen.port or PORTS[chosen.scheme], path), ""


def pin_media(configured: Address, uri: str) -> tuple[str, str]:
    """A stream or snapshot URI on the configured host, without user information, and the foreign host replaced.

    ValueError for what is no usable URI. The port is the device's own word: RTSP seldom shares the ONVIF port.
    """
    match = re.fullmatch(r"(rtsps?|https?)://([^/?#\s]+)([/?][^#\s]*)?(?:#\S*)?", uri.strip(), re.IGNORECASE)
    if match is None or cut_short(urlsplit(uri.strip())):
        raise ValueError("not a stream address")
    there, port = _host_and_port(match[2].rpartition("@")[2])
    host = f"[{configured.host}]" if ":" in configured.host else configured.host
    netloc = f"{host}:{port}" if port else host
    foreign = "" if there == configured.host else plain_host(there)
    return f"{match[1].lower()}://{netloc}{match[3] or ''}", foreign


def _host_and_port(netloc: str) -> tuple[str, int]:
    """Also of IPv6 addresses that a device forgot to put in brackets: those name no port. ValueError for a port that is
    none."""
    if netloc.count(":") > 1 and not netloc.startswith("["):
        return netloc.lower(), 0
    url = urlsplit(f"//{netloc}")
    return (url.hostname or "").lower(), url.port or 0


def plain_host(text: object) -> str:
    """A host as the device named it, shortened for a message."""
    return re.sub(r"[^\w.:\[\]-]+", "?", str(text or "none"))[:80]


def _split(text: str) -> SplitResult | None:
    try:
        url = urlsplit(text)
        return url if url.scheme in PORTS and url.hostname and url.port != 0 else None
    except ValueError:  # impossible brackets, or an impossible port
        return None


def _path(url: SplitResult) -> str:
    path = url.path if url.path != "/" else ""
    return f"{path}?{url.query}" if url.query else path
