"""One simulated camera of the benchmark: scene, fault, sensor, burnt-in clock and a real encoder."""

from dataclasses import dataclass
from fractions import Fraction

import av
import cv2
import numpy as np

from benchmarks.picture_faults import Fault
from benchmarks.picture_scenes import Scene
from monitor.model import KeyFrame

RATE = 4  # frames a second
CLOSE_KEY_FRAMES = 8


@dataclass(frozen=True)
class Encoding:
    name: str
    codec: str  # "libx264", "libx265"
    control: str  # "crf", "cbr", "vbr"
    value: int  # CRF, or kbit/s
    gop_seconds: int

    @property
    def gop(self) -> int:
        return self.gop_seconds * RATE


ENCODINGS: tuple[Encoding, ...] = (
    Encoding("H.264 CRF 28, key 2 s", "libx264", "crf", 28, 2),
    Encoding("H.264 CBR 200, key 4 s", "libx264", "cbr", 200, 4),
    Encoding("H.265 CBR 300, key 2 s", "libx265", "cbr", 300, 2),
    Encoding("H.264 CRF 36, key 1 s", "libx264", "crf", 36, 1),
    Encoding("H.264 VBR 300, key 2 s", "libx264", "vbr", 300, 2),
    Encoding("H.265 CRF 30, key 4 s", "libx265", "crf", 30, 4),
    Encoding("H.265 CBR 120 (starved), key 2 s", "libx265", "cbr", 120, 2),
)


class Camera:
    """Encodes whole groups of pictures; between two polls the encoder lives on and only the time jumps."""

    def __init__(self, scene: Scene, encoding: Encoding, fault: Fault | None = None) -> None:
        self.scene, self.encoding, self.fault = scene, encoding, fault
        self._random = np.random.default_rng(17)
        size = scene.picture(0).shape
        self._noise = [self._sensor_noise(size[:2]) for _ in range(8)]
        self._encoder = _encoder(encoding, size[1], size[0])
        self._held: np.ndarray | None = None
        self._count = 0
        self.packets: list[bytes] = []  # all that the last call encoded

    def poll(self, seconds: float) -> tuple[list[KeyFrame], list[np.ndarray]]:
        """One key frame, and the picture it was made of."""
        return self._groups(seconds, 1)

    def close(self, seconds: float) -> tuple[list[KeyFrame], list[np.ndarray]]:
        """Eight key frames in a row."""
        return self._groups(seconds, CLOSE_KEY_FRAMES)

    def _groups(self, seconds: float, count: int) -> tuple[list[KeyFrame], list[np.ndarray]]:
        key_frames, sources = [], []
        self.packets = []
        for index in range(count * self.encoding.gop):
            image = self.image(seconds + index / RATE)
            if index % self.encoding.gop == 0:
                sources.append(image)
            key_frames += self._encode(image)
        return key_frames, sources

    def _encode(self, image: np.ndarray) -> list[KeyFrame]:
        frame = av.VideoFrame.from_ndarray(image, "bgr24").reformat(format="yuv420p")
        frame.pts = self._count
        self._count += 1
        packets = self._encoder.encode(frame)
        self.packets += [bytes(packet) for packet in packets]
        return [
            KeyFrame(self.codec, bytes(packet), int(packet.pts) * 90000 // RATE, packet.pts / RATE)
            for packet in packets
            if packet.is_keyframe
        ]

    @property
    def codec(self) -> str:
        return "h264" if self.encoding.codec == "libx264" else "hevc"

    def image(self, seconds: float) -> np.ndarray:
        fault = self.fault
        if self._held is not None:
            return _clock(self._held.copy(), seconds) if fault and fault.clock else self._held
        image = self.scene.picture(seconds)
        if fault:
            image = fault.change(image, seconds)
        if fault is None or fault.sensor or fault.frozen:
            image = self._sense(image)
        if fault and fault.frozen:
            self._held = image
            return self.image(seconds)
        return _clock(image, seconds)

    def _sense(self, image: np.ndarray) -> np.ndarray:
        shift = self._random.integers((0, 0), image.shape[:2])  # both ways: no noise may ever come twice
        noise = np.roll(self._noise[self._random.integers(len(self._noise))], shift, (0, 1))
        return cv2.add(image, noise, dtype=cv2.CV_8U)

    def _sensor_noise(self, size: tuple[int, ...]) -> np.ndarray:
        """The same in all three colours; whole grey levels, as an 8-bit sensor reads them out."""
        grey = np.rint(self._random.normal(0, self.scene.noise, size)).astype(np.int16)
        return np.repeat(grey[..., None], 3, axis=2)


def _clock(image: np.ndarray, seconds: float) -> np.ndarray:
    """Date and time at the top left, ticking, as most cameras burn it in."""
    shown = np.ascontiguousarray(image)
    if not shown.flags.writeable or shown is image:
        shown = shown.copy()
    minutes, rest = divmod(int(seconds), 60)
    text = f"2026-05-01 {12 + minutes // 60:02d}:{minutes % 60:02d}:{rest:02d}"
    size = image.shape[1] / 640
    place = (int(10 * size), int(26 * size))
    cv2.putText(shown, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.6 * size, (0, 0, 0), 3, cv2.LINE_AA)
    cv2.putText(shown, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.6 * size, (255, 255, 255), 1, cv2.LINE_AA)
    return shown


def _encoder(encoding: Encoding, width: int, height: int) -> av.VideoCodecContext:
    context = av.CodecContext.create(encoding.codec, "w")
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.time_base, context.framerate, context.thread_count = Fraction(1, RATE), Fraction(RATE), 1
    context.options = _h264(encoding) if encoding.codec == "libx264" else _h265(encoding)
    return context


def _h264(encoding: Encoding) -> dict[str, str]:
    options = {"preset": "veryfast", "tune": "zerolatency", "g": str(encoding.gop), "sc_threshold": "0"}
    rate = f"{encoding.value}k"
    if encoding.control == "crf":
        return options | {"crf": str(encoding.value)}
    if encoding.control == "cbr":
        return options | {"b": rate, "maxrate": rate, "bufsize": rate, "x264-params": "nal-hrd=cbr"}
    return options | {"b": rate, "maxrate": f"{2 * encoding.value}k", "bufsize": f"{4 * encoding.value}k"}


def _h265(encoding: Encoding) -> dict[str, str]:
    gop = encoding.gop
    params = f"keyint={gop}:min-keyint={gop}:scenecut=0:log-level=none:repeat-headers=1:pools=none:frame-threads=1"
    if encoding.control == "crf":
        params += f":crf={encoding.value}"
    else:
        params += f":bitrate={encoding.value}:vbv-maxrate={encoding.value}:vbv-bufsize={encoding.value}"
    return {"preset": "ultrafast", "tune": "zerolatency", "x265-params": params}
