"""Blame as stories: who is down, minute by minute, and what a repair desk hears of it."""

import itertools
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from monitor.blame import Notice, Rules, Scene, blindness, follow, groups, notices, settle
from monitor.model import (
    Change,
    Fault,
    FaultKind,
    Finding,
    Key,
    Standing,
    Subject,
    Target,
    Transition,
    Verdict,
    Window,
)

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SITE = "school"


def camera(name: str, recorder: str = "", host: str = "", parent: str = "") -> Target:
    return Target(Key(SITE, name), "camera", host or f"host-{name}", recorder=recorder, parent=parent)


def recorder(name: str, host: str = "") -> Target:
    return Target(Key(SITE, name), "recorder", host or f"host-{name}")


class Story:
    """The desk's view: call ``down``, ``up``, ``wait``; read ``heard``."""

    def __init__(self, *targets: Target, rules: Rules | None = None) -> None:
        self.targets = {target.key: target for target in targets}
        self.rules = rules or Rules()
        self.now = START
        self.faults: dict[str, Fault] = {}
        self.standings: dict[Key, dict[Subject, Standing]] = {}
        self.windows: tuple[Window, ...] = ()
        self.blind = False
        self.heard: list[Notice] = []
        self.ids = (f"f{number}" for number in itertools.count(1))

    @property
    def scene(self) -> Scene:
        known = (self.targets, self.standings, self.windows, self.blind, self.rules, groups(self.targets))
        return Scene(self.now, *known)

    def down(
        self,
        *names: str,
        kind: FaultKind = FaultKind.UNREACHABLE,
        change: Change = Change.RAISED,
        probe: str = "",
    ) -> "Story":
        for name in names:
            self._tell(name, kind, Verdict.FAULT, change, probe)
        return self.settle()

    def up(self, *names: str) -> "Story":
        for name in names:
            self._tell(name, None, Verdict.OK, Change.CLEARED)
        return self.settle()

    def suspect(self, name: str, kind: FaultKind = FaultKind.UNREACHABLE) -> "Story":
        """One bad look that confirms nothing yet."""
        key = Key(SITE, name)
        subject = Subject(key, "rtsp")
        finding = Finding(key, "rtsp", Verdict.FAULT, kind, "silent", self.now)
        self.standings[key] = {subject: Standing(subject, Verdict.OK, None, START, "fine", finding, bad=1)}
        return self

    def go_blind(self, blind: bool) -> "Story":
        self.blind = blind
        self._follow(blindness(blind, "no network here", self.now))
        return self.settle()

    def wait(self, minutes: float, step: float = 0.5) -> "Story":
        for _ in range(int(minutes / step)):
            self.now += timedelta(minutes=step)
            self.settle()
        return self

    def settle(self) -> "Story":
        self._take(settle(self.faults, self.scene, self.ids))
        return self

    def opened(self) -> list[tuple[str, FaultKind]]:
        return [
            (self.faults[n.fault].subject.key.device, self.faults[n.fault].kind)
            for n in self.heard
            if n.action == "open"
        ]

    def actions(self) -> list[str]:
        return [notice.action for notice in self.heard]

    def fault(self, name: str) -> Fault:
        return next(fault for fault in self.faults.values() if fault.subject.key.device == name)

    def children(self, name: str) -> int:
        parent = self.fault(name).id
        return sum(fault.parent == parent for fault in self.faults.values())

    def _tell(self, name: str, kind: FaultKind | None, verdict: Verdict, change: Change, probe: str = "") -> None:
        key = Key(SITE, name)
        probe = probe or ("recorder" if name.startswith("nvr") else "rtsp")
        subject = Subject(key, probe)
        finding = Finding(key, probe, verdict, kind, "it answers" if kind is None else "silent", self.now)
        self.standings.setdefault(key, {})[subject] = Standing(
            subject, verdict, kind, self.now, finding.reason, finding
        )
        self._follow(Transition(subject, change, self.now, finding, self.now - timedelta(minutes=2)))

    def _follow(self, transition: Transition) -> None:
        fault = follow(self.faults, transition, self.scene, self.ids)
        self._take({fault.id: fault} if fault else {})

    def _take(self, changed: dict[str, Fault]) -> None:
        self.heard += notices(self.faults, changed)
        self.faults = {**self.faults, **changed}


def cameras(number: int, **more: str) -> list[Target]:
    return [camera(f"c{n}", **more) for n in range(number)]


