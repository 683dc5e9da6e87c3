"""H.264 over RTP (RFC 6184): single units, STAP-A and FU-A, to the first complete picture of an IDR or of I slices."""

from monitor.protocols.rtsp.nal import Depacketiser, first_number, spans
from monitor.protocols.rtsp.sps import h264_size, h264_slice_type

_SLICE, _IDR, _SEI, _SPS, _PPS, _STAP_A, _FU_A = 1, 5, 6, 7, 8, 24, 28
_WANTED = frozenset((_IDR, _SEI, _SPS, _PPS))
_RECOVERY_POINT = 6  # payload type of the SEI message
_ALL_INTRA = 0x88
"""How a slice header begins whose picture has I slices only: first_mb_in_slice 0, slice_type 7 (H.264 7.3.3, 7.4.3).
With open GOPs no other key picture comes after the first, and a decoder can begin there as well."""
_ALL_I = 7
_BEGINS = 0x80  # of a FU header


class H264(Depacketiser):
    _intra: int | None = -1  # RTP timestamp of the newest picture of I slices

    def is_key(self, data: bytearray, start: int, stop: int) -> bool:
        kind = data[start] & 0x1F
        if kind == _FU_A and stop - start > 2:
            flags = data[start + 1]
            return flags & 0x1F == _IDR or (flags & 0x9F == _BEGINS | _SLICE and data[start + 2] == _ALL_INTRA)
        if kind == _STAP_A:
            return any(_is_key(data, begin, end) for begin, end in spans(data, start + 1, stop))
        return _is_key(data, start, stop)

    def is_other(self, data: bytearray, start: int, stop: int) -> bool:
        kind = data[start] & 0x1F
        return 0 < (data[start + 1] & 0x1F if kind == _FU_A and stop - start > 1 else kind) < _IDR

    def _payload(self, data: bytearray, start: int, stop: int) -> None:
        kind = data[start] & 0x1F
        if kind == _FU_A:
            flags = data[start + 1] if stop - start > 2 else 0
            if self._wants(flags & 0x1F, data[start + 2] if flags & _BEGINS else 0):
                head = bytes((data[start] & 0xE0 | flags & 0x1F,))
                self._fragment_part(head, bytes((data[start], flags & 0x3F)), data, start + 2, stop, flags)
        elif kind == _STAP_A:
            self._aggregate(data, start + 1, stop)
        elif self._wants(kind, data[start + 1] if stop - start > 1 else 0) or not kind:  # a start code instead of one
            self._units(bytes(data[start:stop]))

    def _wants(self, kind: int, first: int) -> bool:
        """``first``: the byte behind the header of a unit that begins here."""
        if kind == _SLICE and first == _ALL_INTRA:
            self._intra = self._timestamp
        return kind in _WANTED or (kind == _SLICE and self._intra == self._timestamp)

    def _unit(self, unit: bytes) -> None:
        kind = unit[0] & 0x1F
        if len(unit) < 2:
            return
        if kind == _IDR or (kind == _SLICE and h264_slice_type(unit) == _ALL_I):
            self._slice(unit, first=unit[1] & 0x80 != 0)  # first_mb_in_slice = 0 is a single 1 bit
        elif kind == _SPS:
            if self._parameter(kind, first_number(unit, 4), unit):
                self.size = h264_size(unit) or self.size
        elif kind == _PPS:
            self._parameter(kind, first_number(unit, 1), unit)
        elif kind == _SEI and unit[1] == _RECOVERY_POINT:
            self.recovery_points += 1

    def _complete_parameters(self) -> bool:
        kinds = {kind for kind, _ in self.parameters}
        return {_SPS, _PPS} <= kinds


def _is_key(data: bytearray, start: int, stop: int) -> bool:
    kind = data[start] & 0x1F
    return kind == _IDR or (kind == _SLICE and stop - start > 1 and data[start + 1] == _ALL_INTRA)
