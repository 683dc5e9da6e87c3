"""A recorder with Profile G: its history of states shows the gaps, and without a history nothing is claimed."""

from datetime import UTC, datetime

import pytest
from hik import DAY, HOUR, now, verdicts

from monitor.model import Channel, Credentials, Deadline, Evidence, Key, Outcome, Target
from monitor.retention.onvif import read_onvif
from monitor.simulator.onvif import OnvifCamera
from monitor.simulator.onvif_recordings import Recording, Shelf, add_recordings


def recording(*edges: float, token: str = "rec-1", name: str = "gate") -> Recording:
    """Recorded between pairs of instants; without a last one it still records."""
    moments = [datetime.fromtimestamp(edge, UTC) for edge in edges]
    pairs = [(moments[at], moments[at + 1] if at + 1 < len(moments) else None) for at in range(0, len(moments), 2)]
    return Recording(token, name, tuple(pairs))


def device(*recordings: Recording, most: int = 100, **fields) -> tuple[OnvifCamera, Shelf]:
    camera = OnvifCamera(auth="digest", **fields)
    return camera, add_recordings(camera, recordings, most)


def target(camera: OnvifCamera, *channels: str, password: str = "camera-password") -> Target:
    return Target(
        Key("school", "nvr"),
        "recorder",
        camera.host,
        credentials=Credentials("admin", password),
        timezone="Asia/Shanghai",
        kind="onvif",
        options={"port": camera.port},
        channels=tuple(Channel(name, name) for name in channels or ("gate",)),
    )


async def look(wanted: Target, memory: bytes = b"") -> Evidence:
    return await read_onvif(wanted, memory, Deadline.after(90))


@pytest.mark.parametrize(
    ("edges", "verdict"),
    [
        (lambda t: (t - 20 * DAY,), ("ok", None)),
        (lambda t: (t - 20 * DAY, t - 5 * DAY, t - 5 * DAY + HOUR), ("fault", "recording_gap")),
        (lambda t: (t - 20 * DAY, t - 5 * DAY, t - 5 * DAY + 600), ("ok", None)),
        (lambda t: (t - 20 * DAY, t - 3 * DAY), ("fault", "recording_stopped")),
        (lambda t: (t - 9 * DAY,), ("fault", "retention_short")),
        (lambda t: (), ("fault", "recording_stopped")),
    ],
    ids=["whole", "an hour missing", "ten minutes missing", "stopped 3 days ago", "9 days only", "nothing"],
)
async def test_gaps_are_seen_in_the_history_of_states(edges, verdict):
    camera, shelf = device(recording(*edges(now())))
    async with camera:
        wanted = target(camera)
        evidence = await look(wanted)
    assert verdicts(wanted, evidence)["gate"] == verdict
    assert not shelf.searches, "every search is given back"


async def test_many_changes_come_in_pages():
    edges = [now() - 16 * DAY + step * HOUR for step in range(16 * 24)]
    camera, _ = device(recording(*edges), most=10)
    async with camera:
        evidence = await look(target(camera))
    segments = evidence.recordings.channels[0].segments
    assert len(segments) == pytest.approx(len(edges) / 2, abs=1)
    assert all(one.end - one.start == pytest.approx(HOUR, abs=2) for one in segments[1:-1])


async def test_first_and_last_date_alone_prove_nothing():
    camera, _ = device(recording(now() - 20 * DAY))
    nothing = "<tse:GetEventSearchResultsResponse><tse:ResultList><tt:SearchState>Completed</tt:SearchState>"
    camera.answers["GetEventSearchResults"] = lambda _, __: (
        nothing + "</tse:ResultList></tse:GetEventSearchResultsResponse>"
    )
    async with camera:
        wanted = target(camera)
        evidence = await look(wanted)
    assert evidence.outcome is Outcome.INCOMPLETE
    assert "cannot be seen" in evidence.reason
    assert verdicts(wanted, evidence)["gate"] == ("unknown", None)


async def test_a_search_that_never_ends_is_unknown():
    camera, _ = device(recording(now() - 20 * DAY))
    whole = camera.answers["GetEventSearchResults"]
    camera.answers["GetEventSearchResults"] = lambda at, asked: whole(at, asked).replace("Completed", "Searching")
    async with camera:
        wanted = target(camera)
        evidence = await look(wanted)
        calls = sum(asked.startswith("GetEventSearchResults") for asked in camera.asked)
    assert verdicts(wanted, evidence)["gate"] == ("unknown", None)
    assert calls < 10


async def test_channels_go_by_token_or_name_and_a_strange_one_is_unknown():
    whole, holed = recording(now() - 20 * DAY), recording(now() - 2 * DAY, token="rec-2", name="yard")
    camera, _ = device(whole, holed)
    async with camera:
        wanted = target(camera, "rec-1", "yard", "roof")
        found = verdicts(wanted, await look(wanted))
    assert found["rec-1"] == ("ok", None)
    assert found["yard"] == ("fault", "retention_short")
    assert found["roof"] == ("unknown", None)


async def test_a_wrong_clock_is_its_own_fault():
    camera, _ = device(recording(now() + 2 * HOUR - 20 * DAY), clock_offset=2 * HOUR)
    async with camera:
        wanted = target(camera)
        found = verdicts(wanted, await look(wanted))
    assert found["nvr clock"] == ("fault", "recorder_clock_drift")


async def test_a_device_without_search_is_unknown():
    camera = OnvifCamera(auth="digest")
    async with camera:
        wanted = target(camera)
        evidence = await look(wanted)
    assert evidence.outcome is Outcome.UNSUPPORTED
    assert verdicts(wanted, evidence)["gate"] == ("unknown", None)


async def test_a_wrong_password_is_refused_once():
    camera, _ = device(recording(now() - 20 * DAY))
    async with camera:
        evidence = await look(target(camera, password="wrong"))
        assert camera.refused_logins == 1
    assert (evidence.outcome, evidence.login_worked) == (Outcome.AUTH, False)
    assert "wrong" not in repr(evidence.memory)


async def test_the_way_to_log_in_is_remembered():
    camera, _ = device(recording(now() - 20 * DAY))
    async with camera:
        first = await look(target(camera))
        again = await look(target(camera), first.memory)
    assert first.outcome is again.outcome is Outcome.SEEN
    assert camera.refused_logins == 0


async def test_nobody_is_there():
    camera, _ = device()
    async with camera:
        wanted = target(camera)
    evidence = await look(wanted)
    assert verdicts(wanted, evidence)["nvr"] == ("fault", "recorder_unreachable")