def names(targets: Iterable[Target]) -> list[str]:
    return [target.key.device for target in targets]


@pytest.mark.parametrize("hours", [-24, 24])
def test_a_clock_that_was_set_holds_up_neither_the_ticket_nor_its_end(hours: int) -> None:
    story = Story(camera("gate"), camera("yard"), camera("hall")).down("gate")
    story.now += timedelta(hours=hours)
    assert story.wait(2).actions() == ["open"]
    fault = story.up("gate").fault("gate")
    assert story.wait(1).actions() == ["open", "resolve"]
    assert fault.cleared is not None
    assert fault.cleared >= fault.opened


def test_a_clock_set_back_while_a_fault_comes_and_goes_leaves_it_no_day_longer() -> None:
    story = Story(camera("gate"), camera("yard"), rules=Rules(flaps=2))
    story.down("gate").wait(2)
    story.up("gate").down("gate").up("gate")
    assert story.fault("gate").calm_since == story.now
    story.now -= timedelta(days=1)
    assert story.wait(1).actions()[-1] == "resolve"


def test_two_that_hang_on_one_another_do_not_explain_one_another_away() -> None:
    pair = [replace(recorder("nvr-a"), parent="nvr-b"), replace(recorder("nvr-b"), parent="nvr-a")]
    story = Story(*pair).down("nvr-a", "nvr-b", kind=FaultKind.RECORDER_UNREACHABLE).wait(20)
    assert len(story.opened()) == 1
    assert sorted(fault.parent for fault in story.faults.values()) == ["", story.heard[0].fault]


def test_who_joins_a_cause_that_was_told_already_is_named_in_one_comment() -> None:
    behind = cameras(3, recorder="nvr", host="host-nvr")
    story = Story(recorder("nvr"), *behind).down("nvr", kind=FaultKind.RECORDER_UNREACHABLE).wait(2)
    assert story.actions() == ["open"]
    story.wait(1)
    for name in names(behind):
        story._tell(name, FaultKind.UNREACHABLE, Verdict.FAULT, Change.RAISED)
    story.settle().wait(5)
    joined = "hangs on this as well: c0 (unreachable), c1 (unreachable), c2 (unreachable)"
    assert [(notice.action, notice.text) for notice in story.heard[1:]] == [("comment", joined)]


BEHIND = cameras(4, parent="switch-1")
BESIDE = [camera(f"other{n}") for n in range(12)]


def test_all_behind_a_switch_that_nobody_looks_at_are_one_fault_of_the_switch() -> None:
    story = Story(*BEHIND, *BESIDE).down(*names(BEHIND)).wait(5)
    assert story.opened() == [("switch-1", FaultKind.UNREACHABLE)]
    assert story.heard[0].text.startswith(
        "all 4 devices behind it stopped answering at once; with it: c0 (unreachable)"
    )
    assert story.children("switch-1") == 4
    story.up(*names(BEHIND[:2])).wait(0.5)
    assert story.actions() == ["open", "resolve"]
    assert story.heard[-1].text == "2 of 4 devices behind it answer again"
    assert story.wait(11).opened()[1:] == [("c2", FaultKind.UNREACHABLE), ("c3", FaultKind.UNREACHABLE)]


def test_three_of_four_behind_a_switch_are_faults_of_their_own() -> None:
    story = Story(*BEHIND, *BESIDE).down(*names(BEHIND[:3])).wait(20)
    assert sorted(story.opened()) == [(name, FaultKind.UNREACHABLE) for name in ("c0", "c1", "c2")]


def test_a_whole_site_that_is_gone_is_told_as_the_site_not_as_its_switch() -> None:
    everybody = [*BEHIND, *BESIDE]
    story = Story(*everybody).down(*names(everybody)).wait(20)
    assert story.opened() == [("", FaultKind.SITE_UNREACHABLE)]


@pytest.mark.parametrize("kind", [FaultKind.ONVIF_FAILED, FaultKind.AUTH_FAILED])
def test_a_refused_login_is_one_ticket_whatever_else_needs_that_login(kind: FaultKind) -> None:
    story = Story(camera("gate"), camera("yard")).down("gate", kind=FaultKind.AUTH_FAILED)
    story.now += timedelta(seconds=20)
    story.down("gate", kind=kind, probe="onvif").wait(10)
    assert story.opened() == [("gate", FaultKind.AUTH_FAILED)]
    assert [fault.parent for fault in story.faults.values()] == ["", "f1"]


