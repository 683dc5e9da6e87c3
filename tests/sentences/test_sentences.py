"""What the code says about a device is said in Chinese to a Chinese reader: every sentence, whole, and quickly."""

import functools
import re
import time

import pytest
from chinese import english
from written import HOLE, skeleton, written

from monitor import words
from monitor.model import FaultKind
from monitor.sentences import CATALOGUE, LONGEST, said, said_there

SPELT = re.compile(
    r"LoadCredential=|\$CREDENTIALS_DIRECTORY|UTF-8|rtsp://…|https?://|HOST:PORT|SITE/DEVICE|KEY: VALUE|HH:MM|'NAME'"
    r"|[a-z_]+:( rtsp://HOST/PATH| HOST:PORT| NAME| ID)?|host:port|--[a-z]+|Profile G|retention_days|picture_stream"
    r"|'(0 9 \* \* mon|mon-fri 08:00-18:00|daily 22:00-06:00)'|rtsp_sub|\bPATH\b"
    r"|\b(URL|YAML|IANA|cron|root|id|kind|host|port|channel|devices|sub|main|username|password|deadline|interval)\b"
    r"|\b(true|false|onvif|rtsp|HOST|CCTV_PASSWORD)\b"
)
"""What is typed as it stands, in a configuration or a command."""
FILLINGS = ("7 7", "/7")
"""What may stand in a hole besides a figure: a time, a path."""
HOW_TO_MEND = f"""Add these to monitor/locale/zh/LC_MESSAGES/{CATALOGUE}, their holes named for a translator. The
patterns of a sentence that was reworded stay: older state files hold it. What no person ever reads belongs to TECHNICAL
in tests/sentences/written.py instead."""
EXAMPLES = (
    ("no packet", "没有数据包"),
    ("cannot connect to port 554: connection refused", "无法连接端口 554：拒绝连接"),
    ("no picture to judge: the camera is overloaded", "没有可判断的画面：摄像机过载"),
    ("the stream began and then stopped: no packet for 12.3 s", "视频流开始后中断：12.3 秒内没有数据包"),
    ("H.264 1280x720, 25.0 frames/s, 3 of 400 packets lost", "H.264 1280x720，25.0 帧/秒，400 个数据包丢失 3 个"),
    ("colour cast or not: no reference yet", "是否画面偏色，无法判定：尚无参考画面"),
    (
        "its clock is 8 h 00 min ahead, more than 5 s; it looks like local time where UTC belongs: check its time zone",
        "设备时钟快 8 小时 00 分，超过 5 秒；疑似把本地时间当作 UTC：请检查设备时区",
    ),
    (
        "31.2 days, 99.50% of the expected time; warning: nothing recorded from 2026-11-20 03:00:00 to"
        " 2026-11-20 04:30:00 (1.5 h), 12 gaps in all",
        "31.2 天，录像完整率 99.50%；注意：2026-11-20 03:00:00 至 2026-11-20 04:30:00 无录像（1.5 小时），共 12 处缺失",
    ),
    (
        "2 of 9 samples do not play: 2026-11-20 03:00:00 is filled with zeros",
        "9 个抽样中有 2 个无法播放：2026-11-20 03:00:00 的录像内容全为零",
    ),
    (
        "nvr-1: recorder disk:sda disk_failed since 2026-11-23 08:14 UTC: the disk sda has failed",
        "nvr-1：录像机 硬盘 sda 硬盘故障（自 2026-11-23 08:14 UTC 起）：硬盘 sda 故障",
    ),
    (
        "port 554 does not answer: no connection in time"
        " (back for the 2. time); it comes and goes; with it: gate (black)",
        "端口 554 无应答：连接超时（第 2 次复发）；时好时坏；连带：gate（画面全黑）",
    ),
)
VERBATIM = (
    ("known here: rtsp, site, ok", "此处可用：rtsp, site, ok"),
    (
        "x: no site of that name; the sites are open, site. An address is written rtsp://… or HOST:PORT",
        "x：没有这个站点；现有站点：open, site。地址写作 rtsp://… 或 HOST:PORT",
    ),
)
"""Names of people's own in the holes are no words of ours."""
STRANGE = (
    "Sender not Authorized; please, log in (code: 7)",
    "x {seconds} y",
    "",
    "第三中学: 大门",
    "%(count)s",
    "500 Busy",
)
"""Words of others: they stay as they are."""


