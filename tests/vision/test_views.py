"""What is learned over many looks: references, noise floors, clocks, loops; and what a technician may overrule."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import cv2
import numpy as np
import pytest
from drawn_views import encode, live, scene

from monitor.judge.picture import judge_picture
from monitor.limits import PictureLimits
from monitor.model import Evidence, Finding, Key, KeyFrame, Outcome, Target
from monitor.vision import Answer, Question, analyse, movement, reference_of
from monitor.vision.habit import Habit
from monitor.vision.memory import unpack

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
CAMERA = Target(Key("site", "gate"), "camera", "127.0.0.1")
VIEW = scene()


class Site:
    """One camera, looked at once a minute."""

    def __init__(self, **question) -> None:
        self.question = Question(NOON, **question)
        self.memory = b""
        self.answer = Answer({})

    def look(self, *key_frames: KeyFrame, **changes) -> Finding:
        self.question = replace(self.question, at=self.question.at + timedelta(minutes=1), accept_view=False)
        asked = replace(self.question, **changes)
        self.answer = analyse(key_frames, self.memory, asked)
        self.memory = self.answer.memory
        evidence = Evidence("picture", asked.at, 1.0, Outcome.SEEN, "", {"picture": self.answer.facts})
        (finding,) = judge_picture(CAMERA, evidence)
        return finding

    def watch(self, view: np.ndarray, looks: int) -> list[Finding]:
        """Grey views become a colourless camera; what matters here is the same for both."""
        return [self.look(frame) for frame in encode(live(view, looks, seed=self.question.at.minute))]


def learned(**question) -> Site:
    site = Site(**question)
    site.watch(VIEW, 8)
    assert site.answer.facts["reference"]["learned"]
    return site


def moved(view: np.ndarray, across: float) -> np.ndarray:
    return np.roll(view, round(across * view.shape[1]), axis=1)


def lower(view: np.ndarray, share: float, grey: float) -> np.ndarray:
    shown = view.copy()
    shown[-round(share * view.shape[0]) :] = grey
    return shown


def covered(view: np.ndarray) -> np.ndarray:
    shown = view.copy()
    shown[:, : view.shape[1] // 2] = cv2.GaussianBlur(np.random.default_rng(3).normal(90, 60, view.shape), (0, 0), 9)[
        :, : view.shape[1] // 2
    ]
    return shown


def test_no_reference_from_fewer_than_seven_pictures() -> None:
    site = Site()
    site.watch(VIEW, 6)
    assert site.answer.facts["reference"] == {"learned": False, "samples": 5}  # the sixth is taken after it was judged
    assert reference_of(site.memory) is None


def test_nor_from_seven_within_twenty_seconds() -> None:
    memory = b""
    for number, frame in enumerate(encode(live(VIEW, 9))):
        answer = analyse([frame], memory, Question(NOON + timedelta(seconds=2 * number)))
        memory = answer.memory
    assert not answer.facts["reference"]["learned"]


def test_the_reference_can_be_shown() -> None:
    jpeg = reference_of(learned().memory)
    assert jpeg is not None
    assert cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_GRAYSCALE).shape[1] == 240


@pytest.mark.parametrize(
    ("view", "fault"),
    [
        (VIEW, None),
        (moved(VIEW, 0.03), None),
        (moved(VIEW, 0.06), "moved"),
        (VIEW * 0.7, None),
        (covered(VIEW), "occluded"),
        (cv2.GaussianBlur(VIEW, (0, 0), 4), "blurred"),
        (scene(seed=8), "view_changed"),
    ],
    ids=["unchanged", "drifted 3 %", "moved 6 %", "dimmed", "half covered", "out of focus", "another view"],
)
def test_the_view_beside_its_reference(view: np.ndarray, fault: str | None) -> None:
    findings = learned().watch(view, 3)
    assert [finding.fault for finding in findings] == [fault] * 3


def test_a_faulty_picture_teaches_nothing() -> None:
    site = Site()
    site.watch(np.full(VIEW.shape, 128.0), 9)
    assert not site.answer.facts["reference"]["learned"]


def test_a_camera_that_was_moving_is_learned_afresh() -> None:
    site = Site()
    for seed in range(20, 28):
        site.watch(scene(seed), 1)
    assert not site.answer.facts["reference"]["learned"]


def test_a_technician_accepts_the_new_view() -> None:
    site, new = learned(), scene(seed=8)
    (frame,) = encode(live(new, 1))
    assert site.look(frame, accept_view=True).fault is None
    assert [finding.fault for finding in site.watch(new, 8)] == [None] * 8
    assert site.watch(VIEW, 1)[0].fault == "view_changed"


@pytest.mark.parametrize(
    ("looks", "kind", "worse"),
    [
        (lambda view: cv2.GaussianBlur(view, (0, 0), 9), "blurred", lambda _: scene(seed=8)),
        (lambda view: cv2.GaussianBlur(view, (0, 0), 16), "blurred", lambda view: view * 0.1),
        (lambda view: lower(view, 0.4, 128), "partial_loss", lambda view: lower(view, 0.8, 128)),
    ],
    ids=["a soft thermal camera", "hardly a contour in it", "a privacy mask"],
)
def test_a_view_that_looks_ill_is_right_once_a_person_accepts_it(looks, kind, worse) -> None:
    site, usual = Site(), looks(VIEW)
    assert {finding.fault for finding in site.watch(usual, 9)} == {kind}
    (frame,) = encode(live(usual, 1))
    site.look(frame, accept_view=True)
    site.watch(usual, 8)
    assert [finding.fault for finding in site.watch(usual, 4)] == [None] * 4
    assert site.watch(worse(VIEW), 1)[0].fault is not None


def test_what_was_accepted_vouches_for_a_day_only() -> None:
    site, soft = Site(), cv2.GaussianBlur(VIEW, (0, 0), 9)
    accepted = (site.question.at - timedelta(days=1)).timestamp()
    for frame in encode(live(soft, 9)):
        site.look(frame, accepted_at=accepted)
    assert not site.answer.facts["reference"]["learned"]


def test_an_accepted_view_is_forgotten_once_however_often_it_is_told() -> None:
    site, new = learned(), scene(seed=8)
    accepted = (site.question.at + timedelta(seconds=30)).timestamp()
    for frame in encode(live(new, 9)):
        assert site.look(frame, accepted_at=accepted).fault is None
    assert site.answer.facts["reference"]["learned"], "what was learned since is kept"
    assert site.watch(VIEW, 1)[0].fault == "view_changed"


def test_night_gets_a_reference_of_its_own() -> None:
    site = learned()
    night = VIEW * 0.4
    assert {finding.fault for finding in site.watch(night, 9)} == {None}
    assert len(unpack(site.memory).words["views"]) == 2
    by_night = site.answer.facts["reference"]
    site.watch(VIEW, 1)
    assert by_night["same_light"]
    assert by_night["view"] != site.answer.facts["reference"]["view"]


def test_a_masked_region_is_not_judged() -> None:
    site = learned(masks=((0.0, 0.0, 0.55, 1.0),))
    assert {finding.fault for finding in site.watch(covered(VIEW), 3)} == {None}


def test_what_is_remembered_stays_small() -> None:
    site = learned()
    site.watch(VIEW, 20)
    assert len(site.memory) < 70_000


def test_another_resolution_is_no_fault() -> None:
    site = learned()
    small = cv2.resize(VIEW, (480, 272), interpolation=cv2.INTER_AREA)
    assert {finding.fault for finding in site.watch(small, 2)} == {None}


def test_another_shape_in_the_middle_of_learning_is_learned_by_itself() -> None:
    site, other = Site(), cv2.resize(VIEW, (480, 368), interpolation=cv2.INTER_AREA)
    site.watch(VIEW, 4)
    site.watch(other, 8)
    assert site.answer.facts["reference"]["learned"]
    site.watch(VIEW, 5)
    assert site.answer.facts["reference"]["learned"]


def test_a_still_picture_under_a_clock_in_the_middle_is_frozen() -> None:
    """The clock stands where no band hides it: it is found by ticking in one place."""
    held = live(VIEW, 1)[0]
    site = learned()
    frames = []
    for second in range(16):
        shown = held.copy()
        cv2.rectangle(shown, (300, 170), (460, 200), 0, cv2.FILLED)
        cv2.putText(shown, f"12:00:{second:02d}", (305, 195), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 255, 2)
        frames.append(shown)
    encoded = encode(frames)
    site.look(*encoded[:8], close=True)
    close = site.look(*encoded[8:], close=True)
    assert close.fault == "frozen", close.reason
    assert site.answer.facts["freeze"]["clock_cells"] > 0


def test_the_same_pictures_again_are_a_loop() -> None:
    views = []
    for number in range(8):
        view = VIEW.copy()
        view[120:260, 60 * number : 60 * number + 70] = 30  # somebody passes
        views.append(view)
    loop = encode([live(view, 1)[0] for view in views])
    site = learned()
    for frame in loop:
        site.look(frame)
    finding = site.look(*loop, close=True)
    assert finding.fault == "replayed"
    assert site.look(loop[0]).facts["suspect"]


def test_a_recording_of_a_few_seconds_is_found_in_one_close_look() -> None:
    view = VIEW.copy()
    view[120:260, 60:200] = 30
    here, gone = live(VIEW, 1)[0], live(view, 1)[0]
    finding = Site().look(*encode([here, gone] * 4), close=True)
    assert finding.fault == "replayed", finding.reason


def test_a_recording_as_long_as_the_pause_between_looks_is_never_called_frozen() -> None:
    """Every glance meets the same picture of it; what passes is seen only by the close looks."""
    loop = []
    for number in range(8):
        view = VIEW.copy()
        view[120:260, 60 * number : 60 * number + 70] = 30
        loop.append(live(view, 1, seed=90 + number)[0])
    frames = encode(loop)
    site = learned()
    said = []
    for _ in range(4):
        said.append(site.look(frames[0]))
        if site.answer.facts["suspect"]:
            said.append(site.look(*frames, close=True))
    assert "frozen" not in [finding.fault for finding in said]
    assert said[-1].fault == "replayed", [finding.reason for finding in said]


def test_noise_that_comes_back_is_a_recording_though_nothing_moves() -> None:
    site = learned()
    frames = encode(live(VIEW, 8, seed=77))
    for frame in frames:
        site.look(frame)
    finding = site.look(*frames, close=True)
    assert finding.fault == "replayed", finding.reason


def test_only_a_later_movement_proves_that_a_still_camera_was_alive() -> None:
    habit = Habit({}, PictureLimits())
    for _ in range(6):
        habit.learn(None, 0.3, doubtful=False)
    assert habit.alive is None
    assert habit.limit() == pytest.approx(0.625)  # unproved, but known
    habit.learn(0.0, None, doubtful=False)
    assert habit.alive == 0.3


def test_what_was_suspected_teaches_little_even_when_the_camera_moves_again() -> None:
    habit = Habit({}, PictureLimits())
    for _ in range(6):
        habit.learn(0.01, None, doubtful=False)
    before = habit.limit()
    habit.learn(None, 1.0, doubtful=True)
    habit.learn(0.0, None, doubtful=False)
    assert habit.limit() < 5 * before


def test_a_camera_before_which_nothing_moves_is_looked_at_closely_ever_more_rarely() -> None:
    habit = Habit({}, PictureLimits())
    waits = [habit.patience(asked) for asked in range(8)]
    assert waits == [3, 5, 8, 13, 20, 24, 24, 24]
    for _ in range(20):
        habit.learn(0.0, None, doubtful=False)
    assert habit.patience(7) == 2  # something always moved here


def test_a_clock_is_a_small_strip_that_always_changes() -> None:
    random = np.random.default_rng(4)
    grids = [np.full((movement.DOWN, movement.ACROSS), 90, np.uint8) for _ in range(8)]
    for grid in grids:
        grid[15, 30:32] = random.choice([20, 60, 110, 160, 220])
    for number, grid in enumerate(grids):
        grid[15, 30] = 40 + 20 * number
    found = movement.clock(grids)
    assert found[15, 30]
    assert not found[:10].any()
    rain = [random.integers(0, 255, grids[0].shape, np.uint8) for _ in range(8)]
    assert not movement.clock(rain).any()
