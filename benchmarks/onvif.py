"""What ONVIF costs, beside onvif-zeep as it comes: ready clients, calls a second, CPU of one call.

Run: ``python -m benchmarks.onvif [--devices 1,10,100]``. The devices are simulated cameras in a process of their own,
the same for all; every client is measured in a fresh process. Prints a table, then JSON.

"Ready" means: the services are known and device, media and events can be called. onvif-zeep's constructor asks for
capabilities and takes an event subscription to get there; ours asks for the services.
"""

import argparse
import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psutil

USER, PASSWORD = "admin", "camera-password"
CALLS, THREADS, THREAD_CALLS = 400, 32, 2000


# --- the devices ---------------------------------------------------------------------------------------------------


async def serve(count: int) -> None:
    from monitor.simulator.onvif import OnvifCamera

    cameras = [OnvifCamera(f"127.0.46.{number + 1}", 8000) for number in range(count)]
    for camera in cameras:
        await camera.start()
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)  # until the benchmark has ended


def host(number: int) -> str:
    return f"127.0.46.{number + 1}"


# --- clients, each in a fresh process ------------------------------------------------------------------------------


def stock(count: int) -> list[Callable[[], Any]]:
    """onvif-zeep as its documentation has it; returns one GetDeviceInformation call for each device."""
    from onvif import ONVIFCamera

    cameras = [ONVIFCamera(host(number), 8000, USER, PASSWORD, no_cache=True) for number in range(count)]
    for camera in cameras:
        camera.create_media_service()
    return [camera.devicemgmt.GetDeviceInformation for camera in cameras]


def ours(count: int) -> list[Callable[[], Any]]:
    from monitor.model import Credentials, Deadline
    from monitor.protocols.onvif import Device, read_services, warm_up

    warm_up()
    devices = [Device(f"{host(number)}:8000", Credentials(USER, PASSWORD), way="wsse") for number in range(count)]
    for device in devices:
        read_services(device, Deadline.after(30))

    def call(device: Device) -> Callable[[], Any]:
        return lambda: device.call("devicemgmt", "GetDeviceInformation", Deadline.after(30))

    return [call(device) for device in devices]


def plain_requests(count: int) -> list[Callable[[], Any]]:
    """The floor: ``requests`` sending the same signed envelope on a kept connection, its answer not even parsed."""
    import requests
    from lxml import etree

    from monitor.model import Credentials
    from monitor.protocols.onvif.documents import binding
    from monitor.protocols.onvif.login import sign

    def call(number: int) -> Callable[[], Any]:
        session, url = requests.Session(), f"http://{host(number)}:8000/onvif/device_service"
        envelope = binding("devicemgmt").get("GetDeviceInformation").create().content
        sign(envelope, Credentials(USER, PASSWORD), 0.0)
        body = etree.tostring(envelope)
        return lambda: session.post(url, data=body, timeout=30).content

    return [call(number) for number in range(count)]


CLIENTS = {"onvif-zeep": stock, "ours": ours, "requests": plain_requests}


def measure(client: str, count: int, what: str) -> dict[str, float]:
    __import__("monitor.protocols.onvif" if client == "ours" else "onvif")  # importing is no part of it
    if client == "ours":
        __import__("monitor.protocols.onvif.documents").protocols.onvif.documents._onvif()
    before, cpu, wall = psutil.Process().memory_info().rss, time.process_time(), time.perf_counter()
    calls = CLIENTS[client](count)
    result = {
        "cpu_seconds": time.process_time() - cpu,
        "wall_seconds": time.perf_counter() - wall,
        "memory_mb": (psutil.Process().memory_info().rss - before) / 1e6,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3,
    }
    if what == "call":
        result |= cost_of(calls[0])
    if what == "threads":
        result |= rate_of(calls)
    return result


