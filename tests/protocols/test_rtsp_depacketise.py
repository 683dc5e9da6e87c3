"""From RTP payloads back to pictures: H.264, H.265 and motion JPEG; what is not whole is not given."""

import av
import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_camera import IDR, PPS, SLICE, SPS, fu_a

from monitor.protocols.rtsp.h264 import H264
from monitor.protocols.rtsp.h265 import H265
from monitor.protocols.rtsp.mjpeg import Mjpeg
from monitor.protocols.rtsp.nal import MAX_PICTURE, first_number
from monitor.protocols.rtsp.sps import h264_size, h265_size

VPS_5, SPS_5, PPS_5 = (
    bytes.fromhex("40010c01ffff01600000030090000003000003003cba0240"),
    bytes.fromhex("42010101600000030090000003000003003ca00a080f165ba4a4c2e68080000003008000000c84"),
    bytes.fromhex("4401c0718312"),
)
IDR_5 = b"\x26\x01\x80" + b"k" * 500
CRA_5 = b"\x2a\x01\x80" + b"c" * 500
SLICE_5 = b"\x02\x01\x80" + b"p" * 50


def annex_b(*units: bytes) -> bytes:
    return b"".join(b"\x00\x00\x00\x01" + unit for unit in units)


def feed(depacketiser, *pictures: list[bytes | None], marker: bool = True) -> list[bytes]:
    """Payloads of one picture after the other; None = a packet that was lost."""
    found = []
    for timestamp, payloads in enumerate(pictures):
        gap = False
        for number, payload in enumerate(payloads, 1):
            if payload is not None:
                last = marker and number == len(payloads)
                data = bytearray(b"before" + payload + b"after")
                picture = depacketiser.packet(
                    data, 6, 6 + len(payload), timestamp=timestamp * 3600, marker=last, gap=gap
                )
                found += [picture] if picture is not None else []
            gap = payload is None
    return found


def stap_a(*units: bytes) -> bytes:
    return b"\x18" + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


def ap(*units: bytes) -> bytes:
    return b"\x60\x01" + b"".join(len(unit).to_bytes(2, "big") + unit for unit in units)


def fu_5(unit: bytes, size: int = 200) -> list[bytes]:
    body = [unit[2:][at : at + size] for at in range(0, len(unit) - 2, size)]
    ends = [(0x80 if n == 0 else 0) | (0x40 if n == len(body) - 1 else 0) for n in range(len(body))]
    kind = unit[0] >> 1 & 0x3F
    return [bytes((unit[0] & 0x81 | 49 << 1, unit[1], end | kind)) + part for end, part in zip(ends, body, strict=True)]


WHOLE = annex_b(SPS, PPS, IDR)
FIRST, SECOND = b"\x65\x88first", b"\x65\x40second"


@pytest.mark.parametrize(
    "payloads",
    [
        [SPS, PPS, IDR],
        [stap_a(SPS, PPS), IDR],
        [stap_a(SPS, PPS, IDR)],
        [b"\x09\xf0", SPS, PPS, *fu_a(IDR)],
        [b"\x06\x05sei", stap_a(SPS, PPS), *fu_a(IDR, 7)],
        [*fu_a(SPS, 5), PPS, IDR],
        [PPS, SPS, IDR],
    ],
    ids=["single", "stap-a", "all in one", "fu-a", "sei", "fragmented sps", "pps first"],
)
def test_h264_in_every_packing(payloads):
    assert feed(H264(), payloads) == [WHOLE]


def test_h264_with_parameter_sets_from_the_description_or_an_earlier_packet():
    assert feed(H264([SPS, PPS]), [IDR]) == [WHOLE]
    assert feed(H264(), [SPS], [PPS], [IDR]) == [WHOLE]
    assert feed(H264(), [IDR]) == []


INTRA, MORE_INTRA = b"\x41\x88first", b"\x41\x42\x20second"  # open GOPs: I slices only, but no IDR


@pytest.mark.parametrize(
    "payloads", [[INTRA], fu_a(INTRA, 3), [stap_a(SPS, PPS, INTRA)], [b"\x06\x06\x01\xc4\x80", SPS, PPS, INTRA]]
)
def test_h264_of_a_picture_of_i_slices_only(payloads):
    depacketiser = H264([SPS, PPS])
    assert feed(depacketiser, [SLICE], payloads, [SLICE]) == [annex_b(SPS, PPS, INTRA)]
    begins = next(bytearray(payload) for payload in payloads if payload[0] & 0x1F not in (6, 7, 8))
    assert depacketiser.is_key(begins, 0, len(begins))


