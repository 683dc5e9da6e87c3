"""What DESCRIBE is answered with (RFC 4566, and the fmtp lines of RFC 6184 and RFC 7798)."""

import base64
from collections.abc import Sequence

PAYLOAD_TYPE = {"h264": 96, "h265": 96, "mjpeg": 26}
CONTROL = "trackID=1"


def describe(address: str, codec: str, fps: int, sets: Sequence[bytes]) -> str:
    """One video stream. Without ``sets`` the parameter sets come in band only."""
    kind = PAYLOAD_TYPE[codec]
    lines = [*_head(address), f"m=video 0 RTP/AVP {kind}", f"a=rtpmap:{kind} {_ENCODING[codec]}/90000"]
    if codec != "mjpeg":
        lines.append(f"a=fmtp:{kind} {_format(codec, sets)}")
    return _text([*lines, f"a=framerate:{fps}", f"a=control:{CONTROL}"])


def audio_only(address: str) -> str:
    return _text([*_head(address), "m=audio 0 RTP/AVP 0", "a=rtpmap:0 PCMU/8000", f"a=control:{CONTROL}"])


_ENCODING = {"h264": "H264", "h265": "H265", "mjpeg": "JPEG"}


def _head(address: str) -> list[str]:
    return ["v=0", f"o=- 1 1 IN IP4 {address}", "s=Media Presentation", "c=IN IP4 0.0.0.0", "t=0 0", "a=control:*"]


def _format(codec: str, sets: Sequence[bytes]) -> str:
    encoded = [base64.b64encode(unit).decode() for unit in sets]
    if codec == "h264":
        return f"packetization-mode=1;sprop-parameter-sets={','.join(encoded)}" if sets else "packetization-mode=1"
    names = ("sprop-vps", "sprop-sps", "sprop-pps")
    return ";".join(f"{name}={unit}" for name, unit in zip(names, encoded, strict=False)) or "profile-id=1"


def _text(lines: Sequence[str]) -> str:
    return "\r\n".join(lines) + "\r\n"
