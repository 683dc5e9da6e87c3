"""The ONVIF probe against simulated cameras: healthy ones and broken ones."""

import json
import socket
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Credentials, Deadline, Evidence, Key, LoginState, Outcome, Target
from monitor.probes.onvif import look_at_onvif
from monitor.simulator.onvif import OnvifCamera
from monitor.simulator.onvif_answers import Profile

HOST = "127.0.41.1"
DEADLINE = 10.0


@pytest.fixture
async def camera() -> AsyncIterator[OnvifCamera]:
    async with OnvifCamera(HOST) as camera:
        yield camera


def target(camera: OnvifCamera, **changes: object) -> Target:
    login = Credentials(camera.username, camera.password)
    plain = Target(Key("site", "gate"), "camera", camera.host, login, onvif=camera.address)
    return replace(plain, **changes)  # type: ignore[arg-type]  # any field of a target


async def look(camera: OnvifCamera, memory: bytes = b"", seconds: float = DEADLINE, **changes: object) -> Evidence:
    return await look_at_onvif(target(camera, **changes), memory, Deadline.after(seconds))


async def test_a_healthy_camera_tells_all(camera: OnvifCamera) -> None:
    seen = await look(camera)
    facts = seen.facts["onvif"]
    assert seen.outcome is Outcome.SEEN, seen.reason
    assert seen.login_worked is True
    assert abs(facts["clock_offset_seconds"]) < 5
    assert (facts["manufacturer"], facts["model"], facts["serial"]) == ("Simulated", "SC-1", "SIM-0001")
    assert facts["profiles"][0] == {
        "token": "main",
        "name": "mainStream",
        "codec": "h264",
        "width": 1280,
        "height": 720,
        "fps": 25,
        "bitrate": 2048,
    }
    assert facts["stream_uri"] == f"rtsp://{HOST}:554/main"
    assert facts["ntp"] == {"from_dhcp": False, "servers": ["ntp.example.net"]}
    assert facts["auth"] == "wsse"
    json.dumps(seen.facts)


@pytest.mark.parametrize("way", ["wsse", "digest"])
async def test_the_way_that_worked_is_used_at_once_the_next_time(camera: OnvifCamera, way: str) -> None:
    camera.auth = way
    first = await look(camera)
    camera.asked.clear()
    second = await look(camera, first.memory or b"")
    assert first.facts["onvif"]["auth"] == second.facts["onvif"]["auth"] == way
    assert second.outcome is Outcome.SEEN
    assert camera.asked.count("GetDeviceInformation+login") == 1
    assert camera.refused_logins == 0


async def test_a_camera_that_wants_no_login_is_said_to_be_open(camera: OnvifCamera) -> None:
    camera.auth = "none"
    seen = await look(camera)
    assert (seen.outcome, seen.facts["onvif"]["auth"], seen.login_worked) == (Outcome.SEEN, "open", None)


@pytest.mark.parametrize("hours", [-1, 8, 24 * 200])
async def test_a_clock_hours_off_is_told_and_the_login_allows_for_it(camera: OnvifCamera, hours: int) -> None:
    camera.clock_offset = hours * 3600.0
    seen = await look(camera)
    assert seen.outcome is Outcome.SEEN, seen.reason
    assert seen.facts["onvif"]["clock_offset_seconds"] == pytest.approx(hours * 3600, abs=1)


@pytest.mark.parametrize("way", ["wsse", "digest"])
async def test_a_wrong_password_is_refused_once_and_the_clock_is_told_all_the_same(
    camera: OnvifCamera, way: str
) -> None:
    camera.auth = way
    seen = await look(camera, credentials=Credentials("admin", "mistyped"))
    assert (seen.outcome, seen.login_worked, camera.refused_logins) == (Outcome.AUTH, False, 1)
    assert seen.facts["onvif"]["clock_offset_seconds"] is not None
    assert "mistyped" not in repr(seen)


async def test_a_wrong_password_for_an_hour_of_looks_is_one_refused_login(camera: OnvifCamera) -> None:
    from monitor.protocols.logins import LoginGuard

    wrong, guard, memory = Credentials("admin", "wrong"), LoginGuard(b"salt"), b""
    for _ in range(60):
        seen = await look(camera, memory, credentials=wrong, login=guard.state(HOST, wrong))
        memory = seen.memory or memory
        if seen.login_worked is False:
            guard.refused(HOST, wrong, datetime.now(UTC))
    assert camera.refused_logins == 1
    assert seen.outcome is Outcome.AUTH_RESTING
    assert "clock_offset_seconds" in seen.facts["onvif"]


