"""What a right configuration comes to."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import BaseModel, SecretStr

from monitor.limits import Limits
from monitor.model import Credentials, Key, ScheduleBlock, Target
from monitor.settings import RECORDER_OPTIONS, ConfigError, Settings, find_config, load

Write = Callable[..., Path]

CONTRACT = """\
state_dir: state
listen: 127.0.0.1:9108
poll: {interval: 60s, deadline: 10s, concurrency: 64}
patience: {raise_after: 3, clear_after: 2}
retention_days: 15
sites:
  - id: school-3
    name: 第三中学
    timezone: Asia/Shanghai
    recorders:
      - {id: nvr-1, kind: ssh, host: 192.0.2.10, port: 22, username: monitor, password: {env: NVR1_PASSWORD},
         known_hosts: known_hosts, layout: "/video/{camera}/%Y-%m-%d/%H/%M.%S.mp4", layout_timezone: UTC}
    cameras:
      - {id: gate, name: 大门, rtsp: "rtsp://192.0.2.21:554/stream1", onvif: "192.0.2.21:80",
         username: monitor, password: {file: gate.password}, recorder: nvr-1, channel: gate}
tickets:
  sinks:
    - {id: desk, kind: rest, template: webhook, url: "http://192.0.2.50/tickets", token: {env: DESK_TOKEN}}
