"""Plays a recorded instant over RTSP, decodes a picture of it, and holds the time it is told against the one asked."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from monitor.model import Credentials, Deadline, LoginState, Outcome, Sample
from monitor.protocols.errors import DeviceError
from monitor.protocols.rtsp import Replay, look
from monitor.retention.decoding import decoded

BAD = frozenset({Outcome.NOT_FOUND, Outcome.NO_RTP, Outcome.NO_KEY_FRAME, Outcome.NO_VIDEO, Outcome.STALLED})
"""A playback that ends so is a recording that does not play; any other failure says nothing about the recording."""
DECODE_SECONDS = 5.0
FITS = 60.0
"""Playback begins at a key frame, or where the recorder has cut its files: seconds."""
SAYING = ("replay extension", "PLAY reply")
"""Whose word can speak against a recording. A sender report may tell of now as well."""


@dataclass(frozen=True, slots=True)
class Player:
    """How one recorder is asked. ``shift``: seconds its clock is ahead of ours."""

    credentials: Credentials | None
    login: LoginState
    shift: float = 0.0
    zone: tzinfo = UTC  # many recorders tell local time marked as UTC


async def play(player: Player, channel: str, at: float, url: str, wish: Replay, deadline: Deadline) -> Sample:
    """One picture of the recording at our instant ``at``. DeviceError where nothing was learnt about the recording."""
    from monitor.vision.playback import shows

    seen = await look(
        url,
        player.credentials,
        replace(
            player.login, rest_until=None, ever_worked=True
        ),  # it has just been accepted by the recorder's other door
        deadline=deadline.within(max(deadline.left() - DECODE_SECONDS, 1.0)),
        watch_seconds=0.1,
        replay=wish,
    )
    if not seen.key_frames:
        if seen.outcome in BAD:
            return Sample(channel, at, False, f"cannot be played: {seen.reason}")
        raise DeviceError(seen.outcome, f"could not be played: {seen.reason}")
    told = {who: when - player.shift for who, when in seen.facts.get("recorded_at", {}).items()}
    ahead = datetime.fromtimestamp(at, player.zone).utcoffset() or timedelta()
    other = another_time(told, at, ahead.total_seconds())
    if other:
        return Sample(channel, at, False, other)
    sample = await decoded(channel, at, deadline, shows, seen.key_frames[0])
    return replace(sample, dated=agreeing(told, at, ahead.total_seconds()) if sample.good else "")


def agreeing(told: Mapping[str, float], at: float, ahead: float = 0.0) -> str:
    """By whose word the picture is of the time asked for; "" = nobody's. ``ahead``: what local time is off UTC.

    What is told with the picture counts before what was said in advance.
    """
    who = next(iter(told), "")
    return who if who and abs(_apart(told[who], at, ahead)) <= FITS else ""


def another_time(told: Mapping[str, float], at: float, ahead: float = 0.0) -> str:
    """What is played instead, as the end of a sentence; "" = nothing speaks against it."""
    who = next(iter(told), "")
    if who not in SAYING or agreeing(told, at, ahead):
        return ""
    minutes = round(_apart(told[who], at, ahead) / 60)
    return f"plays what was recorded {abs(minutes)} min {'before' if minutes < 0 else 'after'} it ({who})"


def _apart(when: float, at: float, ahead: float) -> float:
    """Seconds, in whichever dress is nearer."""
    return min(when - at, when - ahead - at, key=abs)
