"""What the tests of the Hikvision kind share: a target, and one look."""

from dataclasses import replace
from datetime import UTC, datetime

from monitor.judge.recordings import judge_recordings
from monitor.model import Channel, Credentials, Deadline, Evidence, Key, LoginState, Target
from monitor.retention.hikvision import read_hikvision
from monitor.simulator import isapi
from monitor.simulator.isapi import IsapiChannel, IsapiRecorder

DAY, HOUR = 86400.0, 3600.0


def now() -> float:
    return datetime.now(UTC).timestamp()


def files(at: float, days: float = 16.0, seconds: float = 3600.0, holes=()) -> list[tuple[float, float]]:
    """Longer files than real ones: fewer requests, and quicker tests."""
    return isapi.files(at, days, seconds, holes)


def recorder(*channels: IsapiChannel, **changes) -> IsapiRecorder:
    made = list(channels) or [IsapiChannel(1, files(now()))]
    return IsapiRecorder(channels=made, password="s3cret-of-nvr", **changes)


def target(nvr: IsapiRecorder, *channels: str, password: str = "s3cret-of-nvr", **options) -> Target:
    return Target(
        Key("school", "nvr"),
        "recorder",
        nvr.host,
        credentials=Credentials("admin", password),
        timezone="Asia/Shanghai",
        kind="hikvision",
        options={"port": nvr.port, "request_pause": 0.0, **options},
        channels=tuple(Channel(f"cam{name}", name) for name in channels or ("1",)),
    )


async def look(wanted: Target, memory: bytes = b"", seconds: float = 90.0) -> Evidence:
    return await read_hikvision(wanted, memory, Deadline.after(seconds))


def resting(wanted: Target, login: LoginState) -> Target:
    return replace(wanted, login=login)


def verdicts(wanted: Target, evidence: Evidence) -> dict[str, tuple[str, str | None]]:
    """Device and aspect -> verdict and fault."""
    return {
        f"{one.key.device} {one.aspect}".strip(): (one.verdict.value, one.fault.value if one.fault else None)
        for one in judge_recordings(wanted, evidence)
    }
