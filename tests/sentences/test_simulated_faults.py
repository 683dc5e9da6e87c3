"""Every fault of the simulator, looked at and judged as the daemon does: all that is said of it is said in Chinese."""

import asyncio
import re
from collections.abc import Iterator
from contextlib import AsyncExitStack

import pytest
from chinese import english

from monitor import workers
from monitor.judge import judge
from monitor.limits import Limits, StreamLimits
from monitor.model import Credentials, Deadline, Evidence, Key, Target
from monitor.probes.onvif import look_at_onvif
from monitor.probes.picture import look_at_picture
from monitor.sentences import said
from monitor.simulator import CameraSpec, Simulator
from monitor.simulator.faults import FAULTS
from monitor.simulator.onvif import OnvifCamera
from monitor.simulator.onvif_faults import FAULTS as ONVIF_FAULTS

pytestmark = pytest.mark.slow

QUOTED = re.compile(
    r"[（(]\d{3} [A-Z][A-Za-z ]+(?: → [\d.:]+)?[）)]|https?://\S+|\bGet\w+|OpenSSH_\S+|something broke|"
    r"The account is locked for 30 minutes|EntityRef: expecting ';'|Excessive depth in document.*|"
    r"Simulated SC-1|SIM-0001"
)
"""What the devices say of themselves (RTSP status lines, ONVIF faults), names of operations, and libxml2's remarks."""


@pytest.fixture(autouse=True)
def _no_worker_outlives_these_tests() -> Iterator[None]:
    yield
    workers.close()


def left(target: Target, evidence: Evidence) -> list[tuple[str, list[str]]]:
    """Sentences of this look with English in them."""
    told = [(one.reason, said(one.reason, "zh")) for one in judge(target, evidence)]
    return [(sentence, words) for sentence, chinese in told if (words := english(QUOTED.sub(" ", chinese)))]


async def test_a_stream_with_every_fault() -> None:
    specs = [
        CameraSpec(f"c{number}", f"127.86.0.{number + 1}", 0, width=160, height=96, fps=10, gop=5, fault=fault)
        for number, fault in enumerate(sorted(FAULTS))
    ]
    limits = Limits(stream=StreamLimits(watch_seconds=0.3))
    async with Simulator(specs) as site:

        async def look(spec: CameraSpec) -> list[tuple[str, list[str]]]:
            login = Credentials("viewer", "wrong") if spec.fault == "wrong_password" else None
            target = Target(Key("site", spec.id), "camera", spec.address, login, rtsp=site.url(spec.id), limits=limits)
            return left(target, await look_at_picture(target, b"", Deadline.after(3)))

        found = await asyncio.gather(*map(look, specs))
    assert [one for one in found if one] == []


async def test_a_device_with_every_onvif_fault() -> None:
    async with AsyncExitStack() as stack:

        async def look(fault: str) -> list[tuple[str, list[str]]]:
            camera = await stack.enter_async_context(OnvifCamera("127.86.1.1", fault=fault))
            login = Credentials(camera.username, camera.password)
            target = Target(Key("site", "gate"), "camera", camera.host, login, onvif=camera.address)
            return left(target, await look_at_onvif(target, b"", Deadline.after(1.5)))

        found = await asyncio.gather(*map(look, sorted(ONVIF_FAULTS)))
    assert [one for one in found if one] == []
