"""The ONVIF face of a camera of the virtual site, telling what its RTSP stream delivers."""

from monitor.simulator.camera import CameraSpec
from monitor.simulator.onvif import OnvifCamera
from monitor.simulator.onvif_answers import Profile
from monitor.simulator.rtsp import PATH

ENCODINGS = {"h264": "H264", "h265": "H265", "mjpeg": "JPEG"}


def onvif_of(spec: CameraSpec, port: int = 8000) -> OnvifCamera:
    """For ``await site.attach(onvif_of(spec))``: same address, login and stream; ``port`` 0 = any free one.

    Profile T (Media2) besides Media, which cannot tell H.265.
    """
    return OnvifCamera(
        host=spec.address,
        port=port,
        username=spec.username,
        password=spec.password,
        auth=_auth(spec),
        model=f"SC-{spec.id}",
        serial=f"SIM-{spec.address}",
        services=("device", "media", "media2", "events"),
        profiles=(Profile(encoding=ENCODINGS[spec.codec], width=spec.width, height=spec.height, fps=spec.fps),),
        stream_uri=f"rtsp://{spec.address}:{spec.port}{PATH}",
    )


def _auth(spec: CameraSpec) -> str:
    if not spec.username or not spec.auth:
        return "none"
    return "digest" if spec.auth.startswith("digest") else "wsse"