def test_h264_of_several_i_slices():
    assert feed(H264([SPS, PPS]), [INTRA, MORE_INTRA], [SLICE]) == [annex_b(SPS, PPS, INTRA, MORE_INTRA)]
    assert feed(H264([SPS, PPS]), [MORE_INTRA], [SLICE]) == []
    assert feed(H264([SPS, PPS]), [INTRA, None, MORE_INTRA], [SLICE]) == []


def test_h264_of_several_slices():
    assert feed(H264([SPS, PPS]), [FIRST, SECOND]) == [annex_b(SPS, PPS, FIRST, SECOND)]


@pytest.mark.parametrize(
    "payloads",
    [
        [FIRST, None, SECOND],
        [None, SECOND],
        [SECOND],
        [*fu_a(IDR)[:1], None, *fu_a(IDR)[2:]],
        [*fu_a(IDR)[1:]],
        [*fu_a(IDR)[:-1]],
        [*fu_a(IDR)[:1], *fu_a(IDR)[:1]],
        [SLICE],
        [b"\x65"],
    ],
)
def test_h264_that_is_not_whole_is_not_given(payloads):
    assert feed(H264([SPS, PPS]), payloads) == []


def test_a_loss_between_pictures_harms_neither():
    assert feed(H264([SPS, PPS]), [IDR, None], [IDR]) == [WHOLE]


def test_after_a_broken_picture_the_next_whole_one_is_given():
    assert feed(H264([SPS, PPS]), [FIRST, None, SECOND], [SLICE], [IDR]) == [WHOLE]


def test_without_markers_the_next_timestamp_ends_a_picture():
    assert feed(H264([SPS, PPS]), [*fu_a(IDR)], [SLICE], marker=False) == [WHOLE]


def test_new_parameter_sets_replace_the_old():
    newer = SPS[:4] + b"\xda\x07"
    assert feed(H264([SPS, PPS]), [newer, IDR]) == [annex_b(newer, PPS, IDR)]


