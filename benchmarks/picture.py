"""What is found and what is falsely raised, beside the peers: ``python -m benchmarks.picture [--quick] [--dev]``.

Scenes, faults and encodings go through a real encoder, the probe's own analysis with its memory from poll to poll, the
judge and patience. The table is that of the test scenes; ``--dev`` shows those the thresholds were looked at on. Prints
tables, then one line of JSON.
"""

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from statistics import median

from benchmarks import picture_peers as peers
from benchmarks.picture_cost import cost_table
from benchmarks.picture_faults import FAULTS, HEALTHY_CHANGES, Fault
from benchmarks.picture_run import HEALTHY_MINUTES, healthy_hour, trial
from benchmarks.picture_scenes import scenes
from benchmarks.picture_stream import ENCODINGS

OUTCOMES = ("found", "named otherwise", "undecidable", "missed")
SPATIAL = (0, 2)
"""Encodings under which every fault is tried, and beside the peers; freezes are tried under all."""
SHORT_MINUTES = 30  # of a healthy camera under the others
QUICK_SCENES = ("rain", "still night", "hall", "motorway")
QUICK_FAULTS = (
    "black",
    "no-signal text, blue",
    "snow",
    "blur 4",
    "covered 50 %, left",
    "moved 5 %",
    "frozen, clock ticks",
)
PEERS_SEE = ("black", "frozen", "frozen, clock ticks")


@dataclass
class Job:
    """One scene under one encoding; what came of it."""

    group: str
    scene: str
    encoding: int
    faults: list[str]
    minutes: int
    with_peers: bool
    hour: dict = field(default_factory=dict)
    trials: list[dict] = field(default_factory=list)
    ffmpeg: dict[str, list[str]] = field(default_factory=dict)
    health: dict[str, list[str]] = field(default_factory=dict)


def run(job: Job) -> Job:
    scene = next(scene for scene in scenes(job.group) if scene.name == job.scene)
    encoding = ENCODINGS[job.encoding]
    known = {fault.name: fault for fault in [*FAULTS, *HEALTHY_CHANGES]}
    hour = healthy_hour(scene, encoding, job.minutes)
    job.hour = {name: value for name, value in asdict(hour).items() if name not in ("start", "shown")}
    for name in job.faults:
        done = trial(scene, encoding, known[name], hour)
        job.trials.append(asdict(done) | {"outcome": done.verdict(known[name])})
    if job.with_peers:
        tried = [known[name] for name in job.faults if not known[name].replayed and known[name].kinds]
        if peers.has_ffmpeg():
            job.ffmpeg = peers.ffmpeg_row(scene, encoding, [fault for fault in tried if fault.name in PEERS_SEE])
        job.health = peers.camera_health(scene, encoding, tried)
    return job


