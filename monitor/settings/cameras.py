"""Checks inside one camera and between the cameras of a site, on raw data."""

from collections import Counter
from typing import Any

from monitor.settings.schema import moved_login
from monitor.settings.sources import Loc, Sources

CAMERA = "{camera}"
"""Of a layout: the camera's channel is put in there."""


def check_camera(sources: Sources, loc: Loc, camera: dict[str, Any], site: dict[str, Any]) -> None:
    """It can be looked at, and its login is whole."""
    if not (camera.get("rtsp") or camera.get("onvif")):
        sources.add(loc, "the camera has no address; write rtsp: rtsp://HOST/PATH, or onvif: HOST:PORT")
    if camera.get("picture_stream") == "sub" and not camera.get("rtsp_sub"):
        sources.add(
            (*loc, "picture_stream"), "picture_stream is sub, but there is no rtsp_sub; write its URL, or main here"
        )
    check_login(sources, loc, moved_login(camera), site.get("username"))


def check_login(sources: Sources, loc: Loc, owner: dict[str, Any], inherited: Any) -> None:
    """A user name comes with a password; a password with a user name, its own or the ``inherited`` one."""
    username, password = owner.get("username"), owner.get("password")
    if username is not None and password is None:
        sources.add(
            (*loc, "username"),
            'username without a password; write password: {file: PATH}, or password: "" for none',
            key=True,
        )
    if password is not None and username is None and inherited is None:
        sources.add((*loc, "password"), "password without a username; write username: NAME beside it", key=True)


def check_channels(sources: Sources, cameras: list[tuple[Loc, dict[str, Any]]]) -> None:
    """No two cameras on one channel of one recorder."""
    first: dict[tuple[str, str], str] = {}
    for loc, camera in cameras:
        recorder, name = camera.get("recorder"), str(camera.get("id"))
        place = (str(recorder), str(camera.get("channel") or name))
        if recorder and first.setdefault(place, name) != name:
            key = "channel" if "channel" in camera else "id"
            sources.add(
                (*loc, key), f"channel {place[1]!r} of {place[0]!r} is already camera {first[place]!r}; correct one"
            )


def check_layouts(
    sources: Sources, recorders: list[tuple[Loc, dict[str, Any]]], cameras: list[tuple[Loc, dict[str, Any]]]
) -> None:
    """A layout tells the cameras of its recorder apart."""
    kept = Counter(str(camera.get("recorder")) for _, camera in cameras)
    for loc, recorder in recorders:
        key, layout = "layout", recorder.get("layout")
        if isinstance(layout, str) and CAMERA not in layout and kept[str(recorder.get("id"))] > 1:
            words = f"{key}: it has no {CAMERA} though several cameras are kept here; write where each is"
            sources.add((*loc, key), words)
