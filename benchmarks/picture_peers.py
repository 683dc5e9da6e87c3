"""What ffmpeg's freezedetect and blackdetect and the package camera-health say of the same streams and frames."""

import shutil
import subprocess
from collections.abc import Iterable, Mapping

import numpy as np

from benchmarks.picture_faults import Fault
from benchmarks.picture_run import FAULT_AT, FAULT_POLLS
from benchmarks.picture_scenes import Scene
from benchmarks.picture_stream import RATE, Camera, Encoding
from monitor.model import KeyFrame
from monitor.vision.decode import decode
from monitor.vision.thumbnail import colours

FFMPEG = ("freezedetect", "blackdetect")
ALIKE: Mapping[str, frozenset[str]] = {
    "darkness": frozenset({"black", "dark"}),
    "overexposure": frozenset({"overexposed", "uniform"}),
    "obstruction": frozenset({"occluded", "partial_loss", "uniform", "no_signal"}),
    "defocus": frozenset({"blurred"}),
    "frozen": frozenset({"frozen", "replayed"}),
    "tampering": frozenset({"moved", "view_changed", "occluded", "no_signal"}),
    "drift": frozenset({"moved", "view_changed"}),
    "colour_cast": frozenset({"colour_cast", "uniform", "no_signal"}),
    "noise": frozenset({"noise", "snow"}),
}
"""camera-health's words in ours, generously."""


def ffmpeg(camera: Camera, seconds: float) -> set[str]:
    """Filters that fired on one close look's stream (eight groups of pictures), with their defaults."""
    camera.close(seconds)
    form = "h264" if camera.codec == "h264" else "hevc"
    command = ["ffmpeg", "-hide_banner", "-nostats", "-f", form, "-framerate", str(RATE), "-i", "-", "-vf"]
    command += [",".join(FFMPEG), "-f", "null", "-"]
    done = subprocess.run(command, input=b"".join(camera.packets), capture_output=True, check=True, timeout=120)
    text = done.stderr.decode(errors="replace")
    marks = {"freezedetect": "lavfi.freezedetect.freeze_start", "blackdetect": "black_start:"}
    return {name for name, mark in marks.items() if mark in text}


def has_ffmpeg() -> bool:
    return shutil.which("ffmpeg") is not None


def ffmpeg_row(scene: Scene, encoding: Encoding, faults: Iterable[Fault]) -> dict[str, list[str]]:
    """What fired: on the live scene (key ""), and on each fault."""
    live = Camera(scene, encoding)
    live.poll(-60)
    said = {"": sorted(ffmpeg(live, 300.0))}
    for fault in faults:
        camera = Camera(scene, encoding, fault)
        camera.poll(FAULT_AT * 60.0)
        said[fault.name] = sorted(ffmpeg(camera, FAULT_AT * 60.0 + 60))
    return said


def camera_health(scene: Scene, encoding: Encoding, faults: Iterable[Fault]) -> dict[str, list[str]]:
    """Its fault kinds (any severity but info) at three polls, given a healthy reference and the frame before."""
    live = Camera(scene, encoding)
    live.poll(-60)
    reference = _bgr(live.poll(0.0)[0][0])
    said = {"": _health([_bgr(live.poll(minute * 60.0)[0][0]) for minute in range(1, 13)], reference)}
    for fault in faults:
        camera = Camera(scene, encoding, fault)
        camera.poll(FAULT_AT * 60.0)
        minutes = range(FAULT_AT + 1, FAULT_AT + 1 + FAULT_POLLS)
        said[fault.name] = _health([_bgr(camera.poll(minute * 60.0)[0][0]) for minute in minutes], reference)
    return said


def _health(frames: list[np.ndarray], reference: np.ndarray) -> list[str]:
    from camera_health import check

    kinds, previous = [], reference
    for frame in frames:
        health = check(frame[..., ::-1], reference=reference[..., ::-1], previous=previous[..., ::-1])
        kinds.append(sorted({fault.kind for fault in health.faults if fault.severity != "info"}))
        previous = frame
    return [" ".join(one) for one in kinds]


def _bgr(key_frame: KeyFrame) -> np.ndarray:
    picture = decode(key_frame)
    return colours(picture, picture.width, picture.height)


def camera_health_found(fault: Fault, said: list[str]) -> bool:
    """At the last of the three polls a word of its own stands for the fault."""
    return any(ALIKE.get(word, frozenset()) & set(fault.kinds) for word in said[-1].split())