def test_an_endless_picture_does_not_fill_the_memory():
    depacketiser = H264([SPS, PPS])
    part = bytearray(b"\x7c\x05" + b"x" * 60_000)
    start = bytearray(b"\x7c\x85\x88")
    depacketiser.packet(start, 0, 3, timestamp=0, marker=False, gap=False)
    for _ in range(MAX_PICTURE // 60_000 + 20):
        depacketiser.packet(part, 0, len(part), timestamp=0, marker=False, gap=False)
    assert sum(map(len, depacketiser._fragment)) < MAX_PICTURE
    assert feed(depacketiser, [SLICE], [IDR]) == [WHOLE]


def test_h264_key_pictures_are_known_from_their_headers():
    keys = [IDR, fu_a(IDR)[0], fu_a(IDR)[1], stap_a(SPS, PPS, IDR)]
    others = [SLICE, SPS, stap_a(SPS, PPS), fu_a(SLICE, 20)[0], b"\x7c", b"\x18\x00"]
    decoder = H264()
    assert [decoder.is_key(bytearray(payload), 0, len(payload)) for payload in keys + others] == [True] * 4 + [
        False
    ] * 6


def test_h264_packets_of_other_pictures_are_known_from_their_headers():
    others = [SLICE, fu_a(SLICE, 20)[0], fu_a(SLICE, 20)[1], b"\x01\x9a"]
    perhaps = [IDR, *fu_a(IDR)[:2], SPS, PPS, b"\x06\x06sei", b"\x09\xf0", stap_a(SPS, SLICE), b"\x7c", b"\x00"]
    told = [H264().is_other(bytearray(payload), 0, len(payload)) for payload in others + perhaps]
    assert told == [True] * len(others) + [False] * len(perhaps)


def test_recovery_points_are_counted():
    decoder = H264([SPS, PPS])
    feed(decoder, [b"\x06\x06\x01\x84\x80", SLICE], [b"\x06\x01\x00", SLICE])
    assert decoder.recovery_points == 1


WHOLE_5 = annex_b(VPS_5, SPS_5, PPS_5, IDR_5)


@pytest.mark.parametrize(
    "payloads",
    [
        [VPS_5, SPS_5, PPS_5, IDR_5],
        [ap(VPS_5, SPS_5, PPS_5), IDR_5],
        [ap(VPS_5, SPS_5, PPS_5, IDR_5)],
        [b"\x46\x01\x50", VPS_5, SPS_5, PPS_5, *fu_5(IDR_5)],
        [*fu_5(VPS_5, 9), SPS_5, PPS_5, *fu_5(IDR_5, 3)],
    ],
)
def test_h265_in_every_packing(payloads):
    assert feed(H265(), payloads) == [WHOLE_5]


def test_h265_begins_with_any_random_access_picture():
    sets = [VPS_5, SPS_5, PPS_5]
    assert feed(H265(sets), [CRA_5]) == [annex_b(*sets, CRA_5)]
    assert feed(H265(sets), [SLICE_5]) == []
    assert feed(H265(sets[1:]), [IDR_5]) == [], "no VPS, no decoding"


@pytest.mark.parametrize(
    "payloads",
    [
        [fu_5(IDR_5)[0], None, fu_5(IDR_5)[2]],
        [*fu_5(IDR_5)[1:]],
        [*fu_5(IDR_5)[:-1]],
        [b"\x26\x01\x00tail"],
        [b"\x26"],
    ],
)
def test_h265_that_is_not_whole_is_not_given(payloads):
    assert feed(H265([VPS_5, SPS_5, PPS_5]), payloads) == []


def numbered(payload: bytes) -> bytes:
    """The same with decoding order numbers (RFC 7798 4.4), as sprop-max-don-diff announces them."""
    kind = payload[0] >> 1 & 0x3F
    if kind == 48:
        lengths, at = [], 2
        while at < len(payload):
            lengths.append(2 + int.from_bytes(payload[at : at + 2], "big"))
            at += lengths[-1]
        units = [payload[2 + sum(lengths[:n]) :][: lengths[n]] for n in range(len(lengths))]
        return payload[:2] + b"\x00\x01" + b"\x00".join(units)
    if kind == 49:
        return payload[:3] + (b"\x00\x02" if payload[2] & 0x80 else b"") + payload[3:]
    return payload[:2] + b"\x00\x03" + payload[2:]


@pytest.mark.parametrize(
    "payloads",
    [[VPS_5, SPS_5, PPS_5, IDR_5], [ap(VPS_5, SPS_5, PPS_5), *fu_5(IDR_5)], [ap(VPS_5, SPS_5, PPS_5, IDR_5)]],
)
def test_h265_with_decoding_order_numbers(payloads):
    depacketiser = H265(donl=True)
    assert feed(depacketiser, list(map(numbered, payloads))) == [WHOLE_5]
    key = bytearray(numbered(payloads[-1]))
    assert depacketiser.is_key(key, 0, len(key)) == H265().is_key(bytearray(payloads[-1]), 0, len(payloads[-1]))


def test_h265_key_pictures_are_known_from_their_headers():
    keys = [IDR_5, CRA_5, fu_5(IDR_5)[1], ap(VPS_5, IDR_5)]
    others = [SLICE_5, SPS_5, ap(VPS_5, SPS_5), fu_5(SLICE_5, 20)[0], b"\x62", b"\x60"]
    decoder = H265()
    assert [decoder.is_key(bytearray(payload), 0, len(payload)) for payload in keys + others] == [True] * 4 + [
        False
    ] * 6


def test_h265_packets_of_other_pictures_are_known_from_their_headers():
    others = [SLICE_5, *fu_5(SLICE_5, 20)[:2]]
    perhaps = [IDR_5, CRA_5, fu_5(IDR_5)[1], VPS_5, SPS_5, PPS_5, ap(SPS_5, SLICE_5), b"\x62", b"\x62\x01"]
    told = [H265().is_other(bytearray(payload), 0, len(payload)) for payload in others + perhaps]
    assert told == [True] * len(others) + [False] * len(perhaps)


@pytest.mark.parametrize(
    ("sps", "size"),
    [
        ("6742c00dda0507e840000003004000000ca3c50aa8", (320, 240)),
        ("6742c028da01e0089f961000000300100000030328f1832a", (1920, 1080)),
        ("6764000dacb40a0fd0800000030080000019478a1550", (320, 240)),
        ("67640028acb403c0113f2c20000003002000000651e30654", (1920, 1080)),
        ("67", None),
        ("6700000000", None),
        ("67" + "00" * 80, None),
        ("67" + "ff" * 80, (0, 0)),
    ],
)
def test_h264_resolution(sps, size):
    found = h264_size(bytes.fromhex(sps))
    assert found == size if size != (0, 0) else found is None or min(found) > 0


@pytest.mark.parametrize(
    ("sps", "size"),
    [
        (SPS_5.hex(), (320, 240)),
        ("420101016000000300900000030000030078a003c0801107cb96e92930b9a02000000300200000030321", (1920, 1080)),
        ("4201", None),
        ("420101", None),
    ],
)
def test_h265_resolution(sps, size):
    assert h265_size(bytes.fromhex(sps)) == size


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_no_parameter_set_breaks_the_size(data):
    for size in (h264_size(data), h265_size(data)):
        assert size is None or (0 < size[0] <= 16384 and 0 < size[1] <= 16384)


@pytest.mark.parametrize(("first", "number"), [("80", 0), ("40", 1), ("60", 2), ("20", 3), ("0000", 0), ("", 0)])
def test_ids_of_picture_parameter_sets(first, number):
    assert first_number(b"\x68" + bytes.fromhex(first), 1) == number


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [b"\x7c\x85", b"\x7c\x05", b"\x7c\x45", b"\x18", b"\x65\x88", b"\x62\x01\x93", b"\x60\x01", b""]
            ),
            st.binary(max_size=20),
            st.integers(0, 2),
            st.booleans(),
            st.booleans(),
        ),
        max_size=30,
    )
)
def test_no_payload_breaks_a_depacketiser(packets):
    for depacketiser in (H264([SPS, PPS]), H265([VPS_5, SPS_5, PPS_5]), Mjpeg()):
        for head, body, timestamp, marker, gap in packets:
            data = bytearray(head + body)
            if data:
                depacketiser.is_key(data, 0, len(data))
                depacketiser.is_other(data, 0, len(data))
            depacketiser.packet(data, 0, len(data), timestamp=timestamp, marker=marker, gap=gap)


