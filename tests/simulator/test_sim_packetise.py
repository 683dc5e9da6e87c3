"""Payloads put together again by an independent reading of the RFCs."""

import struct

import numpy as np

from monitor.simulator.encode import encoder
from monitor.simulator.packetise import MTU, nal_units, packetise, parameter_sets


def annexb(*units: bytes) -> bytes:
    return b"".join(b"\0\0\0\1" + unit for unit in units)


def test_a_small_h264_unit_is_its_own_payload() -> None:
    unit = packetise("h264", annexb(b"\x67sps", b"\x68pps", b"\x65slice"))
    assert unit.payloads == (b"\x67sps", b"\x68pps", b"\x65slice")
    assert unit.key


def test_a_large_h264_unit_travels_in_fragments() -> None:
    slice_ = b"\x41" + bytes(range(1, 251)) * 20
    unit = packetise("h264", annexb(slice_))
    assert not unit.key
    assert all(len(payload) <= MTU and payload[0] == 0x40 | 28 for payload in unit.payloads)
    assert [payload[1] & 0xC0 for payload in unit.payloads] == [0x80, 0, 0, 0x40]
    assert {payload[1] & 0x3F for payload in unit.payloads} == {1}
    rebuilt = bytes((unit.payloads[0][0] & 0xE0 | 1,)) + b"".join(payload[2:] for payload in unit.payloads)
    assert rebuilt == slice_


def test_a_large_h265_unit_travels_in_fragments() -> None:
    idr = bytes((19 << 1, 1)) + bytes(range(1, 251)) * 12
    unit = packetise("h265", annexb(idr))
    assert unit.key
    assert {payload[0] >> 1 & 63 for payload in unit.payloads} == {49}
    assert [payload[2] & 0xC0 for payload in unit.payloads] == [0x80, 0, 0x40]
    assert idr[:2] + b"".join(payload[3:] for payload in unit.payloads) == idr


def test_supplemental_information_is_left_out() -> None:
    assert packetise("h264", annexb(b"\x06sei", b"\x41p")).payloads == (b"\x41p",)


def test_units_end_before_the_zeros_of_the_next_start_code() -> None:
    assert nal_units(b"\0\0\0\1\x67a\0\0\0\1\x68b\0\0\1\x65c") == [b"\x67a", b"\x68b", b"\x65c"]


def test_the_encoders_own_parameter_sets_are_found() -> None:
    grey = np.full((270, 320), 128, np.uint8)
    kinds = [unit[0] & 31 for unit in parameter_sets("h264", encoder("h264", 320, 180, 25, 25, 0)(grey))]
    assert kinds == [7, 8]
    kinds = [unit[0] >> 1 & 63 for unit in parameter_sets("h265", encoder("h265", 320, 180, 25, 25, 0)(grey))]
    assert kinds == [32, 33, 34]


def test_a_jpeg_carries_its_tables_in_front_of_the_first_fragment() -> None:
    noise = np.random.default_rng(1).integers(0, 255, (276, 320), np.uint8)
    unit = packetise("mjpeg", encoder("mjpeg", 320, 184, 25, 25, 0)(noise))
    assert unit.key
    assert len(unit.payloads) > 3
    offset, kind, quality, width, height = struct.unpack_from("!IBBBB", unit.payloads[0])
    assert (offset, kind, quality, width * 8, height * 8) == (0, 1, 255, 320, 184)
    assert struct.unpack_from("!BBH", unit.payloads[0], 8) == (0, 0, 128)
    expected = len(unit.payloads[0]) - 8 - 4 - 128
    for payload in unit.payloads[1:]:
        assert struct.unpack_from("!I", payload)[0] == expected
        expected += len(payload) - 8