def jobs(group: str, quick: bool, only: str = "") -> list[Job]:
    """Every fault under SPATIAL, freezes under all; ``only``: faults with this in their names, without the peers."""
    every = [fault.name for fault in [*FAULTS, *HEALTHY_CHANGES] if only in fault.name]
    over_time = [fault.name for fault in FAULTS if fault.frozen and only in fault.name]
    names = [scene.name for scene in scenes(group)]
    if quick:
        return [Job(group, name, 0, list(QUICK_FAULTS), 20, False) for name in names if name in QUICK_SCENES]
    return [
        Job(group, name, index, every, HEALTHY_MINUTES, not only)
        if index in SPATIAL
        else Job(group, name, index, over_time, SHORT_MINUTES, False)
        for index in range(len(ENCODINGS))
        for name in names
        if index in SPATIAL or over_time
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.picture")
    parser.add_argument("--quick", action="store_true", help="a few scenes and faults, under two minutes")
    parser.add_argument("--dev", action="store_true", help="the development scenes instead of the test scenes")
    parser.add_argument("--only", default="", metavar="TEXT", help="only the faults with this in their names")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        done = []
        for job in pool.map(run, jobs("dev" if options.dev else "test", options.quick, options.only)):
            done.append(job)
            print(f"{job.scene}, {ENCODINGS[job.encoding].name}: {len(job.trials)} trials", file=sys.stderr, flush=True)
    cost = cost_table()
    hours, table = _live(done), _table(done)
    print(_text(hours, table, cost, done))
    report = {"seconds": round(time.monotonic() - began), "live": hours, "faults": table, "cost": cost}
    print(json.dumps(report | {"jobs": [asdict(job) for job in done]}))


def _live(done: Sequence[Job]) -> dict[str, int]:
    hours = [job.hour for job in done]
    return {
        "hours": len(hours),
        "looks": sum(hour["findings"] for hour in hours),
        "false_findings": sum(len(hour["false_findings"]) for hour in hours),
        "false_raised": sum(bool(hour["false_raised"]) for hour in hours),
        "unknown": sum(hour["unknown"] for hour in hours),
        "close_looks": sum(hour["close_looks"] for hour in hours),
        "largest_memory_kilobytes": round(max(hour["memory_kilobytes"] for hour in hours)),
    }


def _table(done: Sequence[Job]) -> dict[str, dict[str, int | str]]:
    rows: dict[str, dict[str, int | str]] = {}
    for fault in [*FAULTS, *HEALTHY_CHANGES]:
        outcomes = Counter(one["outcome"] for job in done for one in job.trials if one["fault"] == fault.name)
        if outcomes:
            counted = {name: outcomes[name] for name in (*OUTCOMES, "false")}
            rows[fault.name] = {"of": outcomes.total(), **counted} | _peers(done, fault)
    return rows


def _peers(done: Sequence[Job], fault: Fault) -> dict[str, str]:
    asked = [job for job in done if fault.name in job.health]
    found = sum(peers.camera_health_found(fault, job.health[fault.name]) for job in asked)
    said = {"camera-health": f"{found}/{len(asked)}"} if asked else {}
    streams = [job.ffmpeg[fault.name] for job in done if fault.name in job.ffmpeg]
    if streams:
        wanted = "blackdetect" if fault.kinds[0] == "black" else "freezedetect"
        said["ffmpeg"] = f"{sum(wanted in fired for fired in streams)}/{len(streams)}"
    return said


def _text(hours: dict, table: dict, cost: dict, done: Sequence[Job]) -> str:
    lines = ["Live scenes, an hour or half an hour of polls each, one a minute", ""]
    lines += [f"  {name.replace('_', ' ')}: {value}" for name, value in hours.items()]
    live = [job.ffmpeg[""] for job in done if "" in job.ffmpeg]
    if live:
        lines.append(
            f"  ffmpeg freezedetect fired on {sum('freezedetect' in one for one in live)} of {len(live)} live streams"
        )
    health = [word for job in done if "" in job.health for word in job.health[""]]
    if health:
        lines.append(f"  camera-health named a fault in {sum(map(bool, health))} of {len(health)} live frames")
    heads = ("of", *OUTCOMES, "false", "camera-health", "ffmpeg")
    lines += ["", f"{'put before the camera':32s}" + "".join(f"{head:>16s}" for head in heads)]
    lines += [f"{name:32s}" + "".join(f"{row.get(head, '')!s:>16s}" for head in heads) for name, row in table.items()]
    lines += ["", "Frozen, by encoding (found of all, polls until then: median, most)"]
    lines += [line for index, encoding in enumerate(ENCODINGS) if (line := _frozen(done, index, encoding.name))]
    lines += ["", "Cost of one key frame, CPU milliseconds (decoding, analysis)"]
    lines += [f"  {name}: {value}" for name, value in cost.items()]
    return "\n".join(lines)


def _frozen(done: Sequence[Job], index: int, name: str) -> str:
    tried = [one for job in done if job.encoding == index for one in job.trials if one["fault"].startswith("frozen")]
    polls = sorted(one["polls"] for one in tried if one["outcome"] == "found")
    if not tried:
        return ""
    return f"  {name:36s}{len(polls)}/{len(tried)}" + (f"{median(polls):8.0f}{polls[-1]:4d}" if polls else "")


if __name__ == "__main__":
    main()
