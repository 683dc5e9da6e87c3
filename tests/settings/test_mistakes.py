"""One file a mistake; its last lines, behind #!, are exactly what is said about it."""

from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import Field

from monitor.settings import ConfigError, load
from monitor.settings.schema import Strict


class Ssh(Strict):
    layout: str = Field(examples=["/video/{camera}/%s.mp4"])
    known_hosts: Path | None = None


class Files(Strict):
    local: ClassVar[bool] = True

    layout: str


KINDS = {"ssh": Ssh, "files": Files}
FOLDER = Path(__file__).parent / "mistakes"
FILES = sorted(FOLDER.glob("*.yaml"))


def expected(file: Path) -> list[str]:
    """The messages in a file: ``LINE:COLUMN: …`` of this file, FOLDER for where it stands."""
    lines = [line[3:] for line in file.read_text(encoding="utf-8").split("\n") if line.startswith("#! ")]
    return [f"{file}:{line.replace('FOLDER', str(FOLDER))}" for line in lines]


def refusal(file: Path, environ: dict[str, str]) -> str:
    with pytest.raises(ConfigError) as refused:
        load(file, environ, recorder_kinds=KINDS)
    return str(refused.value)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_mistake_is_named_with_its_place_and_its_mending(file: Path) -> None:
    said = refusal(file, {"THERE": "x"})
    assert said.split("\n") == expected(file)
    assert "ter2" not in said  # the end of every password in these files


def test_the_mistakes_are_there() -> None:
    assert len(FILES) > 60


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    said = refusal(tmp_path / "cctv.yaml", {})
    assert said == (
        f"{tmp_path}/cctv.yaml: cannot be read: No such file or directory; "
        "name another file with --config, or begin with: cctv config example > cctv.yaml"
    )


def test_a_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "cctv.yaml").write_bytes(b"name: \xb5\xda\n")
    assert refusal(tmp_path / "cctv.yaml", {}) == f"{tmp_path}/cctv.yaml:1:1: is not UTF-8 text; save it as UTF-8"


def test_a_secret_file_that_is_not_text(tmp_path: Path) -> None:
    (tmp_path / "cctv.yaml").write_text("notify: [{file: key}]\nsites: [{id: a}]\n")
    (tmp_path / "key").write_bytes(b"\xff\xfe\x00")
    assert refusal(tmp_path / "cctv.yaml", {}) == (
        f"{tmp_path}/cctv.yaml:1:10: notify: the secret file {tmp_path}/key is not UTF-8 text; "
        "write the secret alone on its one line"
    )


def test_a_credential_that_systemd_does_not_have(tmp_path: Path) -> None:
    (tmp_path / "cctv.yaml").write_text("notify: [{credential: key}]\nsites: [{id: a}]\n")
    assert refusal(tmp_path / "cctv.yaml", {"CREDENTIALS_DIRECTORY": str(tmp_path)}) == (
        f"{tmp_path}/cctv.yaml:1:10: notify: the credential key is not in {tmp_path}; "
        "write LoadCredential=key:PATH in the unit"
    )


def test_mistakes_in_an_included_file_are_named_there(tmp_path: Path) -> None:
    (tmp_path / "cctv.yaml").write_text("sites: [{id: a}]\ninclude: ['*-site.yaml']\n")
    (tmp_path / "one-site.yaml").write_text("id: a\ncameras:\n  - {id: x, rtsp: 'http://h/'}\n")
    (tmp_path / "two-site.yaml").write_text("sites:\n  - id: b\n    colr: red\n  - {id: a}\n")
    (tmp_path / "wrong-site.yaml").write_text("sites: []\npoll: {interval: 5s}\n")
    assert refusal(tmp_path / "cctv.yaml", {}).replace(f"{tmp_path}/", "").split("\n") == [
        "one-site.yaml:1:5: the site id 'a' is already used at cctv.yaml:1; write another one here",
        "one-site.yaml:3:19: rtsp: must begin with rtsp:// or rtsps://; write for example rtsp://192.0.2.21/…",
        "two-site.yaml:3:5: unknown key 'colr'; known here: cameras, customer, devices, gateway, id, inspection, "
        "language, limits, name, password, place, recorders, retention_days, timezone, username",
        "two-site.yaml:4:10: the site id 'a' is already used at cctv.yaml:1; write another one here",
        "wrong-site.yaml:1:1: an included file holds sites: [...] or one site, and nothing else; "
        "move the other keys to the main file",
    ]


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        (
            {"CCTV_POLL__INTERVAL": "often"},
            "environment CCTV_POLL__INTERVAL: interval: 'often' is not a duration; "
            "write for example 60s, 5m, 2h, 1d, or plain seconds",
        ),
        ({"CCTV_POL__INTERVAL": "5s"}, "environment CCTV_POL__INTERVAL: unknown key 'pol'; did you mean 'poll'?"),
        (
            {"CCTV_POLL__INTERVALL": "5s"},
            "environment CCTV_POLL__INTERVALL: unknown key 'intervall'; did you mean 'interval'?",
        ),
        (
            {"CCTV_SITES__3__NAME": "x"},
            "environment CCTV_SITES__3: there is no sites.3; there are 1, counted from 0",
        ),
        ({"CCTV_NOTIFY": "hunter2"}, "environment CCTV_NOTIFY: is not valid JSON; write a JSON list or mapping"),
        (
            {"CCTV_SITES__0__CAMERAS__0__RTSP": "http://u:hunter2@192.0.2.1/"},
            "environment CCTV_SITES__0__CAMERAS__0__RTSP: rtsp: must begin with rtsp:// or rtsps://; "
            "write for example rtsp://192.0.2.21/…",
        ),
    ],
)
def test_mistakes_in_the_environment_name_the_variable(tmp_path: Path, environ: dict[str, str], message: str) -> None:
    (tmp_path / "cctv.yaml").write_text("sites: [{id: a, cameras: [{id: x, rtsp: 'rtsp://192.0.2.1/'}]}]\n")
    assert refusal(tmp_path / "cctv.yaml", environ) == message
