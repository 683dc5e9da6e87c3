"""Prometheus' own tools judge the rules; every fault kind raises exactly one alert; every alert has its help."""

import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from promql import known_metrics, rules, selectors

from monitor.judge.stream import MEANING
from monitor.model import FaultKind

ROOT = Path(__file__).parents[2]
HERE = ROOT / "deploy/prometheus"
RULES = [HERE / "recording.yml", HERE / "alerts-devices.yml", HERE / "alerts-monitor.yml"]
ALERTS = [rule for rule in rules(*RULES) if "alert" in rule]
KIND = re.compile(r'fault=~?"([a-z_|]+)"')


def promtool(*arguments: object) -> str:
    done = subprocess.run(["promtool", *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_prometheus_accepts_the_rules_and_the_scrape_example() -> None:
    promtool("check", "rules", "--lint=all", "--lint-fatal", *RULES)
    assert "3 rule files" in promtool("check", "config", HERE / "prometheus.yml")


@pytest.mark.parametrize("stories", sorted((HERE / "tests").glob("*.yml")), ids=lambda path: path.stem)
def test_the_stories(stories: Path) -> None:
    promtool("test", "rules", stories)


def test_every_alert_is_seen_firing_in_a_story() -> None:
    stories = [story for path in (HERE / "tests").glob("*.yml") for story in yaml.safe_load(path.read_text())["tests"]]
    checks = [check for story in stories for check in story.get("alert_rule_test", [])]
    assert {check["alertname"] for check in checks if check["exp_alerts"]} == {rule["alert"] for rule in ALERTS}


def test_every_fault_kind_raises_exactly_one_alert() -> None:
    single = [rule for rule in ALERTS if rule["alert"] != "CCTVSwitchDown"]  # a kind of the cameras, of what is none
    words = [word for rule in single for found in KIND.findall(rule["expr"]) for word in found.split("|")]
    assert Counter(words) == dict.fromkeys(set(FaultKind) - {FaultKind.MONITOR_BLIND}, 1)


def test_offline_is_what_the_judge_calls_a_fault() -> None:
    online = next(rule for rule in rules(*RULES) if rule.get("record") == "site_device:cctv_online:bool")
    reasons = re.search(r'reason=~"([a-z_|]+)"', online["expr"])[1].split("|")
    assert set(reasons) == set(MEANING)


def test_no_rule_asks_for_a_metric_that_does_not_exist() -> None:
    known = known_metrics(*RULES)
    asked = {selector.metric for rule in rules(*RULES) for selector in selectors(rule["expr"])}
    assert asked <= known


def test_every_alert_says_what_to_do() -> None:
    page = (ROOT / "docs/guide/alerts.md").read_text()
    headings = {"#" + line[3:].lower() for line in page.splitlines() if line.startswith("## ")}
    for rule in ALERTS:
        assert set(rule["annotations"]) == {"summary", "summary_zh", "description", "runbook"}, rule["alert"]
        summaries = rule["annotations"]["summary"] + rule["annotations"]["summary_zh"]
        assert "{{" not in summaries, "a summary is the same for every series"
        assert rule["annotations"]["runbook"] == f"docs/guide/alerts.md#{rule['alert'].lower()}"
        assert rule["annotations"]["runbook"].removeprefix("docs/guide/alerts.md") in headings
        assert rule["labels"]["severity"] in ("critical", "warning", "info", "none")


@pytest.mark.parametrize("rule", [one for one in ALERTS if one["labels"]["severity"] in ("critical", "warning")])
def test_who_is_woken_reads_what_to_do_first(rule: dict[str, Any]) -> None:
    assert re.search("First: |It can wait for the day", rule["annotations"]["description"]), rule["alert"]
    assert re.search("先|可等到白天|须人工处理|用 cctv", rule["annotations"]["summary_zh"]), rule["alert"]
