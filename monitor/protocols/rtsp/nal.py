"""Puts the NAL units of one picture together again: what H.264 and H.265 have in common."""

from abc import ABC, abstractmethod
from collections.abc import Iterable

MAX_PICTURE = 16 * 1024 * 1024
"""Bytes of one coded picture; far above any camera's, so that an endless one cannot fill the memory."""
_MAX_PARAMETER_SETS = 64
_START = b"\x00\x00\x01"
_SEARCHED = 4096
"""Bytes of a unit in which a start code is looked for: parameter sets stand in front; a decoder finds slices itself."""


class Depacketiser(ABC):
    """Takes RTP payloads in order and gives each complete key picture as Annex B with parameter sets in front.

    A picture is complete when no packet is missing between its first slice and its end. Pictures that are not key
    are never copied.
    """

    def __init__(self, parameter_sets: Iterable[bytes] = ()) -> None:
        self.parameters: dict[tuple[int, int], bytes] = {}  # (NAL type, id) -> unit
        self.recovery_points = 0
        self.size: tuple[int, int] | None = None
        self._timestamp: int | None = None
        self._slices: list[bytes] = []
        self._fragment: list[bytes] = []
        self._lead = b""  # how the payloads begin that go on with it
        self._begin()
        for unit in parameter_sets:
            self._units(unit)
        self._begin()

    def packet(
        self, data: bytearray, start: int, stop: int, *, timestamp: int, marker: bool, gap: bool
    ) -> bytes | None:
        """Take one payload, ``data[start:stop]``; ``gap`` = packets are missing right before it.

        Returns the key picture that this packet completes, if any; and the same picture anew, with what was missing, of
        a device that sets the marker on every unit.
        """
        finished = None
        if timestamp != self._timestamp:
            # Some devices never set the marker: there the next timestamp is what ends a picture.
            finished = None if gap else self._finish()
            self._timestamp = timestamp
            self._begin()
        elif gap:
            self._broken = True
            self._fragment = []
        if start < stop:
            self._payload(data, start, stop)
        if marker:
            finished = self._finish() or finished
            if not self._given and not self._fragment:
                self._begin()
        return finished

    @property
    def opened(self) -> bool:
        """Whether a fragmented unit waits for more, and nothing of the picture is missing so far."""
        return bool(self._fragment) and not self._broken

    def goes_on(self, data: bytearray, start: int, stop: int) -> bool:
        """Take this payload if it is of the middle of the opened unit, and nothing else about it is new; the short way
        for what nearly all packets of a key picture are."""
        body = start + len(self._lead)
        if stop <= body or data[start:body] != self._lead:
            return False
        self._take(stop - body)
        self._fragment.append(bytes(data[body:stop]))
        return True

    @abstractmethod
    def is_key(self, data: bytearray, start: int, stop: int) -> bool:
        """Whether this payload begins (a part of) a key picture; looks at headers only."""

    @abstractmethod
    def is_other(self, data: bytearray, start: int, stop: int) -> bool:
        """Whether this payload is of a picture that is not key; False also when its header does not tell."""

    @abstractmethod
    def _payload(self, data: bytearray, start: int, stop: int) -> None: ...

    @abstractmethod
    def _unit(self, unit: bytes) -> None:
        """Sort one whole NAL unit: call :meth:`_slice` or :meth:`_parameter`, or drop it."""

    @abstractmethod
    def _complete_parameters(self) -> bool:
        """Whether every kind of parameter set a decoder needs is there."""

    def _units(self, data: bytes) -> None:
        """Sort what should be one NAL unit; some cameras put several into one, with start codes between them."""
        if data.find(_START, 0, _SEARCHED) < 0:  # a unit never holds one (H.264 7.4.1)
            self._unit(data)
            return
        for unit in data.split(_START):
            if whole := unit.rstrip(b"\x00"):
                self._unit(whole)

    def _begin(self) -> None:
        self._given = 0  # how many of the slices were given already
        self._slices = []
        self._fragment = []
        self._bytes = 0
        self._broken = False

    def _slice(self, unit: bytes, first: bool) -> None:
        """Take one key slice; ``first`` = it begins at the top left of the picture."""
        if self._given and first:  # another picture, of a device whose clock stands
            self._begin()
        if not self._slices and not first:
            self._broken = True  # joined in the middle of a picture
        self._take(len(unit))
        self._slices.append(unit)

    def _take(self, size: int) -> None:
        self._bytes += size
        if self._bytes > MAX_PICTURE:
            self._begin()
            self._broken = True

    def _parameter(self, kind: int, number: int, unit: bytes) -> bool:
        """Keep a parameter set; whether it is another than before: every key picture brings them again."""
        if self.parameters.get((kind, number)) == unit:
            return False
        if len(self.parameters) < _MAX_PARAMETER_SETS or (kind, number) in self.parameters:
            self.parameters[kind, number] = unit
        return True

    def _fragment_part(self, head: bytes, lead: bytes, data: bytearray, start: int, stop: int, flags: int) -> None:
        """One part of a fragmented unit; ``head`` = the rebuilt unit header, ``flags`` = S 0x80 and E 0x40, ``lead`` =
        the payload's headers as they are where both are 0."""
        if flags & 0x80:
            self._fragment, self._lead = [head], lead
        elif not self._fragment:
            self._broken = True  # its beginning was lost
            return
        self._take(stop - start)
        self._fragment.append(bytes(data[start:stop]))
        if flags & 0x40:
            unit, self._fragment = b"".join(self._fragment), []
            self._bytes -= len(unit)
            self._units(unit)

    def _aggregate(self, data: bytearray, start: int, stop: int, between: int = 0) -> None:
        """Units that share a packet, each behind its 16-bit size (RFC 6184 5.7.1, RFC 7798 4.4.2)."""
        for begin, end in spans(data, start, stop, between):
            self._units(bytes(data[begin:end]))

    def _finish(self) -> bytes | None:
        if len(self._slices) == self._given or self._broken or self._fragment or not self._complete_parameters():
            return None
        self._given = len(self._slices)
        units = [self.parameters[key] for key in sorted(self.parameters)] + self._slices
        return b"".join(b"\x00\x00\x00\x01" + unit for unit in units)


def spans(data: bytearray, start: int, stop: int, between: int = 0) -> list[tuple[int, int]]:
    """Where the units of an aggregation packet lie, ``between`` bytes apart; a size past its end is left out."""
    found = []
    while start + 2 < stop:
        end = start + 2 + (data[start] << 8 | data[start + 1])
        if end > stop:
            break
        if end > start + 2:
            found.append((start + 2, end))
        start = end + between
    return found


def first_number(unit: bytes, header: int) -> int:
    """The Exp-Golomb number right behind the unit header: the id of a picture parameter set."""
    bits = int.from_bytes(unit[header : header + 4].ljust(4, b"\x00"), "big")
    zeros = 32 - bits.bit_length()
    return (bits >> (31 - 2 * zeros)) - 1 if zeros < 16 else 0
