"""The committed dashboards are what the code makes, and keep the rules of good dashboards."""

import itertools
import json
import re
from pathlib import Path

import pytest
from dashboards import FOLDER, panels, targets
from promql import known_metrics, selectors

from deploy.grafana.generate.all import dashboards

RECORDING = Path(__file__).parents[2] / "deploy/prometheus/recording.yml"
MADE = dashboards()
EACH = pytest.mark.parametrize("name", sorted(MADE))


def test_the_committed_files_are_current() -> None:
    committed = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.json")}
    assert committed == MADE, "write them anew: python -m deploy.grafana.generate"


def test_there_is_one_for_every_need() -> None:
    needs = ("fleet", "site", "device", "retention", "inspection", "monitor")
    assert {json.loads(text)["uid"] for text in MADE.values()} == {f"cctv-{need}" for need in needs}


@EACH
def test_every_panel_says_what_it_shows(name: str) -> None:
    for panel in panels(MADE[name]):
        assert panel["title"]
        assert panel["description"], panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]


@EACH
def test_the_data_source_is_the_readers_choice(name: str) -> None:
    variables = json.loads(MADE[name])["templating"]["list"]
    assert variables[0]["name"] == "datasource"
    assert variables[0]["type"] == "datasource"
    sources = [one["datasource"] for panel in panels(MADE[name]) for one in (panel, *panel["targets"])]
    sources += [variable["datasource"] for variable in variables[1:]]
    assert all(source == {"type": "prometheus", "uid": "${datasource}"} for source in sources)


@EACH
def test_no_query_asks_for_an_unknown_metric_or_for_everything(name: str) -> None:
    known = known_metrics(RECORDING)
    for target in targets(MADE[name]):
        for selector in selectors(target.expression()):
            assert selector.metric in known, target
            assert selector.labels & {"site", "job", "instance"}, target


@EACH
def test_rates_follow_the_scrape_interval(name: str) -> None:
    for target in targets(MADE[name]):
        ranges = re.findall(r"(?:rate|increase)\([^\[]*\[([^\]]+)\]", target.written)
        assert set(ranges) <= {"$__rate_interval"}, target


@EACH
def test_queries_of_a_panel_have_letters_of_their_own(name: str) -> None:
    for panel in panels(MADE[name]):
        letters = [target["refId"] for target in panel["targets"]]
        assert len(set(letters)) == len(letters), panel["title"]


@EACH
def test_panels_lie_beside_one_another(name: str) -> None:
    places = [panel["gridPos"] for panel in json.loads(MADE[name])["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in itertools.combinations(places, 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        above = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or above, (one, other)
