"""From the words a person typed to the targets to look at."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.cli.naming import no_device, no_site, nothing_at
from monitor.model import Credentials, Key, Target
from monitor.protocols.rtsp import host_of, split_url
from monitor.protocols.shown import without_secrets

_ONVIF = "an ONVIF device is written HOST:PORT"


class UnknownTarget(ValueError):
    """The word names nothing; the text says what would."""


@dataclass(frozen=True, slots=True)
class Configured:
    """What the configuration offers to choose from."""

    targets: tuple[Target, ...] = ()
    state_dir: Path | None = None  # None = no configuration
    deadline: float = 10.0  # seconds of one plain look
    empty: tuple[str, ...] = ()  # sites without a device

    @property
    def sites(self) -> list[str]:
        return sorted({target.key.site for target in self.targets}.union(self.empty))


def choose(words: Sequence[str], configured: Configured, login: Credentials | None = None) -> list[Target]:
    """The targets of all words, each once, in the order typed; no words = everything configured.

    ``login`` is for addresses that are in no configuration. Raises UnknownTarget.
    """
    if not words:
        return list(configured.targets)
    found = [target for word in words for target in _named(word, configured, login)]
    return list({(target.key, target.rtsp): target for target in found}.values())


def is_address(word: str) -> bool:
    """True for a URL, and for a host as opposed to a site's id."""
    return "://" in word or word.startswith("[") or ("/" not in word and any(mark in word for mark in ".:"))


def _named(word: str, configured: Configured, login: Credentials | None) -> list[Target]:
    site, _, device = word.partition("/")
    matches = [t for t in configured.targets if t.key.site == site and device in ("", t.key.device)]
    if matches:
        return matches
    if word in configured.empty:
        raise UnknownTarget(nothing_at(word))
    if word.lower().startswith(("http://", "https://")):
        return [_onvif(word, login)]
    if "://" in word:
        return [_url(word, login)]
    if "@" in word:  # never repeated: a password may stand before it
        raise UnknownTarget(f"a login is not written before a host, but with --username; {_ONVIF}")
    if is_address(word):
        return [_onvif(word, login)]
    raise UnknownTarget(_advice(word, site, device, configured))


def _url(word: str, login: Credentials | None) -> Target:
    try:
        clean, credentials = split_url(word)
        host = host_of(clean)
    except ValueError as wrong:  # its text names the mistake and never the URL, which may hold a password
        raise UnknownTarget(f"{wrong}; {_ONVIF}") from wrong
    shown = without_secrets(clean)  # some makers want the login in the path
    return Target(Key("", shown), "camera", host, credentials=credentials or login, rtsp=clean)


def _onvif(word: str, login: Credentials | None) -> Target:
    """Of HOST, HOST:PORT or the URL of the device service."""
    scheme, url, address = word.rpartition("://")
    try:
        bare, credentials = split_url(f"rtsp://{address}")
        host = host_of(bare)
    except ValueError as wrong:  # a URL may hold a password
        shown = "" if url else f"{word}: "
        raise UnknownTarget(f"{shown}{wrong}. An address is written rtsp://… or HOST:PORT") from wrong
    onvif = scheme.lower() + url + bare.removeprefix("rtsp://")
    login = credentials or login
    # Cameras sign their certificates themselves; without a login nothing secret is sent to whoever answers.
    options = {} if login else {"onvif_trust": "any"}
    return Target(Key("", without_secrets(onvif)), "camera", host, login, onvif=onvif, options=options)


def _advice(word: str, site: str, device: str, configured: Configured) -> str:
    if device and site in configured.sites:
        return no_device(word, (t.key.device for t in configured.targets if t.key.site == site))
    known = configured.sites or ["none (no configuration was found)"]
    advice = no_site(word, known)
    return advice if advice.endswith("?") else f"{advice}. An address is written rtsp://… or HOST:PORT"
