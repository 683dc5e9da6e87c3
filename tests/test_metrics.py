"""/metrics: names, values, absence of the unknown, and its cost for everybody else in the event loop."""

import asyncio
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitor.board import Board, DeviceState
from monitor.metrics import Metrics, exposition, render_device
from monitor.metrics.exposition import AT_MOST, DeviceSeries
from monitor.metrics.reference import markdown
from monitor.metrics.table import DEVICE_METRICS, OWN_METRICS
from monitor.model import Fault, FaultKind, Finding, Key, Look, Outcome, Standing, Subject, Target, Verdict

NOON = datetime(2026, 3, 5, 12, tzinfo=UTC)
GATE = Key("school-3", "gate")
HOSTILE = 'a "quoted"\nback\\slash <b> =HYPERLINK("x") 大门'
PROMISED = """
cctv_probe_success cctv_probe_last_success_timestamp_seconds cctv_probe_last_attempt_timestamp_seconds
cctv_probe_duration_seconds cctv_fault_active cctv_verdict cctv_stream_frames_per_second
cctv_stream_receive_bytes_per_second cctv_stream_packet_loss_ratio cctv_device_clock_offset_seconds
cctv_recording_span_seconds cctv_recording_depth_seconds cctv_recording_required_seconds cctv_recording_coverage_ratio
cctv_recording_longest_gap_seconds cctv_recording_newest_timestamp_seconds cctv_recording_forecast_seconds
cctv_recording_checked_timestamp_seconds cctv_disk_healthy cctv_disk_size_bytes
cctv_inspection_last_completed_timestamp_seconds cctv_tickets_open cctv_ticket_outbox_pending
cctv_probes_abandoned_total cctv_schedule_skipped_total cctv_config_last_reload_successful cctv_build_info
"""

Series = dict[tuple[str, frozenset[tuple[str, str]]], float]


async def text_of(metrics: Metrics, board: Board) -> str:
    return b"".join([chunk async for chunk in metrics.render(board)]).decode()


