"""The weekly inspection of a site: every check, close, and what it found, as plain data."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from monitor.board import worst
from monitor.model import Evidence, FaultKind, Finding, Key, Subject, Target, Verdict
from monitor.reports import analysis, kpi
from monitor.reports.compare import Document, compare
from monitor.reports.material import Material, encoded
from monitor.reports.site import SiteFile, head
from monitor.words import _

SUB = "sub"
"""Aspect of the findings about a camera's sub stream."""
MANUAL: Mapping[str, str] = {
    "lens": _("Lens and housing cleaned; no water, no insects inside"),
    "bracket": _("Bracket and screws tight; view as agreed"),
    "cabling": _("Cables and plugs sound, strain relief in place, no bare wire"),
    "power": _("Power supplies and fuses checked; no heat marks"),
    "ups": _("UPS tested under load; battery date noted"),
    "earthing": _("Earthing and surge protectors checked"),
    "cabinet": _("Cabinet cleaned, fans run, filters changed, door locks"),
    "labels": _("Labels legible and true; site plan up to date"),
    "playback": _("A recording of each recorder played with the customer"),
    "keys": _("Keys, passwords and documents returned or sealed"),
}
"""What a machine cannot do: code -> the line to tick."""
RECORDING = (
    *("recorder", "required_days", "span_days", "depth_days", "coverage", "longest_gap_seconds", "oldest", "newest"),
    *("samples_checked", "samples_bad", "forecast_days", "days"),
)


@dataclass(frozen=True, slots=True)
class Looked:
    """One look of the inspection and what it means."""

    target: Target
    evidence: Evidence
    findings: tuple[Finding, ...]


def second_streams(targets: Iterable[Target]) -> list[Target]:
    """The sub streams of these cameras, each as a target for the stream probe."""
    return [sub_stream(target) for target in targets if target.options.get("rtsp_sub")]


def sub_stream(target: Target) -> Target:
    """The same camera, looked at through its second stream."""
    return replace(target, rtsp=str(target.options["rtsp_sub"]), options={**target.options, "stream": SUB})


def build(
    site: SiteFile,
    looked: Sequence[Looked],
    material: Material,
    now: datetime,
    before: Document | None,
    *,
    kind: str = "inspection",
) -> Document:
    """``before``: the inspection before this one. ``now`` is when the last look ended."""
    devices = [_device(target, looked, material) for target in site.targets]
    document = head(kind, site, now.isoformat(timespec="seconds")) | {
        "began_at": min((one.evidence.at for one in looked), default=now).isoformat(timespec="seconds"),
        "verdict": worst(Verdict(device["verdict"]) for device in devices).value,
        "counts": dict(Counter(device["verdict"] for device in devices)),
        "devices": devices,
        "manual": list(MANUAL),
    }
    document["now"] = at_the_moment(devices)
    document["compared"] = compare(before, document)
    return document


def changes(before: Document | None, now: Document) -> list[tuple[str, str, dict[str, str]]]:
    """Device, event kind and record of every serial number or firmware that is another than at the time before."""
    known = {device["device"]: device["identity"] for device in before["devices"]} if before else {}
    return [
        (device["device"], f"{name}_changed", {"before": was, "now": told})
        for device in now["devices"]
        for name in ("serial", "firmware")
        if (told := device["identity"][name]) and (was := known.get(device["device"], {}).get(name)) and was != told
    ]


def at_the_moment(devices: Sequence[Document]) -> Document:
    """Rates by counting devices: online of all cameras, normal pictures of the online ones, complete recordings."""
    cameras = [device for device in devices if device["role"] == "camera"]
    online = [_online(device) for device in cameras]
    reached = [device for device, verdict in zip(cameras, online, strict=True) if verdict != "fault"]
    picture = [_of(device, ("picture",)).get("verdict") for device in reached]
    recording = [_of(device, ("recording",)).get("verdict") for device in cameras]
    return {"online": _share(online), "intact": _share(picture), "recorded": _share(recording)}


def _online(device: Document) -> str | None:
    """A stream with a fault that lets pictures come is online."""
    stream = _of(device, ("rtsp", "tcp"))
    shows = stream.get("verdict") == "fault" and stream["fault"] not in kpi.OFFLINE
    return "ok" if shows else stream.get("verdict")


