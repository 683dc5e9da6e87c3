"""The guides keep to what the program says and has: messages, verbs, links, metrics."""

import ast
import re
from pathlib import Path

import pytest

from monitor.metrics.table import DEVICE_METRICS, OWN_METRICS

ROOT = Path(__file__).parents[1]
GUIDES = sorted((ROOT / "docs/guide").glob("*.md"))
OTHERS = {  # said by systemd, Grafana, Prometheus
    "Failed at step CREDENTIALS",
    "No data in every panel",
    "found duplicate series for the match group",
}


def said_by(file: Path) -> list[str]:
    """Every text in a source file, what is put into it at run time as …."""
    texts = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            parts = [str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values]
            texts.append("".join(parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.append(re.sub(r"%[-+.0-9]*[a-z]", "…", node.value))
    return texts


def test_every_heading_of_troubleshooting_is_a_message_of_the_program() -> None:
    page = (ROOT / "docs/guide/troubleshooting.md").read_text(encoding="utf-8")
    headings = {line[3:] for line in page.splitlines() if line.startswith("## ")} - OTHERS
    texts = [text for file in (ROOT / "monitor").rglob("*.py") for text in said_by(file)]
    unknown = {heading for heading in headings if not any(heading.strip("… ") in text for text in texts)}
    assert not unknown


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_links_lead_somewhere(guide: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", guide.read_text(encoding="utf-8")):
        assert (guide.parent / target).exists(), target


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_metrics_named_in_a_guide_exist(guide: Path) -> None:
    known = {metric.name for metric in (*DEVICE_METRICS, *OWN_METRICS)}
    named = set(re.findall(r"(?<![:\w])cctv_[a-z0-9_]+", guide.read_text(encoding="utf-8")))
    assert {name for name in named if name.split("_")[1] not in ("school-3", "school")} <= known


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.stem)
def test_verbs_named_in_a_guide_exist(guide: Path) -> None:
    import typer

    from monitor.cli import app

    verbs = set(typer.main.get_command(app).commands)
    named = re.findall(r"(?:^|`|\$\(|&& )cctv ([a-z][a-z-]+)", guide.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(named) <= verbs
