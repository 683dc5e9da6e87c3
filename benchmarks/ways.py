"""Ways to look at cameras once each, ours and the others'.

``python -m benchmarks.ways WAY`` reads URLs from stdin (JSON) and prints one JSON line: looks that gave a picture,
wall seconds, CPU seconds of the process and its children, peak memory.
"""

import asyncio
import json
import os
import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import psutil

from monitor import heap, workers

WATCH = 2.0
"""Seconds of stream every way drains, where it can."""


_memories: dict[str, bytes] = {}


async def _ours(urls: list[str]) -> int:
    """As the daemon does: every look after a camera's first has the memory of the one before."""
    from monitor.judge import judge
    from monitor.model import Key, Outcome, Target
    from monitor.probes import PROBES
    from monitor.protocols.logins import LoginGuard
    from monitor.runner import Runner

    async def forget(_entry: object) -> None:
        pass

    runner = Runner(
        PROBES,
        judge,
        LoginGuard(b"benchmark"),
        slots=64,
        seconds=20.0,
        on_failure=lambda probe, outcome: print(probe, outcome, file=sys.stderr),
        keep_login=forget,
    )
    targets = [Target(Key("", url), "camera", urlsplit(url).hostname or "", rtsp=url) for url in urls]
    looks = await asyncio.gather(
        *(runner.look("picture", target, _memories.get(target.rtsp, b"")) for target in targets)
    )
    _memories.update({url: look.evidence.memory or b"" for url, look in zip(urls, looks, strict=True)})
    return sum(look.evidence.outcome is Outcome.SEEN and "thumbnail" in look.evidence.pictures for look in looks)


class _Drain(asyncio.Protocol):
    """The least a client can do: ask with fixed requests, and take what comes."""

    def __init__(self, url: str) -> None:
        self.url, self.taken, self.playing = url, 0, False
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        for number, request in enumerate(
            (
                f"DESCRIBE {self.url} RTSP/1.0\r\nAccept: application/sdp\r\n",
                f"SETUP {self.url}/trackID=1 RTSP/1.0\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n",
            ),
            1,
        ):
            transport.write(f"{request}CSeq: {number}\r\n\r\n".encode())

    def data_received(self, data: bytes) -> None:
        if not self.playing and b"Session:" in data:
            self.playing = True
            session = data.split(b"Session:")[1].split(b"\r\n")[0].split(b";")[0].strip().decode()
            self.transport.write(f"PLAY {self.url} RTSP/1.0\r\nCSeq: 3\r\nSession: {session}\r\n\r\n".encode())
            asyncio.get_running_loop().call_later(WATCH, self.transport.close)
        self.taken += len(data)

    def connection_lost(self, _exc: Exception | None) -> None:
        self.over.set_result(None)


async def _floor(urls: list[str]) -> int:
    """Socket drain plus one IDR decode a camera: nothing that looks at a picture can cost less."""
    sample = await _one_key_frame(urls[0])
    gate = asyncio.Semaphore(64)

    async def drain(url: str) -> int:
        async with gate:
            parts = urlsplit(url)
            loop = asyncio.get_running_loop()
            _, client = await loop.create_connection(lambda: _Drain(url), parts.hostname, parts.port)
            await client.over
            return client.taken > 10_000 and _decode(sample)

    return sum(await asyncio.gather(*(drain(url) for url in urls)))


def _tuned_floor(urls: list[str]) -> int:
    """The same with the allocator set as in our own workers, which takes a fifth off a decode."""
    heap.keep_freed_memory()
    return asyncio.run(_floor(urls))


async def _one_key_frame(url: str) -> bytes:
    from monitor.model import Deadline, LoginState
    from monitor.protocols.rtsp import look

    seen = await look(url, None, LoginState(), deadline=Deadline.after(15), watch_seconds=0.1)
    return seen.key_frames[0].data


def _decode(data: bytes) -> bool:
    import av

    decoder = av.CodecContext.create("h264", "r")
    decoder.thread_count = 1
    return bool(decoder.decode(av.Packet(data)) + decoder.decode(None))


def _cv2(urls: list[str]) -> int:
    import cv2

    settings = [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        10_000,
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        10_000,
        cv2.CAP_PROP_N_THREADS,
        1,
    ]

    def grab(url: str) -> bool:
        capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG, settings)
        good, _ = capture.read()
        capture.release()
        return bool(good)

    with ThreadPoolExecutor(20) as pool:
        return sum(pool.map(grab, urls))


def _ffmpeg(urls: list[str]) -> int:
    quick = [
        "-threads",
        "1",
        "-skip_frame",
        "nokey",
        "-fflags",
        "nobuffer",
        "-analyzeduration",
        "0",
        "-probesize",
        "32",
    ]
    before = ["ffmpeg", "-nostdin", "-loglevel", "error", "-rtsp_transport", "tcp", "-timeout", "10000000", *quick]

    def grab(url: str) -> bool:
        return (
            subprocess.run([*before, "-i", url, "-an", "-frames:v", "1", "-f", "null", "-"], check=False).returncode
            == 0
        )

    with ThreadPoolExecutor(20) as pool:
        return sum(pool.map(grab, urls))


def _pyav(urls: list[str]) -> int:
    import av

    options = {
        "rtsp_transport": "tcp",
        "timeout": "5000000",
        "analyzeduration": "0",
        "probesize": "32",
        "fflags": "nobuffer",
    }

    def grab(url: str) -> bool:
        with av.open(url, options=options, timeout=(5, 5)) as container:
            stream = container.streams.video[0]
            stream.codec_context.skip_frame = "NONKEY"
            stream.codec_context.thread_count = 1
            until = time.monotonic() + 8
            for packet in container.demux(stream):
                if packet.decode():
                    return True
                if time.monotonic() > until:
                    break
        return False

    with ThreadPoolExecutor(20) as pool:
        return sum(pool.map(grab, urls))


WAYS = {
    "ours": lambda urls: asyncio.run(_ours(urls)),
    "floor": lambda urls: asyncio.run(_floor(urls)),
    "floor, tuned": _tuned_floor,
    "cv2": _cv2,
    "cv2 thread-safe": _cv2,
    "ffmpeg child": _ffmpeg,
    "pyav": _pyav,
}


def _spent() -> float:
    """CPU seconds of this process, its ended children, and its worker processes that still live."""
    ended = sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )
    living = (child.cpu_times() for child in psutil.Process().children(recursive=True))
    return ended + sum(times.user + times.system for times in living)


def main(way: str) -> None:
    urls = json.load(sys.stdin)
    if way == "cv2 thread-safe":
        os.environ["OPENCV_FFMPEG_IS_THREAD_SAFE"] = "1"
    os.environ["OPENCV_FFMPEG_CAPTURE_OPTIONS"] = "rtsp_transport;tcp"
    WAYS[way](urls)  # imports, pools and what is learned of a camera are paid once, not by every look
    before, begun = _spent(), time.monotonic()
    good = WAYS[way](urls)
    cpu = _spent() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    workers.close()
    print(json.dumps({"looks": good, "wall": time.monotonic() - begun, "cpu": cpu, "peak_mb": peak}))


if __name__ == "__main__":
    main(sys.argv[1])