@functools.cache
def in_code() -> dict[str, str]:
    return written()


def in_chinese(text: str) -> str:
    """With the filling that suits it best."""
    pieces = skeleton(text).split(HOLE)
    holes = [["7"] * (len(pieces) - 1)]
    holes += [[*holes[0][:at], filling, *holes[0][at + 1 :]] for at in range(len(holes[0])) for filling in FILLINGS]
    tries = ("".join(map("".join, zip(pieces, [*filled, ""], strict=True))) for filled in holes)
    return min((said(one, "zh") for one in tries), key=lambda one: len(english(one)))


def test_every_sentence_of_the_code_is_there_in_chinese() -> None:
    missing = [
        f'{place}\nmsgid "{text}"\nmsgstr ""'
        for text, place in in_code().items()
        if english(SPELT.sub(" ", in_chinese(text)))
    ]
    assert len(in_code()) > 350
    assert not missing, "\n\n".join([HOW_TO_MEND, *missing])


def test_a_translation_has_the_holes_of_its_pattern() -> None:
    holes = re.compile(r"\{(\w+)")
    for text, chinese in words.entries("zh", CATALOGUE):
        assert sorted(holes.findall(chinese)) == sorted(holes.findall(text)), text
        assert not english(SPELT.sub(" ", re.sub(r"\{\w+\}", "", chinese))), text


@pytest.mark.parametrize(("english_text", "chinese"), EXAMPLES + VERBATIM)
def test_a_sentence_is_told_with_all_that_is_in_it(english_text: str, chinese: str) -> None:
    assert said(english_text, "zh") == chinese
    assert said(english_text, "en") == english_text


@pytest.mark.parametrize(
    ("zone", "told"),
    [
        ("Asia/Shanghai", "登录于 2026-03-05 09:26 被拒绝，为避免锁定账号，2026-03-06 00:30 之前不再尝试"),
        ("UTC", "登录于 2026-03-05 01:26 UTC 被拒绝，为避免锁定账号，2026-03-05 16:30 UTC 之前不再尝试"),
    ],
)
def test_moments_are_those_of_the_clock_on_the_wall(zone: str, told: str) -> None:
    kept = "the login was refused at 2026-03-05 01:26 UTC and is not tried again before 2026-03-05 16:30 UTC, so as"
    assert said_there(f"{kept} not to lock the account", "zh", zone) == told
    never = "it says 2026-02-31 25:00 UTC"
    assert said_there(never, "en", zone) == never


@pytest.mark.parametrize("text", STRANGE)
def test_the_words_of_others_stay_as_they_are(text: str) -> None:
    assert said(text, "zh") == text
    assert said(f"the device failed: {text}", "zh").replace("；", "; ") == f"设备内部错误：{text}"


@pytest.mark.parametrize("kind", FaultKind)
def test_a_fault_kind_within_a_sentence_is_named(kind: FaultKind) -> None:
    assert (
        said(f"hangs on this as well: gate ({kind})", "zh")
        == f"同样由此引起：gate（{words.translations('zh').gettext(words.FAULTS[kind])}）"
    )


@pytest.mark.parametrize("piece", ["a: ", ", ", "; ", "ahead ", "(", " (x)", "warning: ", "0 of ", " since 1 UTC: "])
def test_a_device_cannot_make_it_slow(piece: str) -> None:
    """Its words may be as long and as odd as it likes."""
    began = time.process_time()
    for length in (LONGEST, 100 * LONGEST):
        said((piece * length)[:length], "zh")
    assert time.process_time() - began < 1.0
