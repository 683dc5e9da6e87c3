"""One tree, read by every sort of account on a real OpenSSH server."""

import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from conftest import Host, seen, verdicts

from monitor.judge.recordings import judge_recordings
from monitor.model import Credentials, Deadline, Evidence, LoginState, Outcome, Target
from monitor.retention import read_recorder
from monitor.simulator.recorders import Tape, record

CLIP = b"\0\0\0\x18ftypisom" + bytes(500)


@pytest.fixture
def layout(tmp_path: Path, now: float) -> str:
    pattern = f"{tmp_path}/video/{{camera}}/%Y-%m-%d/%H/%M.%S.mp4"
    record(pattern, Tape("gate", now, clip=CLIP, segment=3600.0))
    record(pattern, Tape("yard", now, clip=CLIP, segment=3600.0, holes=[(now - 5 * 86400, now - 4 * 86400)]))
    return pattern


async def read(target: Target, memory: bytes = b"", seconds: float = 30.0) -> Evidence:
    return await read_recorder(target, memory, Deadline.after(seconds))


@pytest.mark.parametrize(
    ("account", "access"), [("shell", "shell"), ("busybox", "shell"), ("forced", "shell"), ("sftp", "sftp")]
)
async def test_every_account_that_may_look_sees_the_same(host: Host, layout: str, account: str, access: str) -> None:
    target = host.target(account, layout, "gate", "yard")
    evidence = await read(target)
    assert evidence.outcome is Outcome.SEEN, evidence.reason
    assert evidence.facts["access"] == access
    assert evidence.login_worked is True
    found = verdicts(judge_recordings(target, evidence))
    assert found["nvr"] == ("ok", None)
    assert found["gate"] == ("ok", None)
    assert found["yard"] == ("fault", "recording_gap")