async def test_after_the_rest_a_device_that_refused_digest_is_asked_with_a_token(camera: OnvifCamera) -> None:
    """Some cameras offer HTTP digest and know their ONVIF users by token only; never both in one look."""
    camera.auth = "digest"
    first = await look(camera, credentials=Credentials("admin", "wrong"))
    rested = LoginState(refused_at=datetime.now(UTC) - timedelta(hours=13))
    camera.asked.clear()
    second = await look(camera, first.memory or b"", login=rested)
    assert second.facts["onvif"]["auth"] == "wsse"
    assert sum("+login" in asked for asked in camera.asked) == 1


async def test_without_credentials_it_says_that_they_are_missing(camera: OnvifCamera) -> None:
    seen = await look(camera, credentials=None)
    assert (seen.outcome, seen.login_worked) == (Outcome.AUTH_MISSING, None)
    assert seen.facts["onvif"]["services"]


async def test_while_a_login_rests_only_what_needs_none_is_asked(camera: OnvifCamera) -> None:
    resting = LoginState(refused_at=datetime.now(UTC), rest_until=datetime.now(UTC) + timedelta(hours=12))
    seen = await look(camera, login=resting)
    assert (seen.outcome, seen.login_worked) == (Outcome.AUTH_RESTING, None)
    assert camera.asked == ["GetSystemDateAndTime", "GetServices", "GetDeviceInformation"]


async def test_a_digest_nonce_that_ages_within_a_look_is_renewed(camera: OnvifCamera) -> None:
    camera.auth = "digest"
    healthy = camera.answers["GetProfiles"]

    def answer_and_age(at: OnvifCamera, asked: str) -> str:
        at.new_nonce()
        return healthy(at, asked)

    camera.answers["GetProfiles"] = answer_and_age
    seen = await look(camera)
    assert (seen.outcome, seen.login_worked) == (Outcome.SEEN, True)
    assert camera.asked.count("GetStreamUri+login") == 2


async def test_a_camera_without_an_onvif_address_is_not_judged(camera: OnvifCamera) -> None:
    assert (await look(camera, onvif="")).outcome is Outcome.UNSUPPORTED


async def test_a_locked_account_is_said_so(camera: OnvifCamera) -> None:
    camera.fault, camera.fault_operation = "locked", "GetDeviceInformation"
    seen = await look(camera)
    assert (seen.outcome, camera.refused_logins) == (Outcome.LOCKED, 1)
    assert "30 minutes" in seen.reason


async def test_a_foreign_address_is_replaced_and_told_and_nothing_goes_there(camera: OnvifCamera) -> None:
    async with OnvifCamera("127.0.41.2") as stranger:
        camera.xaddr_host, camera.stream_uri = stranger.address, f"rtsp://{stranger.host}/main"
        seen = await look(camera)
        assert stranger.asked == []
    assert seen.outcome is Outcome.SEEN
    assert seen.facts["onvif"]["foreign_addresses"]["media"] == "127.0.41.2"
    assert seen.facts["onvif"]["stream_uri"] == f"rtsp://{HOST}/main"


async def test_user_names_and_passwords_in_addresses_are_not_told(camera: OnvifCamera) -> None:
    camera.stream_uri = "rtsp://admin:s3cret@127.0.41.1:554/user=admin&password=s3cret&channel=1.sdp?pwd=s3cret"
    seen = await look(camera)
    assert "s3cret" not in json.dumps(seen.facts)
    assert "channel=1" in seen.facts["onvif"]["stream_uri"]


async def test_a_raw_ampersand_never_becomes_another_address(camera: OnvifCamera) -> None:
    """A lenient parser would turn ?stream=0&onvif=0.sdp into ?stream=0=0.sdp without a word."""
    camera.fault, camera.fault_operation = "raw_ampersand", "GetStreamUri"
    seen = await look(camera)
    assert seen.outcome is Outcome.SEEN
    assert seen.facts["onvif"]["stream_uri"].endswith("/main?stream=0&onvif=0.sdp")
    assert "mended" not in seen.facts["onvif"]


@pytest.mark.parametrize(
    "uri", ["http://127.0.41.1/main", "rtsp://", "not an address", "rtsp://user:12/34@127.0.41.1/x"]
)
async def test_what_is_no_rtsp_address_is_never_looked_at(camera: OnvifCamera, uri: str) -> None:
    camera.stream_uri = uri
    seen = await look(camera)
    assert seen.outcome is Outcome.PROTOCOL
    assert "stream_uri" not in seen.facts["onvif"]


