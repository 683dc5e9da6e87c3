"""The demo's school, and the files cameras are described in."""

from pathlib import Path

import pytest

from monitor.judge import judge
from monitor.model import Deadline, FaultKind
from monitor.probes.onvif import look_at_onvif
from monitor.retention import read_recorder
from monitor.settings import load
from monitor.simulator import CameraSpec, Simulator
from monitor.simulator.demo import NAMES, PASSWORD, SLOW_CLOCK, demo_site, furnish, write_demo_config
from monitor.simulator.faults import FAULTS
from monitor.simulator.recorders import DAY
from monitor.simulator.recording import LiveRecorder
from monitor.simulator.specs import load_specs


def test_the_demo_has_what_works_and_what_fails() -> None:
    cameras = demo_site()
    assert len({camera.address for camera in cameras}) == len(cameras) == len(NAMES)
    healthy = [camera for camera in cameras if not camera.fault]
    assert {camera.codec for camera in healthy} == {"h264", "h265", "mjpeg"}
    assert {"street", "indoor", "night"} <= {camera.scene for camera in healthy}
    faults = {camera.fault.partition(":")[0] for camera in cameras}
    assert {"black", "frozen", "wrong_password", "unreachable", "no_rtp", "stalled"} <= faults


async def test_the_daemon_takes_the_demos_configuration(tmp_path: Path) -> None:
    async with Simulator(demo_site(port=0)) as site:
        path = write_demo_config(tmp_path / "demo folder", site)
        settings = load(path)
        targets = {target.key.device: target for target in settings.targets()}
        assert settings.warnings == []
        assert targets.keys() == site.cameras.keys()
        assert targets["gate"].rtsp == site.url("gate")
        assert targets["gate"].name == NAMES["gate"]
        assert targets["gate"].credentials is not None
        assert targets["gate"].credentials.password == PASSWORD
        assert PASSWORD not in path.read_text()
        assert (path.parent / "demo.password").stat().st_mode & 0o077 == 0


async def test_the_demos_recorder_has_a_past_and_its_cameras_speak_onvif(tmp_path: Path) -> None:
    async with Simulator(demo_site(port=0)) as site:
        furniture = await furnish(site, tmp_path, onvif_port=0)
        settings = load(write_demo_config(tmp_path, site, furniture=furniture))
        targets = {target.key.device: target for target in settings.targets()}
        assert {name for name, target in targets.items() if target.onvif} == {
            camera.id for camera in demo_site() if not camera.fault
        }
        recordings = await read_recorder(targets["nvr"], b"", Deadline.after(90))
        clock = await look_at_onvif(targets[SLOW_CLOCK], b"", Deadline.after(90))
    found = {one.key.device: one.fault for one in judge(targets["nvr"], recordings) if one.probe == "recording"}
    assert found == {"gate": None, "yard": FaultKind.RECORDING_GAP, "classroom": FaultKind.RECORDING_STOPPED}
    assert [one.fault for one in judge(targets[SLOW_CLOCK], clock) if one.fault] == [FaultKind.CLOCK_DRIFT]


async def test_the_demos_recorder_goes_on_recording(tmp_path: Path) -> None:
    now = 1_790_000_000.0
    hour = now // 3600 * 3600 + 3600
    recorder = LiveRecorder(tmp_path / "tree", {"gate": (), "yard": ((now - DAY, float("inf")),)}, now, days=2.0)
    async with recorder:
        recorder.write_until(hour - 10.0)
        recorder.write_until(hour + 5.0)
    ends = {
        name: sorted(path.stat().st_mtime for path in recorder.folder.glob(f"{name}/*/*.mp4"))
        for name in ("gate", "yard")
    }
    assert ends["gate"][-2:] == [hour, hour + 5.0], "the file of the hour before is whole"
    assert ends["yard"][-1] == now - DAY


def test_every_fault_stands_in_the_reference() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/simulator.md").read_text()
    assert [f"| `{name}` | {text} |" for name, text in FAULTS.items() if f"| `{name}` | {text} |" not in page] == []
    assert [name for name in CameraSpec.__dataclass_fields__ if f"`{name}`" not in page] == []


def test_cameras_can_be_described_in_a_file(tmp_path: Path) -> None:
    path = tmp_path / "cameras.yaml"
    path.write_text("cameras:\n  - {id: gate, address: 127.9.0.1, codec: h265, loop: 4}\n")
    assert load_specs(path) == [CameraSpec("gate", "127.9.0.1", codec="h265", loop=4.0)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[1, 2]", "write cameras:"),
        ("cameras: [", "expected"),
        ("cameras: 3", "should be a valid list"),
        ("cameras:\n  - {id: gate}", "0.address: Field required"),
        ("cameras:\n  - {id: gate, address: 127.9.0.1, colour: red}", "no field is called 'colour'; there are: id,"),
        ("cameras:\n  - {id: gate, address: 10.0.0.1, password: hunter2}", "127.0.0.0/8"),
        ("cameras:\n  - {id: gate, address: 127.9.0.1}\n  - {id: gate, address: 127.9.0.2}", "the same id"),
    ],
)
def test_a_wrong_file_is_refused_with_the_reason(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "cameras.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=str(path)) as refusal:
        load_specs(path)
    assert words in str(refusal.value)
    assert "hunter2" not in str(refusal.value)