include: [sites/*.yaml]
"""
ENVIRON = {"NVR1_PASSWORD": "of the nvr", "DESK_TOKEN": "of the desk"}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes files into a fresh folder and gives the path of the main one."""

    def files(main: str, **others: str) -> Path:
        for name, text in {"cctv.yaml": main, **others}.items():
            path = tmp_path / name.replace("__", "/")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return tmp_path / "cctv.yaml"

    return files


def of_site(text: str) -> str:
    return f"sites:\n  - id: a\n{text}"


def camera(text: str, site: str = "") -> str:
    return of_site(f"{site}    cameras:\n      - {{id: x, {text}}}\n")


def only(settings: Settings) -> Target:
    [target] = settings.targets()
    return target


def test_the_whole_of_it(write: Write, tmp_path: Path) -> None:
    path = write(CONTRACT, **{"gate.password": "of the gate\n", "sites__b.yaml": "id: b\ncameras: []\n"})
    settings = load(path, ENVIRON)
    nvr, gate = settings.targets()
    assert [site.id for site in settings.sites] == ["school-3", "b"]
    assert (settings.address, settings.poll.interval, settings.warnings) == (("127.0.0.1", 9108), 60.0, [])
    assert (nvr.key, nvr.role, nvr.host, nvr.kind) == (Key("school-3", "nvr-1"), "recorder", "192.0.2.10", "ssh")
    assert nvr.credentials == Credentials("monitor", "of the nvr")
    assert nvr.options["known_hosts"] == str(tmp_path / "known_hosts")
    assert nvr.options["layout"] == "/video/{camera}/%Y-%m-%d/%H/%M.%S.mp4"
    assert [(channel.camera, channel.channel) for channel in nvr.channels] == [("gate", "gate")]
    assert (gate.role, gate.host, gate.rtsp) == ("camera", "192.0.2.21", "rtsp://192.0.2.21:554/stream1")
    assert (gate.onvif, gate.recorder, gate.channel) == ("192.0.2.21:80", "nvr-1", "gate")
    assert (gate.name, gate.timezone, gate.credentials) == (
        "大门",
        "Asia/Shanghai",
        Credentials("monitor", "of the gate"),
    )


def test_what_is_not_said_has_its_default(write: Write) -> None:
    settings = load(write(camera("onvif: 'http://[2001:db8::1]:8080/onvif/device_service'")), {})
    target = only(settings)
    assert (target.host, target.rtsp, target.credentials, target.limits) == ("2001:db8::1", "", None, Limits())
    assert (settings.poll.concurrency, settings.patience.raise_after, settings.patience.clear_after) == (64, 3, 2)
    assert (target.channel, target.parent, target.options) == ("", "", {})


@pytest.mark.parametrize(
    ("rtsp", "bare", "login"),
    [
        ("rtsp://u:p@192.0.2.1/s", "rtsp://192.0.2.1/s", Credentials("u", "p")),
        ("rtsp://u@192.0.2.1:8554/s?a=1", "rtsp://192.0.2.1:8554/s?a=1", Credentials("u", "")),
        ("rtsp://u:p%40%2F@192.0.2.1/s", "rtsp://192.0.2.1/s", Credentials("u", "p@/")),
        ("rtsp://u:a@b@192.0.2.1/s", "rtsp://192.0.2.1/s", Credentials("u", "a@b")),
        ("rtsps://u:p@[2001:db8::1]:322/s", "rtsps://[2001:db8::1]:322/s", Credentials("u", "p")),
    ],
)
def test_a_login_in_the_address_is_moved_out_and_warned_about(
    write: Write, rtsp: str, bare: str, login: Credentials
) -> None:
    path = write(camera(f"rtsp: '{rtsp}'"))
    settings = load(path, {})
    assert (only(settings).rtsp, only(settings).credentials) == (bare, login)
    assert settings.warnings == [
        f"{path}:4:23: rtsp holds a login; "
        "write it as username: and password: {file: PATH} beside the address without it"
    ]


def test_a_login_beside_the_address_wins(write: Write) -> None:
    settings = load(write(camera("rtsp: 'rtsp://u:p@192.0.2.1/', username: v, password: {env: P}")), {"P": "q"})
    assert only(settings).credentials == Credentials("v", "q")


def test_nothing_shows_a_secret(write: Write) -> None:
    text = camera("rtsp: 'rtsp://u:hunter2@192.0.2.1/'") + "notify: ['mailto://u:hunter2@192.0.2.9']\n"
    settings = load(write(text), {})
    said = [repr(settings), str(settings.model_dump()), settings.model_dump_json(), repr(settings.targets())]
    assert not [text for text in [*said, *settings.warnings] if "hunter2" in text]


def test_plain_secrets_are_warned_about_where_they_stand(write: Write) -> None:
    sink = "tickets: {sinks: [{id: d, kind: rest, url: 'http://192.0.2.9/', token: abc}]}\nnotify: ['json://h']\n"
    path = write(camera("rtsp: 'rtsp://192.0.2.1/', username: u, password: 123456") + sink)
    settings = load(path, {})
    places = [warning.removeprefix(f"{path}:").split("; ")[0] for warning in settings.warnings]
    assert places == [
        "4:67: password stands here in plain text",
        "5:72: token stands here in plain text",
        "6:10: notify stands here in plain text",
    ]
    assert only(settings).credentials == Credentials("u", "123456")


@pytest.mark.parametrize("text", ["secret", "secret\n", "secret\r\n"])
def test_one_line_break_at_the_end_of_a_secret_file_is_not_of_it(write: Write, text: str) -> None:
    main = camera("rtsp: 'rtsp://192.0.2.1/', username: u, password: {file: p}")
    path = write(main)
    (path.parent / "p").write_bytes(text.encode())
    assert only(load(path, {})).credentials == Credentials("u", "secret")


def test_a_secret_file_is_looked_for_beside_the_file_that_names_it(write: Write) -> None:
    site = "id: b\ncameras: [{id: x, rtsp: 'rtsp://192.0.2.1/', username: u, password: {file: p}}]\n"
    path = write("include: [sites/b.yaml]\n", **{"sites__b.yaml": site, "sites__p": "there", "p": "here"})
    assert only(load(path, {})).credentials == Credentials("u", "there")


def test_a_credential_of_systemd(write: Write, tmp_path: Path) -> None:
    path = write(camera("rtsp: 'rtsp://192.0.2.1/', username: u, password: {credential: gate}"), gate="secret\n")
    settings = load(path, {"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert only(settings).credentials == Credentials("u", "secret")


@pytest.mark.parametrize(
    ("own", "login"),
    [
        ("", Credentials("s", "of the site")),
        (", password: {env: OWN}", Credentials("s", "own")),
        (", username: u, password: {env: OWN}", Credentials("u", "own")),
        (", username: u, password: ''", Credentials("u", "")),
    ],
)
def test_a_camera_without_a_login_has_that_of_its_site(write: Write, own: str, login: Credentials) -> None:
    path = write(camera(f"rtsp: 'rtsp://192.0.2.1/'{own}", "    username: s\n    password: {env: SITE}\n"))
    assert only(load(path, {"SITE": "of the site", "OWN": "own"})).credentials == login


def test_limits_go_from_everywhere_to_the_site_to_the_camera(write: Write) -> None:
    text = """\
limits: {stream: {loss_ratio: 0.1, watch_seconds: 3s}, recording: {retention_days: 10}}
sites:
  - id: a
    limits: {stream: {loss_ratio: 0.2}}
    retention_days: 20
    recorders: [{id: r, kind: files, layout: "/v/{camera}/%s.mp4", limits: {onvif: {clock_offset_seconds: 5m}}}]
    cameras:
      - {id: x, rtsp: "rtsp://192.0.2.1/", recorder: r}
      - {id: y, rtsp: "rtsp://192.0.2.2/", recorder: r, limits: {stream: {loss_ratio: 0.3}}, retention_days: 30}
  - {id: b, cameras: [{id: z, rtsp: "rtsp://192.0.2.3/"}]}
"""
    by_id = {target.key.device: target.limits for target in load(write(text), {}).targets()}
    streams = {name: (limits.stream.loss_ratio, limits.stream.watch_seconds) for name, limits in by_id.items()}
    assert streams == {"r": (0.2, 3.0), "x": (0.2, 3.0), "y": (0.3, 3.0), "z": (0.1, 3.0)}
    days = {name: limits.recording.retention_days for name, limits in by_id.items()}
    assert days == {"r": 20.0, "x": 20.0, "y": 30.0, "z": 10.0}
    assert (by_id["r"].onvif.clock_offset_seconds, by_id["x"].onvif.clock_offset_seconds) == (300.0, 60.0)


def test_a_recorder_knows_its_channels(write: Write) -> None:
    text = """\
sites:
  - id: a
    timezone: Asia/Shanghai
    recorders: [{id: r, kind: files, layout: "/v/{camera}/%s.mp4"}]
    cameras:
      - {id: x, rtsp: "rtsp://192.0.2.1/", recorder: r, channel: 7, installed: 2024-09-01, retention_days: 30}
      - {id: y, rtsp: "rtsp://192.0.2.2/", recorder: r, event_only: true, schedule: [fri 22:00-06:00]}
      - {id: z, rtsp: "rtsp://192.0.2.3/"}
"""
    recorder, x, y, _ = load(write(text), {}).targets()
    first, second = recorder.channels
    assert (recorder.host, x.channel, y.channel) == ("localhost", "7", "y")
    assert (first.camera, first.channel, first.limits.recording.retention_days) == ("x", "7", 30.0)
    assert first.installed == datetime(2024, 8, 31, 16, tzinfo=UTC)
    assert (second.channel, second.event_only) == ("y", True)
    assert second.schedule == (ScheduleBlock(4, 1320, 1440), ScheduleBlock(5, 0, 360))


def test_the_device_file_goes_with_the_target(write: Write) -> None:
    text = (
        "rtsp: 'rtsp://192.0.2.1/1', rtsp_sub: 'rtsp://u:p@192.0.2.1/2', picture_stream: sub, place: pole, model: M, "
        "installed: 2024-09-01, warranty: {until: 2027-08-31, terms: parts}, priority: high, masks: [[0, 0, 0.5, 0.1]]"
    )
    target = only(load(write(camera(text)), {}))
    assert target.rtsp == "rtsp://192.0.2.1/2"  # the stream whose picture is judged
    assert target.options == {
        "rtsp_main": "rtsp://192.0.2.1/1",
        "rtsp_sub": "rtsp://192.0.2.1/2",
        "place": "pole",
        "model": "M",
        "installed": "2024-09-01",
        "warranty": {"until": "2027-08-31", "terms": "parts"},
        "priority": "high",
        "masks": [[0.0, 0.0, 0.5, 0.1]],
    }


def test_everything_without_a_parent_hangs_behind_the_gateway(write: Write) -> None:
    text = """\
sites:
  - id: a
    gateway: router
    devices: [{id: router}, {id: switch, parent: router}]
    cameras:
      - {id: x, rtsp: "rtsp://192.0.2.1/"}
      - {id: y, rtsp: "rtsp://192.0.2.2/", parent: switch}
"""
    settings = load(write(text), {})
    assert [target.parent for target in settings.targets()] == ["router", "switch"]


def test_the_caller_brings_the_kinds(write: Write) -> None:
    class Odd(BaseModel):
        local: ClassVar[bool] = True
        depth: int
        key: SecretStr

    text = of_site("    recorders: [{id: r, kind: odd, depth: 3, key: {env: K}}]\n")
    path = write(text)
    settings = load(path, {"K": "secret"}, recorder_kinds={"odd": Odd})
    options = settings.sites[0].recorders[0].options
    assert isinstance(options, Odd)
    assert (options.depth, options.key.get_secret_value()) == (3, "secret")
    with pytest.raises(ConfigError) as refused:
        load(path, {"K": "secret"})
    assert (
        str(refused.value)
        == f"{path}:3:31: there is no kind 'odd'; write one of: {', '.join(sorted(RECORDER_OPTIONS))}"
    )


def test_an_odd_option_of_a_kind_is_refused_whatever_its_model_says(write: Write) -> None:
    class Lax(BaseModel):
        local: ClassVar[bool] = True
        depth: int = 1

    path = write(of_site("    recorders: [{id: r, kind: lax, dept: 3}]\n"))
    with pytest.raises(ConfigError) as refused:
        load(path, {}, recorder_kinds={"lax": Lax})
    assert str(refused.value) == f"{path}:3:36: unknown key 'dept'; did you mean 'depth'?"


def test_words_stay_words(write: Write) -> None:
    path = write(of_site("    name: 0123\n    inspection: {weekday: fri, time: 08:30}\n    customer: no\n"))
    [site] = load(path, {}).sites
    assert (site.name, site.inspection.weekday, site.inspection.time, site.customer) == (
        "0123",
        "friday",
        "08:30",
        "no",
    )


@pytest.mark.parametrize(
    ("written", "environ", "folder"),
    [
        ("", {}, "state"),
        ("", {"STATE_DIRECTORY": "/var/lib/x:/var/lib/y"}, "/var/lib/x"),
        ("state_dir: there\n", {"STATE_DIRECTORY": "/var/lib/x"}, "there"),
        ("state_dir: there\n", {"CCTV_STATE_DIR": "/tmp/z"}, "/tmp/z"),
    ],
)
def test_the_state_folder(write: Write, written: str, environ: dict[str, str], folder: str) -> None:
    assert load(write(written + "sites: [{id: a}]\n"), environ).state_dir == Path(folder)


def test_the_environment_reaches_every_value(write: Write) -> None:
    text = """\
sites:
  - id: school-3
    recorders: [{id: nvr.1, kind: files, layout: /v/%s.mp4}]
    cameras: [{id: x, rtsp: "rtsp://192.0.2.1/"}, {id: y, rtsp: "rtsp://192.0.2.2/", password: {env: NOWHERE}}]
tickets: {sinks: [{id: d, kind: rest, url: "http://192.0.2.9/"}]}
"""
    environ = {
        "CCTV_LISTEN": "127.0.0.1:1",
        "CCTV_POLL__INTERVAL": "2m",
        "CCTV_PATIENCE__RAISE_AFTER": "5",
        "CCTV_LIMITS__STREAM__LOSS_RATIO": "0.5",
        "CCTV_SITES__0__NAME": "School",
        "CCTV_SITES__0__CAMERAS__1__RTSP": "rtsp://192.0.2.3/",
        "CCTV_SITES__SCHOOL_3__CAMERAS__Y__USERNAME": "u",
        "CCTV_SITES__SCHOOL_3__CAMERAS__Y__PASSWORD": "0123",
        "CCTV_SITES__0__RECORDERS__NVR_1__LAYOUT": "/w/%s.mp4",
        "CCTV_TICKETS__SINKS__D__TOKEN": "t",
        "CCTV_CONFIG": "not a setting",
        "CCTV_PASSWORD": "not one either",
    }
    settings = load(write(text), environ)
    recorder, _, y = settings.targets()
    assert (settings.listen, settings.poll.interval, settings.patience.raise_after) == ("127.0.0.1:1", 120.0, 5)
    assert (settings.sites[0].name, y.limits.stream.loss_ratio) == ("School", 0.5)
    assert (y.rtsp, y.credentials) == ("rtsp://192.0.2.3/", Credentials("u", "0123"))
    assert (recorder.options["layout"], settings.warnings) == ("/w/%s.mp4", [])


def test_loading_twice_gives_the_same_and_changes_nothing(write: Write) -> None:
    path, environ = write(camera("rtsp: 'rtsp://192.0.2.1/'")), {"CCTV_POLL__INTERVAL": "30s"}
    assert load(path, environ) == load(path, environ)
    assert load(path, environ).targets() == load(path, environ).targets()
    assert environ == {"CCTV_POLL__INTERVAL": "30s"}


def test_which_file_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_config(None, {}) == Path("cctv.yaml")  # reading it then says what to do
    (tmp_path / "cctv.yaml").touch()
    assert find_config(None, {}) == Path("cctv.yaml")
    assert find_config(None, {"CCTV_CONFIG": "b.yaml"}) == Path("b.yaml")
    assert find_config("a.yaml", {"CCTV_CONFIG": "b.yaml"}) == Path("a.yaml")


def test_a_mapping_may_build_on_another(write: Write) -> None:
    text = """\
sites:
  - id: a
    cameras:
      - &gate {id: gate, rtsp: "rtsp://192.0.2.1/", place: yard, limits: {stream: {frame_rate: 5}}}
      - &hall {<<: *gate, id: hall, place: hall}
      - {<<: *hall, id: attic}
"""
    targets = load(write(text), {}).targets()
    assert [(target.key.device, target.options["place"]) for target in targets] == [
        ("gate", "yard"),
        ("hall", "hall"),
        ("attic", "hall"),
    ]
    assert {target.limits.stream.frame_rate for target in targets} == {5.0}


def test_a_wildcard_that_matches_nothing_yet_is_remarked_on(write: Write) -> None:
    path = write("sites: [{id: a}]\ninclude: ['sites/*.yaml']\n")
    settings = load(path, {})
    assert [site.id for site in settings.sites] == ["a"]
    assert settings.warnings == [f"{path}:2:11: no file matches 'sites/*.yaml'; correct the pattern or remove it"]


@pytest.mark.parametrize(
    ("text", "environ", "place"),
    [
        ("poll: {interval: 5s}\n", {}, "{path}:4:7"),
        ("poll: {deadline: 10s}\n", {"CCTV_POLL__INTERVAL": "5s"}, "{path}:4:7"),
    ],
)
def test_a_deadline_beyond_the_interval_is_remarked_on(
    write: Write, text: str, environ: dict[str, str], place: str
) -> None:
    path = write("sites:\n  - id: a\n    cameras: []\n" + text)
    settings = load(path, environ)
    assert (settings.poll.interval, settings.poll.deadline) == (5.0, 10.0)
    assert settings.warnings == [
        f"{place.format(path=path)}: deadline is longer than interval: a slow look makes the next one wait"
    ]


def test_a_secret_that_is_kept_in_an_empty_place_is_refused(write: Write) -> None:
    """An empty password at the door may lock the account."""
    for form, environ in (("{file: p}", {}), ("{env: NVR}", {"NVR": ""})):
        main = camera(f"rtsp: 'rtsp://192.0.2.1/', username: u, password: {form}")
        with pytest.raises(ConfigError, match="is empty; write the secret there"):
            load(write(main, p="\n"), environ)


@pytest.mark.parametrize("word", ["true", ".inf", "1e999"])
def test_a_duration_is_a_finite_number(write: Write, word: str) -> None:
    with pytest.raises(ConfigError, match="interval: "):
        load(write(camera("rtsp: 'rtsp://192.0.2.1/'") + f"\npoll: {{interval: {word}}}\n"), {})


def test_a_variable_that_is_nearly_a_key_is_warned_about(write: Write) -> None:
    environ = {"CCTV_RETENTION_DAY": "30", "CCTV_DESK_TOKEN": "x", "CCTV_CONFIG": "y", "CCTV_LISTEN": "127.0.0.1:1"}
    [warning] = load(write(camera("rtsp: 'rtsp://192.0.2.1/'")), environ).warnings
    assert warning == "environment CCTV_RETENTION_DAY: unknown key 'retention_day'; did you mean 'retention_days'?"


def test_files_are_included_by_the_main_file_alone(write: Write) -> None:
    with pytest.raises(ConfigError, match="environment CCTV_INCLUDE: include is not taken from the environment"):
        load(write(camera("rtsp: 'rtsp://192.0.2.1/'")), {"CCTV_INCLUDE": '["x.yaml"]'})
