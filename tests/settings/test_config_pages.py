"""The shipped examples load, and what is printed about the configuration is true."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from monitor.limits import Limits
from monitor.settings import RECORDER_OPTIONS, SINK_OPTIONS, load, show
from monitor.settings.overrides import PartialLimits, merge
from monitor.settings.reference import page

ROOT = Path(__file__).parents[2]
SECRETS = ("SCHOOL3_PASSWORD", "NVR1_PASSWORD", "DESK_TOKEN", "LIBRARY_PASSWORD", "SCHOOL1_GATE_PASSWORD")
ENVIRON = dict.fromkeys(SECRETS, "hunter2")
EXAMPLES = sorted((ROOT / "config").glob("*.yaml"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_an_example_loads(file: Path) -> None:
    settings = load(file, ENVIRON)
    assert settings.targets()
    assert settings.warnings == []


def test_there_is_one_example_and_one_tree_of_them() -> None:
    assert [file.name for file in EXAMPLES] == ["cctv.example.yaml", "many-sites.yaml"]
    assert len(load(EXAMPLES[1], ENVIRON).sites) == 3
    assert show.example() == EXAMPLES[0].read_text(encoding="utf-8")


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_what_is_shown_means_the_same_when_it_is_loaded_again(file: Path, tmp_path: Path) -> None:
    """Printed with the includes resolved and the secrets masked, the rest is as it was."""
    settings = load(file, ENVIRON)
    shown = yaml.safe_dump(show.effective(settings), allow_unicode=True, sort_keys=False)
    assert "hunter2" not in shown
    (tmp_path / "cctv.yaml").write_text(shown, encoding="utf-8")
    again = load(tmp_path / "cctv.yaml", {})
    targets = [replace(target, credentials=None) for target in settings.targets()]
    assert [replace(target, credentials=None) for target in again.targets()] == targets
    assert (again.poll, again.patience, again.reports) == (settings.poll, settings.patience, settings.reports)


def test_the_schema_knows_every_key_of_the_examples() -> None:
    schema = show.json_schema(RECORDER_OPTIONS, SINK_OPTIONS)
    json.dumps(schema)
    written = yaml.safe_load(show.example())
    assert set(written) <= set(schema["properties"])
    kinds = {shape["title"]: shape for shape in schema["$defs"]["Recorder"]["oneOf"]}
    [recorder] = written["sites"][0]["recorders"]
    assert set(recorder) <= set(kinds[recorder["kind"]]["properties"])
    assert "options" not in kinds[recorder["kind"]]["properties"]


def test_the_reference_page_is_current() -> None:
    written = (ROOT / "docs/reference/config.md").read_text(encoding="utf-8")
    made = page(RECORDER_OPTIONS, SINK_OPTIONS)
    assert written == made, "run: cctv config reference > docs/reference/config.md"


def test_every_threshold_can_be_set_and_only_that_one_changes() -> None:
    everything = PartialLimits.model_validate(show.limits_as_data(Limits()))
    assert merge(Limits(), everything) == Limits()
    one = merge(Limits(), PartialLimits.model_validate({"stream": {"loss_ratio": 0.7}}))
    assert one == replace(Limits(), stream=replace(Limits().stream, loss_ratio=0.7))


def test_every_key_is_explained() -> None:
    keys = page(RECORDER_OPTIONS, SINK_OPTIONS).partition("## `limits`")[0]
    rows = [line for line in keys.split("\n") if line.startswith("| `")]
    assert len(rows) > 80
    assert [row for row in rows if row.split("|")[2].strip() == ""] == []


def test_a_login_in_the_path_of_an_address_is_masked_and_warned_about(tmp_path: Path) -> None:
    """As Xiongmai's recorders and many cheap cameras want it."""
    camera = '{id: gate, rtsp: "rtsp://192.0.2.1/user=a&password=hunter2&channel=1", onvif: "http://192.0.2.1/o?pwd=hunter2"}'
    sink = '{id: desk, kind: rest, template: webhook, url: "https://192.0.2.2/send?key=hunter2"}'
    file = tmp_path / "cctv.yaml"
    file.write_text(f"sites: [{{id: s, cameras: [{camera}]}}]\ntickets: {{sinks: [{sink}]}}", encoding="utf-8")
    settings = load(file, {})
    assert "hunter2" not in str(show.effective(settings))
    assert [warning.split(": ")[1].split(" in its path")[0] for warning in settings.warnings] == [
        "rtsp holds a login", "onvif holds a login", "url holds a login",
    ]  # fmt: skip
    assert settings.targets()[0].rtsp.endswith("password=hunter2&channel=1")
