"""Alertmanager's webhook (version 4) into the job book: for people who write their own rules."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.model import Job, JobState
from monitor.store import Connection, jobs
from monitor.tickets.desk import Policy, enter, heal, reopen
from monitor.tickets.text import TITLE_LENGTH, one_line

CHANGEABLE = frozenset(
    {
        "severity",
        "priority",
        "reason",
        "verdict",
        "receiver",
        "team",
        "owner",
        "prometheus",
        "prometheus_replica",
        "replica",
        "cluster",
        "vendor",
        "manufacturer",
        "model",
        "firmware",
        "nvr",
        "recorder",
        "switch",
        "parent",
    }
)
"""Labels that tell who watches or describe the device; one may change without its being another problem."""
REOPEN_WITHIN = timedelta(hours=24)
MOST_ALERTS = 1000
UNBELIEVABLE = timedelta(days=3660)
"""Go's zero time, year 1, means that nobody knows."""


@dataclass(frozen=True, slots=True)
class Alert:
    digest: str  # of its stable labels
    firing: bool
    labels: Mapping[str, str]
    text: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the alerts of one request."""

    opened: int = 0
    standing: int = 0
    resolved: int = 0
    ignored: int = 0


def parse(document: object, now: datetime) -> list[Alert]:
    """The alerts of a webhook body. Raises ValueError in words for a person."""
    body = _mapping(document, "the body")
    if str(body.get("version")) != "4":
        raise ValueError("the body is not Alertmanager's webhook of version 4: version is missing or another one")
    listed = body.get("alerts")
    if not isinstance(listed, list):
        raise ValueError("alerts is missing or not a list")
    if len(listed) > MOST_ALERTS:
        raise ValueError(f"more than {MOST_ALERTS} alerts at once; set max_alerts in Alertmanager")
    return [_alert(one, f"alerts[{number}]", now) for number, one in enumerate(listed)]


def digest(labels: Mapping[str, str]) -> str:
    """The same problem gives the same 32 hexadecimal digits, whoever reports it and however severe it is."""
    stable = {name: value for name, value in labels.items() if name not in CHANGEABLE}
    text = json.dumps(stable, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def take(connection: Connection, alerts: list[Alert], policy: Policy, now: datetime) -> Taken:
    """Open what fires, resolve only what was opened here."""
    counts = {"opened": 0, "standing": 0, "resolved": 0, "ignored": 0}
    for alert in alerts:
        counts[_take(connection, alert, policy, now)] += 1
    return Taken(**counts)


def _take(connection: Connection, alert: Alert, policy: Policy, now: datetime) -> str:
    job = jobs.alert(connection, alert.digest)
    standing = job is not None and job.state is not JobState.CLOSED
    if not alert.firing:
        if job is None or not standing or job.healed:
            return "ignored"
        heal(connection, job, policy.said(job.site, "resolved by Alertmanager"), now)
        return "resolved"
    if job is None or (job.closed is not None and now - job.closed > REOPEN_WITHIN):
        enter(connection, _job(alert, job, now), alert.text, policy, now)
        return "opened"
    if standing and not job.healed:
        return "standing"
    reopen(connection, replace(job, text=alert.text, since=alert.since), alert.text, policy, now)
    return "opened"


def _job(alert: Alert, earlier: Job | None, now: datetime) -> Job:
    labels = alert.labels
    device = labels.get("device") or labels.get("camera") or labels.get("instance") or ""
    name, site = one_line(labels.get("alertname", "alert")), one_line(labels.get("site", ""))
    key = f"{alert.digest}-{earlier.number}" if earlier else alert.digest
    where = "/".join(filter(None, (site, one_line(device)))) or name
    return Job(
        key=key,
        origin="alert",
        site=site,
        device=one_line(device),
        fault=name,
        opened=now,
        since=alert.since,
        title=f"{where}: {one_line(alert.text.partition(chr(10))[0]) or name}"[:TITLE_LENGTH],
        text=alert.text,
    )


def _alert(document: object, where: str, now: datetime) -> Alert:
    one = _mapping(document, where)
    status = one.get("status")
    if status not in ("firing", "resolved"):
        raise ValueError(f"{where}.status is neither firing nor resolved")
    labels = _texts(one.get("labels"), f"{where}.labels")
    if not labels:
        raise ValueError(f"{where}.labels is empty")
    notes = _texts(one.get("annotations") or {}, f"{where}.annotations")
    return Alert(digest(labels), status == "firing", labels, _text(labels, notes), _since(one, where, now))


def _text(labels: Mapping[str, str], notes: Mapping[str, str]) -> str:
    head = [notes[name] for name in ("summary", "description") if notes.get(name)]
    head = head or [labels.get("alertname", "alert")]
    further = [f"{name}: {one_line(notes[name])}" for name in ("runbook_url", "dashboard_url") if notes.get(name)]
    shown = [f"{name}={one_line(value)}" for name, value in sorted(labels.items())]
    return "\n".join([*(one_line(line) for line in head), *further, "", *shown])


def _since(one: Mapping[str, Any], where: str, now: datetime) -> datetime:
    value = one.get("startsAt")
    if value is None:
        return now
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueError(f"{where}.startsAt is not a time as RFC 3339 writes it") from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at if now - at < UNBELIEVABLE else now


def _mapping(value: object, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise ValueError(f"{where} is not a JSON object")
    return value


def _texts(value: object, where: str) -> dict[str, str]:
    found = _mapping(value, where)
    if not all(isinstance(text, str) for text in found.values()):
        raise ValueError(f"{where} holds something that is not text")
    return {name: _plain(text) for name, text in found.items()}


def _plain(text: str) -> str:
    """JSON can hold half a character; a file cannot."""
    return text.encode("utf-8", "replace").decode()
