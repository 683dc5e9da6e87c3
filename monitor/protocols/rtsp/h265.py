"""H.265 over RTP (RFC 7798): single units, aggregation and fragmentation, to the first complete key picture."""

from collections.abc import Iterable

from monitor.protocols.rtsp.nal import Depacketiser, first_number, spans
from monitor.protocols.rtsp.sps import h265_size

_VPS, _SPS, _PPS, _SEI, _AP, _FU = 32, 33, 34, 39, 48, 49
_KEYS = range(16, 22)  # BLA, IDR, CRA: every picture a decoder may begin with
_WANTED = frozenset((*_KEYS, _VPS, _SPS, _PPS, _SEI))
_RECOVERY_POINT = 6


class H265(Depacketiser):
    def __init__(self, parameter_sets: Iterable[bytes] = (), *, donl: bool = False) -> None:
        """``donl``: every payload has a decoding order number behind its header."""
        super().__init__(parameter_sets)
        self._donl = 2 * donl

    def is_key(self, data: bytearray, start: int, stop: int) -> bool:
        kind = data[start] >> 1 & 0x3F
        if kind == _FU:
            return stop - start > 2 and data[start + 2] & 0x3F in _KEYS
        if kind == _AP:
            return any(data[begin] >> 1 & 0x3F in _KEYS for begin, _ in self._spans(data, start, stop))
        return kind in _KEYS

    def is_other(self, data: bytearray, start: int, stop: int) -> bool:
        kind = data[start] >> 1 & 0x3F
        return (data[start + 2] & 0x3F if kind == _FU and stop - start > 2 else kind) < _KEYS.start

    def _payload(self, data: bytearray, start: int, stop: int) -> None:
        kind = data[start] >> 1 & 0x3F
        if kind == _FU:
            if stop - start > 3 and data[start + 2] & 0x3F in _WANTED:
                flags = data[start + 2]
                head = bytes((data[start] & 0x81 | (flags & 0x3F) << 1, data[start + 1]))
                lead = bytes((data[start], data[start + 1], flags & 0x3F))
                body = start + 3 + (self._donl if flags & 0x80 else 0)
                self._fragment_part(head, lead, data, body, stop, flags)
        elif kind == _AP:
            self._aggregate(data, start + 2 + self._donl, stop, self._donl // 2)
        elif kind in _WANTED or data[start : start + 2] == b"\x00\x00":  # no header: it begins with a start code
            self._units(bytes(data[start : start + 2] + data[start + 2 + self._donl : stop]))

    def _spans(self, data: bytearray, start: int, stop: int) -> list[tuple[int, int]]:
        return spans(data, start + 2 + self._donl, stop, self._donl // 2)

    def _unit(self, unit: bytes) -> None:
        kind = unit[0] >> 1 & 0x3F
        if len(unit) < 3:
            return
        if kind in _KEYS:
            self._slice(unit, first=unit[2] & 0x80 != 0)  # first_slice_segment_in_pic_flag
        elif kind == _SPS:
            if self._parameter(kind, 0, unit):
                self.size = h265_size(unit) or self.size
        elif kind == _VPS:
            self._parameter(kind, unit[2] >> 4, unit)
        elif kind == _PPS:
            self._parameter(kind, first_number(unit, 2), unit)
        elif kind == _SEI and unit[2] == _RECOVERY_POINT:
            self.recovery_points += 1

    def _complete_parameters(self) -> bool:
        kinds = {kind for kind, _ in self.parameters}
        return {_VPS, _SPS, _PPS} <= kinds
