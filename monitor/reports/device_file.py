"""The file of one device, kept for its life: commissioning, changes, faults, repairs, maintenance, warranty."""

from datetime import UTC, datetime
from typing import Any

from monitor.model import Fault, Job, Key, Target, Window
from monitor.reports.compare import Document
from monitor.store import Store, events, faults, jobs, windows
from monitor.store.events import Event

MOST = 500
"""Faults and repair jobs listed, the newest."""
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
SEARCHED = 20_000
"""The newest jobs of the book that are searched."""


def device_file(store: Store, target: Target, site_name: str, now: datetime) -> Document:
    """Raises StoreError."""
    key = target.key
    happened = store.read(events.of_device, key)
    lines = [_event(one) for one in happened]
    lines += [_fault(one) for one in store.read(faults.of_device, key, MOST)]
    lines += [_job(one) for one in store.read(jobs.newest, SEARCHED) if (one.site, one.device) == key][:MOST]
    lines += [_window(one) for one in store.read(windows.between, BEGINNING, now) if _means(one, key)]
    accepted = [one for one in happened if one.kind == "commissioned"]
    return {
        "kind": "device",
        "site": key.site,
        "site_name": site_name,
        "customer": "",
        "place": target.options.get("place", ""),
        "timezone": target.timezone,
        "made_at": now.isoformat(timespec="seconds"),
        "device": key.device,
        "name": target.name or key.device,
        "model": target.options.get("model", ""),
        "installed": target.options.get("installed"),
        "warranty": _warranty(target, now),
        "commissioned": dict(accepted[-1].record) | {"baseline": None} if accepted else None,
        "lines": sorted(lines, key=lambda line: str(line["at"]), reverse=True),
    }


def _warranty(target: Target, now: datetime) -> Document | None:
    warranty = target.options.get("warranty")
    return {**warranty, "over": warranty["until"] < now.date().isoformat()} if warranty else None


def _line(at: datetime, kind: str, text: str, until: datetime | None = None, **more: Any) -> Document:
    return {
        "at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "until": until.astimezone(UTC).isoformat(timespec="seconds") if until else None,
        "kind": kind,
        "text": text,
        **more,
    }


def _event(event: Event) -> Document:
    record = event.record
    if event.kind == "commissioned":
        known = (record.get(name) for name in ("manufacturer", "model", "serial", "firmware", "person", "note"))
        return _line(event.at, event.kind, " · ".join(str(word) for word in known if word))
    if "before" in record:
        return _line(event.at, event.kind, f"{record['before']} → {record['now']}")
    return _line(event.at, event.kind, ", ".join(str(value) for value in record.values() if isinstance(value, str)))


def _fault(fault: Fault) -> Document:
    return _line(fault.since, "fault", fault.reason, fault.cleared, fault=fault.kind.value, excused=fault.excused)


def _job(job: Job) -> Document:
    return _line(job.opened, "job", job.title, job.closed, number=job.number)


def _window(window: Window) -> Document:
    return _line(window.start, "maintenance", f"{window.reason} · {window.person}", window.until)


def _means(window: Window, key: Key) -> bool:
    return window.site == key.site and window.device in ("", key.device)
