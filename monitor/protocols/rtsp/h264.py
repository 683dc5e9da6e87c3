"""H.264 over RTP (RFC 6184): single units, STAP-A and FU-A, to the first complete IDR picture."""

from monitor.protocols.rtsp.nal import Depacketiser, first_number, spans
from monitor.protocols.rtsp.sps import h264_size

_IDR, _SEI, _SPS, _PPS, _STAP_A, _FU_A = 5, 6, 7, 8, 24, 28
_WANTED = frozenset((_IDR, _SEI, _SPS, _PPS))
_RECOVERY_POINT = 6  # payload type of the SEI message


class H264(Depacketiser):
    def is_key(self, data: bytearray, start: int, stop: int) -> bool:
        kind = data[start] & 0x1F
        if kind == _FU_A:
            return stop - start > 1 and data[start + 1] & 0x1F == _IDR
        if kind == _STAP_A:
            return any(data[begin] & 0x1F == _IDR for begin, _ in spans(data, start + 1, stop))
        return kind == _IDR

    def is_other(self, data: bytearray, start: int, stop: int) -> bool:
        kind = data[start] & 0x1F
        return 0 < (data[start + 1] & 0x1F if kind == _FU_A and stop - start > 1 else kind) < _IDR

    def _payload(self, data: bytearray, start: int, stop: int) -> None:
        kind = data[start] & 0x1F
        if kind == _FU_A:
            if stop - start > 2 and data[start + 1] & 0x1F in _WANTED:
                flags = data[start + 1]
                head = bytes((data[start] & 0xE0 | flags & 0x1F,))
                self._fragment_part(head, data, start + 2, stop, flags)
        elif kind == _STAP_A:
            self._aggregate(data, start + 1, stop)
        elif kind in _WANTED or not kind:  # none at all: it begins with a start code
            self._units(bytes(data[start:stop]))

    def _unit(self, unit: bytes) -> None:
        kind = unit[0] & 0x1F
        if len(unit) < 2:
            return
        if kind == _IDR:
            self._slice(unit, first=unit[1] & 0x80 != 0)  # first_mb_in_slice = 0 is a single 1 bit
        elif kind == _SPS:
            self._parameter(kind, first_number(unit, 4), unit)
            self.size = h264_size(unit) or self.size
        elif kind == _PPS:
            self._parameter(kind, first_number(unit, 1), unit)
        elif kind == _SEI and unit[1] == _RECOVERY_POINT:
            self.recovery_points += 1

    def _complete_parameters(self) -> bool:
        kinds = {kind for kind, _ in self.parameters}
        return {_SPS, _PPS} <= kinds
