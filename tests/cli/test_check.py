"""``cctv check`` as a technician types it: no configuration, no daemon, against simulated cameras."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import cv2
import pytest

from monitor import workers
from monitor.cli.choose import Configured
from monitor.cli.looking import Plan, look_at_all
from monitor.limits import Limits, StreamLimits
from monitor.model import Key, Target
from monitor.simulator import CameraSpec, Simulator

PASSWORD = "on-site-s3cret"
TINY = {"width": 320, "height": 180, "fps": 10, "gop": 10}
LOGIN = {"username": "viewer", "password": PASSWORD}
SITE = [
    CameraSpec("gate", "127.32.0.1", port=0, **LOGIN, **TINY),
    CameraSpec("corridor", "127.32.0.2", port=0, fault="black", **TINY),
    CameraSpec("roof", "127.32.0.3", port=0, fault="unreachable", **TINY),
]


@pytest.fixture
async def site() -> AsyncIterator[Simulator]:
    async with Simulator(SITE) as running:
        yield running


async def cctv(*words: str, folder: Path, **environment: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of one ``cctv check``."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "monitor.cli", "check", *words),
        cwd=folder,
        env={**os.environ, "COLUMNS": "200", **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, out.decode(), err.decode()


async def test_a_good_camera_by_its_address(site: Simulator, tmp_path: Path):
    url = site.url("gate").replace("rtsp://", f"rtsp://viewer:{PASSWORD}@")
    code, out, err = await cctv(url, "--save-frames", "frames", folder=tmp_path)
    assert code == 0, out + err
    assert "ok" in out
    assert PASSWORD not in out + err
    saved = cv2.imread(str(next((tmp_path / "frames").glob("*.thumbnail.jpg"))))
    assert saved.shape[1] >= 160


async def test_the_password_may_come_from_the_environment(site: Simulator, tmp_path: Path):
    code, out, _ = await cctv(site.url("gate"), "--username", "viewer", folder=tmp_path, CCTV_PASSWORD=PASSWORD)
    assert code == 0, out


async def test_a_black_picture_is_named_at_once_and_says_it_was_seen_once(site: Simulator, tmp_path: Path):
    code, out, _ = await cctv(site.url("corridor"), "--json", folder=tmp_path)
    said = json.loads(out)
    assert (code, said["verdict"]) == (1, "fault")
    (picture,) = [row for row in said["results"] if row["probe"] == "picture"]
    assert picture["site"] is None
    assert picture["device"] == site.url("corridor")
    assert (picture["verdict"], picture["fault"]) == ("fault", "black")
    assert picture["evidence"]["confidence"] == "seen once"
    assert picture["seconds"] > 0


async def test_a_url_is_looked_at_even_beside_a_broken_configuration(site: Simulator, tmp_path: Path):
    (tmp_path / "cctv.yaml").write_text("sites: 7")
    code, out, _ = await cctv(site.url("roof"), folder=tmp_path)
    assert code == 1
    assert "unreachable" in out
    assert "unknown" not in out  # that there is no picture either is no news


async def test_nothing_at_the_address(site: Simulator, tmp_path: Path):
    code, out, _ = await cctv(site.url("roof"), "--json", "--probe", "rtsp", folder=tmp_path)
    (row,) = json.loads(out)["results"]
    assert (code, row["fault"]) == (1, "unreachable")


async def test_devices_of_a_configuration(site: Simulator, tmp_path: Path):
    (tmp_path / "cctv.yaml").write_text(
        "sites:\n  - id: school\n    cameras:\n"
        f"      - {{id: corridor, rtsp: '{site.url('corridor')}'}}\n"
        f"      - {{id: gate, rtsp: '{site.url('gate')}', username: viewer, password: {{env: GATE}}}}\n"
    )
    code, out, _ = await cctv("--json", folder=tmp_path, GATE=PASSWORD)
    rows = {(row["site"], row["device"], row["probe"]): row["verdict"] for row in json.loads(out)["results"]}
    assert code == 1
    assert rows["school", "corridor", "picture"] == "fault"
    assert rows["school", "gate", "rtsp"] == rows["school", "gate", "picture"] == "ok"


def configure(folder: Path, url: str) -> None:
    camera = f"{{id: gate, rtsp: '{url}', username: viewer, password: {{env: P}}}}"
    (folder / "cctv.yaml").write_text(f"sites: [{{id: s, cameras: [{camera}]}}]\n")


async def test_a_refused_login_rests_for_the_next_check_even_where_no_daemon_has_worked_yet(
    site: Simulator, tmp_path: Path
):
    configure(tmp_path, site.url("gate"))
    refused = [await cctv("--json", folder=tmp_path, P="mistyped-1") for _ in range(2)]
    assert [(code, json.loads(out)["results"][0]["fault"]) for code, out, _ in refused] == [(1, "auth_failed")] * 2
    assert site.stats("gate")["refused_logins"] == 1
    code, out, _ = await cctv("--json", folder=tmp_path, P=PASSWORD)
    assert code == 0, out


async def test_results_are_shown_even_where_a_refused_login_cannot_be_kept(site: Simulator, tmp_path: Path):
    configure(tmp_path, site.url("gate"))
    code, out, err = await cctv("--json", folder=tmp_path, P="mistyped-1", CCTV_STATE_DIR="/proc/nowhere")
    assert (code, json.loads(out)["results"][0]["fault"]) == (1, "auth_failed")
    assert err == (
        "what was learned of the logins could not be kept: /proc/nowhere/cctv.sqlite: No such file or directory\n"
    )


async def test_a_state_that_cannot_be_read_is_said_and_is_no_fault_of_a_camera(site: Simulator, tmp_path: Path):
    configure(tmp_path, site.url("gate"))
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "cctv.sqlite").write_text("no database" * 100)
    code, out, err = await cctv("--json", folder=tmp_path, P=PASSWORD)
    assert (code, out) == (2, "")
    assert err == "state/cctv.sqlite: it is not a state file of this program\n"
    assert site.stats("gate")["requests"] == {}


async def test_a_check_without_a_refusal_leaves_no_trace(site: Simulator, tmp_path: Path):
    configure(tmp_path, site.url("gate"))
    code, out, _ = await cctv(folder=tmp_path, P=PASSWORD)
    assert code == 0, out
    assert os.listdir(tmp_path) == ["cctv.yaml"]


async def test_a_slow_start_of_the_analysis_is_not_the_cameras_time(site: Simulator):
    stream = StreamLimits(watch_seconds=0.5)
    target = Target(Key("", "x"), "camera", "127.32.0.2", rtsp=site.url("corridor"), limits=Limits(stream=stream))
    workers._starting.acquire()  # as long as this is held no process can start
    asyncio.get_running_loop().call_later(2.5, workers._starting.release)
    results = await look_at_all(Plan((target,), Configured(deadline=1.5)), lambda _result: None)
    assert [finding.fault for result in results for finding in result.findings] == [None, "black"]


@pytest.mark.parametrize(
    ("number", "interrupts"),
    [(signal.SIGINT, signal.SIG_DFL), (signal.SIGTERM, signal.SIG_DFL), (signal.SIGTERM, signal.SIG_IGN)],
    ids=["Ctrl-C", "terminated", "terminated behind a shell's &"],
)
async def test_stopped_halfway_it_hangs_up_and_leaves_no_process(
    number: signal.Signals, interrupts: signal.Handlers, site: Simulator, tmp_path: Path
):
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "monitor.cli", "check", "--close", site.url("corridor")),
        cwd=tmp_path,
        stderr=asyncio.subprocess.PIPE,  # open for as long as anybody lives who inherited it
        preexec_fn=partial(signal.signal, signal.SIGINT, interrupts),
    )
    while "PLAY" not in site.stats("corridor")["requests"]:  # noqa: ASYNC110 - the simulator counts, it does not call
        await asyncio.sleep(0.05)
    child.send_signal(number)
    _, said = await child.communicate()
    assert (child.returncode, said) == (130, b"")
    assert site.stats("corridor")["teardowns"] == 1


async def test_watching_in_json_gives_a_line_a_round_until_the_terminals_ctrl_c(site: Simulator, tmp_path: Path):
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "monitor.cli", "check", "--watch", "--json", "--save-frames", "kept"),
        site.url("corridor"),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),  # the tests may run behind a shell's &
        limit=2**20,
    )
    assert child.stdout
    rounds = [json.loads(await child.stdout.readline()) for _ in range(2)]
    os.killpg(child.pid, signal.SIGINT)
    _, said = await child.communicate()
    assert (child.returncode, said) == (1, b"")
    assert [[row["fault"] for row in one["results"]] for one in rounds] == [[None, "black"]] * 2
    assert list((tmp_path / "kept").iterdir())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere"], "no site of that name"),
        (["rtsp://127.0.0.1/", "--probe", "x-ray"], "no such probe; write one of"),
        (["--config", "missing.yaml"], "missing.yaml"),
        (["rtsp://127.0.0.1:9/", "--save-frames", "/dev/null/x"], "--save-frames /dev/null/x: Not a directory"),
    ],
)
async def test_wrong_usage_is_answered_with_what_to_write(words, said, tmp_path: Path):
    code, _, err = await cctv(*words, folder=tmp_path)
    assert code == 2
    assert said in err
