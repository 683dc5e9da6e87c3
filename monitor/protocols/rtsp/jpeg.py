"""The JPEG file headers that RTP leaves out (RFC 2435): quantisation by quality, the standard Huffman tables."""

import struct

_LUMA = bytes.fromhex(
    "100b0c0e0c0a100e0d0e1211101318281a181616183123251d283a333d3c3933"
    "38374048" "5c4e404457453738506d51575f626768673e4d71797064785c656763"
)  # fmt: skip
_CHROMA = bytes.fromhex("1112121815182f1a1a2f634238426363") + bytes([99] * 48)


def _runs(*starts: int) -> bytes:
    """Ascending runs up to the digit a: 0x16 → 16 17 18 19 1a."""
    return bytes(value for start in starts for value in range(start, (start & 0xF0) + 0xB))


_DC = bytes(range(12))
_AC_LUMA = bytes.fromhex("01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a") + _runs(
    0x16, 0x25, 0x34, 0x43, 0x53, 0x63, 0x73, 0x83, 0x92, 0xA2, 0xB2, 0xC2, 0xD2, 0xE1, 0xF1
)
_AC_CHROMA = bytes.fromhex(
    "000102031104052131061241510761711322328108144291a1b1c109233352f0156272d10a162434e125f1"
) + _runs(0x17, 0x26, 0x35, 0x43, 0x53, 0x63, 0x73, 0x82, 0x92, 0xA2, 0xB2, 0xC2, 0xD2, 0xE2, 0xF2)
_HUFFMAN = (
    (0x00, bytes.fromhex("00010501010101010100000000000000"), _DC),
    (0x10, bytes.fromhex("0002010303020403050504040000017d"), _AC_LUMA),
    (0x01, bytes.fromhex("00030101010101010101010000000000"), _DC),
    (0x11, bytes.fromhex("00020102040403040705040400010277"), _AC_CHROMA),
)


def tables_for(quality: int) -> bytes:
    """The luma and chroma tables of a quality from 1 to 99, zigzag order (RFC 2435 4.2)."""
    factor = 5000 // quality if quality < 50 else 200 - 2 * quality
    return bytes(min(max((value * factor + 50) // 100, 1), 255) for value in _LUMA + _CHROMA)


def header(width: int, height: int, *, subsampled_rows: bool, tables: bytes, wide: int = 0, restart: int = 0) -> bytes:
    """Everything of a JFIF file before its entropy-coded data.

    ``subsampled_rows``: 4:2:0, else 4:2:2. ``tables``: one or two quantisation tables end to end; bit n of ``wide``
    says that table n has 16-bit values. ``restart``: MCUs between restart markers, 0 = none.
    """
    parts = [b"\xff\xd8", _segment(0xE0, b"JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00")]
    quantisers = _split(tables, wide)
    parts += [_segment(0xDB, bytes((bool(wide >> n & 1) << 4 | n,)) + table) for n, table in enumerate(quantisers)]
    if restart:
        parts.append(_segment(0xDD, struct.pack(">H", restart)))
    chroma = len(quantisers) - 1
    sampling = 0x22 if subsampled_rows else 0x21
    parts.append(
        _segment(
            0xC0, struct.pack(">BHHB", 8, height, width, 3) + bytes((1, sampling, 0, 2, 0x11, chroma, 3, 0x11, chroma))
        )
    )
    parts += [_segment(0xC4, bytes((number,)) + counts + values) for number, counts, values in _HUFFMAN]
    parts.append(_segment(0xDA, bytes((3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0))))
    return b"".join(parts)


def _split(tables: bytes, wide: int) -> list[bytes]:
    found: list[bytes] = []
    while tables and len(found) < 2:
        size = 128 if wide >> len(found) & 1 else 64
        found.append(tables[:size])
        tables = tables[size:]
    return found


def _segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data
