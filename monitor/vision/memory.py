"""What the picture probe keeps between looks, as bytes: a JSON header and raw blobs. Never pickle: it is data at rest.

Damaged bytes and those of another version read as nothing kept: the camera is learned afresh, no look is lost.
"""

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.model import Memory

MAGIC = b"cctv-picture-2\n"
HEAD = struct.Struct("<II")  # CRC-32 of all that follows it, length of the header


@dataclass(slots=True)
class Kept:
    """``words``: JSON-serialisable; ``blobs``: JPEGs and arrays by name."""

    words: dict[str, Any] = field(default_factory=dict)
    blobs: dict[str, bytes] = field(default_factory=dict, repr=False)


def pack(kept: Kept) -> Memory:
    sizes = {name: len(blob) for name, blob in kept.blobs.items()}
    header = json.dumps([kept.words, sizes], separators=(",", ":")).encode()
    body = header + b"".join(kept.blobs.values())
    return MAGIC + HEAD.pack(zlib.crc32(body), len(header)) + body


def unpack(memory: Memory) -> Kept:
    """The inverse of :func:`pack`; an empty Kept for anything that did not come from it whole."""
    start = len(MAGIC) + HEAD.size
    if not memory.startswith(MAGIC) or len(memory) < start:
        return Kept()
    checksum, length = HEAD.unpack_from(memory, len(MAGIC))
    body = memory[start:]
    if zlib.crc32(body) != checksum:
        return Kept()
    words, sizes = json.loads(body[:length])
    return Kept(words, _split(body[length:], sizes))


def reference_of(memory: Memory) -> bytes | None:
    """JPEG (grey, 240 wide, between the overlay bands) of the reference learned last; None while there is none."""
    kept = unpack(memory)
    views = kept.words.get("views", {})
    learned = [name for name in views if f"reference/{name}" in kept.blobs]
    newest = max(learned, key=lambda name: float(views[name]["learned_at"]), default=None)
    return None if newest is None else kept.blobs[f"reference/{newest}"]


def _split(data: bytes, sizes: Mapping[str, int]) -> dict[str, bytes]:
    blobs, start = {}, 0
    for name, size in sizes.items():
        blobs[name] = data[start : start + size]
        start += size
    return blobs
