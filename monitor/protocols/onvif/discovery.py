"""WS-Discovery: who on this network says that it speaks ONVIF."""

import ipaddress
import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import ifaddr
from wsdiscovery import QName
from wsdiscovery.discovery import ThreadedWSDiscovery

from monitor.protocols.onvif.address import parse, pin
from monitor.protocols.onvif.trouble import plain

NETWORK = "http://www.onvif.org/ver10/network/wsdl"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
ROUND_SECONDS = 1.0
"""One probe a round; datagrams get lost, and devices may wait half a second before they answer."""
SCOPE = "onvif://www.onvif.org/"


@dataclass(frozen=True, slots=True)
class Found:
    """``address``: its device service, on the host that answered whatever host the answer names."""

    address: str
    host: str
    name: str
    hardware: str


def find(rounds: int, interfaces: Sequence[str], on_round: Callable[[int], None]) -> list[Found]:
    """Ask the network ``rounds`` times, a second each; blocks. ``on_round`` is given the number of devices found.

    ``interfaces``: names ("eth0") or IPv4 addresses of ours to ask on; none = all. ValueError for an unknown one. The
    probe is multicast to 239.255.255.250:3702 and stays in the local network (TTL 1).
    """
    for name in ("daemon", "threading", "util"):  # the library's own names for its loggers
        logging.getLogger(name).setLevel(logging.CRITICAL)
    seeker = _Seeker(_own_addresses(interfaces))
    seeker.start()
    try:
        seeker.join_chosen()
        for number in range(rounds):
            seeker.searchServices(types=_types(number), timeout=ROUND_SECONDS)
            on_round(len(seeker.found))
    finally:
        seeker.stop()
    return sorted(seeker.found.values(), key=lambda found: ipaddress.ip_address(found.host.partition("%")[0]).packed)


def _own_addresses(interfaces: Sequence[str]) -> set[Any]:
    """IPv4 addresses of the named interfaces; ONVIF devices must speak IPv4."""
    own = {
        ip.ip: adapter.nice_name for adapter in ifaddr.get_adapters() for ip in adapter.ips if isinstance(ip.ip, str)
    }
    chosen: set[Any] = set()
    for wanted in interfaces:
        matches = [address for address, name in own.items() if wanted in (address, name)]
        if not matches:
            known = ", ".join(f"{name} ({address})" for address, name in own.items())
            raise ValueError(f"no interface {wanted}; this machine has {known}")
        chosen.update(ipaddress.ip_address(address) for address in matches)
    return chosen


def _types(number: int) -> list[Any]:
    """Cameras answer to one of the two names, recorders often to the other only."""
    return [QName(NETWORK, "NetworkVideoTransmitter")] if number % 2 == 0 else [QName(DEVICE, "Device")]


class _Seeker(ThreadedWSDiscovery):  # type: ignore[misc]  # the library has no types
    """Asks on the chosen own addresses only, and keeps who answered from where, which the library forgets."""

    def __init__(self, chosen: Collection[Any]) -> None:
        super().__init__()
        self._chosen = chosen
        self.found: dict[str, Found] = {}

    def join_chosen(self) -> None:
        for address in self._chosen:
            self._networkingThread_v4.addSourceAddr(address)

    def _networkAddressAdded(self, address: Any) -> None:
        if not self._chosen:
            super()._networkAddressAdded(address)

    def _networkAddressRemoved(self, address: Any) -> None:
        if not self._chosen:
            super()._networkAddressRemoved(address)

    def _handle_probematches(self, envelope: Any, sender: tuple[str, int]) -> None:
        for match in envelope.getProbeResolveMatches():
            found = _found(match, sender[0])
            if found:
                self.found.setdefault(found.address, found)


def _found(match: Any, sender: str) -> Found | None:
    """None for a device of another trade, such as a printer."""
    scopes = [str(scope.getValue()) for scope in match.getScopes()]
    types = [str(each.getNamespace()) for each in match.getTypes()]
    if not any(scope.lower().startswith(SCOPE) for scope in scopes) and not {NETWORK, DEVICE} & set(types):
        return None
    host = f"[{sender}]" if ":" in sender else sender
    address, _ = pin(parse(host), " ".join(map(str, match.getXAddrs() or ())))
    return Found(str(address), sender, _scope(scopes, "name"), _scope(scopes, "hardware"))


def _scope(scopes: list[str], kind: str) -> str:
    """What a scope such as ``onvif://www.onvif.org/name/Gate`` says."""
    told = next((scope for scope in scopes if scope.lower().startswith(f"{SCOPE}{kind}/")), "")
    return plain(unquote(told[len(SCOPE) + len(kind) + 1 :]), 60)