def test_one_camera_down_is_told_once_after_the_time_to_settle() -> None:
    story = Story(camera("gate"), camera("yard")).down("gate")
    assert story.heard == []
    assert story.wait(1).heard == []
    story.wait(60)
    assert story.heard == [Notice("f1", "open", "silent")]


def test_a_fault_that_ends_before_it_was_told_is_never_told() -> None:
    assert Story(camera("gate"), camera("yard")).down("gate").wait(1).up("gate").wait(60).heard == []


def test_seen_ok_again_resolves_with_the_words_of_the_evidence() -> None:
    story = Story(camera("gate"), camera("yard")).down("gate").wait(5).up("gate")
    assert story.heard[-1] == Notice("f1", "resolve", "it answers")


def test_sixty_four_cameras_behind_one_dead_recorder_are_one_fault_with_64_children() -> None:
    behind = cameras(64, recorder="nvr-1")
    story = Story(recorder("nvr-1"), *behind, camera("other"))
    for name in names(behind):
        story.down(name).wait(1 / 60, step=1 / 60)  # a second apart
    story.down("nvr-1", kind=FaultKind.RECORDER_UNREACHABLE).wait(30)
    assert story.opened() == [("nvr-1", FaultKind.RECORDER_UNREACHABLE)]
    assert story.children("nvr-1") == 64
    assert "c0 (unreachable), c1 (unreachable)" in story.heard[0].text
    assert "and 44 more" in story.heard[0].text


def test_cameras_wait_for_a_recorder_that_was_last_seen_silent_too() -> None:
    behind = cameras(3, recorder="nvr-1")
    story = Story(recorder("nvr-1"), *behind, *[camera(f"x{n}") for n in range(9)]).suspect("nvr-1")
    story.down(*names(behind)).wait(8)
    assert story.heard == []
    story.down("nvr-1", kind=FaultKind.RECORDER_UNREACHABLE).wait(30)
    assert story.opened() == [("nvr-1", FaultKind.RECORDER_UNREACHABLE)]


def test_a_suspicion_that_is_never_confirmed_holds_up_a_site_for_a_quarter_of_an_hour() -> None:
    behind = cameras(8, recorder="nvr-1")
    story = Story(recorder("nvr-1"), *behind).suspect("nvr-1").down(*names(behind))
    assert story.wait(14).heard == []
    assert story.wait(2).opened() == [("", FaultKind.SITE_UNREACHABLE)]


def test_a_camera_with_an_address_of_its_own_is_not_blamed_on_its_recorder_when_the_others_live() -> None:
    behind = cameras(8, recorder="nvr-1")
    story = Story(recorder("nvr-1"), *behind)
    story.down("nvr-1", kind=FaultKind.RECORDER_UNREACHABLE).down("c3").wait(5)
    assert [device for device, _ in story.opened()] == ["nvr-1", "c3"]


def test_a_camera_reached_through_its_recorder_always_hangs_on_it() -> None:
    behind = cameras(8, recorder="nvr-1", host="host-nvr-1")
    story = Story(recorder("nvr-1"), *behind)
    story.down("nvr-1", kind=FaultKind.RECORDER_UNREACHABLE).down("c3", kind=FaultKind.NO_STREAM).wait(60)
    assert [device for device, _ in story.opened()] == ["nvr-1"]


def test_a_dead_switch_carries_the_cameras_behind_it() -> None:
    behind = cameras(3, parent="switch")
    story = Story(camera("switch"), *behind, *[camera(f"x{n}") for n in range(9)])
    story.down("c0", "c1", "c2").down("switch").wait(30)
    assert story.opened() == [("switch", FaultKind.UNREACHABLE)]
    assert story.children("switch") == 3


@pytest.mark.parametrize(("number", "dead"), [(2, 2), (8, 8), (10, 7), (64, 60)])
def test_many_cameras_of_a_site_at_once_are_one_fault_of_the_site(number: int, dead: int) -> None:
    story = Story(*cameras(number))
    for name in names(cameras(dead)):
        story.down(name).wait(1 / 60, step=1 / 60)
    story.wait(60)
    assert story.opened() == [("", FaultKind.SITE_UNREACHABLE)]
    assert story.children("") == dead


