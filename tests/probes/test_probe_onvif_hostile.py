"""The ONVIF probe against hostile devices: neither time, nor memory, nor threads, nor a stray request."""

import asyncio
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace

import psutil
import pytest

from monitor.model import Credentials, Deadline, Evidence, Key, Outcome, Target
from monitor.probes.onvif import look_at_onvif
from monitor.simulator.onvif import OnvifCamera
from monitor.simulator.onvif_faults import FAULTS

HOST = "127.0.41.1"
DEADLINE = 10.0
SHORT = 1.5  # for cameras that never answer


def target(camera: OnvifCamera, **changes: object) -> Target:
    login = Credentials(camera.username, camera.password)
    plain = Target(Key("site", "gate"), "camera", camera.host, login, onvif=camera.address)
    return replace(plain, **changes)  # type: ignore[arg-type]  # any field of a target


async def look(camera: OnvifCamera, memory: bytes = b"", seconds: float = DEADLINE, **changes: object) -> Evidence:
    return await look_at_onvif(target(camera, **changes), memory, Deadline.after(seconds))


EXPECTED = {
    "soap_fault": Outcome.SERVER_ERROR,
    "malformed": Outcome.PROTOCOL,
    "raw_ampersand": Outcome.SEEN,  # what it meant is certain
    "entity_bomb": Outcome.PROTOCOL,
    "external_entity": Outcome.PROTOCOL,
    "huge_body": Outcome.TOO_LARGE,
    "gzip_bomb": Outcome.TOO_LARGE,
    "many_elements": Outcome.TOO_LARGE,
    "most_elements": Outcome.SEEN,  # a list of services that are none: nothing to ask them
    "deep_elements": Outcome.PROTOCOL,
    "slow_body": Outcome.TIMEOUT,
    "slow_headers": Outcome.TIMEOUT,
    "endless_continue": Outcome.TIMEOUT,
    "silence": Outcome.TIMEOUT,
    "redirect": Outcome.REDIRECTED,
    "redirect_as_get": Outcome.REDIRECTED,
    "wrong_operation": Outcome.PROTOCOL,
    "empty": Outcome.PROTOCOL,
    "html": Outcome.PROTOCOL,
    "not_http": Outcome.PROTOCOL,
    "cut_short": Outcome.CLOSED,
    "closes": Outcome.CLOSED,
    "locked": Outcome.LOCKED,
    "unauthorized_without_words": Outcome.AUTH,
}
HOSTILE = sorted(set(FAULTS) - {"wrong_order", "impossible_dates"})


def test_every_fault_of_the_simulator_has_an_expected_outcome() -> None:
    assert sorted(EXPECTED) == HOSTILE


@pytest.mark.parametrize("fault", HOSTILE)
async def test_a_hostile_answer_costs_neither_time_nor_memory_nor_a_thread_nor_a_stray_request(fault: str) -> None:
    async with OnvifCamera("127.0.41.3") as stranger, OnvifCamera(HOST) as camera:
        await look(camera)  # a calm look first, so that documents and imports are not counted
        camera.fault, camera.foreign = fault, stranger.address
        camera.fault_operation = "GetServices" if fault == "most_elements" else ""
        deadline = SHORT if EXPECTED[fault] is Outcome.TIMEOUT else DEADLINE
        began = time.monotonic()
        with peak_memory() as grown:
            seen = await look(camera, seconds=deadline)
        took = time.monotonic() - began
    assert seen.outcome is EXPECTED[fault], seen.reason
    assert ("document type" in seen.reason) == ("entity" in fault)
    assert took < deadline + 10
    assert grown() < 50e6, f"{grown() / 1e6:.0f} MB"
    assert await idle(), "no thread of the look stays behind"
    assert stranger.asked == []
    assert camera.refused_logins <= 1


async def idle() -> bool:
    """Until every thread of the pool waits for work; the pool may start another while the first still says goodbye."""
    for _ in range(100):
        frames, pool = sys._current_frames(), [one for one in threading.enumerate() if one.name.startswith("blocking")]
        if all(frames[one.ident].f_code.co_name == "_worker" for one in pool if one.ident in frames):
            return True
        await asyncio.sleep(0.02)
    return False


@contextmanager
def peak_memory() -> Iterator[Callable[[], int]]:
    """The most resident memory above that at the start, in bytes, sampled every few milliseconds."""
    process = psutil.Process()
    start = peak = process.memory_info().rss
    ended = threading.Event()

    def sample() -> None:
        nonlocal peak
        while not ended.wait(0.003):
            peak = max(peak, process.memory_info().rss)

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        yield lambda: peak - start
    finally:
        ended.set()
        sampler.join()
