"""What a camera's own words mean: access, clock, identity, and its profiles against what RTSP delivered."""

from collections.abc import Iterator, Mapping
from typing import Any

from monitor.limits import OnvifLimits
from monitor.model import IF_IT_LASTS, Evidence, Facts, FaultKind, Finding, Judged, Outcome, Target, Verdict

MEANING: Mapping[Outcome, FaultKind] = {
    Outcome.DNS: FaultKind.UNREACHABLE,
    Outcome.REFUSED: FaultKind.UNREACHABLE,
    Outcome.NO_ROUTE: FaultKind.UNREACHABLE,
    Outcome.CONNECT_TIMEOUT: FaultKind.UNREACHABLE,
    # It accepted the connection, so it is there: what fails is its ONVIF service.
    Outcome.TIMEOUT: FaultKind.ONVIF_FAILED,
    Outcome.CLOSED: FaultKind.ONVIF_FAILED,
    Outcome.TLS: FaultKind.ONVIF_FAILED,
    Outcome.PROTOCOL: FaultKind.ONVIF_FAILED,
    Outcome.TOO_LARGE: FaultKind.ONVIF_FAILED,
    Outcome.NOT_FOUND: FaultKind.ONVIF_FAILED,
    Outcome.SERVER_ERROR: FaultKind.ONVIF_FAILED,
    Outcome.REDIRECTED: FaultKind.ONVIF_FAILED,
    Outcome.AUTH: FaultKind.AUTH_FAILED,
    Outcome.AUTH_RESTING: FaultKind.AUTH_FAILED,  # refused until it is tried again: the verdict stands while it rests
    Outcome.AUTH_MISSING: FaultKind.AUTH_FAILED,
    Outcome.FORBIDDEN: FaultKind.AUTH_FAILED,
    Outcome.LOCKED: FaultKind.ACCOUNT_LOCKED,
}
"""Outcomes that are faults; BUSY becomes one if it lasts, every other one is unknown."""
QUARTER_HOUR = 900
LOCAL_TIME_TOLERANCE = 10.0


def judge_onvif(target: Target, evidence: Evidence) -> tuple[Finding, ...]:
    """Aspects "" (access), "clock", "identity", "stream"; the latter three only where the device said something on it.

    The expected serial and profiles are ``target.options["serial"]`` and ``["profiles"]`` (set at commissioning), else
    those first seen. ``target.options["last_stream"]`` is what RTSP delivered last: codec, width, height,
    frames_per_second.
    """
    facts: Facts = evidence.facts.get("onvif") or {}
    aspects = [("", _access(evidence)), *_aspects(target, facts)]
    return tuple(_finding(target, evidence, aspect, judged, facts) for aspect, judged in aspects)


def _finding(target: Target, evidence: Evidence, aspect: str, judged: Judged, facts: Facts) -> Finding:
    verdict, fault, reason = judged
    if evidence.outcome is Outcome.BUSY and not aspect:
        facts = {**facts, IF_IT_LASTS: FaultKind.ONVIF_FAILED}
    return Finding(target.key, "onvif", verdict, fault, reason, evidence.at, evidence.seconds, aspect, facts)


def _access(evidence: Evidence) -> Judged:
    if evidence.outcome is Outcome.SEEN:
        return Verdict.OK, None, evidence.reason
    fault = MEANING.get(evidence.outcome)
    return (Verdict.FAULT if fault else Verdict.UNKNOWN), fault, evidence.reason


def _aspects(target: Target, facts: Facts) -> Iterator[tuple[str, Judged]]:
    if "clock_offset_seconds" in facts:
        yield "clock", _clock(facts["clock_offset_seconds"], target.limits.onvif)
    if "serial" in facts and (identity := _identity(target, facts)):
        yield "identity", identity
    if facts.get("profiles"):
        yield "stream", _stream(target, facts)


def _clock(offset: float | None, limits: OnvifLimits) -> Judged:
    if offset is None:
        return Verdict.UNKNOWN, None, "the device tells no usable UTC time"
    words = f"its clock is {_spell(offset)}" if abs(offset) >= 1 else "its clock agrees with ours"
    if abs(offset) <= limits.clock_offset_seconds:
        return Verdict.OK, None, words
    hint = "; it looks like local time where UTC belongs: check its time zone" if _looks_local(offset) else ""
    return Verdict.FAULT, FaultKind.CLOCK_DRIFT, f"{words}, more than {limits.clock_offset_seconds:.0f} s{hint}"