def test_a_site_is_told_as_soon_as_its_first_camera_would_be() -> None:
    story = Story(*cameras(8)).down("c0").wait(0.5).down(*names(cameras(8))[1:]).wait(0.5)
    assert story.heard == []
    assert story.wait(0.5).opened() == [("", FaultKind.SITE_UNREACHABLE)]


@pytest.mark.parametrize(("number", "dead"), [(1, 1), (3, 2), (10, 6), (6, 4)])
def test_fewer_are_faults_of_their_own(number: int, dead: int) -> None:
    story = Story(*cameras(number)).down(*names(cameras(dead))).wait(60)
    assert [kind for _, kind in story.opened()] == [FaultKind.UNREACHABLE] * dead


def test_one_that_is_excused_does_not_make_the_others_a_site() -> None:
    story = Story(*cameras(10))
    story.windows = (Window(SITE, "c0", START, None, "lens", "Li Na"),)
    story.down(*names(cameras(7))).wait(60)
    assert len(story.opened()) == 6
    assert ("", FaultKind.SITE_UNREACHABLE) not in story.opened()


def test_cameras_that_died_over_weeks_are_not_a_site_gone_at_once() -> None:
    story = Story(*cameras(7))
    for name in names(cameras(7)):
        story.down(name).wait(60, step=5)
    assert story.opened() == [(name, FaultKind.UNREACHABLE) for name in names(cameras(7))]


def test_one_dead_long_before_keeps_its_ticket_when_the_site_goes() -> None:
    story = Story(*cameras(8)).down("c0").wait(60)
    story.down(*names(cameras(8))[1:]).wait(60)
    assert [device for device, _ in story.opened()] == ["c0", ""]


def test_a_recorder_that_still_answers_points_at_the_switch_of_the_cameras() -> None:
    story = Story(recorder("nvr-1"), *cameras(8)).up("nvr-1").down(*names(cameras(8))).wait(2)
    assert "nvr-1 still answers" in story.heard[0].text


def test_when_the_cause_clears_what_still_fails_after_ten_minutes_is_told() -> None:
    story = Story(*cameras(8)).down(*names(cameras(8))).wait(30)
    story.up(*names(cameras(8))[1:]).wait(9)
    assert story.actions() == ["open", "resolve"]
    story.wait(3)
    assert story.opened()[1:] == [("c0", FaultKind.UNREACHABLE)]


def test_a_site_clears_by_cameras_seen_to_answer_not_by_silence_about_them() -> None:
    story = Story(*cameras(8)).down(*names(cameras(8))).wait(600, step=5)
    assert story.actions() == ["open"]
    assert story.up("c0", "c1", "c2").actions() == ["open"]
    assert story.up("c3").actions() == ["open", "resolve"]


def test_the_same_fault_within_a_day_is_the_same_job() -> None:
    story = Story(camera("gate"), camera("yard")).down("gate").wait(5).up("gate").wait(600, step=5).down("gate").wait(5)
    assert story.actions() == ["open", "resolve", "open"]
    assert {notice.fault for notice in story.heard} == {"f1"}
    assert "back for the 1. time" in story.heard[-1].text


def test_the_same_fault_after_more_than_a_day_is_a_new_job() -> None:
    story = Story(camera("gate"), camera("yard")).down("gate").wait(5).up("gate").wait(25 * 60, step=30)
    story.down("gate").wait(5)
    assert [notice.fault for notice in story.heard] == ["f1", "f1", "f2"]


def test_flapping_is_one_fault_that_says_so_and_clears_only_after_a_calm_time() -> None:
    story = Story(camera("gate"), camera("yard"))
    for _ in range(6):
        story.down("gate").wait(4).up("gate").wait(4)
    assert len(story.faults) == 1
    assert story.fault("gate").flapping
    assert story.actions() == ["open", "resolve", "open", "resolve", "open", "resolve", "open"]
    assert "it comes and goes" in story.heard[-1].text
    assert story.wait(20).actions()[-1] == "open"
    assert story.wait(10).actions()[-1] == "resolve"


def test_a_fault_that_changes_its_kind_is_one_job_with_a_comment() -> None:
    story = Story(camera("gate"), camera("yard")).down("gate").wait(5)
    story.down("gate", kind=FaultKind.AUTH_FAILED, change=Change.CHANGED).wait(5)
    assert story.actions() == ["open", "comment"]
    assert "auth_failed" in story.heard[-1].text


