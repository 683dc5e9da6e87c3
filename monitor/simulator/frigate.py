"""A Frigate-like server: the questions about recordings of its HTTP API, with or without a login."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import formatdate
from time import time
from typing import Any

from monitor.simulator.recorders import make_clip
from monitor.simulator.web import Reply, Request, WebServer

JSON = "application/json"


@dataclass
class FrigateCamera:
    """One camera. ``segments``: (start, end), UTC epoch seconds by a right clock, oldest first."""

    segments: Sequence[tuple[float, float]] = ()
    megabytes: float = 5.0
    retain_days: float = 30.0
    fps: float = 5.0


@dataclass(kw_only=True)
class FrigateServer(WebServer):
    """State of one server; change any field while it runs. ``login``: asks for one.

    ``fault``: "" = healthy, "html", "no_times", "zero_clips".
    """

    cameras: dict[str, FrigateCamera] = field(default_factory=dict)
    auth: str = ""
    login: bool = False
    clock_offset: float = 0.0
    free: float = 100_000.0
    fault: str = ""
    token: str = field(default_factory=lambda: secrets.token_hex(8), repr=False)

    async def answer(self, request: Request) -> Reply:
        if request.path == "/api/login":
            return self._log_in(request)
        if self.login and f"frigate_token={self.token}" not in request.headers.get("cookie", ""):
            return self._said({"message": "Unauthorized"}, 401)
        if self.fault == "html":
            return Reply("<html>nginx</html>", kind="text/html")
        if request.path == "/api/config":
            return self._said({"cameras": {name: _config(camera) for name, camera in self.cameras.items()}})
        if request.path == "/api/stats":
            return self._said(self._stats())
        _, _, name, last = request.path.split("/", 3)
        return self._of_camera(name, last, request)

    def _of_camera(self, name: str, last: str, request: Request) -> Reply:
        if last.endswith("/clip.mp4"):
            return self._clip(name, float(last.split("/")[1]))
        return self._said(self._recordings(name, request)) if last == "recordings" else self._said({}, 404)

    def _clip(self, name: str, at: float) -> Reply:
        segments = self.cameras[name].segments
        if not any(start + self.clock_offset <= at < end + self.clock_offset for start, end in segments):
            return self._said({"success": False, "message": "No recordings found"}, 404)
        clip = make_clip()
        return Reply(bytes(len(clip)) if self.fault == "zero_clips" else clip, kind="video/mp4")

    def _log_in(self, request: Request) -> Reply:
        given = json.loads(request.body)
        if (given.get("user"), given.get("password")) == (self.username, self.password):
            return self._said({}, headers={"Set-Cookie": f"frigate_token={self.token}; HttpOnly; Path=/"})
        self.refused_logins += 1
        return self._said({"message": "Login failed"}, 401)

    def _recordings(self, name: str, request: Request) -> list[dict[str, Any]]:
        """Those that overlap the window; a camera nobody knows has none."""
        camera = self.cameras.get(name, FrigateCamera())
        after, before = float(request.query["after"]), float(request.query["before"])
        shifted = [(start + self.clock_offset, end + self.clock_offset) for start, end in camera.segments]
        return [
            {
                "id": f"{start}-x",
                "start_time": None if self.fault == "no_times" else start,
                "end_time": end,
                "segment_size": camera.megabytes,
                "duration": end - start,
                "motion": 0,
                "objects": 0,
            }
            for start, end in shifted
            if end >= after and start <= before
        ]

    def _stats(self) -> dict[str, Any]:
        disk = {"total": 1_000_000.0, "used": 900_000.0, "free": self.free, "mount_type": "ext4"}
        return {
            "cameras": {name: {"camera_fps": camera.fps} for name, camera in self.cameras.items()},
            "service": {"version": "0.16.0", "storage": {"/media/frigate/recordings": disk}},
        }

    def _said(self, content: Any, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
        dated = {"Date": formatdate(time() + self.clock_offset, usegmt=True), **(headers or {})}
        return Reply(json.dumps(content), status, JSON, dated)


def _config(camera: FrigateCamera) -> dict[str, Any]:
    return {"record": {"enabled": True, "retain": {"days": camera.retain_days, "mode": "all"}}}