def _of(device: Document, probes: Sequence[str]) -> Document:
    """The first finding of these probes on the main stream; empty = none."""
    return next((one for one in device["findings"] if one["probe"] in probes and one["aspect"] != SUB), {})


def _share(found: Iterable[str | None]) -> dict[str, Any]:
    """Unknown ones are in the total only: they make the sample smaller, the rate neither better nor worse."""
    verdicts = [verdict for verdict in found if verdict]
    counts = Counter(verdicts)
    judged = counts["ok"] + counts["fault"]
    return {
        "good": counts["ok"],
        "judged": judged,
        "wanted": len(verdicts),
        "value": round(counts["ok"] / judged, 6) if judged else None,
        "coverage": round(judged / len(verdicts), 6) if verdicts else None,
    }


def _device(target: Target, looked: Sequence[Looked], material: Material) -> Document:
    key = target.key
    found = [_aspect(one, finding) for one in looked for finding in one.findings if finding.key == key]
    mine = [one for one in looked if one.target.key == key]
    pictures = next((one.evidence.pictures for one in mine if one.evidence.pictures), {})
    verdict = worst(finding.verdict for finding in found)
    blamed = {finding.fault for finding in found if finding.verdict is Verdict.FAULT and finding.probe == "picture"}
    return {
        "device": key.device,
        "name": target.name or key.device,
        "role": target.role,
        "place": target.options.get("place", ""),
        "model": target.options.get("model", ""),
        "warranty": target.options.get("warranty"),
        "verdict": verdict.value,
        "findings": [_finding(finding, material) for finding in found],
        "picture": _picture(pictures, "thumbnail"),
        "reference": _picture(pictures, "reference") if blamed else None,
        **_measured(mine),
        "recording": next((_kept(one) for one in found if one.probe == "recording"), None),
    }


def _aspect(one: Looked, finding: Finding) -> Finding:
    return replace(finding, aspect=SUB) if one.target.options.get("stream") == SUB else finding


def _finding(finding: Finding, material: Material) -> Document:
    standing = material.standings.get(Subject(finding.key, finding.probe, finding.aspect))
    same = standing if standing and (standing.verdict, standing.fault) == (finding.verdict, finding.fault) else None
    return {
        "probe": finding.probe,
        "aspect": finding.aspect,
        "verdict": finding.verdict.value,
        "fault": finding.fault.value if finding.fault else None,
        "reason": finding.reason,
        "seconds": round(finding.seconds, 1),
        "since": same.since.isoformat(timespec="seconds") if same and finding.fault else None,
        "count": _count(finding.key, finding.fault, material),
    }


def _count(key: Key, fault: FaultKind | None, material: Material) -> int:
    """How often this fault stood here in the past 90 days."""
    return analysis.repeats(material.recent)[key, fault] if fault else 0


def _picture(pictures: Mapping[str, bytes], name: str) -> str | None:
    return encoded(pictures[name]) if name in pictures else None


def _measured(mine: Sequence[Looked]) -> Document:
    """Streams, identity, clock and disks, as far as they were told."""
    facts = {(one.evidence.probe, str(one.target.options.get("stream", ""))): one.evidence.facts for one in mine}
    onvif: Mapping[str, Any] = facts.get(("onvif", ""), {}).get("onvif") or {}
    own = [one for look in mine for one in look.findings if one.probe == "recorder" and not one.aspect]
    recorder: Mapping[str, Any] = own[0].facts if own else {}
    return {
        "stream": _stream(facts.get(("picture", "")) or facts.get(("rtsp", "")) or {}),
        "sub_stream": _stream(facts.get(("rtsp", SUB)) or {}),
        "identity": {name: onvif.get(name) or "" for name in ("manufacturer", "model", "serial", "firmware")},
        "clock_offset_seconds": onvif.get("clock_offset_seconds", recorder.get("clock_offset_seconds")),
        "disks": list(recorder.get("disks") or ()),
    }


def _stream(facts: Mapping[str, Any]) -> Document | None:
    stream = facts.get("stream") or {}
    names = ("codec", "width", "height", "frames_per_second", "bytes_per_second", "loss_ratio")
    return {name: stream.get(name) for name in names} if stream.get("codec") else None


def _kept(finding: Finding) -> Document:
    return {name: finding.facts.get(name) for name in RECORDING}
