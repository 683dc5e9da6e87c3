"""A site whose language is Chinese gets its tickets in Chinese: title, text, remarks, and why it was closed."""

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta

import pytest
from chinese import english
from ticket_house import SITE, START, House

from monitor.model import Fault, FaultKind, Key, Subject, Target
from monitor.store import jobs, outbox
from monitor.tickets.desk import Policy
from monitor.tickets.text import opening

NAMES = {"gate", "yard", "school", "nvr-1", "Asia/Shanghai", "DS-2CD2T47"}
STILL = "nothing moved over 9 key frames and 0 earlier looks: two pictures alike in 99.1% of the blocks, limit 6.0%"
RUNGS = (
    "nvr-1: tcp ok since 2026-02-28 02:10 UTC: port 22 accepts connections",
    "nvr-1: recorder disk:sda disk_failed since 2026-02-28 02:10 UTC: the disk sda has failed",
    "picture unknown since 2026-02-28 02:10 UTC: no picture to judge: the camera is overloaded",
)


@pytest.fixture
def chinese(house: House) -> House:
    house.policy = Policy(("desk",), timedelta(minutes=5), sites={"school": replace(SITE, language="zh")})
    return house


def told(house: House) -> list[tuple[str, str]]:
    """What the repair desk hears: action and text."""
    waiting = [one for one in house.store.read(outbox.pending) if one.sink == "desk"]
    return [(one.action, f"{one.payload['title']}\n{one.payload['text']}") for one in waiting]


def test_from_opening_to_closing_nothing_is_said_in_english(chinese: House) -> None:
    chinese.raised("gate", FaultKind.FROZEN, f"{STILL} (back for the 2. time); with it: yard (no_stream)")
    chinese.turn()
    chinese.joined("gate", "hangs on this as well: yard (stalled)")
    chinese.turn(minutes=1)
    chinese.cleared("gate", "picture 1920x1080, nothing wrong seen")
    chinese.turn(minutes=1)
    chinese.raised("gate", FaultKind.FROZEN, STILL)
    chinese.turn(minutes=1)
    chinese.cleared("gate", "removed from the configuration")
    chinese.turn(minutes=10)
    assert [action for action, _ in told(chinese)] == ["open", "comment", "comment", "resolve"]
    assert [english(text, NAMES) for _, text in told(chinese)] == [[]] * 4
    lines = [line.text for line in chinese.store.read(jobs.lines, chinese.job("gate"))]
    assert [english(line, NAMES) for line in lines] == [[]] * len(lines)
    assert lines[1:4] == [
        "同样由此引起：yard（视频流中断）",
        "画面 1920x1080，未见异常",
        f"再次异常：{lines[0].partition('（第')[0]}",
    ]


def test_the_ladder_and_the_device_file_are_told_in_chinese() -> None:
    fault = Fault("f", Subject(Key("school", "gate"), "picture"), FaultKind.FROZEN, START, START, STILL, ladder=RUNGS)
    file = {"model": "DS-2CD2T47", "warranty": {"until": "2027-01-01"}, "priority": "一级"}
    target = Target(Key("school", "gate"), "camera", "127.0.0.1", name="大门", recorder="nvr-1", options=file)
    text = opening(fault, STILL, target, replace(SITE, language="zh", timezone="Asia/Shanghai"))
    assert english(text, NAMES | {"sda"}) == []
    assert "- nvr-1：录像机 硬盘 sda 硬盘故障（自 2026-02-28 10:10 起）：硬盘 sda 故障" in text
    assert STILL in opening(fault, STILL, target, SITE)


def test_moments_are_those_of_the_clock_on_the_wall_there() -> None:
    """A desk that reads 09:35 in one line and 01:35 in the next looks for the fault at the wrong hour."""
    policy = Policy(sites={"school": replace(SITE, language="zh", timezone="Asia/Shanghai")})
    assert policy.said("school", "seen ok since 2026-02-28 20:10 UTC") == "自 2026-03-01 04:10 起恢复正常"


def test_what_a_ticket_is_told_with_is_read_before_the_first_one() -> None:
    asked = "from monitor import guidance, sentences; from monitor.tickets.text import prepare; prepare(['zh', 'zh']);"
    asked += "print(guidance._entries.cache_info().currsize, sentences._patterns.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "1"]
