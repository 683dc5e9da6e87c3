"""Jobs come and go with the configuration; phases are fixed and spread."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Key, Target
from monitor.plan import can_look, judged_in, probes_of, with_stream
from monitor.schedule import Schedule, phase


def camera(device: str, **kwargs: str) -> Target:
    return Target(Key("school", device), "camera", "127.0.0.1", rtsp="rtsp://127.0.0.1/", **kwargs)


def test_phases_are_the_same_after_a_restart_and_spread_over_the_interval():
    phases = [phase(f"picture school/cam-{i}") for i in range(1000)]
    assert phases == [phase(f"picture school/cam-{i}") for i in range(1000)]
    tenths = [sum(i / 10 <= p < (i + 1) / 10 for p in phases) for i in range(10)]
    assert min(tenths) > 60


def test_each_device_gets_the_probes_it_calls_for():
    story = [
        (Target(Key("s", "a"), "camera", "h", rtsp="rtsp://h/"), ("picture",)),
        (Target(Key("s", "b"), "camera", "h", rtsp="rtsp://h/", onvif="h:80"), ("onvif", "picture")),
        (Target(Key("s", "c"), "camera", "h", onvif="h:80"), ("onvif", "picture")),
        (Target(Key("s", "d"), "recorder", "localhost"), ("recorder",)),
        (Target(Key("s", "d"), "recorder", "h", options={"port": 22}), ("recorder", "tcp")),
        (Target(Key("s", "e"), "device", "h"), ("tcp",)),
    ]
    for target, names in story:
        assert probes_of(target) == names


def test_findings_name_the_looks_and_what_looks_at_others_judge():
    onvif = Target(Key("s", "b"), "camera", "h", onvif="h:80", recorder="nvr")
    assert judged_in(onvif) == {"onvif", "picture", "rtsp", "recording"}
    assert judged_in(Target(Key("s", "e"), "device", "h")) == {"tcp"}
    assert judged_in(Target(Key("s", "d"), "recorder", "h", options={"port": 22})) == {"recorder", "tcp"}


def test_a_stream_the_configuration_does_not_name_is_where_the_device_says():
    bare = Target(Key("s", "c"), "camera", "h", onvif="h:80")
    assert not can_look("picture", bare)
    found = with_stream(bare, {"stream_uri": "rtsp://h/main"})
    assert can_look("picture", found)
    assert found.rtsp == "rtsp://h/main"
    assert with_stream(camera("a"), {"stream_uri": "rtsp://h/other"}).rtsp == "rtsp://127.0.0.1/"
    assert with_stream(bare, {"stream_uri": "rtsp://h/user=***&password=***"}).rtsp == "", "nobody is called ***"


async def test_every_device_is_polled_within_one_interval():
    polled: set[str] = set()
    everyone = asyncio.Event()

    async def poll(key: Key, name: str) -> None:
        polled.add(f"{name} {key}")
        if len(polled) == 3:
            everyone.set()

    schedule = Schedule(poll, 0.2, on_skip=lambda probe: None)
    schedule.retarget([camera("a"), camera("b", onvif="127.0.0.1:80")], 0.2)
    schedule.start()
    await asyncio.wait_for(everyone.wait(), 30)
    await schedule.stop(1)
    assert polled == {"picture school/a", "picture school/b", "onvif school/b"}


async def test_a_single_camera_is_looked_at_at_once_however_long_the_interval():
    polled = asyncio.Event()

    async def poll(key: Key, name: str) -> None:
        polled.set()

    schedule = Schedule(poll, 3600.0, on_skip=lambda probe: None)
    schedule.retarget([camera("only")], 3600.0)
    schedule.start()
    await asyncio.wait_for(polled.wait(), 30)
    await schedule.stop(1)


async def test_a_look_still_under_way_is_a_counted_skip_not_a_second_look():
    running, skips = 0, 0
    skipped = asyncio.Event()
    release = asyncio.Event()

    async def poll(key: Key, name: str) -> None:
        nonlocal running
        running += 1
        await release.wait()

    def on_skip(probe: str) -> None:
        nonlocal skips
        skips += probe == "picture"
        skipped.set()

    schedule = Schedule(poll, 0.05, on_skip)
    schedule.retarget([camera("slow")], 0.05)
    schedule.start()
    await asyncio.wait_for(skipped.wait(), 30)
    assert (running, skips >= 1) == (1, True)
    release.set()
    await schedule.stop(1)


async def test_a_look_under_way_has_time_to_hang_up_when_the_daemon_ends(caplog):
    watching, hung_up = asyncio.Event(), False

    async def poll(key: Key, name: str) -> None:
        nonlocal hung_up
        watching.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            hung_up = True

    schedule = Schedule(poll, 0.1, on_skip=lambda probe: None)
    schedule.retarget([camera("gate")], 0.1)
    schedule.start()
    await asyncio.wait_for(watching.wait(), 30)
    await schedule.stop(2)
    assert hung_up
    assert not caplog.records  # a stop we asked for is no error


async def test_a_device_that_is_added_while_others_are_polled_is_polled_as_well():
    polled: set[str] = set()
    both = asyncio.Event()

    async def poll(key: Key, name: str) -> None:
        polled.add(key.device)
        if polled == {"a", "b"}:
            both.set()

    schedule = Schedule(poll, 0.1, on_skip=lambda probe: None)
    schedule.retarget([camera("a")], 0.1)
    schedule.start()
    schedule.retarget([camera("a"), camera("b")], 0.1)
    await asyncio.wait_for(both.wait(), 30)
    polled.clear()
    both.clear()
    schedule.replan()
    await asyncio.wait_for(both.wait(), 30)
    await schedule.stop(1)


async def test_a_removed_device_is_polled_no_more():
    schedule = Schedule(_ignore, 60, on_skip=lambda probe: None)
    schedule.retarget([camera("a"), camera("b")], 60)
    schedule.retarget([camera("b")], 60)
    assert set(schedule._jobs) == {"picture school/b"}
    assert [job.id for job in schedule._scheduler.get_jobs()] == ["picture school/b"]


async def test_another_interval_moves_every_job():
    schedule = Schedule(_ignore, 60, on_skip=lambda probe: None)
    schedule.retarget([camera("a")], 60)
    schedule.retarget([camera("a")], 30)
    (job,) = schedule._scheduler.get_jobs()
    assert job.trigger.interval.total_seconds() == 30


@pytest.mark.parametrize("set_by", [timedelta(days=-1), timedelta(hours=2)])
async def test_a_clock_that_was_set_stops_no_look_and_leaves_no_report_out(monkeypatch, set_by: timedelta):
    schedule = Schedule(_ignore, 60, on_skip=lambda probe: None)
    schedule._scheduler.start(paused=True)
    now = datetime.now(UTC)
    monkeypatch.setattr("monitor.schedule._now", lambda: now - set_by)  # what the clock said before it was set
    schedule.retarget([camera("a")], 60)
    schedule.at("report", "0 8 * * *", "UTC", _report)
    missed = now - timedelta(hours=1)
    schedule._scheduler.get_job("report").modify(next_run_time=missed if set_by > timedelta(0) else now - 2 * set_by)
    monkeypatch.setattr("monitor.schedule._now", lambda: now)
    schedule.replan()
    look, report = (schedule._scheduler.get_job(job).next_run_time for job in ("picture school/a", "report"))
    assert now <= look <= now + timedelta(seconds=60)
    assert report == missed if set_by > timedelta(0) else now < report <= now + timedelta(days=1)
    await schedule.stop(1)


async def _report() -> None:
    pass


async def _ignore(key: Key, name: str) -> None:
    pass
