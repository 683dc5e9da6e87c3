"""The pages keep to what the program says and has: messages, verbs, links, files, metrics."""

import ast
import re
from pathlib import Path

import pytest

from monitor.metrics.table import DEVICE_METRICS, OWN_METRICS

ROOT = Path(__file__).parents[1]
GUIDES = sorted((ROOT / "docs/guide").glob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
TO_BE_WRITTEN = {"monitor/probes/web.py", "tests/probes/test_probe_web.py"}  # by the reader of a-new-probe.md
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


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_of_ours_named_on_a_page_exist(page: Path) -> None:
    rooms = r"(?:monitor|tests|docs|deploy|config|benchmarks)"
    for named in re.findall(rf"`({rooms}/[\w./-]+)`", page.read_text(encoding="utf-8")):
        assert named in TO_BE_WRITTEN or (ROOT / named).exists(), named


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name == "design"], ids=lambda path: path.stem)
def test_every_decision_is_reached_from_the_house(page: Path) -> None:
    house = ROOT / "docs/design/the-house.md"
    assert page == house or f"]({page.name})" in house.read_text(encoding="utf-8")


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


def test_the_house_names_every_room() -> None:
    named = set(re.findall(r"`([a-z_]+)[/.]", (ROOT / "docs/design/the-house.md").read_text(encoding="utf-8")))
    rooms = {path.stem for path in (ROOT / "monitor").iterdir() if path.stem[0] not in "_."}
    assert rooms <= named
