"""What a broken or hostile camera answers: one short function a fault, by name in FAULTS."""

import asyncio
import re
import zlib
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from monitor.simulator.onvif_answers import HEALTHY, envelope, fault

if TYPE_CHECKING:
    from monitor.simulator.onvif import OnvifCamera

DRIP_SECONDS = 0.05


class Exchange(NamedTuple):
    camera: "OnvifCamera"
    operation: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def healthy(self) -> str:
        """The answer this fault spoils."""
        reply = HEALTHY.get(self.operation)
        return envelope(reply(self.camera, "")).decode() if reply else ""

    async def send(self, content: bytes, status: str = "200 OK", extra: str = "") -> bool:
        """Send a whole answer; True = the connection stays open."""
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: application/soap+xml\r\nContent-Length: {len(content)}\r\n{extra}\r\n"
        )
        self.writer.write(head.encode() + content)
        await self.writer.drain()
        return True


async def _soap_fault(to: Exchange) -> bool:
    return await to.send(fault("Receiver", "ter:Action", "something broke"), "500 Internal Server Error")


async def _malformed(to: Exchange) -> bool:
    """An unescaped ampersand and a missing end, as hand-made firmware writes them."""
    return await to.send(to.healthy().replace("</", "&amp=1</", 1).replace("</s:Envelope>", "").encode())


async def _raw_ampersand(to: Exchange) -> bool:
    return await to.send(to.healthy().replace("/main<", "/main?stream=0&onvif=0.sdp<").encode())


async def _wrong_order(to: Exchange) -> bool:
    """The children of the answer's parts in reverse order."""
    from lxml import etree

    root = etree.fromstring(to.healthy().encode())
    for node in root.iter("{*}SystemDateAndTime", "{*}GetDeviceInformationResponse", "{*}VideoEncoderConfiguration"):
        node[:] = reversed(list(node))
    return await to.send(etree.tostring(root))


async def _impossible_dates(to: Exchange) -> bool:
    spoiled = re.sub(r"<tt:Month>\d+<", "<tt:Month>13<", to.healthy())
    return await to.send(re.sub(r"<tt:Hour>\d+<", "<tt:Hour>61<", spoiled).encode())


async def _entity_bomb(to: Exchange) -> bool:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    document = f'<?xml version="1.0"?><!DOCTYPE bomb [<!ENTITY e0 "boom">{levels}]>'
    return await to.send((document + envelope("&e9;").decode().split("?>", 1)[1]).encode())


async def _external_entity(to: Exchange) -> bool:
    document = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "http://{to.camera.foreign}/">]>'
    return await to.send((document + envelope("&e;").decode().split("?>", 1)[1]).encode())


async def _huge_body(to: Exchange) -> bool:
    """300 MB of spaces with the right length announced."""
    to.writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 300000000\r\n\r\n")
    for _ in range(300):
        to.writer.write(b" " * 1_000_000)
        await to.writer.drain()
    return False


async def _gzip_bomb(to: Exchange) -> bool:
    """200 MB packed into 200 kB.

    A full flush makes every block after the first the same, so one is packed and repeated; the checksum at the end is
    wrong, which nobody should live to see.
    """
    pack = zlib.compressobj(9, zlib.DEFLATED, 31)
    first, other = (pack.compress(b" " * 1_000_000) + pack.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return await to.send(first + other * 199 + pack.flush(), extra="Content-Encoding: gzip\r\n")


async def _many_elements(to: Exchange) -> bool:
    return await to.send(
        envelope("<tds:GetServicesResponse>" + "<tds:Service/>" * 250_000 + "</tds:GetServicesResponse>")
    )


async def _most_elements(to: Exchange) -> bool:
    """As many as a client that counts them might still accept."""
    return await to.send(
        envelope("<tds:GetServicesResponse>" + "<tds:Service/>" * 119_000 + "</tds:GetServicesResponse>")
    )


async def _deep_elements(to: Exchange) -> bool:
    return await to.send(envelope("<a>" * 5000 + "</a>" * 5000))


async def _slow_body(to: Exchange) -> bool:
    to.writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: 100000\r\n\r\n")
    return await _drip(to)


async def _slow_headers(to: Exchange) -> bool:
    to.writer.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    return await _drip(to)


async def _endless_continue(to: Exchange) -> bool:
    """Interim responses for ever: each is complete, the answer never comes."""
    while True:
        to.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await to.writer.drain()
        await asyncio.sleep(DRIP_SECONDS)


async def _silence(to: Exchange) -> bool:
    await to.reader.read()  # until the client goes
    return False


async def _drip(to: Exchange) -> bool:
    while True:
        to.writer.write(b"x")
        await to.writer.drain()
        await asyncio.sleep(DRIP_SECONDS)


async def _redirect(to: Exchange) -> bool:
    return await to.send(
        b"", "307 Temporary Redirect", f"Location: http://{to.camera.foreign}/onvif/device_service\r\n"
    )


async def _redirect_as_get(to: Exchange) -> bool:
    return await to.send(b"", "302 Found", f"Location: http://{to.camera.foreign}/onvif/device_service\r\n")


async def _wrong_operation(to: Exchange) -> bool:
    """The answer to another question: a careless client reads an object of Nones from it."""
    return await to.send(envelope(HEALTHY["GetNTP"](to.camera, "")))


async def _empty(to: Exchange) -> bool:
    return await to.send(b"")


async def _html(to: Exchange) -> bool:
    return await to.send(b"<html><body>Welcome</body></html>")


async def _not_http(to: Exchange) -> bool:
    to.writer.write(b"\x00\x01\x02 SSH-2.0-OpenSSH_7.4\r\n\r\n")
    await to.writer.drain()
    return False


async def _cut_short(to: Exchange) -> bool:
    to.writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<s:Envelope")
    await to.writer.drain()
    return False


async def _closes(_to: Exchange) -> bool:
    return False


async def _locked(to: Exchange) -> bool:
    if "+login" in to.camera.asked[-1]:
        to.camera.refused_logins += 1
    return await to.send(
        fault("Sender", "ter:NotAuthorized", "The account is locked for 30 minutes"), "400 Bad Request"
    )


async def _unauthorized_without_words(to: Exchange) -> bool:
    if "+login" in to.camera.asked[-1]:
        to.camera.refused_logins += 1
    return await to.send(b"", "401 Unauthorized")


FAULTS: Mapping[str, Callable[[Exchange], Awaitable[bool]]] = {
    "soap_fault": _soap_fault,
    "malformed": _malformed,
    "raw_ampersand": _raw_ampersand,
    "wrong_order": _wrong_order,
    "impossible_dates": _impossible_dates,
    "entity_bomb": _entity_bomb,
    "external_entity": _external_entity,
    "huge_body": _huge_body,
    "gzip_bomb": _gzip_bomb,
    "many_elements": _many_elements,
    "most_elements": _most_elements,
    "deep_elements": _deep_elements,
    "slow_body": _slow_body,
    "slow_headers": _slow_headers,
    "endless_continue": _endless_continue,
    "silence": _silence,
    "redirect": _redirect,
    "redirect_as_get": _redirect_as_get,
    "wrong_operation": _wrong_operation,
    "empty": _empty,
    "html": _html,
    "not_http": _not_http,
    "cut_short": _cut_short,
    "closes": _closes,
    "locked": _locked,
    "unauthorized_without_words": _unauthorized_without_words,
}
"""Clock hours off and wrong addresses are no faults of an answer: set ``clock_offset`` and ``xaddr_host``."""
