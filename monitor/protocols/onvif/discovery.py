"""WS-Discovery (OASIS, 2005/04 as ONVIF uses it): who on this network says that it speaks ONVIF."""

import contextlib
import ipaddress
import selectors
import socket
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import unquote

import ifaddr

from monitor.protocols.errors import DeviceError
from monitor.protocols.markup import Element, each, text
from monitor.protocols.markup import parse as parse_markup
from monitor.protocols.onvif.address import parse, pin
from monitor.protocols.onvif.trouble import plain

NETWORK = "http://www.onvif.org/ver10/network/wsdl"
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
GROUP, PORT = "239.255.255.250", 3702
ROUND_SECONDS = 1.0
"""One probe a round; datagrams get lost, and devices may wait half a second before they answer."""
SCOPE = "onvif://www.onvif.org/"
PER_SENDER = 8
"""Devices behind one address: no sender fills our memory."""
PROBE = (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:n="{namespace}"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"><s:Header>'
    '<a:Action s:mustUnderstand="1">http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action>'
    "<a:MessageID>{message}</a:MessageID><a:ReplyTo>"
    "<a:Address>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:Address></a:ReplyTo>"
    '<a:To s:mustUnderstand="1">urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To></s:Header>'
    "<s:Body><d:Probe><d:Types>n:{kind}</d:Types></d:Probe></s:Body></s:Envelope>"
)
KINDS = ((NETWORK, "NetworkVideoTransmitter"), (DEVICE, "Device"))
"""Cameras answer to one of the two names, recorders often to the other only."""


@dataclass(frozen=True, slots=True)
class Found:
    """``address``: its device service, on the host that answered whatever host the answer names."""

    address: str
    host: str
    name: str
    hardware: str


def find(rounds: int, interfaces: Sequence[str], on_round: Callable[[int], None]) -> list[Found]:
    """Ask the network ``rounds`` times, a second each; blocks. ``on_round`` is given the number of devices found.

    ``interfaces``: names ("eth0") or IPv4 addresses of ours to ask on; none = all. ValueError for an unknown one,
    OSError when none can be asked on. The probe is multicast and stays in the local network (TTL 1).
    """
    found: dict[str, Found] = {}
    with contextlib.ExitStack() as stack:
        voices = [stack.enter_context(_voice(address)) for address in _own_addresses(interfaces)]
        for number in range(rounds):
            _ask(voices, *KINDS[number % 2])
            _listen(voices, found, time.monotonic() + ROUND_SECONDS)
            on_round(len(found))
    return sorted(found.values(), key=lambda one: ipaddress.ip_address(one.host).packed)


def _own_addresses(interfaces: Sequence[str]) -> list[str]:
    """IPv4 addresses of the named interfaces, of all but the loopback when none is named; ONVIF devices speak IPv4."""
    own = {
        ip.ip: adapter.nice_name for adapter in ifaddr.get_adapters() for ip in adapter.ips if isinstance(ip.ip, str)
    }
    if not interfaces:
        return [address for address in own if not ipaddress.ip_address(address).is_loopback]
    chosen: dict[str, None] = {}
    for wanted in interfaces:
        matches = [address for address, name in own.items() if wanted in (address, name)]
        if not matches:
            known = ", ".join(f"{name} ({address})" for address, name in own.items())
            raise ValueError(f"no interface {wanted}; this machine has {known}")
        chosen.update(dict.fromkeys(matches))
    return list(chosen)


@contextlib.contextmanager
def _voice(address: str) -> Iterator[socket.socket]:
    """A socket that asks on one own address and hears the answers to it, which come to it alone."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as voice:
        voice.setblocking(False)
        voice.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 1)
        voice.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(address))
        voice.bind((address, 0))
        yield voice


def _ask(voices: Sequence[socket.socket], namespace: str, kind: str) -> None:
    """Raises OSError when no interface lets the question out."""
    question = PROBE.format(namespace=namespace, kind=kind, message=uuid.uuid4().urn).encode()
    refused: OSError | None = None
    asked = 0
    for voice in voices:
        try:
            voice.sendto(question, (GROUP, PORT))
            asked += 1
        except OSError as error:
            refused = error
    if refused is not None and not asked:
        raise refused


def _listen(voices: Sequence[socket.socket], found: dict[str, Found], until: float) -> None:
    with selectors.DefaultSelector() as selector:
        for voice in voices:
            selector.register(voice, selectors.EVENT_READ, voice)
        while (left := until - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                with contextlib.suppress(OSError):  # an answer that is gone, or an ICMP error to our question
                    data, sender = key.data.recvfrom(65536)
                    _hear(data, sender[0], found)


def _hear(data: bytes, sender: str, found: dict[str, Found]) -> None:
    """Take one answer. What is none is dropped: nobody asked this sender by name."""
    try:
        root = parse_markup(data.strip(b" \t\r\n\0"), "the probe")
    except DeviceError:
        return
    known = Counter(one.host for one in found.values())
    for match in each(root, "ProbeMatch"):
        device = _found(match, sender)
        if device and known[sender] < PER_SENDER and device.address not in found:
            found[device.address] = device
            known[sender] += 1


def _found(match: Element, sender: str) -> Found | None:
    """None for a device of another trade, such as a printer."""
    scopes = text(match, "Scopes").split()
    types = {kinds.nsmap.get(word.partition(":")[0]) for kinds in each(match, "Types") for word in _words(kinds)}
    if not any(scope.lower().startswith(SCOPE) for scope in scopes) and not {NETWORK, DEVICE} & types:
        return None
    address, _ = pin(parse(sender), text(match, "XAddrs"))
    return Found(str(address), sender, _scope(scopes, "name"), _scope(scopes, "hardware"))


def _words(element: Element) -> list[str]:
    return (element.text or "").split()


def _scope(scopes: list[str], kind: str) -> str:
    """What a scope such as ``onvif://www.onvif.org/name/Gate`` says."""
    told = next((scope for scope in scopes if scope.lower().startswith(f"{SCOPE}{kind}/")), "")
    return plain(unquote(told[len(SCOPE) + len(kind) + 1 :]), 60)