async def test_broken_xml_in_descriptive_fields_is_mended_and_noted(camera: OnvifCamera) -> None:
    camera.fault, camera.fault_operation, camera.auth = "malformed", "GetDeviceInformation", "none"
    seen = await look(camera)
    assert seen.outcome is Outcome.SEEN
    assert seen.facts["onvif"]["mended"] == ["GetDeviceInformation"]
    assert seen.facts["onvif"]["serial"] == "SIM-0001"


async def test_elements_out_of_order_are_understood(camera: OnvifCamera) -> None:
    camera.fault, camera.auth = "wrong_order", "none"
    seen = await look(camera)
    assert seen.outcome is Outcome.SEEN
    assert seen.facts["onvif"]["profiles"][0]["width"] == 1280
    assert abs(seen.facts["onvif"]["clock_offset_seconds"]) < 5


async def test_an_impossible_date_is_unknown(camera: OnvifCamera) -> None:
    camera.fault, camera.fault_operation = "impossible_dates", "GetSystemDateAndTime"
    assert (await look(camera)).facts["onvif"]["clock_offset_seconds"] is None


async def test_h265_is_told_by_the_newer_media_service(camera: OnvifCamera) -> None:
    camera.services = ("device", "media", "media2", "events")
    camera.profiles = (Profile(encoding="H265", width=2688, height=1520, fps=20),)
    facts = (await look(camera)).facts["onvif"]
    assert facts["media_service"] == "media2"
    (profile,) = facts["profiles"]
    assert (profile["codec"], profile["width"], profile["fps"], profile["bitrate"]) == ("hevc", 2688, 20, 2048)
    assert facts["stream_uri"] == f"rtsp://{HOST}:554/main"
    assert facts["snapshot_uri"].startswith(f"http://{HOST}")


async def test_a_newer_media_service_that_is_only_listed_is_passed_over(camera: OnvifCamera) -> None:
    camera.services = ("device", "media", "media2", "events")
    healthy = camera.answers["GetProfiles"]
    camera.answers["GetProfiles"] = lambda at, asked: healthy(at, asked) if "ver10/media" in asked else BROKEN
    seen = await look(camera)
    assert seen.outcome is Outcome.SEEN, seen.reason
    assert (seen.facts["onvif"]["media_service"], len(seen.facts["onvif"]["profiles"])) == ("media", 2)


BROKEN = (
    "<s:Fault><s:Code><s:Value>s:Receiver</s:Value><s:Subcode><s:Value>ter:ActionNotSupported</s:Value></s:Subcode>"
    '</s:Code><s:Reason><s:Text xml:lang="en">no</s:Text></s:Reason></s:Fault>'
)


async def test_the_first_serial_is_kept_and_a_new_firmware_noted(camera: OnvifCamera) -> None:
    first = await look(camera)
    camera.serial, camera.firmware = "SIM-9999", "2.0.0"
    second = await look(camera, first.memory or b"")
    third = await look(camera, second.memory or b"")
    assert second.facts["onvif"]["firmware_before"] == "1.0.0"
    assert third.facts["onvif"]["known"]["serial"] == "SIM-0001"
    assert "firmware_before" not in third.facts["onvif"]


async def test_a_close_look_reads_the_camera_s_own_alarms_and_gives_the_pull_point_back(camera: OnvifCamera) -> None:
    camera.events.append(("tns1:VideoSource/SignalLoss", "State", "true"))
    seen = await look(camera, close=True)
    assert seen.facts["onvif"]["events"][0]["topic"] == "VideoSource/SignalLoss"
    assert seen.facts["onvif"]["events"][0]["items"] == {"State": "true"}
    assert camera.pull_points == 0
    assert camera.asked[-1] == "Unsubscribe+login"


async def test_an_address_where_nothing_listens_is_refused() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
    gone = Target(Key("", "x"), "camera", HOST, onvif=f"{HOST}:{port}")
    seen = await look_at_onvif(gone, b"", Deadline.after(DEADLINE))
    assert (seen.outcome, seen.facts["phase"]) == (Outcome.REFUSED, "connecting")


async def test_memory_of_another_version_is_forgotten(camera: OnvifCamera) -> None:
    for damaged in (b"\x00garbage", b"[1, 2]"):
        assert (await look(camera, damaged)).outcome is Outcome.SEEN
