"""Width and height from a sequence parameter set, so that the resolution is known without decoding."""


class _Bits:
    """Reads the bits of a NAL unit after the emulation prevention bytes are gone. Raises ValueError past the end."""

    def __init__(self, unit: bytes) -> None:
        data = unit[:1024].replace(b"\x00\x00\x03", b"\x00\x00")
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def take(self, count: int) -> int:
        self._left -= count
        if self._left < 0:
            raise ValueError("the parameter set is too short")
        return self._value >> self._left & (1 << count) - 1

    def ue(self) -> int:
        """Exp-Golomb code, unsigned (H.264 9.1)."""
        zeros = 0
        while not self.take(1):
            zeros += 1
            if zeros > 32:
                raise ValueError("the parameter set holds an impossible number")
        return (1 << zeros) - 1 + self.take(zeros)


def h264_size(sps: bytes) -> tuple[int, int] | None:
    """Width and height after cropping (H.264 7.3.2.1.1 and 7.4.2.1.1); None when the set cannot be read."""
    try:
        return _plausible(*_h264(_Bits(sps[1:])))
    except ValueError:
        return None


def h264_slice_type(unit: bytes) -> int | None:
    """The type of a slice, 5 to 9 when all slices of its picture have it (H.264 7.4.3); None when it cannot be read."""
    bits = _Bits(unit[1:17])
    try:
        bits.ue()  # first_mb_in_slice
        return bits.ue()
    except ValueError:
        return None


def h265_size(sps: bytes) -> tuple[int, int] | None:
    """Width and height after the conformance window (H.265 7.3.2.2); None when the set cannot be read."""
    try:
        return _plausible(*_h265(_Bits(sps[2:])))
    except ValueError:
        return None


def _plausible(width: int, height: int) -> tuple[int, int] | None:
    return (width, height) if 0 < width <= 16384 and 0 < height <= 16384 else None


_CHROMA_PROFILES = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}


def _h264(bits: _Bits) -> tuple[int, int]:
    profile = bits.take(8)
    bits.take(16)
    bits.ue()
    chroma = _h264_chroma(bits) if profile in _CHROMA_PROFILES else 1
    bits.ue()  # log2_max_frame_num
    order = bits.ue()
    if order == 0:
        bits.ue()
    elif order == 1:
        bits.take(1)
        bits.ue()
        bits.ue()
        for _ in range(min(bits.ue(), 255)):
            bits.ue()
    bits.ue()  # max_num_ref_frames
    bits.take(1)
    width, map_height = bits.ue() + 1, bits.ue() + 1
    frames_only = bits.take(1)
    if not frames_only:
        bits.take(1)
    bits.take(1)
    left, right, top, bottom = [bits.ue() for _ in range(4)] if bits.take(1) else [0, 0, 0, 0]
    unit_x = 2 if chroma in (1, 2) else 1
    unit_y = (2 if chroma == 1 else 1) * (2 - frames_only)
    return width * 16 - unit_x * (left + right), (2 - frames_only) * map_height * 16 - unit_y * (top + bottom)


def _h264_chroma(bits: _Bits) -> int:
    chroma = bits.ue()
    if chroma == 3:
        bits.take(1)
    bits.ue()
    bits.ue()
    bits.take(1)
    if bits.take(1):
        for number in range(8 if chroma != 3 else 12):
            if bits.take(1):
                _skip_scaling_list(bits, 16 if number < 6 else 64)
    return chroma


def _skip_scaling_list(bits: _Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            code = bits.ue()
            delta = (code + 1) // 2 if code % 2 else -(code // 2)
            following = (last + delta) % 256
        last = following or last


def _h265(bits: _Bits) -> tuple[int, int]:
    bits.take(4)
    layers = bits.take(3)
    bits.take(1)
    bits.take(88)  # general profile
    bits.take(8)  # general level
    present = [(bits.take(1), bits.take(1)) for _ in range(layers)]
    if layers:
        bits.take(2 * (8 - layers))
    for profile, level in present:
        bits.take(88 * profile + 8 * level)
    bits.ue()  # id
    chroma = bits.ue()
    if chroma == 3:
        bits.take(1)
    width, height = bits.ue(), bits.ue()
    left, right, top, bottom = [bits.ue() for _ in range(4)] if bits.take(1) else [0, 0, 0, 0]
    unit_x = 2 if chroma in (1, 2) else 1
    unit_y = 2 if chroma == 1 else 1
    return width - unit_x * (left + right), height - unit_y * (top + bottom)
