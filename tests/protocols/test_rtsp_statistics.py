"""The figures of a watch, from RTP headers alone."""

import pytest

from monitor.protocols.rtsp.rtp import Statistics, trim


def watch(packets: list[tuple[int, int, float]], size: int = 100) -> Statistics:
    """Counts (sequence, timestamp, arrival) triples."""
    statistics = Statistics()
    for sequence, timestamp, arrival in packets:
        statistics.count(sequence, timestamp, size, arrival)
    return statistics


def steady(count: int, *, first: int = 0, fps: float = 25, begin: float = 100.0) -> list[tuple[int, int, float]]:
    return [(first + n & 0xFFFF, round(n * 90000 / fps) & 0xFFFFFFFF, begin + n / fps) for n in range(count)]


def test_a_steady_stream():
    seen = watch(steady(51))
    assert (seen.packets, seen.frames, seen.lost, seen.expected, seen.bytes) == (51, 51, 0, 51, 5100)
    assert seen.frames_per_second() == pytest.approx(25)
    assert seen.frames_per_second_rtp(90000) == pytest.approx(25)
    assert seen.largest_gap == pytest.approx(0.04)
    assert seen.jitter == pytest.approx(0, abs=1e-3)


def test_packets_of_one_frame_share_its_timestamp():
    seen = watch([(1, 0, 0.0), (2, 0, 0.001), (3, 3600, 0.04), (4, 3600, 0.041)])
    assert (seen.packets, seen.frames) == (4, 2)
    assert seen.frames_per_second() == pytest.approx(25)


def test_sequence_and_timestamp_wrap_without_loss():
    packets = [(n & 0xFFFF, (0xFFFFF000 + (n - 65530) * 3600) & 0xFFFFFFFF, n / 25) for n in range(65530, 65550)]
    seen = watch(packets)
    assert (seen.lost, seen.restarts) == (0, 0)
    assert seen.frames_per_second_rtp(90000) == pytest.approx(25)


def test_gaps_are_lost_packets_also_across_the_wrap():
    seen = watch([(65533, 0, 0.0), (2, 3600, 0.04), (3, 7200, 0.08), (6, 10800, 0.12)])
    assert (seen.lost, seen.expected) == (6, 10)


def test_a_late_packet_takes_back_its_loss():
    assert watch([(1, 0, 0.0), (3, 3600, 0.04), (2, 3600, 0.05), (4, 7200, 0.08)]).lost == 0
    assert watch([(5, 0, 0.0), (4, 0, 0.0), (6, 0, 0.0)]).lost == 0
    assert watch([(1, 0, 0.0), (3, 3600, 0.04), (2, 3600, 0.05), (4, 7200, 0.08)]).late == 1


def test_a_leap_of_the_sequence_is_a_restart_of_the_camera():
    seen = watch([(1, 0, 0.0), (20_000, 3600, 0.04), (20_001, 7200, 0.08), (100, 10800, 0.12)])
    assert (seen.lost, seen.restarts) == (0, 2)


def test_jitter_grows_with_uneven_arrival():
    """RFC 3550 6.4.1: frames 20 ms early and late in turn settle at a mean difference of 40 ms."""
    packets = [(n, n * 3600, n * 0.04 + (0.02 if n % 2 else 0.0)) for n in range(200)]
    assert watch(packets).jitter / 90000 == pytest.approx(0.02, rel=0.05)


def test_pictures_out_of_order_in_time_still_count_as_frames():
    seen = watch([(1, 0, 0.0), (2, 10800, 0.04), (3, 3600, 0.08), (4, 7200, 0.12), (5, 14400, 0.16)])
    assert seen.frames == 5
    assert seen.frames_per_second_rtp(90000) == pytest.approx(25)


def test_too_little_gives_no_rate():
    assert Statistics().frames_per_second() is None
    one = watch([(1, 0, 0.0)])
    assert (one.frames_per_second(), one.frames_per_second_rtp(90000)) == (None, None)
    standing = watch([(1, 0, 0.0), (2, 0, 1.0)])
    assert (standing.frames_per_second(), standing.clock_moved_at, standing.last_at) == (None, 0.0, 1.0)


def test_a_clock_stands_while_packets_come_and_not_while_none_do():
    """A slow camera may send the end of a picture together with the next one."""
    assert watch([(n, 0, n / 10) for n in range(30)]).stands_since == 0.0
    assert watch([(1, 0, 0.0), (2, 0, 4.0)]).stands_since == 4.0
    assert watch([(1, 0, 0.0), (2, 0, 4.0), (3, 360000, 4.0), (4, 360000, 4.1)]).stands_since == 4.0


def header(first: int, rest: bytes) -> bytearray:
    return bytearray(bytes((first,)) + bytes(11) + rest)


@pytest.mark.parametrize(
    ("packet", "payload"),
    [
        (header(0x80, b"data"), b"data"),
        (header(0x82, b"CSRCCSRCdata"), b"data"),
        (header(0x90, b"\xbe\xde\x00\x01EXTEdata"), b"data"),
        (header(0x90, b"\xbe\xde\x00\x00data"), b"data"),
        (header(0xA0, b"data\x00\x00\x03"), b"data"),
        (header(0xB1, b"CSRC\x00\x00\x00\x01EXTEdata\x01"), b"data"),
        (header(0x80, b""), b""),
        (header(0x90, b"\xbe\xde"), None),
        (header(0x90, b"\xbe\xde\xff\xffdata"), None),
        (header(0xA0, b"data\xff"), None),
        (header(0x8F, b"data"), None),
    ],
)
def test_what_stands_between_header_and_payload_is_skipped(packet, payload):
    span = trim(packet, 0, len(packet))
    assert (None if span is None else bytes(packet[slice(*span)])) == payload
