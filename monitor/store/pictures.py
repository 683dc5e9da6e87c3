"""Evidence pictures beside the state file: the newest of each device, and one for each fault at its opening."""

import os
from pathlib import Path

from monitor.model import Key

CAP_BYTES = 512 * 1024**2
"""All opening pictures together; the oldest go first."""


def folder(state_file: Path) -> Path:
    return state_file.parent / "pictures"


def save_newest(pictures: Path, key: Key, jpeg: bytes) -> None:
    """Raises OSError."""
    _write(newest(pictures, key), jpeg)


def newest(pictures: Path, key: Key) -> Path:
    return pictures / "devices" / key.site / f"{key.device}.jpg"


def save_close(pictures: Path, key: Key, jpeg: bytes) -> None:
    """The explained picture of the last close look. Raises OSError."""
    _write(close(pictures, key), jpeg)


def close(pictures: Path, key: Key) -> Path:
    return pictures / "close" / key.site / f"{key.device}.jpg"


def save_opening(pictures: Path, name: str, jpeg: bytes) -> None:
    """``name`` as in ``Fault.picture``. Raises OSError."""
    _write(pictures / name, jpeg)


def opening_name(fault_id: str) -> str:
    return f"faults/{fault_id}.jpg"


def prune(pictures: Path, cap: int = CAP_BYTES) -> int:
    """Delete the oldest opening pictures beyond ``cap`` bytes; returns how many went."""
    kept, gone = 0, 0
    files = sorted((pictures / "faults").glob("*.jpg"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files:
        kept += file.stat().st_size
        if kept > cap:
            file.unlink(missing_ok=True)
            gone += 1
    return gone


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_bytes(data)
    os.replace(part, path)  # a reader sees the old picture or the new one, never half of one
