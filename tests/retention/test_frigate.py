"""A Frigate server is read over its HTTP API: gaps, age caps, disks, its login, and what it does not know."""

import pytest
from hik import DAY, HOUR, now, verdicts

from monitor.model import Channel, Credentials, Deadline, Evidence, Key, Outcome, Target
from monitor.retention.frigate import read_frigate
from monitor.simulator.frigate import FrigateCamera, FrigateServer
from monitor.simulator.isapi import files


def tape(**changes) -> list[tuple[float, float]]:
    return files(now(), seconds=600.0, **changes)


def target(server: FrigateServer, *channels: str, login: Credentials | None = None, **options) -> Target:
    return Target(
        Key("school", "nvr"),
        "recorder",
        server.host,
        credentials=login,
        timezone="Asia/Shanghai",
        kind="frigate",
        options={"port": server.port, "request_pause": 0.0, **options},
        channels=tuple(Channel(name, name) for name in channels or ("gate",)),
    )


async def look(wanted: Target, memory: bytes = b"") -> Evidence:
    return await read_frigate(wanted, memory, Deadline.after(90))


@pytest.mark.parametrize(
    ("camera", "verdict"),
    [
        (lambda: FrigateCamera(tape()), ("ok", None)),
        (lambda: FrigateCamera(tape(holes=[(now() - 5 * DAY, now() - 5 * DAY + HOUR)])), ("fault", "recording_gap")),
        (lambda: FrigateCamera(tape(holes=[(now() - 3 * DAY, now() + HOUR)])), ("fault", "recording_stopped")),
        (lambda: FrigateCamera(tape(days=9)), ("fault", "retention_short")),
        (lambda: FrigateCamera(tape(), retain_days=10), ("fault", "retention_cap")),
        (lambda: FrigateCamera(()), ("fault", "recording_stopped")),
    ],
    ids=["whole", "an hour missing", "stopped 3 days ago", "9 days only", "kept 10 days by configuration", "nothing"],
)
async def test_what_is_kept(camera, verdict):
    async with FrigateServer(cameras={"gate": camera(), "yard": FrigateCamera(tape())}) as server:
        wanted = target(server, "gate", "yard")
        found = verdicts(wanted, await look(wanted))
    assert found["gate"] == verdict
    assert found["yard"] == ("ok", None)


async def test_a_camera_the_server_does_not_know_is_unknown_and_not_stopped():
    async with FrigateServer(cameras={"gate": FrigateCamera(tape())}) as server:
        wanted = target(server, "gates")
        evidence = await look(wanted)
    assert evidence.outcome is Outcome.INCOMPLETE
    assert verdicts(wanted, evidence)["gates"] == ("unknown", None)


async def test_closed_days_come_from_memory():
    async with FrigateServer(cameras={"gate": FrigateCamera(tape())}) as server:
        wanted = target(server)
        first = await look(wanted)
        cold = server.requests.total()
        again = await look(wanted, first.memory)
    assert verdicts(wanted, again)["gate"] == ("ok", None)
    assert server.requests.total() - cold <= 8 < cold


async def test_days_deleted_meanwhile_are_noticed_in_the_next_look():
    async with FrigateServer(cameras={"gate": FrigateCamera(tape())}) as server:
        wanted = target(server)
        memory = (await look(wanted)).memory
        server.cameras["gate"].segments = tape(days=5)
        assert verdicts(wanted, await look(wanted, memory))["gate"] == ("fault", "retention_short")


async def test_a_wrong_clock_is_its_own_fault_and_never_a_false_gap():
    async with FrigateServer(cameras={"gate": FrigateCamera(tape())}, clock_offset=-2 * HOUR) as server:
        wanted = target(server)
        found = verdicts(wanted, await look(wanted))
    assert found["nvr clock"] == ("fault", "recorder_clock_drift")
    assert found["gate"] == ("ok", None)


async def test_a_full_disk_and_a_camera_without_pictures_are_told():
    async with FrigateServer(cameras={"gate": FrigateCamera(tape(), fps=0.0)}, free=0.0) as server:
        wanted = target(server)
        evidence = await look(wanted)
    assert verdicts(wanted, evidence)["nvr disk:/media/frigate/recordings"] == ("fault", "disk_full")
    assert evidence.recordings.channels[0].online is False


async def test_the_login_is_made_once_and_a_wrong_one_is_refused_once():
    async with FrigateServer(cameras={"gate": FrigateCamera(tape())}, login=True) as server:
        right = await look(target(server, login=Credentials("admin", "recorder-password")))
        wrong = await look(target(server, login=Credentials("admin", "wrong")))
        none = await look(target(server))
    assert (right.outcome, right.login_worked) == (Outcome.SEEN, True)
    assert (wrong.outcome, wrong.login_worked) == (Outcome.AUTH, False)
    assert none.outcome is Outcome.AUTH_MISSING
    assert server.refused_logins == 1
    assert server.requests["/api/login"] == 2


@pytest.mark.parametrize(("fault", "outcome"), [("html", Outcome.PROTOCOL), ("no_times", Outcome.INCOMPLETE)])
async def test_answers_that_make_no_sense_are_unknown(fault: str, outcome: Outcome):
    async with FrigateServer(cameras={"gate": FrigateCamera(tape())}, fault=fault) as server:
        wanted = target(server)
        evidence = await look(wanted)
    assert evidence.outcome is outcome
    assert verdicts(wanted, evidence)["gate"] == ("unknown", None)
