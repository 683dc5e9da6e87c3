"""What a camera says of itself: clock, identity, services, media profiles and addresses."""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from monitor import workers
from monitor.model import Deadline, Evidence, Memory, Outcome, Target
from monitor.protocols import onvif
from monitor.protocols.logins import may_try
from monitor.protocols.onvif import Device, Trouble
from monitor.protocols.onvif.events import read_events

MARGIN_SECONDS = 0.25
"""The look itself ends so much before its deadline, so that it can still say in which phase the device went silent."""
HARMLESS = frozenset({Outcome.UNSUPPORTED, Outcome.NOT_FOUND, Outcome.FORBIDDEN, Outcome.SERVER_ERROR})
MAY_FAIL = {
    "profiles": {Outcome.UNSUPPORTED},  # a device without media, such as a door controller
    "snapshot_uri": HARMLESS,
    "ntp": HARMLESS,
    "events": HARMLESS,
}
"""How a question may fail without making the look incomplete; every other failure does."""
FATAL = {
    Outcome.DNS, Outcome.REFUSED, Outcome.NO_ROUTE, Outcome.CONNECT_TIMEOUT, Outcome.TIMEOUT, Outcome.CLOSED,
    Outcome.TLS, Outcome.TOO_LARGE, Outcome.BUSY, Outcome.REDIRECTED, Outcome.ABANDONED,
}  # fmt: skip
"""After these the device is not asked further in this look."""
NO_LOGIN = frozenset({Outcome.AUTH, Outcome.AUTH_RESTING, Outcome.AUTH_MISSING, Outcome.LOCKED})
"""After these only what needs no login is asked: clock and services, which come before the identity."""


@dataclass
class _Look:
    device: Device
    deadline: Deadline
    known: Mapping[str, Any]
    facts: dict[str, Any] = field(default_factory=dict)
    trouble: Trouble | None = None  # the first that makes the look incomplete