def _looks_local(offset: float) -> bool:
    """Off by whole quarters of an hour, within the world's time zones: more likely a zone than a drift."""
    beside = abs(offset) % QUARTER_HOUR
    near = min(beside, QUARTER_HOUR - beside) <= LOCAL_TIME_TOLERANCE
    return near and 4 * QUARTER_HOUR - LOCAL_TIME_TOLERANCE <= abs(offset) <= 14.1 * 3600


def _identity(target: Target, facts: Facts) -> Judged | None:
    """None when there is neither a serial nor an expectation: nothing was promised."""
    serial = facts["serial"]
    expected = target.options.get("serial") or (facts.get("known") or {}).get("serial")
    if not expected:
        return (Verdict.OK, None, f"serial {serial}") if serial else None
    if not serial:
        return Verdict.UNKNOWN, None, f"the device no longer tells its serial ({expected} before)"
    if serial == expected:
        return Verdict.OK, None, f"serial {serial}"
    if "GetDeviceInformation" in facts.get("mended", ()):
        return Verdict.UNKNOWN, None, f"serial {serial} where {expected} was, but the answer was broken XML"
    words = f"serial {serial} where {expected} was: another device, or its board"
    return Verdict.FAULT, FaultKind.DEVICE_REPLACED, words


def _stream(target: Target, facts: Facts) -> Judged:
    if "GetProfiles" in facts.get("mended", ()):
        return Verdict.UNKNOWN, None, "the media profiles came as broken XML: no verdict from them"
    expected = target.options.get("profiles") or (facts.get("known") or {}).get("profiles") or ()
    changed = _changed_profile(expected, facts["profiles"])
    if changed:
        return Verdict.FAULT, FaultKind.STREAM_CHANGED, changed
    delivered = target.options.get("last_stream")
    if not delivered or not delivered.get("codec") or not delivered.get("width"):
        return Verdict.OK, None, f"set to {_setup(facts['profiles'][0])}; no stream was seen yet to compare it with"
    profiles = facts["profiles"]
    if facts.get("media_service") == "media" and delivered["codec"] == "hevc":  # that service has no word for H.265
        profiles = [{**profile, "codec": None} for profile in profiles]
    return _against(delivered, profiles, target.limits.onvif)


def _changed_profile(before: Any, now: Any) -> str:
    """The first profile that is no longer set up as when it was first seen; "" = none."""
    present = {profile["token"]: profile for profile in now}
    for old in before:
        new = present.get(old["token"])
        if new is None:
            return f"the media profile {old['name'] or old['token']} is gone"
        if any(old[name] is not None and new[name] is not None and old[name] != new[name] for name in _SETUP):
            return f"the media profile {old['name'] or old['token']} was {_setup(old)} and is now {_setup(new)}"
    return ""


_SETUP = ("codec", "width", "height", "fps")


def _against(delivered: Mapping[str, Any], profiles: Any, limits: OnvifLimits) -> Judged:
    names = ("codec", "width", "height")
    same = [profile for profile in profiles if all(profile[name] in (None, delivered.get(name)) for name in names)]
    seen = f"RTSP delivers {delivered['codec']} {delivered['width']}x{delivered.get('height')}"
    if not same:
        told = "; ".join(_setup(profile) for profile in profiles[:4])
        return Verdict.FAULT, FaultKind.STREAM_CHANGED, f"{seen}, but the device is set to {told}"
    rate = delivered.get("frames_per_second")
    nominal = max((profile["fps"] or 0 for profile in same), default=0)
    if rate and nominal and not limits.frame_rate_low <= rate / nominal <= limits.frame_rate_high:
        words = f"{seen} at {rate:.1f} frames per second, but the device is set to {nominal}"
        return Verdict.FAULT, FaultKind.STREAM_CHANGED, words
    return Verdict.OK, None, f"{seen}, as the device is set"


def _setup(profile: Mapping[str, Any]) -> str:
    if profile["codec"] is None and profile["width"] is None:
        return "a profile without a video encoder"
    return f"{profile['codec']} {profile['width']}x{profile['height']} at {profile['fps'] or '?'} fps"


def _spell(seconds: float) -> str:
    minutes, left = divmod(round(abs(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    words = f"{hours} h {minutes:02} min" if hours else f"{minutes} min {left:02} s" if minutes else f"{left} s"
    return f"{words} {'ahead' if seconds > 0 else 'behind'}"
