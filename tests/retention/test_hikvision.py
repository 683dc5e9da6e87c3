"""A Hikvision recorder is read over ISAPI past every trap, and what cannot be trusted is said, not guessed."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from hik import DAY, HOUR, files, look, now, recorder, target, verdicts
from hik_times import convert

from monitor.model import Evidence, Outcome
from monitor.simulator.isapi import IsapiChannel


def unread(evidence: Evidence) -> str:
    assert evidence.recordings is not None
    return evidence.recordings.channels[0].unread


async def test_sixteen_whole_days_are_ok():
    async with recorder() as nvr:
        wanted = target(nvr)
        evidence = await look(wanted)
    assert evidence.outcome is Outcome.SEEN
    assert verdicts(wanted, evidence) == {
        "nvr": ("ok", None),
        "nvr clock": ("ok", None),
        "nvr disk:hdd1": ("ok", None),
        "cam1": ("ok", None),
    }


@pytest.mark.parametrize(
    ("segments", "verdict"),
    [
        (lambda t: files(t, holes=[(t - 5 * DAY, t - 4 * DAY)]), ("fault", "recording_gap")),
        (lambda t: files(t, holes=[(t - 5 * DAY, t - 5 * DAY + HOUR)]), ("fault", "recording_gap")),
        (lambda t: files(t, holes=[(t - 5 * DAY, t - 5 * DAY + 600)]), ("ok", None)),
        (lambda t: files(t, holes=[(t - 3 * DAY, t)]), ("fault", "recording_stopped")),
        (lambda t: files(t, days=9), ("fault", "retention_short")),
        (lambda t: [], ("fault", "recording_stopped")),
    ],
    ids=["a day missing", "an hour missing", "ten minutes missing", "stopped 3 days ago", "9 days only", "nothing"],
)
async def test_what_is_missing_is_named_and_the_other_camera_is_well(segments, verdict):
    async with recorder(IsapiChannel(1, segments(now())), IsapiChannel(2, files(now()))) as nvr:
        wanted = target(nvr, "1", "2")
        found = verdicts(wanted, await look(wanted))
    assert found["cam1"] == verdict
    assert found["cam2"] == ("ok", None)


async def test_a_gap_lies_where_it_was_and_sizes_come_along():
    begin = now() - 5 * DAY
    async with recorder(IsapiChannel(1, files(now(), holes=[(begin, begin + HOUR)]))) as nvr:
        segments = (await look(target(nvr))).recordings.channels[0].segments
    before = max(one.end for one in segments if one.start < begin)
    after = min(one.start for one in segments if one.start > before)
    assert (before, after) == (pytest.approx(begin, abs=1), pytest.approx(begin + HOUR, abs=1))
    rate = sum(one.size for one in segments) / sum(one.end - one.start for one in segments)
    assert rate == pytest.approx(200_000_000 / HOUR, rel=0.02)


@pytest.mark.parametrize("times", ["local", "utc"])
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "UTC"])
async def test_local_times_marked_z_and_true_utc_are_told_apart(times: str, zone: str):
    async with recorder(times=times, timezone=zone) as nvr:
        wanted = replace(target(nvr), timezone=zone)
        evidence = await look(wanted)
    assert verdicts(wanted, evidence)["cam1"] == ("ok", None)
    newest = max(one.end for one in evidence.recordings.channels[0].segments)
    assert newest == pytest.approx(now(), abs=5)


async def test_the_way_times_are_written_is_remembered_when_nothing_is_recorded_any_more():
    """Stopped eight hours ago in a zone eight hours ahead: the digits of the last recording read as now in UTC."""
    async with recorder() as nvr:
        wanted = target(nvr)
        memory = (await look(wanted)).memory
        nvr.channels[0].segments = files(now(), holes=[(now() - 8 * HOUR, now())])
        for _ in range(3):
            evidence = await look(wanted, memory)
            memory = evidence.memory
            assert evidence.facts["times"] == "local"
            assert verdicts(wanted, evidence)["cam1"] == ("fault", "recording_stopped")


async def test_a_firmware_that_changes_its_mind_about_times_is_followed():
    async with recorder(IsapiChannel(1, files(now() - 2 * HOUR))) as nvr:
        wanted = target(nvr)
        memory = (await look(wanted)).memory
        nvr.times = "utc"
        for ahead in (0.0, 5.0, 10.0, 15.0):
            nvr.channels[0].segments = files(now() + ahead)
            evidence = await look(wanted, memory)
            memory = evidence.memory
    assert evidence.facts["times"] == "utc"
    assert verdicts(wanted, evidence)["cam1"] == ("ok", None)


@pytest.mark.parametrize("hours", [-2, 8])
async def test_a_wrong_clock_is_its_own_fault_and_never_a_false_gap(hours: float):
    async with recorder(clock_offset=hours * HOUR) as nvr:
        wanted = target(nvr)
        evidence = await look(wanted)
    found = verdicts(wanted, evidence)
    assert found["nvr clock"] == ("fault", "recorder_clock_drift")
    assert found["cam1"] == ("ok", None)
    assert evidence.recordings.clock_offset == pytest.approx(hours * HOUR, abs=3)


async def test_days_read_before_the_clock_jumped_keep_their_times():
    async with recorder(fault="no_index") as nvr:
        wanted = target(nvr)
        memory = (await look(wanted)).memory
        nvr.clock_offset = HOUR
        nvr.channels[0].segments = files(now(), days=0.5)
        evidence = await look(wanted, memory)
    segments = evidence.recordings.channels[0].segments
    assert min(one.start for one in segments) < now() - 15 * DAY
    assert evidence.recordings.clock_offset == pytest.approx(HOUR, abs=3)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("more_for_ever", "gives nothing new"),
        ("more_and_empty", "gives nothing new"),
        ("repeated_page", "gives nothing new"),
        ("first_page_only", "gives nothing new"),
        ("foreign_track", "another one"),
        ("impossible_times", "usable times"),
        ("search_500", "failed"),
    ],
)
async def test_a_search_that_lies_is_unknown_and_ends(fault: str, words: str):
    async with recorder(fault=fault) as nvr:
        wanted = target(nvr, times="local")
        evidence = await look(wanted)
    assert evidence.outcome is Outcome.INCOMPLETE
    assert words in unread(evidence)
    assert verdicts(wanted, evidence)["cam1"] == ("unknown", None)
    assert nvr.requests["/ISAPI/ContentMgmt/search"] < 60


async def test_a_recorder_that_fails_at_wide_windows_is_asked_day_by_day_from_then_on():
    async with recorder(fault="wide_500") as nvr:
        wanted = target(nvr)
        evidence = await look(wanted)
        assert verdicts(wanted, evidence)["cam1"] == ("ok", None)
        failed = nvr.requests["/ISAPI/ContentMgmt/search"]
        again = await look(wanted, evidence.memory)
    assert again.outcome is Outcome.SEEN
    assert nvr.requests["/ISAPI/ContentMgmt/search"] - failed < 12


async def test_a_capped_search_is_asked_again_in_narrower_windows(monkeypatch):
    monkeypatch.setattr("monitor.retention.hikvision.search.MOST", 200)
    async with recorder(fault="cap_4000", most=200) as nvr:
        wanted = target(nvr)
        assert verdicts(wanted, await look(wanted))["cam1"] == ("ok", None)


async def test_a_day_with_more_recordings_than_the_recorder_tells_is_unknown(monkeypatch):
    monkeypatch.setattr("monitor.retention.hikvision.search.MOST", 20)
    async with recorder(fault="cap_4000", most=20) as nvr:
        evidence = await look(target(nvr, times="local"))
    assert "more than the recorder tells" in unread(evidence)


@pytest.mark.parametrize("fault", ["total", "ok_for_ever", "dialect"])
async def test_whatever_the_number_of_matches_counts_and_however_the_answer_is_dressed_all_pages_are_read(fault: str):
    async with recorder(fault=fault) as nvr:
        wanted = target(nvr)
        assert verdicts(wanted, await look(wanted))["cam1"] == ("ok", None)


async def test_the_misspelt_element_is_sent_and_one_search_id_serves_all_pages_of_one_search_only():
    async with recorder() as nvr:
        await look(target(nvr, times="local"))
    bodies = [request.body.decode() for request in nvr.sent if request.path.endswith("/search")]
    assert all("<searchResultPostion>" in body for body in bodies)
    ids = [body.partition("<searchID>")[2][:36] for body in bodies]
    firsts = [body.count("<searchResultPostion>0<") for body in bodies]
    assert len(set(ids)) == sum(firsts) >= 1


async def test_an_index_that_knows_days_which_the_search_hides_is_unknown():
    segments = files(now(), holes=[(now() - 6 * DAY, now() - 3 * DAY)])
    async with recorder(IsapiChannel(1, segments), fault="index_lies") as nvr:
        wanted = target(nvr)
        evidence = await look(wanted)
    assert "day index" in unread(evidence)
    assert verdicts(wanted, evidence)["cam1"] == ("unknown", None)


async def test_days_deleted_meanwhile_are_noticed_in_the_next_look():
    async with recorder() as nvr:
        wanted = target(nvr)
        memory = (await look(wanted)).memory
        nvr.channels[0].segments = files(now(), holes=[(now() - 9 * DAY, now() - 6 * DAY)])
        evidence = await look(wanted, memory)
    assert verdicts(wanted, evidence)["cam1"] == ("fault", "recording_gap")


@pytest.mark.parametrize("fault", ["no_index", "old_firmware"])
async def test_what_old_firmware_does_not_know_is_done_without(fault: str):
    async with recorder(fault=fault) as nvr:
        wanted = target(nvr)
        evidence = await look(wanted)
    assert evidence.outcome is Outcome.SEEN
    assert verdicts(wanted, evidence)["cam1"] == ("ok", None)


async def test_closed_days_come_from_memory():
    async with recorder(IsapiChannel(1, files(now(), seconds=900.0))) as nvr:
        wanted = target(nvr)
        evidence = await look(wanted)
        cold = nvr.requests.total()
        nvr.requests.clear()
        again = await look(wanted, evidence.memory)
    assert verdicts(wanted, again)["cam1"] == ("ok", None)
    assert nvr.requests.total() < cold / 2
    assert len(again.memory) < 2000


async def test_a_look_that_runs_out_of_time_goes_on_in_the_next():
    channels = [IsapiChannel(number, files(now())) for number in range(1, 4)]
    async with recorder(*channels) as nvr:
        wanted = target(nvr, "1", "2", "3", request_pause=0.06)
        evidence = await look(wanted, seconds=4.0)
        assert evidence.outcome is Outcome.INCOMPLETE
        assert verdicts(wanted, evidence)["cam3"] == ("unknown", None)
        for _ in range(8):
            evidence = await look(wanted, evidence.memory, seconds=6.0)
            if evidence.outcome is Outcome.SEEN:
                break
    assert verdicts(wanted, evidence)["cam3"] == ("ok", None)


@pytest.mark.parametrize("fault", ["doctype", "html"])
async def test_answers_that_are_no_plain_xml_are_refused(fault: str):
    async with recorder(fault=fault) as nvr:
        evidence = await look(target(nvr))
    assert evidence.outcome is Outcome.PROTOCOL
    assert evidence.recordings is None


async def test_a_recorder_that_accepts_and_never_answers_is_unreachable():
    async with recorder(misbehaviour="silent") as nvr:
        wanted = target(nvr)
        evidence = await look(wanted, seconds=1.0)
    assert evidence.outcome is Outcome.TIMEOUT
    assert verdicts(wanted, evidence)["nvr"] == ("fault", "recorder_unreachable")


async def test_a_recorder_slower_than_any_deadline_is_unknown_and_ends():
    async with recorder(misbehaviour="drip") as nvr:
        wanted = target(nvr)
        evidence = await look(wanted, seconds=1.5)
    assert evidence.seconds < 10
    assert verdicts(wanted, evidence)["cam1"] == ("unknown", None)


async def test_a_busy_recorder_is_not_pressed():
    async with recorder(fault="busy") as nvr:
        evidence = await look(target(nvr))
    assert evidence.outcome is Outcome.BUSY
    assert nvr.requests.total() < 5


async def test_summer_time_makes_no_gap_and_no_double_hour():
    """Files across both changes of New York, written in local time and called UTC."""
    for start in ("2026-03-07T00:00:00", "2026-10-31T00:00:00"):
        stretches = convert("America/New_York", start, timedelta(days=3), 900.0)
        assert all(abs(end - begin - 900.0) < 1 for begin, end in stretches)
        assert all(abs(begin - end) < 1 for (_, end), (begin, _) in itertools.pairwise(stretches))
