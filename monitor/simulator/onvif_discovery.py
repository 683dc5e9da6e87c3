"""Answers WS-Discovery probes for a simulated camera."""

import asyncio
import re
import socket
import struct
import uuid
from urllib.parse import quote
from xml.sax.saxutils import escape

from monitor.simulator.onvif import OnvifCamera

GROUP, PORT = "239.255.255.250", 3702
MATCH = (
    '<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    ' xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header>'
    "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/ProbeMatches</a:Action><a:MessageID>{message}</a:MessageID>"
    "<a:RelatesTo>{probe}</a:RelatesTo><a:To>http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous</a:To>"
    '<d:AppSequence InstanceId="1" MessageNumber="1"/></s:Header><s:Body><d:ProbeMatches><d:ProbeMatch>'
    "<a:EndpointReference><a:Address>{identity}</a:Address></a:EndpointReference><d:Types>{types}</d:Types>"
    "<d:Scopes>{scopes}</d:Scopes><d:XAddrs>{xaddrs}</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>"
    "</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
)


class Answerer(asyncio.DatagramProtocol):
    """Answers from the camera's own address to whoever asks on the loopback interface, within ``async with``.

    ``scopes`` without an ONVIF scope makes it a device of another trade.
    """

    def __init__(self, camera: OnvifCamera, scopes: str = "", types: str = "dn:NetworkVideoTransmitter") -> None:
        self.camera = camera
        self.types = types
        self.scopes = (
            scopes
            or f"onvif://www.onvif.org/name/{quote(camera.model)} onvif://www.onvif.org/hardware/{quote(camera.hardware)}"
        )
        self.identity = uuid.uuid4().urn

    async def __aenter__(self) -> "Answerer":
        loop = asyncio.get_running_loop()
        self._listener, _ = await loop.create_datagram_endpoint(lambda: self, sock=_joined())
        self._voice = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._voice.bind((self.camera.host, 0))
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listener.close()
        self._voice.close()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        probe = re.search(r"MessageID>([^<]+)<", data.decode("utf-8", "replace"))
        if probe and b"discovery/Probe<" in data:
            words = {"message": uuid.uuid4().urn, "probe": probe[1].strip(), "identity": self.identity}
            words |= {"types": self.types, "scopes": escape(self.scopes), "xaddrs": self.camera.xaddr("device")}
            self._voice.sendto(MATCH.format(**words).encode(), addr)


def _joined() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((GROUP, PORT))
    membership = struct.pack("4s4s", socket.inet_aton(GROUP), socket.inet_aton("127.0.0.1"))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    sock.setblocking(False)
    return sock