def test_in_a_maintenance_window_nothing_is_told_and_afterwards_what_still_fails_is() -> None:
    story = Story(camera("gate"), camera("yard"))
    until = START + timedelta(hours=1)
    story.windows = (Window(SITE, "", START, until, "new switch", "Li Na"),)
    story.down("gate").wait(50)
    assert story.heard == []
    assert story.fault("gate").excused == "new switch (Li Na)"
    story.wait(9)
    assert story.heard == []
    assert story.wait(10).actions() == ["open"]


def test_a_window_of_one_device_excuses_no_other() -> None:
    story = Story(camera("gate"), camera("yard"), camera("hall"))
    story.windows = (Window(SITE, "gate", START, None, "lens", "Li Na"),)
    assert story.down("gate", "yard").wait(60).opened() == [("yard", FaultKind.UNREACHABLE)]


def test_the_window_of_a_switch_excuses_all_behind_it() -> None:
    story = Story(*cameras(4, parent="switch-1"), camera("hall"), camera("yard"))
    story.windows = (Window(SITE, "switch-1", START, None, "new switch", "Li Na"),)
    assert story.down("c0", "hall").wait(60).opened() == [("hall", FaultKind.UNREACHABLE)]
    assert story.down("c1", "c2", "c3").wait(60).opened() == [("hall", FaultKind.UNREACHABLE)]


def test_our_own_blindness_is_one_fault_and_never_a_camera_s() -> None:
    story = Story(*cameras(8)).down("c0", "c1")
    story.go_blind(True).wait(60)
    assert story.opened() == [("monitor", FaultKind.MONITOR_BLIND)]
    story.go_blind(False).wait(5).up("c0", "c1").wait(60)
    assert story.actions() == ["open", "resolve"]


def test_a_disk_is_no_matter_of_our_eyes_and_told_as_soon_as_we_see_again() -> None:
    story = Story(recorder("nvr-1")).down("nvr-1", kind=FaultKind.DISK_FAILED).go_blind(True).wait(5)
    assert story.opened() == [("monitor", FaultKind.MONITOR_BLIND)]
    assert story.go_blind(False).wait(1).opened()[1:] == [("nvr-1", FaultKind.DISK_FAILED)]


def test_what_was_excused_long_before_we_were_blind_is_no_work_of_our_blindness() -> None:
    story = Story(camera("gate"), camera("yard"))
    story.windows = (Window(SITE, "gate", START, START + timedelta(minutes=25), "lens", "Li Na"),)
    story.down("gate").wait(20).go_blind(True).wait(10).go_blind(False).wait(2)
    assert story.opened() == [("monitor", FaultKind.MONITOR_BLIND), ("gate", FaultKind.UNREACHABLE)]


def test_a_site_that_seems_gone_while_we_are_blind_is_not_told() -> None:
    story = Story(*cameras(8)).go_blind(True).down(*names(cameras(8))).wait(60)
    assert story.opened() == [("monitor", FaultKind.MONITOR_BLIND)]


@pytest.mark.parametrize(
    ("cause", "consequence"),
    [
        (FaultKind.UNREACHABLE, FaultKind.ONVIF_FAILED),  # a silent device can do nothing else either
        (FaultKind.UNREACHABLE, FaultKind.RECORDING_STOPPED),
        (FaultKind.AUTH_FAILED, FaultKind.AUTH_FAILED),  # one refused password, over two protocols
        (FaultKind.AUTH_FAILED, FaultKind.ONVIF_FAILED),
        (FaultKind.NO_STREAM, FaultKind.RECORDING_STOPPED),  # what sends nothing is not recorded
        (FaultKind.STALLED, FaultKind.RECORDING_STOPPED),
    ],
)
def test_what_one_device_s_fault_brings_with_it_is_no_second_job(cause: FaultKind, consequence: FaultKind) -> None:
    for first, second in (("rtsp", "other"), ("other", "rtsp")):
        story = Story(camera("gate"), camera("yard"))
        kinds = {"rtsp": cause, "other": consequence}
        story.down("gate", kind=kinds[first], probe=first).wait(0.5).down("gate", kind=kinds[second], probe=second)
        assert story.wait(60).opened() == [("gate", cause)]


@pytest.mark.parametrize("other", [FaultKind.FROZEN, FaultKind.CLOCK_DRIFT, FaultKind.RETENTION_SHORT])
def test_what_has_nothing_to_do_with_it_is_a_job_of_its_own(other: FaultKind) -> None:
    story = Story(camera("gate"), camera("yard")).down("gate").down("gate", kind=other, probe="other").wait(60)
    assert [kind for _, kind in story.opened()] == [FaultKind.UNREACHABLE, other]


