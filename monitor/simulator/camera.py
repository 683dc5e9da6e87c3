"""One camera: what it is, how it feels today, and what was asked of it."""

import ipaddress
import re
import zlib
from collections import Counter
from dataclasses import dataclass, field

from monitor.simulator import faults
from monitor.simulator.auth import SCHEMES, Guard
from monitor.simulator.encode import CODECS
from monitor.simulator.playback import HABITS
from monitor.simulator.scenes import SCENES

_LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


@dataclass(frozen=True)
class CameraSpec:
    """A camera to simulate. ValueError for what cannot be simulated."""

    id: str
    address: str  # 127.x.y.z
    port: int = 8554  # 0 = any free one
    scene: str = "street"
    codec: str = "h264"
    width: int = 640
    height: int = 360
    fps: int = 25
    gop: int = 50  # frames from key frame to key frame
    username: str = ""
    password: str = field(default="", repr=False)
    auth: str = "digest"  # "" or no username: open to all
    fault: str = ""
    clock: bool = False  # a ticking clock burnt into the picture
    playback: str = ""  # played as a recording, what it says of the time: a word of playback.HABITS
    kbps: int = 0  # constant bit rate; 0 = constant quality
    loop: float = 0.0
    """Seconds of a loop encoded once and shared by all cameras alike, for fleets; it repeats byte for byte. 0 = drawn
    and encoded live while somebody watches, so that no two looks ever see the same picture."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", self.id):
            raise ValueError(f"camera id {self.id!r}: use lower-case letters, digits, dot, dash and underscore")
        if ipaddress.ip_address(self.address) not in _LOOPBACK:
            raise ValueError(f"{self.id}: {self.address} is not in 127.0.0.0/8, and simulated cameras stay there")
        words = ((self.scene, SCENES), (self.codec, CODECS), (self.auth, SCHEMES), (self.playback, HABITS))
        for word, known in words:
            if word not in known:
                raise ValueError(f"{self.id}: {word!r} is not one of {', '.join(map(repr, known))}")
        if self.codec == "mjpeg" and (self.width % 8 or self.height % 8):
            raise ValueError(f"{self.id}: JPEG over RTP counts in blocks of 8 pixels, not {self.width}x{self.height}")
        faults.name_of(self.fault)


@dataclass
class Counts:
    """What a camera saw of its clients since it was made."""

    connections: int = 0  # ever
    sessions_ever: int = 0
    refused_logins: int = 0  # requests with a wrong Authorization
    teardowns: int = 0
    dropped: int = 0  # clients too slow to drain their stream
    requests: Counter[str] = field(default_factory=Counter)  # by method


class Camera:
    """The state that the camera's services share: RTSP here, and whatever else is attached to its address."""

    def __init__(self, spec: CameraSpec) -> None:
        self.spec = spec
        self.fault = spec.fault
        self.port = spec.port
        self.counts = Counts()

    @property
    def seed(self) -> int:
        return zlib.crc32(self.spec.id.encode())

    @property
    def name_of_fault(self) -> str:
        return faults.name_of(self.fault)

    def guard(self) -> Guard:
        """The login check of a new connection."""
        return Guard(self.spec.auth, self.spec.username, self.spec.password)
