"""Which recorded instants of a tree are to be proved: by lot, one of each day first. Pure but for the lot."""

import random
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np

from monitor.model import Channel
from monitor.retention.closed import Instant
from monitor.retention.pieces import Files
from monitor.retention.tree import Plan, Reading

DAY = 86400.0
NEIGHBOURS, FEWEST = 5, 3
FAR_SMALLER = 0.6
"""A file of fewer bytes than this share of its neighbours', that also plays less than half its time, is cut short."""


def choose(reading: Reading, plan: Plan, first: bool) -> list[Instant]:
    """The instants of this reading.

    A close look takes ``proof_samples`` of every camera: one of each day, the rest at random. Otherwise a first reading
    takes none, and later ones spread ``samples_per_day`` over the day.
    """
    again = list(reading.cache.bad)
    if first and not plan.target.close:
        return again
    return again + [one for channel in plan.target.channels for one in _of_channel(channel, reading, plan)]


def _of_channel(channel: Channel, reading: Reading, plan: Plan) -> list[Instant]:
    files, shift = reading.files[channel.channel], reading.calibration.shift
    count = _count(channel, reading, plan)
    candidates = np.flatnonzero(files.valid)[:-1]  # the newest may be open
    if not count or not len(candidates):
        return []
    days = np.floor((files.starts[candidates] + shift) / DAY)
    chosen = [int(random.choice(candidates[days == day])) for day in np.unique(days)]  # noqa: S311 - a sample, no secret
    random.shuffle(chosen)
    while len(chosen) < min(count, len(candidates)):
        chosen.append(int(random.choice(candidates)))  # noqa: S311 - a sample, no secret
    return [_instant(channel.channel, files, index, shift) for index in chosen[:count]]


def _count(channel: Channel, reading: Reading, plan: Plan) -> int:
    limits = channel.limits.recording
    if plan.target.close:
        return limits.proof_samples
    today = datetime.fromtimestamp(reading.at, ZoneInfo(plan.target.timezone))
    share = (today.hour * 60 + today.minute + 1) / 1440
    done = reading.cache.proved.get(f"{channel.channel} {today.date()}", 0)
    return 1 if done < limits.samples_per_day * share else 0


def _instant(channel: str, files: Files, index: int, shift: float) -> Instant:
    start = float(files.starts[index])
    length = max(float(files.ends[index]) - start, 0.0)
    path = files.paths[index].decode("utf-8", "surrogateescape")
    at = start + random.random() * length  # noqa: S311 - a sample, no secret
    beside = _beside(files, index)
    rates = [float(files.sizes[at] / (files.ends[at] - files.starts[at])) for at in beside]
    usual = float(np.median(rates)) * length if beside else 0.0
    made = Instant(channel, path, at + shift, start + shift, length, int(files.sizes[index]), usual)
    if made.size >= FAR_SMALLER * usual:
        return made
    peer = beside[int(np.argsort(rates)[len(rates) // 2])]
    name = files.paths[peer].decode("utf-8", "surrogateescape")
    return made._replace(
        peer=name, peer_size=int(files.sizes[peer]), peer_length=float(files.ends[peer] - files.starts[peer])
    )


def _beside(files: Files, index: int) -> list[int]:
    """The files around one that are about as long; none if they are too few. The newest may be open."""
    lengths = files.ends - files.starts
    near = range(max(0, index - NEIGHBOURS), min(len(files) - 1, index + NEIGHBOURS + 1))
    alike = [at for at in near if at != index and lengths[index] / 2 < lengths[at] < lengths[index] * 2]
    return alike if len(alike) >= FEWEST else []
