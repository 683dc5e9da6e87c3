"""Tell systemd how we are: the datagram protocol of sd_notify(3)."""

import os
import socket
import time


def notify(*lines: str) -> bool:
    """Send ``READY=1`` and the like; False when nobody listens (not started by systemd)."""
    address = os.environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as out:
        out.connect("\0" + address[1:] if address.startswith("@") else address)
        out.sendall("\n".join(lines).encode())
    return True


def reloading() -> bool:
    """Announce a reload; systemd wants the instant with it."""
    return notify("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")


def watchdog_seconds() -> float | None:
    """How often systemd wants a sign of life; None when it does not."""
    micros, pid = os.environ.get("WATCHDOG_USEC"), os.environ.get("WATCHDOG_PID")
    return int(micros) / 1e6 if micros and pid in (None, str(os.getpid())) else None
