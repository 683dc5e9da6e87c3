"""Where reports are kept: ``state_dir/reports/SITE/``, each as JSON (the truth), HTML and CSV. Never overwritten."""

import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.reports.compare import Document

STAMP = "%Y-%m-%d-%H%M%S"
"""When a report was made, local; in the order of time also as text."""
_NAME = re.compile(r"(?P<kind>[a-z-]+)-(?P<stamp>\d{4}-\d{2}-\d{2}-\d{6})(?:-\d+)?")


@dataclass(frozen=True, slots=True)
class KeptReport:
    """One report in the archive."""

    site: str
    name: str  # of its files, without their endings
    kind: str  # inspection, leave-site, arrival, day, week, month
    made: str  # local time at the site: 2026-03-05-143000
    endings: tuple[str, ...]  # html, csv, json


class Archive:
    """Reports of all sites below one folder."""

    def __init__(self, state_dir: Path) -> None:
        self.folder = state_dir / "reports"

    def keep(self, document: Document, shown: Mapping[str, bytes]) -> KeptReport:
        """Write the document and what it looks like (ending -> content). Raises OSError."""
        folder = self.folder / document["site"]
        for one in (self.folder.parent, self.folder, folder):
            _made(one)
        at = datetime.fromisoformat(document["made_at"]).astimezone(ZoneInfo(document["timezone"]))
        made = at.strftime(STAMP)
        name = _free(folder, f"{document['kind']}-{made}")
        contents = {**shown, "json": json.dumps(document, ensure_ascii=False, indent=1).encode()}
        for ending, content in contents.items():  # JSON comes last: with it the report is complete
            _write_new(folder / f"{name}.{ending}", content)
        return KeptReport(document["site"], name, document["kind"], made, tuple(contents))

    def kept(self, site: str, kind: str | None = None) -> list[KeptReport]:
        """Newest first."""
        folder = self.folder / site
        found = {file.stem: _NAME.fullmatch(file.stem) for file in folder.glob("*.json")}
        reports = [
            KeptReport(site, name, match["kind"], match["stamp"], _endings(folder, name))
            for name, match in found.items()
            if match and kind in (None, match["kind"])
        ]
        return sorted(reports, key=lambda one: (one.made, one.name), reverse=True)

    def load(self, report: KeptReport) -> Document:
        """Raises OSError, and ValueError when somebody spoilt the file."""
        document: Document = json.loads((self.folder / report.site / f"{report.name}.json").read_bytes())
        return document

    def newest(self, site: str, kind: str) -> Document | None:
        """The newest of a kind that can be read."""
        reports = self.kept(site, kind)
        return self.load(reports[0]) if reports else None

    def file(self, site: str, name: str) -> bytes | None:
        """The content of ``NAME.ENDING``, if exactly that file is kept: never a path the asker made up."""
        known = {f"{one.name}.{ending}" for one in self._listed(site) for ending in one.endings}
        return (self.folder / site / name).read_bytes() if name in known else None

    def _listed(self, site: str) -> list[KeptReport]:
        sites = {folder.name for folder in self.folder.glob("*")}
        return self.kept(site) if site in sites else []


def _endings(folder: Path, name: str) -> tuple[str, ...]:
    return tuple(ending for ending in ("html", "csv", "json") if (folder / f"{name}.{ending}").is_file())


def _free(folder: Path, stem: str) -> str:
    """The stem, with a number behind it when two reports fall into one second."""
    number, name = 1, stem
    while any(folder.glob(f"{name}.*")):
        number += 1
        name = f"{stem}-{number}"
    return name


def _made(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        _as_its_folder(folder)


def _as_its_folder(path: Path) -> None:
    """Root's verbs write beside the daemon: what they make is the daemon's, or it could write none itself."""
    if os.geteuid() == 0:
        owner = path.parent.stat()
        os.chown(path, owner.st_uid, owner.st_gid)


def _write_new(path: Path, content: bytes) -> None:
    """All of it or nothing, and never over a file that is there: FileExistsError."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    _as_its_folder(part)
    try:
        os.link(part, path)
    finally:
        part.unlink()
