"""What the verbs of inspections and certificates share: looking at everything closely, reading the state, keeping."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from monitor import words
from monitor.cli import looking, rendering
from monitor.cli.choose import Configured
from monitor.cli.context import fail, settings_from
from monitor.cli.naming import meant, no_site, nothing_at
from monitor.model import Facts, Key, Target
from monitor.reports import inspection
from monitor.reports.archive import Archive, KeptReport
from monitor.reports.compare import Document
from monitor.reports.inspection import Looked
from monitor.reports.material import RECENT, Material, gather, nothing_known
from monitor.reports.periods import Period
from monitor.reports.render import shown
from monitor.reports.site import SiteFile, site_files
from monitor.sentences import said
from monitor.settings import Settings
from monitor.store import STATE_FILE, Store, StoreError, events


@dataclass(frozen=True, slots=True)
class Visit:
    """One site, everything about it, and where its papers are kept."""

    settings: Settings
    site: SiteFile
    archive: Archive


def visit(site: str, config: Path | None) -> Visit:
    """Refuses, in words, a site that is not configured."""
    settings = settings_from(config)
    files = site_files(settings)
    if site not in files:
        fail(no_site(site, files))
    return Visit(settings, files[site], Archive(Path(settings.state_dir)))


def look_closely(here: Visit, kind: str, before: Document | None) -> Document:
    """Every check of the site, close and with proof of playing, as an inspection document of that kind."""
    if not here.site.targets:
        fail(nothing_at(here.site.id))
    known = Configured(here.site.targets, Path(here.settings.state_dir), here.settings.poll.deadline)
    main = looking.Plan(here.site.targets, known, close=True)
    second = looking.Plan(tuple(inspection.second_streams(here.site.targets)), known, "rtsp")
    bar, advance = rendering.progress(main.count() + second.count(), quiet=False)

    async def look() -> list[looking.Result]:
        return await looking.look_at_all(main, advance) + await looking.look_at_all(second, advance)

    with bar:
        results = asyncio.run(look())
    looked = [Looked(one.target, one.evidence, one.findings) for one in results]
    now = datetime.now(UTC)
    return inspection.build(here.site, looked, known_of(here, now), now, before, kind=kind)


def known_of(here: Visit, now: datetime) -> Material:
    """What a daemon on this machine knows; nothing, where none has worked."""
    path = Path(here.settings.state_dir) / STATE_FILE
    if not path.is_file():
        return nothing_known()
    period = Period(now - RECENT, now + timedelta(seconds=1), here.site.timezone)
    with closing(Store.reader(path)) as store:
        return gather(store, here.site.id, [target.key for target in here.site.targets], period)


def keep(here: Visit, document: Document, language: str) -> KeptReport:
    """Write the papers; a folder that cannot be written to is said in words."""
    try:
        return here.archive.keep(document, shown(document, language))
    except OSError as refused:
        fail(f"the report could not be kept in {here.archive.folder}: {refused.strerror or refused}")


def note(here: Visit, key: Key, kind: str, at: datetime, record: Facts) -> None:
    """Write an event into the state file, made if need be."""
    folder = Path(here.settings.state_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with closing(Store(folder / STATE_FILE)) as store:
            store.write(events.add, events.Event(key, kind, at, record))
    except (OSError, StoreError) as refused:
        fail(f"the event could not be written down: {refused}")


def issued(here: Visit) -> list[tuple[int, str]]:
    """Number and hash of the site's certificates, as the state file remembers them."""
    path = Path(here.settings.state_dir) / STATE_FILE
    if not path.is_file():
        return []
    with closing(Store.reader(path)) as store:
        left = [one for one in store.read(events.of_device, Key(here.site.id, "")) if one.kind == "left"]
    return [(one.record["number"], one.record["sha256"]) for one in left]


def told(document: Document, language: str) -> Sequence[str]:
    """A few lines for the terminal: what is not ok, device by device."""
    found = [(device["device"], one) for device in document["devices"] for one in device["findings"]]
    return [line(device, one, language) for device, one in found if one["verdict"] != "ok"]


def line(device: str, one: Mapping[str, Any], language: str) -> str:
    """One finding of a document."""
    what = said(f"{one['probe']} {one.get('aspect') or ''}".strip(), language)
    verdict = words.translations(language).gettext(one["verdict"])
    seen = " ".join(filter(None, (what, one["fault"], said(one["reason"], language))))
    return f"  {verdict:7}  {device}: {seen}"


def target_named(word: str, config: Path | None) -> tuple[Settings, Target]:
    """SITE/DEVICE of the configuration."""
    settings = settings_from(config)
    known = {str(target.key): target for target in settings.targets()}
    if word not in known:
        fail(f"{word}: no such device; write SITE/DEVICE as in the configuration{meant(word, known)}")
    return settings, known[word]
