"""The video track of a session description (SDP, RFC 4566), as cameras write it."""

import base64
import binascii
import re
from dataclasses import dataclass, field

from monitor.model import Outcome
from monitor.protocols.errors import DeviceError

CODECS = {"H264": "h264", "H265": "hevc", "HEVC": "hevc", "JPEG": "mjpeg"}
_STATIC_JPEG = 26  # RFC 3551 table 5


@dataclass(frozen=True, slots=True)
class VideoTrack:
    """What the description says about the first video track we can read."""

    codec: str  # "h264", "hevc", "mjpeg"
    payload_type: int
    clock_rate: int = 90000
    control: str = ""  # as written: absolute, relative, or ""
    base: str = ""  # the session's own control URL when absolute
    parameter_sets: tuple[bytes, ...] = ()
    donl: bool = False  # payloads hold decoding order numbers (RFC 7798 7.1, sprop-max-don-diff)
    frame_rate: float | None = None
    size: tuple[int, int] | None = None  # a=x-dimensions or a=framesize
    others: tuple[str, ...] = field(default=(), compare=False)  # video encodings we cannot read


def video_track(body: bytes) -> VideoTrack:
    """Raises DeviceError: NO_VIDEO when none is offered, UNSUPPORTED when in no known codec, PROTOCOL for no SDP."""
    text = body.decode("utf-8", "replace")
    session, *media = re.split(r"^m=", text.replace("\r\n", "\n").replace("\r", "\n"), flags=re.MULTILINE)
    if not session.lstrip().startswith("v=") and not media:
        raise DeviceError(Outcome.PROTOCOL, "the answer to DESCRIBE is not a session description")
    videos = [block for block in media if block.startswith("video ")]
    if not videos:
        raise DeviceError(Outcome.NO_VIDEO, "the stream description offers no video")
    unknown: list[str] = []
    for block in videos:
        if track := _track(block, _absolute_control(session), unknown):
            return track
    names = ", ".join(dict.fromkeys(unknown)) or "no format"
    raise DeviceError(Outcome.UNSUPPORTED, f"the video is in a codec this monitor cannot read: {names}")


def _track(block: str, base: str, unknown: list[str]) -> VideoTrack | None:
    line, *rest = block.split("\n")
    maps, described = _by_format(rest, "rtpmap"), _by_format(rest, "fmtp")
    formats = line.split()[3:]
    # Some cameras number the parameters of their only format wrongly.
    only = next(iter(described.values())) if len(described) == len(formats) == 1 else ""
    for word in formats:
        encoding, _, parameters = maps.get(word, "").partition("/")
        fmtp = described.get(word, only)
        codec = CODECS.get(encoding.strip().upper()) or ("mjpeg" if word == str(_STATIC_JPEG) else None)
        codec = codec or (None if encoding else _codec_by(fmtp))
        if codec is None or not word.isascii() or not word.isdigit() or int(word) > 127:
            unknown.append(re.sub(r"[^\w.+-]", "", encoding)[:20] or f"payload type {word[:3]}")
            continue
        rate = parameters.partition("/")[0].strip()
        return VideoTrack(
            codec=codec,
            payload_type=int(word),
            clock_rate=int(rate) if re.fullmatch(r"[1-9][0-9]{0,8}", rate) else 90000,
            control=_attribute(rest, "control"),
            base=base,
            parameter_sets=_parameter_sets(fmtp),
            donl=re.search(r"(?i)sprop-max-don-diff *= *[1-9]", fmtp) is not None,
            frame_rate=_frame_rate(rest),
            size=_size(rest),
        )
    return None


def _codec_by(fmtp: str) -> str | None:
    """Where rtpmap is missing the parameters tell: each codec has its own."""
    words = fmtp.lower()
    if "sprop-sps" in words:
        return "hevc"
    return "h264" if "sprop-parameter-sets" in words or "packetization-mode" in words else None


def _attribute(lines: list[str], name: str) -> str:
    start = f"a={name}:"
    return next((line[len(start) :].strip() for line in lines if line.lower().startswith(start)), "")


def _by_format(lines: list[str], name: str) -> dict[str, str]:
    """``a=rtpmap:96 H264/90000`` → ``{"96": "H264/90000"}``."""
    start = f"a={name}:"
    found: dict[str, str] = {}
    for line in lines:
        if line.lower().startswith(start):
            number, _, rest = line[len(start) :].strip().partition(" ")
            found.setdefault(number, rest.strip())
    return found


def _absolute_control(session: str) -> str:
    control = _attribute(session.split("\n"), "control")
    return control if control.lower().startswith(("rtsp://", "rtsps://")) else ""


def _parameter_sets(fmtp: str) -> tuple[bytes, ...]:
    """sprop-parameter-sets (RFC 6184 8.1) or sprop-vps, -sps, -pps (RFC 7798 7.1), base64 with or without padding."""
    units: list[bytes] = []
    for part in fmtp.split(";"):
        name, _, value = part.strip().partition("=")
        if name.strip().lower() in ("sprop-parameter-sets", "sprop-vps", "sprop-sps", "sprop-pps"):
            units += [unit for text in value.split(",") if (unit := _base64(text))]
    return tuple(units)


def _base64(text: str) -> bytes:
    bare = text.strip().strip('"').rstrip("=")
    try:
        return base64.b64decode(bare + "=" * (-len(bare) % 4), validate=True)
    except (binascii.Error, ValueError):
        return b""  # a parameter set we cannot read comes again in band


def _frame_rate(lines: list[str]) -> float | None:
    text = _attribute(lines, "framerate")
    return float(text) if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,9})?", text) and float(text) > 0 else None


def _size(lines: list[str]) -> tuple[int, int] | None:
    text = _attribute(lines, "x-dimensions") or _attribute(lines, "framesize").partition(" ")[2]
    match = re.fullmatch(r"([0-9]{1,5})[,-] *([0-9]{1,5})", text.strip())
    return (int(match[1]), int(match[2])) if match else None
