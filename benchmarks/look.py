"""What one look costs, ours beside its peers and beside the floor, in one run.

``python -m benchmarks.look [--cameras N] [--rounds N] [--json FILE]``. Only ratios within one run mean anything.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.site import fleet
from benchmarks.ways import WAYS

SIZES = {"1920x1080": 3000, "640x360": 500}  # kbit/s, as cameras send
CV2_LIMIT = 20
"""The opens of cv2 without its flag are serialised at about 2 s each."""


def measure(way: str, urls: list[str]) -> dict[str, float]:
    """One run of one way in a process of its own; per-look figures added."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.ways", way],
        input=json.dumps(urls),
        capture_output=True,
        text=True,
        check=True,
    )
    row: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    row["cpu_ms_per_look"] = 1000 * row["cpu"] / len(urls)
    row["looks_per_minute"] = 60 * row["looks"] / row["wall"]
    row["failed"] = len(urls) - row["looks"]
    return row


def rounds(urls: list[str], count: int) -> dict[str, dict[str, float]]:
    """Every way in turn, ``count`` times over; medians, so that one busy moment of the machine decides nothing."""
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(count):
        for way, rows in runs.items():
            rows.append(measure(way, urls[:CV2_LIMIT] if way == "cv2" else urls))
    return {way: {name: median(row[name] for row in rows) for name in rows[0]} for way, rows in runs.items()}


def table(size: str, rows: dict[str, dict[str, float]]) -> str:
    floor, head = rows["floor"]["cpu_ms_per_look"], f"{size:16} {'CPU ms/look':>12} {'x floor':>8} {'looks/min':>10}"
    lines = [f"{head} {'peak MB':>8} {'failed':>7}"]
    for way, row in sorted(rows.items(), key=lambda item: item[1]["cpu_ms_per_look"]):
        cpu = row["cpu_ms_per_look"]
        figures = (
            f"{cpu:12.1f} {cpu / floor:8.2f} {row['looks_per_minute']:10.0f} {row['peak_mb']:8.0f} {row['failed']:7.0f}"
        )
        lines.append(f"{way:16} {figures}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    results: dict[str, Any] = {}
    for size, kbps in SIZES.items():
        with fleet(asked.cameras, size, kbps) as urls:
            results[size] = rounds(urls, asked.rounds)
        print(table(size, results[size]), "\n", flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
