"""Against ipycam, a virtual camera that others wrote: its own HTTP handler and ONVIF service, on a loopback address."""

import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from ipycam.camera import ReusableThreadingTCPServer
from ipycam.config import CameraConfig
from ipycam.http import IPCameraHTTPHandler
from ipycam.onvif import ONVIFService
from ipycam.ptz import PTZController

from monitor.model import Credentials, Deadline, Evidence, Key, Outcome, Target
from monitor.probes.onvif import look_at_onvif

HOST = "127.0.43.1"


@pytest.fixture
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    server = ReusableThreadingTCPServer((HOST, 0), IPCameraHTTPHandler)
    port = server.server_address[1]
    config = CameraConfig(local_ip=HOST, onvif_port=port, rtsp_port=8554, username="admin", password="pässword & <x>")
    if getattr(request, "param", "") == "open":
        config.username = config.password = ""
    pan = PTZController(output_width=1920, output_height=1080)
    IPCameraHTTPHandler.camera = SimpleNamespace(config=config, onvif=ONVIFService(config, pan))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"{HOST}:{port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        pan.stop()


async def look(address: str, password: str = "pässword & <x>") -> Evidence:
    target = Target(Key("", "ipycam"), "camera", HOST, Credentials("admin", password), onvif=address)
    return await look_at_onvif(target, b"", Deadline.after(20))


async def test_it_is_read_in_full(address: str) -> None:
    seen = await look(address)
    facts = seen.facts["onvif"]
    assert seen.outcome is Outcome.SEEN, seen.reason
    assert (facts["manufacturer"], facts["model"], facts["serial"]) == ("PythonCam", "VirtualCam-1", "PY-000001")
    assert abs(facts["clock_offset_seconds"]) < 5
    assert [(profile["codec"], profile["width"], profile["fps"]) for profile in facts["profiles"]] == [
        ("h264", 1920, 30),
        ("h264", 640, 30),
    ]
    assert facts["stream_uri"] == f"rtsp://{HOST}:8554/video_main"
    assert (facts["auth"], seen.login_worked) == ("wsse", True)
    assert "ntp" in facts["unread"]  # it knows no GetNTP, and that is no fault


async def test_a_wrong_password_is_refused(address: str) -> None:
    seen = await look(address, "wrong")
    assert (seen.outcome, seen.login_worked) == (Outcome.AUTH, False)


@pytest.mark.parametrize("address", ["open"], indirect=True)
async def test_without_a_password_it_is_said_to_be_open(address: str) -> None:
    seen = await look(address)
    assert (seen.outcome, seen.facts["onvif"]["auth"], seen.login_worked) == (Outcome.SEEN, "open", None)
