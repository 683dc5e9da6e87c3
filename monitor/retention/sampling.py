"""Proof of playing for recorders that play over the network: which instants, how many, and which again."""

import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from monitor.model import Channel, ChannelRecordings, Deadline, Outcome, Sample, Segment, Target
from monitor.protocols.errors import DeviceError
from monitor.retention import played
from monitor.retention.listing import DAY, ENDS_ALL, GOES_ON

PLAY_SECONDS = 15.0
"""Of one sample; with less left none is begun."""
KEPT_BAD = 8
"""So many instants that did not play are tried again at every look, until they play or are gone."""
NEWEST = 600.0
"""The newest part of a recording may still be open."""
REST = 12 * 3600.0
"""A recorder that refuses playback to this account is not asked for it again so soon: no login is tried twice."""

Play = Callable[[str, float, Deadline], Awaitable[Sample]]
"""Channel, our instant, deadline -> whether it plays. Raises DeviceError where nothing was learnt."""


@dataclass(frozen=True, slots=True)
class Proving:
    """One look's part of the proof. ``own``: what the kind keeps between looks, brought up to date here."""

    target: Target
    own: dict[str, Any]
    deadline: Deadline


async def prove(proving: Proving, play: Play, channels: Sequence[ChannelRecordings], first: bool) -> tuple[Sample, ...]:
    """Play some instants; gives them with those of the last days.

    A close look takes ``proof_samples`` of every camera, a first look none, later ones spread ``samples_per_day`` over
    the day.
    """
    own = proving.own
    made: list[Sample] = []
    rests = own.get("play_rests_until", 0.0) > time.time()
    for channel, at in [] if rests else chosen(proving, channels, first):
        if proving.deadline.left() < PLAY_SECONDS:
            break
        try:
            made.append(await play(channel, at, proving.deadline.within(PLAY_SECONDS)))
        except DeviceError as failed:
            made.append(Sample(channel, at, None, failed.reason))
            if failed.outcome in ENDS_ALL or failed.outcome is Outcome.FORBIDDEN:
                own["play_rests_until"] = time.time() + REST
            if failed.outcome not in GOES_ON:
                break
    return remembered(proving, channels, made)


def chosen(proving: Proving, channels: Sequence[ChannelRecordings], first: bool) -> list[tuple[str, float]]:
    """Channel and instant of the samples of this look; those that did not play come first."""
    configured = {channel.channel: channel for channel in proving.target.channels}
    made: list[tuple[str, float]] = []
    bad = [one for one in played.load(proving.own.get("played", ())) if not one.good][-KEPT_BAD:]
    held = played.held_in(channels, time.time())
    for read in channels:
        again = [one.at for one in bad if one.channel == read.channel and held(one.channel, one.at)]
        count = _count(proving, configured[read.channel], first)
        made += [(read.channel, at) for at in (*again, *instants(read.segments or (), count, time.time()))]
    return made


def _count(proving: Proving, channel: Channel, first: bool) -> int:
    limits = channel.limits.recording
    if proving.target.close:
        return limits.proof_samples
    if first:
        return 0
    today = _today(proving.target)
    share = (today.hour * 60 + today.minute + 1) / 1440
    done = proving.own.get("proved", {}).get(f"{channel.channel} {today.date()}", 0)
    return 1 if done < limits.samples_per_day * share else 0


def instants(segments: Sequence[Segment], count: int, now: float) -> list[float]:
    """Random recorded instants: one of each day first, then anywhere."""
    spans = [(one.start, min(one.end or 0.0, now - NEWEST)) for one in segments]
    spans = [(start, end) for start, end in spans if end > start]
    if not spans or count <= 0:
        return []
    by_day: dict[int, list[tuple[float, float]]] = {}
    for span in spans:
        by_day.setdefault(int(span[0] // DAY), []).append(span)
    chosen = [_within(of_day) for of_day in by_day.values()]
    random.shuffle(chosen)
    while len(chosen) < count:
        chosen.append(_within(spans))
    return chosen[:count]


def _within(spans: Sequence[tuple[float, float]]) -> float:
    start, end = random.choices(spans, [end - start for start, end in spans])[0]  # noqa: S311 - a sample, no secret
    return random.uniform(start, end)  # noqa: S311 - a sample, no secret


def remembered(
    proving: Proving, channels: Sequence[ChannelRecordings], samples: Sequence[Sample]
) -> tuple[Sample, ...]:
    """The samples of this look and of those before it, kept for the next."""
    own, today = proving.own, str(_today(proving.target).date())
    proved: dict[str, int] = {key: done for key, done in own.get("proved", {}).items() if key.endswith(today)}
    for sample in samples:
        key = f"{sample.channel} {today}"
        proved[key] = proved.get(key, 0) + 1
    own["proved"] = proved
    held = played.held_in(channels, time.time())
    own["played"] = played.with_new(played.load(own.get("played", ())), samples, held)
    return played.samples_of(own["played"], samples)


def _today(target: Target) -> datetime:
    return datetime.fromtimestamp(time.time(), ZoneInfo(target.timezone))
