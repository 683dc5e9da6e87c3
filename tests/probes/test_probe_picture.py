"""The picture probe against the virtual site: stream, worker process, evidence, verdict."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor import workers
from monitor.judge import judge
from monitor.limits import Limits, StreamLimits
from monitor.model import Deadline, Evidence, Finding, Key, KeyFrame, Outcome, Target
from monitor.probes import PROBES
from monitor.probes.picture import _analysed, _question, look_at_picture
from monitor.protocols.rtsp import StreamLook
from monitor.simulator.camera import CameraSpec
from monitor.simulator.site import Simulator

ADDRESS = "127.0.77.1"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(scope="module", autouse=True)
def _no_worker_outlives_these_tests():
    yield
    workers.close()


def spec(fault: str = "", **fields) -> CameraSpec:
    return CameraSpec("gate", ADDRESS, 0, width=480, height=272, fps=10, gop=10, fault=fault, **fields)


def target(site: Simulator, **fields) -> Target:
    limits = Limits(stream=StreamLimits(watch_seconds=0.3))
    url = f"rtsp://{ADDRESS}:{site.cameras['gate'].port}/stream1"
    return Target(Key("site", "gate"), "camera", ADDRESS, limits=limits, rtsp=url, **fields)


def said(camera: Target, evidence: Evidence) -> Finding:
    (finding,) = [finding for finding in judge(camera, evidence) if finding.probe == "picture"]
    return finding


def test_the_probe_is_registered() -> None:
    assert PROBES["picture"] is look_at_picture


async def test_a_healthy_camera_is_ok_and_leaves_a_thumbnail_and_a_memory() -> None:
    async with Simulator([spec()]) as site:
        camera = target(site)
        first = await look_at_picture(camera, b"", Deadline.after(45))
        second = await look_at_picture(camera, first.memory or b"", Deadline.after(45))
    assert second.outcome is Outcome.SEEN
    assert said(camera, second).verdict == "ok"
    assert second.pictures["thumbnail"].startswith(b"\xff\xd8")
    assert second.facts["picture"]["freeze"]["earlier_looks"] == 1
    assert second.facts["stream"]["width"] == second.facts["picture"]["width"] == 480


@pytest.mark.parametrize("fault", ["black", "uniform", "no_signal", "overexposed", "snow", "dark"])
async def test_what_is_wrong_with_the_whole_picture_is_named_at_the_first_look(fault: str) -> None:
    async with Simulator([spec(fault)]) as site:
        camera = target(site)
        finding = said(camera, await look_at_picture(camera, b"", Deadline.after(45)))
    assert (finding.verdict, finding.fault) == ("fault", fault)
    assert finding.facts["kinds"][fault]["answer"] == "fault"


async def test_without_a_stream_there_is_no_picture_to_judge() -> None:
    async with Simulator([spec("not_found")]) as site:
        camera = target(site)
        evidence = await look_at_picture(camera, b"kept", Deadline.after(45))
    assert evidence.outcome is Outcome.NOT_FOUND
    assert evidence.memory is None  # what was remembered stays
    finding = said(camera, evidence)
    assert finding.verdict == "unknown"
    assert finding.reason.startswith("no picture to judge: ")


async def test_damaged_memory_is_read_as_none() -> None:
    async with Simulator([spec()]) as site:
        camera = target(site)
        evidence = await look_at_picture(camera, b"cctv-picture-2\n" + bytes(60), Deadline.after(45))
    assert evidence.facts["picture"]["freeze"]["earlier_looks"] == 0


async def test_an_analysis_that_does_not_end_costs_this_look_only() -> None:
    camera = Target(Key("", "x"), "camera", ADDRESS)
    endless = (KeyFrame("h264", bytes(100_000), 0, 0.0),) * 100_000  # minutes of work, however late it is ended
    seen = StreamLook(Outcome.SEEN, "fine", {}, endless)
    outcome, reason, answer = await _analysed(seen, b"", _question(camera, NOW), Deadline.after(-1))
    assert outcome is Outcome.CRASHED
    assert "could not be analysed" in reason
    assert answer.memory == b""


@pytest.mark.slow
async def test_a_close_look_names_a_frozen_picture_under_a_ticking_clock() -> None:
    async with Simulator([spec("frozen", clock=True)]) as site:
        camera = replace(target(site), close=True)
        evidence = await look_at_picture(camera, b"", Deadline.after(45))
    finding = said(camera, evidence)
    assert (finding.verdict, finding.fault) == ("fault", "frozen")
    assert finding.facts["confidence"] == "confirmed"
    assert set(evidence.pictures) >= {"thumbnail", "frame", "annotated"}


@pytest.mark.slow
async def test_a_close_look_finds_the_repetition_within_itself() -> None:
    async with Simulator([spec("replayed")]) as site:
        camera = replace(target(site), close=True)
        evidence = await look_at_picture(camera, b"", Deadline.after(45))
    finding = said(camera, evidence)
    assert (finding.verdict, finding.fault) == ("fault", "replayed"), finding.reason