def cost_of(call: Callable[[], Any]) -> dict[str, float]:
    for _ in range(20):
        call()
    costs = []
    for _ in range(5):  # the least of five: the machine is seldom ours alone
        cpu = time.process_time()
        for _ in range(CALLS // 5):
            call()
        costs.append((time.process_time() - cpu) / (CALLS // 5) * 1e3)
    return {"call_cpu_ms": min(costs)}


def rate_of(calls: list[Callable[[], Any]]) -> dict[str, float]:
    """One thread a device at a time, as in service: thread n has the devices n, n + 32, …"""
    shares = [calls[number::THREADS] for number in range(THREADS)]

    def work(share: list[Callable[[], Any]]) -> None:
        for number in range(THREAD_CALLS // THREADS):
            share[number % len(share)]()

    cpu, wall = time.process_time(), time.perf_counter()
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, shares))
    taken, spent = time.perf_counter() - wall, time.process_time() - cpu
    done = THREAD_CALLS // THREADS * THREADS
    return {"calls_per_second": done / taken, "thread_call_cpu_ms": spent / done * 1e3}


# --- the run -------------------------------------------------------------------------------------------------------


def child(*words: str) -> dict[str, float]:
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.onvif", *words]
    done = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, "MALLOC_ARENA_MAX": "2"}
    )
    result: dict[str, float] = json.loads(done.stdout)
    return result


def run(counts: list[int]) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.onvif", "--serve", str(max([*counts, THREADS]))]
    devices = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert devices.stdout is not None
    devices.stdout.readline()
    try:
        ready = {
            client: {count: child("--measure", client, str(count), "ready") for count in counts}
            for client in ("onvif-zeep", "ours")
        }
        once = child("--measure", "ours", "0", "ready")
        call = {client: child("--measure", client, "1", "call")["call_cpu_ms"] for client in CLIENTS}
        threads = {client: child("--measure", client, str(THREADS), "threads") for client in ("onvif-zeep", "ours")}
    finally:
        devices.communicate(b"")
    return {"ready": ready, "documents_once": once, "call_cpu_ms": call, "threads": threads}


def show(result: dict[str, Any]) -> None:
    ready, once = result["ready"], result["documents_once"]
    print(f"{'ready clients':28}{'CPU s':>10}{'memory MB':>12}")
    for client, by_count in ready.items():
        for count, row in by_count.items():
            print(f"{client:16}{count:>6} devices{row['cpu_seconds']:>10.3f}{row['memory_mb']:>12.1f}")
    print(f"{'ours: documents, once':28}{once['cpu_seconds']:>10.3f}{once['memory_mb']:>12.1f}")
    for count in ready["ours"]:
        theirs, own = ready["onvif-zeep"][count], ready["ours"][count]
        words = f"{theirs['cpu_seconds'] / own['cpu_seconds']:.0f}x less CPU, "
        words += f"{theirs['memory_mb'] / own['memory_mb']:.0f}x less memory with the documents; "
        spent = max(own["cpu_seconds"] - once["cpu_seconds"], 1e-3)
        kept = max(own["memory_mb"] - once["memory_mb"], 0.1)
        words += f"{theirs['cpu_seconds'] / spent:.0f}x and {theirs['memory_mb'] / kept:.0f}x without"
        print(f"{count:>6} devices: {words}")
    floor = result["call_cpu_ms"]["requests"]
    for client, cost in result["call_cpu_ms"].items():
        print(f"GetDeviceInformation, {client:12}{cost:8.2f} ms of CPU, {cost - floor:+.2f} beyond requests")
    for client, row in result["threads"].items():
        print(f"{THREADS} threads, {client:12}{row['calls_per_second']:8.0f} calls a second, "
              f"{row['thread_call_cpu_ms']:.2f} ms of CPU each")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", default="1,10,100")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--measure", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(options.serve))
    elif options.measure:
        client, count, what = options.measure
        print(json.dumps(measure(client, int(count), what)))
    else:
        result = run([int(count) for count in options.devices.split(",")])
        show(result)
        print(json.dumps(result))


if __name__ == "__main__":
    main()
