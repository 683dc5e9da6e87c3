"""The example routes and inhibits as it says: judged by amtool, and by a real Alertmanager on loopback."""

import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

CONFIG = Path(__file__).parents[2] / "deploy/alertmanager/alertmanager.yml"


def amtool(*arguments: str) -> str:
    done = subprocess.run(["amtool", *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_amtool_accepts_it() -> None:
    amtool("check-config", str(CONFIG))


@pytest.mark.parametrize(
    ("receiver", "labels"),
    [
        ("dead-man", ["alertname=Watchdog", "severity=none", "scope=watchdog"]),
        ("operators", ["alertname=CCTVTicketsStuck", "severity=critical", "scope=monitor"]),
        ("cctv-desk", ["alertname=DoorOpen", "severity=warning", "ticket=yes", "site=s1", "device=rack"]),
        ("chat", ["alertname=CCTVCameraDown", "severity=warning", "scope=camera", "site=s1", "device=gate"]),
        ("chat", ["alertname=CCTVRecorderDown", "severity=critical", "scope=recorder", "site=s1"]),
    ],
)
def test_routes(receiver: str, labels: list[str]) -> None:
    said = amtool("config", "routes", "test", f"--config.file={CONFIG}", f"--verify.receivers={receiver}", *labels)
    assert receiver in said


@pytest.fixture(scope="module")
def alertmanager(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    folder, port = tmp_path_factory.mktemp("alertmanager"), free_port()
    config = folder / "alertmanager.yml"
    config.write_text(CONFIG.read_text().replace("192.0.2.60", "127.0.0.1:9").replace("192.0.2.61", "127.0.0.1:9"))
    command = ["prometheus-alertmanager", f"--config.file={config}", f"--storage.path={folder}"]
    command += [f"--web.listen-address=127.0.0.1:{port}", "--cluster.listen-address="]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            wait_for(lambda: client.get("/-/ready").status_code == 200)
            yield client
    finally:
        process.terminate()
        process.wait(60)


def test_a_cause_silences_what_follows_from_it_and_nothing_else(alertmanager: httpx.Client) -> None:
    firing = [
        alert("CCTVRecorderDown", "recorder", site="s1", device="nvr", recorder="nvr"),
        alert("CCTVRecordingStopped", "recording", site="s1", device="gate", recorder="nvr"),
        alert("CCTVRecordingStopped", "recording", site="s1", device="other", recorder="nvr-2"),
        alert("CCTVCameraDown", "camera", site="s1", device="own-address", recorder="nvr"),
        alert("CCTVCameraDown", "camera", site="s1", device="no-recorder"),
        alert("CCTVCameraDegraded", "picture", site="s1", device="no-recorder"),
        alert("CCTVCameraDegraded", "picture", site="s1", device="next"),
        alert("CCTVSiteUnreachable", "site", site="s2"),
        alert("CCTVCameraDown", "camera", site="s2", device="gate"),
        alert("CCTVRetentionShort", "recording", site="s2", device="gate"),
        alert("CCTVSwitchDown", "switch", site="s3", parent="sw"),
        alert("CCTVCameraDown", "camera", site="s3", device="behind", parent="sw"),
        alert("CCTVCameraDown", "camera", site="s3", device="beside"),
        alert("CCTVLooksStale", "monitor", site="s2"),
    ]
    alertmanager.post("/api/v2/alerts", json=firing).raise_for_status()
    wait_for(lambda: len(silenced(alertmanager)) == 5)
    assert silenced(alertmanager) == {
        ("CCTVRecordingStopped", "s1", "gate"),
        ("CCTVCameraDegraded", "s1", "no-recorder"),
        ("CCTVCameraDown", "s2", "gate"),
        ("CCTVRetentionShort", "s2", "gate"),
        ("CCTVCameraDown", "s3", "behind"),
    }


def alert(name: str, scope: str, **labels: str) -> dict:
    return {"labels": {"alertname": name, "scope": scope, "severity": "critical", **labels}}


def silenced(client: httpx.Client) -> set[tuple[str, str, str]]:
    alerts = client.get("/api/v2/alerts").json()
    labels = [one["labels"] for one in alerts if one["status"]["inhibitedBy"]]
    return {(one["alertname"], one["site"], one.get("device", "")) for one in labels}


def wait_for(condition, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not holds(condition):
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.1)


def holds(condition) -> bool:
    try:
        return condition()
    except httpx.TransportError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
