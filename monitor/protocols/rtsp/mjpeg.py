"""Motion JPEG over RTP (RFC 2435): every picture is a key picture; given as a JPEG file."""

import struct

from monitor.protocols.rtsp import jpeg
from monitor.protocols.rtsp.nal import MAX_PICTURE


class Mjpeg:
    """Takes RTP payloads in order and gives each complete picture as a JPEG file."""

    def __init__(self, size: tuple[int, int] | None = None) -> None:
        self.size: tuple[int, int] | None = size
        self.recovery_points = 0
        self._described = size  # for pictures wider than the header can say
        self._tables: dict[int, tuple[bytes, int]] = {}
        self._parts: list[bytes] = []
        self._offset = -1  # where the next fragment belongs; -1 = waiting for a picture's beginning
        self._header = b""
        self._timestamp = -1

    def packet(
        self, data: bytearray, start: int, stop: int, *, timestamp: int, marker: bool, gap: bool
    ) -> bytes | None:
        """Take one payload; returns the JPEG file that this packet completes, if any."""
        if gap or timestamp != self._timestamp or stop - start < 8:
            self._offset = -1
        if stop - start < 8:
            return None
        self._timestamp = timestamp
        offset = int.from_bytes(data[start + 1 : start + 4], "big")
        kind, quality = data[start + 4], data[start + 5]
        body = start + (12 if kind & 0x40 else 8)
        if offset == 0:
            body = self._begin(data, start, body, stop, kind, quality)
        if offset != self._offset or body > stop or offset > MAX_PICTURE:
            self._offset = -1
            return None
        self._parts.append(bytes(data[body:stop]))
        self._offset += stop - body
        return self._finish() if marker else None

    def extension(self, data: bytearray, start: int, stop: int) -> None:
        """Take the extension of a packet: headers of the JPEG file itself (ONVIF Streaming, JPEG over RTP), of which
        we want the size, since that of RFC 2435 ends at 2040 pixels."""
        at = data.find(b"\xff\xc0", start, stop)
        if 0 <= at <= stop - 9:
            height, width = struct.unpack_from(">HH", data, at + 5)
            self._described = (width, height) if width and height else self._described

    def is_key(self, data: bytearray, start: int, stop: int) -> bool:
        """Whether this payload begins a picture."""
        return stop - start >= 8 and not any(data[start + 1 : start + 4])

    opened = False

    def goes_on(self, data: bytearray, start: int, stop: int) -> bool:  # noqa: ARG002 - the other codecs look
        """Never: each fragment tells its place."""
        return False

    def is_other(self, data: bytearray, start: int, stop: int) -> bool:  # noqa: ARG002 - the other codecs look
        """Never: every picture is key."""
        return False

    def _begin(self, data: bytearray, start: int, body: int, stop: int, kind: int, quality: int) -> int:
        """Read the headers of a first fragment; returns where its picture data begin."""
        self._offset, self._parts = -1, []
        restart = int.from_bytes(data[start + 8 : start + 10], "big") if kind & 0x40 else 0
        if quality >= 128:
            if body + 4 > stop:
                return body
            length = data[body + 2] << 8 | data[body + 3]
            if length in (64, 128, 192, 256):
                self._tables[quality] = bytes(data[body + 4 : body + 4 + length]), data[body + 1]
            body += 4 + length
        elif 0 < quality < 100:
            self._tables[quality] = jpeg.tables_for(quality), 0
        size = (data[start + 6] * 8, data[start + 7] * 8)
        self.size = size if all(size) else self._described
        if self.size and quality in self._tables and kind & 0x3F in (0, 1) and kind < 128:
            tables, wide = self._tables[quality]
            rows = kind & 0x3F == 1
            self._header = jpeg.header(*self.size, subsampled_rows=rows, tables=tables, wide=wide, restart=restart)
            self._offset = 0
        return body

    def _finish(self) -> bytes:
        end = b"" if self._parts[-1].endswith(b"\xff\xd9") else b"\xff\xd9"
        picture = b"".join([self._header, *self._parts, end])
        self._offset, self._parts = -1, []
        return picture
