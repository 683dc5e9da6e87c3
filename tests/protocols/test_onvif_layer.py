"""The ONVIF layer: shared documents, logins, calls."""

import asyncio
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest

from monitor.model import Credentials, Deadline, Outcome
from monitor.protocols.onvif import Device, Trouble, find_stream_uri, read_clock, read_identity, read_services
from monitor.protocols.onvif.documents import binding
from monitor.protocols.onvif.login import sign
from monitor.simulator.onvif import OnvifCamera

HOST = "127.0.44.1"


def test_importing_the_library_leaves_logging_and_environment_alone() -> None:
    """onvif-zeep sets up the root logger when imported, and takes proxies out of the environment when constructed."""
    code = (
        "import logging, os; os.environ['http_proxy'] = 'x'\n"
        "from monitor.protocols.onvif import warm_up; warm_up()\n"
        "root = logging.getLogger(); print(root.handlers, root.level, os.environ['http_proxy'])\n"
        "print(logging.getLogger('zeep.transports').isEnabledFor(logging.DEBUG))"
    )
    shown = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.split("\n")[:2] == ["[] 30 x", "False"]
    assert shown.stderr == ""


def test_every_token_is_new_and_dated_in_the_device_s_time_with_a_z() -> None:
    tokens = []
    for offset in (0.0, 3600.0):
        message = binding("devicemgmt").get("GetUsers").create().content
        sign(message, Credentials("u", "secret"), offset)
        tokens.append({node.tag.rpartition("}")[2]: node.text for node in message.iter()})
    first, second = tokens
    assert first["Nonce"] != second["Nonce"]
    assert first["Created"].endswith("Z")
    apart = datetime.fromisoformat(second["Created"]) - datetime.fromisoformat(first["Created"])
    assert timedelta(minutes=59, seconds=58) < apart < timedelta(minutes=60, seconds=2)
    assert "secret" not in str(tokens)


async def test_many_threads_share_the_documents_without_a_wrong_answer() -> None:
    async with OnvifCamera(HOST) as one, OnvifCamera("127.0.44.2", serial="SIM-0002", auth="digest") as two:

        def ask(camera: OnvifCamera) -> bool:
            device = Device(camera.address, Credentials(camera.username, camera.password))
            try:
                return all(read_identity(device, Deadline.after(20))["serial"] == camera.serial for _ in range(5))
            finally:
                device.close()

        with ThreadPoolExecutor(8) as pool:
            loop = asyncio.get_running_loop()
            right = await asyncio.gather(*(loop.run_in_executor(pool, ask, camera) for camera in (one, two) * 8))
    assert all(right)
    assert one.refused_logins == two.refused_logins == 0


async def in_device(camera: OnvifCamera, ask: Callable[[Device, Deadline], Any], **options: Any) -> Any:
    """Run blocking questions against the camera with the right login."""

    def work() -> Any:
        device = Device(camera.address, Credentials(camera.username, camera.password), **options)
        try:
            return ask(device, Deadline.after(20))
        finally:
            device.close()

    return await asyncio.to_thread(work)


async def test_a_refused_login_is_not_sent_again_by_the_same_device_object() -> None:
    async with OnvifCamera(HOST) as camera:

        def ask(device: Device, deadline: Deadline) -> list[Outcome]:
            device.credentials = Credentials("admin", "wrong")
            outcomes = []
            for _ in range(3):
                with pytest.raises(Trouble) as refused:
                    device.call("devicemgmt", "GetDeviceInformation", deadline)
                outcomes.append(refused.value.outcome)
            return outcomes

        outcomes = await in_device(camera, ask)
    assert outcomes == [Outcome.AUTH, Outcome.AUTH_RESTING, Outcome.AUTH_RESTING]
    assert camera.refused_logins == 1


async def test_a_device_that_lets_its_time_be_read_only_with_a_login_is_understood() -> None:
    async with OnvifCamera(HOST) as camera:
        camera.fault, camera.fault_operation = "unauthorized_without_words", "GetSystemDateAndTime"
        with pytest.raises(Trouble) as refused:
            await in_device(camera, read_clock)
    assert refused.value.outcome is Outcome.AUTH
    assert camera.asked == ["GetSystemDateAndTime", "GetSystemDateAndTime+login"]
    assert "clock" in refused.value.reason


async def test_old_devices_are_asked_for_capabilities_where_services_are_unknown() -> None:
    async with OnvifCamera(HOST, auth="none", xaddr_host="10.1.1.1") as camera:
        del camera.answers["GetServices"]

        def ask(device: Device, deadline: Deadline) -> tuple[list[str], str]:
            return read_services(device, deadline), str(device.addresses["media"])

        names, media = await in_device(camera, ask)
    assert names == ["events", "media"]
    assert media == f"http://{camera.address}/onvif/media_service"


async def test_a_stream_address_is_found_where_none_is_configured() -> None:
    async with OnvifCamera(HOST) as camera:
        assert await in_device(camera, find_stream_uri) == f"rtsp://{HOST}:554/main"
        camera.profiles = ()
        with pytest.raises(Trouble, match="no media profile"):
            await in_device(camera, find_stream_uri)


async def test_an_operation_of_ours_that_is_none_is_our_mistake() -> None:
    async with OnvifCamera(HOST) as camera:
        with pytest.raises(ValueError, match="GetTheMoon"):
            await in_device(camera, lambda device, deadline: device.call("media", "GetTheMoon", deadline))