def series(text: str) -> Series:
    """Every sample by name and labels, as Prometheus' own parser reads them."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def value(found: Series, name: str, key: Key = GATE, **labels: str) -> float | None:
    return found.get((name, frozenset({"site": key.site, "device": key.device, **labels}.items())))


def standing(
    probe: str, verdict: Verdict, fault: FaultKind | None = None, key: Key = GATE, **facts: object
) -> Standing:
    finding = Finding(key, probe, verdict, fault, "because", NOON, facts=facts)
    return Standing(Subject(key, probe), verdict, fault, NOON, "because", finding, bad=4 if fault else 0)


def look(probe: str, outcome: Outcome = Outcome.SEEN, at: datetime = NOON, **facts: object) -> Look:
    return Look(GATE, probe, at, 2.5, outcome, "because", facts, at if outcome is Outcome.SEEN else None)


def gate(looks: Iterable[Look] = (), standings: Iterable[Standing] = (), name: str = "Gate") -> Board:
    state = DeviceState(Target(GATE, "camera", "192.0.2.21", name=name))
    state.looks = {one.probe: one for one in looks}
    state.standings = {(one.subject.probe, one.subject.aspect): one for one in standings}
    return Board(devices={GATE: state})


def test_every_promised_name_is_in_the_table() -> None:
    assert set(PROMISED.split()) <= {metric.name for metric in (*DEVICE_METRICS, *OWN_METRICS)}


async def test_a_healthy_stream_in_base_units() -> None:
    stream = {"frames_per_second": 25.0, "bytes_per_second": 512_000.5, "loss_ratio": 0.001, "width": 1920}
    board = gate([look("picture", stream=stream)], [standing("picture", Verdict.OK)])
    found = series(await text_of(Metrics(), board))
    assert value(found, "cctv_stream_frames_per_second") == 25.0
    assert value(found, "cctv_stream_receive_bytes_per_second") == 512_000.5
    assert value(found, "cctv_stream_packet_loss_ratio") == 0.001
    assert value(found, "cctv_stream_width_pixels") == 1920
    assert value(found, "cctv_probe_success", probe="picture") == 1
    assert value(found, "cctv_probe_last_attempt_timestamp_seconds", probe="picture") == NOON.timestamp()
    assert [value(found, "cctv_verdict", verdict=v) for v in ("ok", "fault", "unknown")] == [1, 0, 0]


async def test_a_failed_look_says_why_in_one_of_few_words() -> None:
    board = gate([look("rtsp", Outcome.AUTH)], [standing("rtsp", Verdict.FAULT, FaultKind.AUTH_FAILED)])
    found = series(await text_of(Metrics(), board))
    assert value(found, "cctv_probe_success", probe="rtsp") == 0
    assert value(found, "cctv_probe_failure_info", probe="rtsp", reason="auth") == 1
    assert value(found, "cctv_probe_last_success_timestamp_seconds", probe="rtsp") is None
    assert value(found, "cctv_probe_consecutive_failures", probe="rtsp") == 4
    assert value(found, "cctv_fault_active", fault="auth_failed") == 1


async def test_recordings_are_told_in_seconds() -> None:
    facts = {
        "span_days": 15.5,
        "depth_days": 14.0,
        "required_days": 15.0,
        "coverage": 0.998,
        "longest_gap_seconds": 61.0,
        "newest": "2026-03-05T11:59:00+00:00",
        "forecast_days": 20,
    }
    found = series(await text_of(Metrics(), gate([], [standing("recording", Verdict.OK, **facts)])))
    assert value(found, "cctv_recording_span_seconds") == 15.5 * 86_400
    assert value(found, "cctv_recording_depth_seconds") == 14 * 86_400
    assert value(found, "cctv_recording_required_seconds") == 15 * 86_400
    assert value(found, "cctv_recording_coverage_ratio") == 0.998
    assert value(found, "cctv_recording_longest_gap_seconds") == 61
    assert value(found, "cctv_recording_newest_timestamp_seconds") == NOON.timestamp() - 60
    assert value(found, "cctv_recording_forecast_seconds") == 20 * 86_400
    assert value(found, "cctv_recording_checked_timestamp_seconds") == NOON.timestamp()


async def test_a_recorder_that_cannot_be_read_has_not_been_checked() -> None:
    unread = replace(standing("recording", Verdict.UNKNOWN, required_days=15.0), last_ok=NOON - timedelta(hours=3))
    found = series(await text_of(Metrics(), gate([], [unread])))
    assert value(found, "cctv_recording_checked_timestamp_seconds") == NOON.timestamp() - 3 * 3600
    never = series(await text_of(Metrics(), gate([], [standing("recording", Verdict.UNKNOWN)])))
    assert value(never, "cctv_recording_checked_timestamp_seconds") is None


@pytest.mark.parametrize("unknown", [None, float("nan"), float("inf"), "n/a", True, []])
async def test_what_is_not_known_has_no_series(unknown: object) -> None:
    facts = {"span_days": unknown, "coverage": unknown, "newest": unknown}
    board = gate(
        [
            look("picture", stream={"frames_per_second": unknown}),
            look("onvif", onvif={"clock_offset_seconds": unknown}),
        ],
        [standing("recording", Verdict.OK, **facts)],
    )
    names = {name for name, _ in series(await text_of(Metrics(), board))}
    assert not names & {
        "cctv_stream_frames_per_second",
        "cctv_device_clock_offset_seconds",
        "cctv_recording_span_seconds",
        "cctv_recording_coverage_ratio",
        "cctv_recording_newest_timestamp_seconds",
    }


STRANGE = [None, 0, -1.5, 10**400, float("nan"), "", "0001-01-01T00:00:00", "9999-12-31T23:59:59", "\ud800\n", [], {}]
STRANGE += [[[]], [{"id": {}, "status": []}], {"now": [1]}, {"phases": "x"}, {"id": 1}, True, "2026-13-01"]


@pytest.mark.parametrize("strange", STRANGE, ids=lambda strange: repr(strange)[:20])
async def test_facts_of_a_wrong_shape_cost_their_own_series_and_nothing_else(strange: object) -> None:
    """They are old, or from a device that lies: neither the scrape nor the daemon may end by them."""
    names = ("frames_per_second", "phases", "now", "span_days", "longest_gap_seconds", "oldest", "newest", "disks")
    names += ("clock_offset_seconds", "manufacturer", "model")
    parts = {"stream": {name: strange for name in names}, "picture": {"now": {"level": strange}}, "onvif": {}}
    for facts in (
        {name: strange for name in names},
        parts,
        {name: strange for name in parts},
        parts | {"onvif": parts},
    ):
        board = gate(
            [look("picture", **facts), look("onvif", onvif={name: strange for name in names})],
            [standing(probe, Verdict.OK, **facts) for probe in ("recorder", "recording")],
        )
        found = series(await text_of(Metrics(), board))
        assert value(found, "cctv_probe_success", probe="picture") == 1
        assert render_device(GATE, board.devices[GATE])


async def test_disks_of_a_recorder() -> None:
    disks = [
        {"id": "sda", "status": "ok", "size": 4e12, "smart_passed": True},
        {"id": "sdb", "status": "ok", "smart_passed": False},
        {"id": "sdc", "status": "failed"},
        {"id": "sdd", "status": "unknown", "size": None},
        {"id": "md0", "status": "ok", "read_only": True},
    ]
    board = gate([], [standing("recorder", Verdict.OK, disks=disks, clock_offset_seconds=-3.5)])
    found = series(await text_of(Metrics(), board))
    assert [value(found, "cctv_disk_healthy", disk=disk["id"]) for disk in disks] == [1, 0, 0, None, 0]
    assert value(found, "cctv_disk_size_bytes", disk="sda") == 4e12
    assert value(found, "cctv_disk_size_bytes", disk="sdd") is None
    assert value(found, "cctv_device_clock_offset_seconds") == -3.5


async def test_a_hostile_name_comes_back_unharmed_and_only_in_info() -> None:
    text = await text_of(Metrics(), gate(name=HOSTILE))
    labels = [dict(labels) for name, labels in series(text) if name == "cctv_device_info"]
    assert labels[0]["name"] == HOSTILE
    assert sum("HYPERLINK" in line for line in text.splitlines()) == 1


async def test_no_address_and_no_reason_is_ever_a_label() -> None:
    fault = standing("rtsp", Verdict.FAULT, FaultKind.UNREACHABLE)
    text = await text_of(Metrics(), gate([look("rtsp", Outcome.CONNECT_TIMEOUT)], [fault]))
    assert "192.0.2.21" not in text
    assert "because" not in text


async def test_a_change_shows_and_a_removed_camera_is_gone_at_the_next_scrape() -> None:
    metrics, board = Metrics(), gate([look("picture", stream={"frames_per_second": 25.0})])
    assert value(series(await text_of(metrics, board)), "cctv_stream_frames_per_second") == 25
    later = NOON + timedelta(minutes=1)
    board.devices[GATE].looks["picture"] = look("picture", at=later, stream={"frames_per_second": 7.0})
    assert value(series(await text_of(metrics, board)), "cctv_stream_frames_per_second") == 7
    board.devices[GATE].target = Target(GATE, "camera", "192.0.2.21", name="Main gate")
    assert 'name="Main gate"' in await text_of(metrics, board)
    del board.devices[GATE]
    assert 'device="gate"' not in await text_of(metrics, board)


async def test_what_changes_seldom_is_shown_anew_when_it_does_and_nothing_is_made_twice() -> None:
    metrics, board = Metrics(), gate([], [standing("recording", Verdict.OK, span_days=3.0)])
    assert value(series(await text_of(metrics, board)), "cctv_recording_span_seconds") == 3 * 86400
    (fragment,) = metrics._devices._fragments.values()
    assert not fragment.renew(board.devices[GATE])
    board.devices[GATE].standings["recording", ""] = standing("recording", Verdict.OK, span_days=4.0)
    assert value(series(await text_of(metrics, board)), "cctv_recording_span_seconds") == 4 * 86400


async def test_a_fault_is_there_while_it_stands_and_once_only() -> None:
    metrics, board = Metrics(), gate([], [standing("picture", Verdict.FAULT, FaultKind.FROZEN)])
    subject = Subject(GATE, "picture")
    board.faults["f1"] = Fault("f1", subject, FaultKind.FROZEN, NOON, NOON, "because")
    board.faults["f2"] = Fault(
        "f2", Subject(Key("depot", ""), "site"), FaultKind.SITE_UNREACHABLE, NOON, NOON, "because"
    )
    text = await text_of(metrics, board)
    assert text.count("cctv_fault_active{") == 2
    assert value(series(text), "cctv_fault_active", Key("depot", ""), fault="site_unreachable") == 1
    board.devices[GATE].standings["picture", ""] = standing("picture", Verdict.OK)
    board.faults.clear()
    assert "cctv_fault_active" not in await text_of(metrics, board)


async def test_how_far_each_fault_has_come_on_its_way_to_a_desk() -> None:
    board = gate()
    subject = Subject(GATE, "picture")
    fault = Fault("f1", subject, FaultKind.FROZEN, NOON, NOON, "because")
    board.faults = {
        "f1": fault,
        "f2": replace(fault, id="f2", kind=FaultKind.BLURRED, parent="f9"),
        "f3": replace(fault, id="f3", kind=FaultKind.DARK, excused="cleaning (Anna)", parent="f9"),
        "f4": replace(fault, id="f4", kind=FaultKind.NOISE, announced=NOON),
    }
    found = series(await text_of(Metrics(), board))
    states = {(labels["fault"], labels["state"]) for labels in stated(found)}
    assert states == {("frozen", "waiting"), ("blurred", "child"), ("dark", "excused"), ("noise", "announced")}


def stated(found: Series) -> list[dict[str, str]]:
    return [dict(labels) for name, labels in found if name == "cctv_fault_state"]


async def test_what_other_rooms_report() -> None:
    metrics = Metrics()
    metrics.look_done("picture", 0.3)
    metrics.look_failed("picture", "abandoned")
    metrics.look_failed("picture", "failed")
    metrics.look_failed("picture", "failed")
    metrics.look_skipped("overdue")
    metrics.reloaded(True, NOON)
    metrics.reloaded(False, NOON + timedelta(hours=1))
    metrics.tickets_open({"school-3": 2, "depot": 1})
    metrics.tickets_open({"depot": 1})
    metrics.outbox(0, None)
    metrics.store_errors(3)
    metrics.store_errors(3)
    metrics.decoder_restarts(2)
    metrics.maintenance([("school-3", "gate")])
    metrics.maintenance([("depot", "")])
    metrics.probe_intervals({"picture": 60.0})
    text = await text_of(metrics, Board(blind_since=NOON))
    found = {(name, *sorted(dict(labels).values())): number for (name, labels), number in series(text).items()}
    assert found["cctv_probe_duration_seconds_count", "picture"] == 1
    assert found["cctv_probes_abandoned_total", "picture"] == 1
    assert found["cctv_probes_failed_total", "picture"] == 2
    assert found["cctv_schedule_skipped_total", "overdue"] == 1
    assert found["cctv_config_last_reload_successful",] == 0
    assert found["cctv_config_last_reload_success_timestamp_seconds",] == NOON.timestamp()
    assert ("cctv_tickets_open", "school-3") not in found
    assert found["cctv_tickets_open", "depot"] == 1
    assert (
        found["cctv_ticket_outbox_oldest_timestamp_seconds",] != found["cctv_ticket_outbox_oldest_timestamp_seconds",]
    )
    assert found["cctv_store_errors_total",] == 3
    assert found["cctv_decoder_restarts_total",] == 2
    assert found["cctv_maintenance_active", "", "depot"] == 1
    assert ("cctv_maintenance_active", "gate", "school-3") not in found
    assert found["cctv_probe_interval_seconds", "picture"] == 60
    assert found["cctv_monitor_blind",] == 1
    assert ("cctv_probe_duration_seconds_created", "picture") not in found


def busy_board(devices: int) -> Board:
    board = Board()
    for number in range(devices):
        key = Key("site", f"camera-{number}")
        state = board.devices[key] = DeviceState(Target(key, "camera", "192.0.2.1", name=HOSTILE))
        state.looks["picture"] = look("picture", stream={"frames_per_second": 25.0, "loss_ratio": 0.0})
        state.standings["picture", ""] = standing("picture", Verdict.OK, key=key)
    return board


def promtool(text: str) -> tuple[int, bytes]:
    """Exit code and complaints of the real ``promtool check metrics``."""
    command = ["promtool", "check", "metrics"]
    checked = subprocess.run(
        command, input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    return checked.returncode, checked.stdout


async def test_promtool_finds_nothing_to_complain_about() -> None:
    metrics, board = Metrics(), busy_board(3)
    board.devices[GATE] = gate(
        [
            look("rtsp", Outcome.AUTH),
            look("onvif", onvif={"clock_offset_seconds": 1.0}),
        ],
        [
            standing("rtsp", Verdict.FAULT, FaultKind.AUTH_FAILED),
            standing("recording", Verdict.OK, span_days=3.0, coverage=1.0),
            standing("recorder", Verdict.OK, disks=[{"id": "a", "status": "ok", "size": 1}]),
        ],
    ).devices[GATE]
    metrics.look_done("picture", 1.0)
    text = await text_of(metrics, board)
    assert promtool(text) == (0, b"")


async def test_the_text_of_one_device_alone() -> None:
    board = gate([look("rtsp", Outcome.AUTH)], [standing("rtsp", Verdict.FAULT, FaultKind.AUTH_FAILED)])
    alone = series(render_device(GATE, board.devices[GATE]).decode())
    whole = series(await text_of(Metrics(), board))
    assert alone == {name: number for name, number in whole.items() if name in alone}
    assert value(alone, "cctv_fault_active", fault="auth_failed") == 1


async def test_a_large_scrape_leaves_the_event_loop_to_others() -> None:
    board, metrics, turns = busy_board(2_000), Metrics(), 0

    async def others() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    busy = asyncio.create_task(others())
    await text_of(metrics, board)
    busy.cancel()
    assert turns > 5, "the scrape ran in one piece"


async def test_a_scrape_after_everything_changed_at_once_is_bounded_and_the_upkeep_brings_the_rest() -> None:
    """Each device stays in the text; those beyond the bound show what they showed a moment ago."""
    metrics, board = Metrics(), busy_board(AT_MOST + 50)
    await metrics.prepare(board)
    for state in board.devices.values():
        state.looks["picture"] = look("picture", stream={"frames_per_second": 7.0})
    text = await text_of(metrics, board)
    rates = [line.rpartition(" ")[2] for line in text.splitlines() if line.startswith("cctv_stream_frames_per_s")]
    assert (rates.count("7.0"), rates.count("25.0")) == (AT_MOST, 50)
    await metrics.prepare(board)
    assert (await text_of(metrics, board)).count("} 25.0\n") == 0


async def test_a_device_that_comes_is_shown_and_one_that_goes_is_gone_however_much_changed() -> None:
    metrics, board = Metrics(), busy_board(AT_MOST + 50)
    await metrics.prepare(board)
    for state in board.devices.values():
        state.looks["picture"] = look("picture", stream={"frames_per_second": 7.0})
    gone = next(reversed(board.devices))
    del board.devices[gone]
    board.devices[GATE] = gate().devices[GATE]
    text = await text_of(metrics, board)
    assert 'device="gate"' in text
    assert f'device="{gone.device}"' not in text


async def test_the_text_is_kept_ready_beside_the_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exposition, "READY_SECONDS", 0.001)
    series_of = DeviceSeries()
    board = busy_board(1)
    upkeep = asyncio.create_task(series_of.keep_ready(board))
    await until(lambda: any("} 25.0" in line for one in series_of._fragments.values() for line in one.lines))
    board.devices.clear()
    await until(lambda: not series_of._fragments)
    upkeep.cancel()


async def until(there: Callable[[], bool]) -> None:
    for _ in range(10_000):
        if there():
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it never came to that")


def test_the_reference_page_is_current() -> None:
    page = Path(__file__).parents[1] / "docs/reference/metrics.md"
    assert page.read_text(encoding="utf-8") == markdown(), (
        "write it anew: python -m monitor.metrics.reference docs/reference/metrics.md"
    )