def test_a_cause_that_no_longer_explains_lets_go_of_its_child() -> None:
    behind = cameras(4, recorder="nvr-1")
    story = Story(recorder("nvr-1"), *behind, *[camera(f"x{n}") for n in range(9)])
    story.down("nvr-1", kind=FaultKind.RECORDER_UNREACHABLE).down("c0", "c1", "c2").wait(30)
    assert [device for device, _ in story.opened()] == ["nvr-1"]
    story.up("c1", "c2").wait(9)  # the recorder is still silent, but its cameras live without it
    assert [device for device, _ in story.opened()] == ["nvr-1"]
    assert [device for device, _ in story.wait(2).opened()] == ["nvr-1", "c0"]


def test_full_disks_explain_cameras_that_are_not_recorded() -> None:
    behind = cameras(4, recorder="nvr-1")
    story = Story(recorder("nvr-1"), *behind).down("nvr-1", kind=FaultKind.DISK_FULL)
    story.down(*names(behind), kind=FaultKind.RECORDING_STOPPED).wait(60)
    assert story.opened() == [("nvr-1", FaultKind.DISK_FULL)]


def test_full_disks_explain_no_frozen_picture() -> None:
    story = Story(recorder("nvr-1"), camera("gate", recorder="nvr-1")).down("nvr-1", kind=FaultKind.DISK_FULL)
    story.down("gate", kind=FaultKind.FROZEN).wait(5)
    assert story.opened() == [("nvr-1", FaultKind.DISK_FULL), ("gate", FaultKind.FROZEN)]


def test_who_answers_again_before_its_cause_is_told_is_not_named_with_it() -> None:
    behind = cameras(3, recorder="nvr-1", host="host-nvr-1")
    story = Story(recorder("nvr-1"), *behind, camera("hall"), camera("yard"))
    story.down("nvr-1", kind=FaultKind.RECORDER_UNREACHABLE).down("c0", "c1").wait(0.5).up("c1").wait(5)
    assert story.opened() == [("nvr-1", FaultKind.RECORDER_UNREACHABLE)]
    assert "with it: c0 (unreachable)" in story.heard[0].text
    assert "c1" not in story.heard[0].text


def test_the_ladder_tells_what_was_known_from_the_recorder_down() -> None:
    story = Story(recorder("nvr-1"), camera("gate", recorder="nvr-1")).up("nvr-1").down("gate")
    assert story.fault("gate").ladder == (
        "nvr-1: recorder ok since 2026-03-01 08:00 UTC: it answers",
        "rtsp unreachable since 2026-03-01 08:00 UTC: silent",
    )


@given(
    some.lists(
        some.tuples(some.sampled_from(["down", "up", "wait"]), some.integers(0, 7), some.integers(1, 15)), max_size=60
    )
)
def test_whatever_happens_every_story_told_is_opened_once_and_closed_once(steps: list[tuple[str, int, int]]) -> None:
    story = Story(recorder("nvr-0"), *cameras(7, recorder="nvr-0"))
    silent: set[str] = set()
    for step, number, minutes in steps:
        name = f"c{number}" if number < 7 else "nvr-0"
        if step == "wait":
            story.wait(minutes)
        elif step == "down" and name not in silent:
            silent.add(name)
            story.down(name, kind=FaultKind.RECORDER_UNREACHABLE if number == 7 else FaultKind.UNREACHABLE)
        elif step == "up" and name in silent:
            silent.remove(name)
            story.up(name)
    _each_alternates(story)
    story.up(*silent).wait(120, step=5)
    _each_alternates(story)
    assert all(fault.cleared is not None for fault in story.faults.values())


def _each_alternates(story: Story) -> None:
    for fault_id in story.faults:
        said = [notice.action for notice in story.heard if notice.fault == fault_id and notice.action != "comment"]
        assert said == ["open", "resolve"] * (len(said) // 2) + ["open"] * (len(said) % 2)


def test_a_told_fault_is_never_hung_on_a_later_cause() -> None:
    story = Story(camera("switch"), camera("gate", parent="switch"), *[camera(f"x{n}") for n in range(9)])
    story.down("gate").wait(30).down("switch").wait(30)
    assert [device for device, _ in story.opened()] == ["gate", "switch"]
    assert replace(story.fault("gate")).parent == ""