async def look_at_onvif(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
    """Ask ``target.onvif``; facts under "onvif", see docs/reference/onvif.md. Never raises for what a device does."""
    began, at = time.monotonic(), datetime.now(UTC)
    if not target.onvif:
        return Evidence("onvif", at, 0.0, Outcome.UNSUPPORTED, "no ONVIF address is configured")
    known = _remembered(memory)
    try:
        look = _prepare(target, known, at, deadline)
    except ValueError as error:
        return Evidence("onvif", at, 0.0, Outcome.FAILED, f"the ONVIF address is wrong: {error}")
    try:
        await workers.in_thread(_ask, look, target.close, deadline=deadline)
    except TimeoutError:
        look.trouble = _late(look.device.phase)
    finally:
        look.device.abort()  # whatever ended the look: no thread of it stays behind
    return _evidence(look, at, time.monotonic() - began)


def _prepare(target: Target, known: Mapping[str, Any], at: datetime, deadline: Deadline) -> _Look:
    device = Device(
        target.onvif,
        target.credentials,
        trust=str(target.options.get("onvif_trust", "")),
        way=str(known.get("way", "")),
        refused_ways=tuple(known.get("refused_ways", ())) if target.login.refused_at else (),  # of this very password
        may_login=may_try(target.login, at),
    )
    return _Look(device, deadline.within(max(deadline.left() - MARGIN_SECONDS, deadline.left() / 2)), known)


def _late(phase: str) -> Trouble:
    if not phase:
        return Trouble(Outcome.STARVED, "the monitor itself was too busy to ask")
    return Trouble(Outcome.TIMEOUT, f"too slow: the deadline came while {phase}", phase)


def _ask(look: _Look, close: bool) -> None:
    """The recipe. What needs no login comes first, so that a wrong password hides as little as possible."""
    onvif.warm_up()
    try:
        steps = [_clock, _services, _identity, _profiles, _stream_uri, _snapshot_uri, _ntp]
        for step in [*steps, _events] if close else steps:
            if not _attempt(look, step):
                break
    finally:
        look.device.close()


def _attempt(look: _Look, step: Callable[[_Look], None]) -> bool:
    """One step; False = no use asking further."""
    try:
        step(look)
    except Trouble as trouble:
        name = step.__name__.removeprefix("_")
        look.facts.setdefault("unread", {})[name] = trouble.reason
        if trouble.outcome not in MAY_FAIL.get(name, ()):
            look.trouble = look.trouble or trouble
        return trouble.outcome not in FATAL and not (name == "identity" and trouble.outcome in NO_LOGIN)
    return True


def _clock(look: _Look) -> None:
    clock = onvif.read_clock(look.device, look.deadline)
    look.facts |= {
        "clock_offset_seconds": _rounded(clock.offset),
        "clock_source": clock.source,
        "timezone": clock.timezone,
    }


def _services(look: _Look) -> None:
    look.facts["services"] = onvif.read_services(look.device, look.deadline)


def _identity(look: _Look) -> None:
    look.facts |= onvif.read_identity(look.device, look.deadline)
    look.facts["answered"] = True


def _profiles(look: _Look) -> None:
    look.facts["profiles"] = onvif.read_profiles(look.device, look.deadline)
    look.facts["media_service"] = onvif.media_service(look.device)


def _stream_uri(look: _Look) -> None:
    _uri(look, "stream_uri", onvif.read_stream_uri)


def _snapshot_uri(look: _Look) -> None:
    _uri(look, "snapshot_uri", onvif.read_snapshot_uri)


def _uri(look: _Look, name: str, read: Callable[[Device, str, Deadline], tuple[str, str]]) -> None:
    """Of the first profile; an address on another host is told as such."""
    token = _first_token(look)
    if token:
        uri, foreign = read(look.device, token, look.deadline)
        look.facts[name] = onvif.without_secrets(uri)
        if foreign:
            look.device.foreign[name] = foreign


def _ntp(look: _Look) -> None:
    look.facts["ntp"] = onvif.read_ntp(look.device, look.deadline)


def _events(look: _Look) -> None:
    look.facts["events"] = read_events(look.device, look.deadline)


def _first_token(look: _Look) -> str:
    return next((str(profile["token"]) for profile in look.facts.get("profiles", ()) if profile["token"]), "")


def _evidence(look: _Look, at: datetime, seconds: float) -> Evidence:
    device, facts = look.device, dict(look.facts)
    facts |= {
        "auth": device.way,
        "known": {name: look.known[name] for name in ("serial", "firmware", "profiles") if name in look.known},
    }
    facts |= {"foreign_addresses": dict(device.foreign)} if device.foreign else {}
    facts |= {"mended": list(device.mended)} if device.mended else {}
    known_firmware = look.known.get("firmware")
    if known_firmware and facts.get("firmware") and facts["firmware"] != known_firmware:
        facts["firmware_before"] = known_firmware
    trouble = look.trouble
    outcome = trouble.outcome if trouble else Outcome.SEEN
    reason = trouble.reason if trouble else _summary(facts)
    whole = {"onvif": facts, **({"phase": trouble.phase} if trouble and trouble.phase else {})}
    return Evidence(
        "onvif", at, seconds, outcome, reason, whole, memory=_memory(look, facts), login_worked=device.login_worked
    )


def _summary(facts: Mapping[str, Any]) -> str:
    maker = " ".join(word for word in (facts.get("manufacturer"), facts.get("model")) if word) or "a nameless device"
    return f"{maker}, firmware {facts.get('firmware') or 'unknown'}, {len(facts.get('profiles', ()))} media profiles"


def _memory(look: _Look, facts: Mapping[str, Any]) -> Memory:
    """What the next look needs. Serial and profiles stay as first seen (they are what later ones are compared with)."""
    device, known = look.device, dict(look.known)
    if device.login_worked:
        known |= {"way": device.way, "refused_ways": []}
    elif device.login_worked is False:
        if device.way != known.get("way"):  # a way that worked before is not to blame: the password is
            known["refused_ways"] = sorted({*known.get("refused_ways", ()), device.way})
    elif device.way == "open":
        known["way"] = "open"
    for name, operation in (("serial", "GetDeviceInformation"), ("profiles", "GetProfiles")):
        if facts.get(name) and operation not in device.mended:  # mended XML is no measure for later looks
            known.setdefault(name, facts[name])
    if facts.get("firmware"):
        known["firmware"] = facts["firmware"]
    return json.dumps(known).encode()


def _remembered(memory: Memory) -> Mapping[str, Any]:
    try:
        known = json.loads(memory or b"{}")
    except ValueError:  # of an older version, or damaged: learn anew
        return {}
    return known if isinstance(known, dict) else {}


def _rounded(offset: float | None) -> float | None:
    return None if offset is None else round(offset, 2)