# --- motion JPEG ------------------------------------------------------------------------------------------------


def picture(width: int = 160, height: int = 128) -> np.ndarray:
    """Smooth colours, which survive compression well enough to be compared."""
    across = np.linspace(0, 255, width, dtype=np.uint8)[None, :].repeat(height, 0)
    down = np.linspace(255, 0, height, dtype=np.uint8)[:, None].repeat(width, 1)
    return np.dstack([across, down, 255 - across])


def encoded(subsampling: int, quality: int = 80, restart: int = 0) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, subsampling]
    return cv2.imencode(".jpg", picture(), [*options, cv2.IMWRITE_JPEG_RST_INTERVAL, restart])[1].tobytes()


def segments(jpeg: bytes) -> tuple[bytes, bytes]:
    """The quantisation tables and the entropy-coded data of a JPEG file."""
    tables, at = b"", 2
    while jpeg[at + 1] != 0xDA:
        length = int.from_bytes(jpeg[at + 2 : at + 4], "big")
        if jpeg[at + 1] == 0xDB:
            body = jpeg[at + 4 : at + 2 + length]
            tables += b"".join(body[n + 1 : n + 65] for n in range(0, len(body), 65))
        at += 2 + length
    return tables, jpeg[at + 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big") :]


def jpeg_payloads(
    scan: bytes, *, kind: int = 1, quality: int = 255, tables: bytes = b"", restart: int = 0, size: int = 300
) -> list[bytes]:
    payloads = []
    for at in range(0, len(scan), size):
        head = b"\x00" + at.to_bytes(3, "big") + bytes((kind, quality, 160 // 8, 128 // 8))
        head += restart.to_bytes(2, "big") + b"\xff\xff" if kind >= 64 else b""
        head += b"\x00\x00" + len(tables).to_bytes(2, "big") + tables if quality >= 128 and at == 0 else b""
        payloads.append(head + scan[at : at + size])
    return payloads


@pytest.mark.parametrize("cut_end", [False, True])
@pytest.mark.parametrize(
    ("kind", "subsampling", "restart"),
    [
        (0, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422, 0),
        (1, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420, 0),
        (65, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420, 4),
    ],
    ids=["4:2:2", "4:2:0", "4:2:0 with restarts"],
)
def test_a_jpeg_file_comes_out_that_shows_the_same(kind, subsampling, restart, cut_end):
    original = encoded(subsampling, restart=restart)
    tables, scan = segments(original)
    scan = scan.removesuffix(b"\xff\xd9") if cut_end else scan
    decoder = Mjpeg()
    (found,) = feed(decoder, jpeg_payloads(scan, kind=kind, tables=tables, restart=restart))
    assert found.startswith(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00")
    assert decoder.size == (160, 128)
    assert np.array_equal(_decode(found), _decode(original))


def _decode(data: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)


@pytest.mark.parametrize("quality", [1, 30, 49, 50, 75, 99])
def test_the_tables_follow_from_the_quality(quality):
    """libjpeg scales the same tables by the same rule, so its own file is the reference."""
    original = encoded(cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420, quality)
    (found,) = feed(Mjpeg(), jpeg_payloads(segments(original)[1], quality=quality))
    assert segments(found)[0] == segments(original)[0]
    assert np.array_equal(_decode(found), _decode(original))


def test_pyav_decodes_it_too():
    tables, scan = segments(encoded(cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420))
    (found,) = feed(Mjpeg(), jpeg_payloads(scan, tables=tables))
    decoder = av.CodecContext.create("mjpeg", "r")
    (frame,) = decoder.decode(av.Packet(found)) + decoder.decode(None)
    assert (frame.width, frame.height) == (160, 128)


def test_tables_may_be_left_out_once_they_are_known():
    tables, scan = segments(encoded(cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420))
    with_tables = jpeg_payloads(scan, quality=200, tables=tables)
    without = jpeg_payloads(scan, quality=200)
    first, second = feed(Mjpeg(), with_tables, without)
    assert first == second
    assert feed(Mjpeg(), without) == []


def test_a_picture_wider_than_the_header_can_say_takes_the_described_size():
    tables, scan = segments(encoded(cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420))
    wide = [part[:6] + b"\x00\x00" + part[8:] for part in jpeg_payloads(scan, tables=tables)]
    assert feed(Mjpeg(), wide) == []
    decoder = Mjpeg((2560, 1440))
    (found,) = feed(decoder, wide)
    assert decoder.size == (2560, 1440)
    assert b"\x05\xa0\x0a\x00" in found[:700]


def test_a_wide_picture_may_be_described_in_the_packet_s_extension():
    tables, scan = segments(encoded(cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420))
    wide = [part[:6] + b"\x00\x00" + part[8:] for part in jpeg_payloads(scan, tables=tables)]
    decoder = Mjpeg()
    for extension in (b"\xff\xc0\x00\x11\x08\x05", b"\xff\xd8\xff\xc0\x00\x11\x08\x05\xa0\x0a\x00\x03"):
        decoder.extension(bytearray(extension), 0, len(extension))
    assert len(feed(decoder, wide)) == 1
    assert decoder.size == (2560, 1440)


def test_a_lost_fragment_loses_the_picture_and_no_other():
    tables, scan = segments(encoded(cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420))
    whole = jpeg_payloads(scan, tables=tables)
    assert len(whole) > 2
    assert feed(Mjpeg(), [whole[0], None, *whole[2:]]) == []
    assert feed(Mjpeg(), whole[1:]) == []
    assert len(feed(Mjpeg(), [whole[0], None, *whole[2:]], whole)) == 1
    mixed = Mjpeg()
    for payload, timestamp in ((whole[0], 0), *((payload, 3600) for payload in whole[1:])):
        last = payload is whole[-1]
        data = bytearray(payload)
        picture = mixed.packet(data, 0, len(data), timestamp=timestamp, marker=last, gap=False)
        assert picture is None, "fragments of two pictures make none"


def test_unknown_jpeg_types_are_not_given():
    tables, scan = segments(encoded(cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420))
    assert feed(Mjpeg(), jpeg_payloads(scan, kind=2, tables=tables)) == []
