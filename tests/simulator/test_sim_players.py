"""Other people's players and our own client see what the simulator shows."""

import asyncio
import json

import pytest

from monitor.model import Credentials, Deadline, LoginState, Outcome
from monitor.protocols.rtsp import look
from monitor.simulator import CameraSpec, Simulator

LOGIN = {"username": "admin", "password": "pw:ö@1"}
SCHEMES = ["", "basic", "digest", "digest-sha256", "digest-rfc2069"]


def camera(number: int, codec: str, auth: str) -> CameraSpec:
    return CameraSpec(
        f"c{number}", f"127.44.0.{number}", port=0, codec=codec, auth=auth, width=320, height=184, gop=10, **LOGIN
    )


async def ffprobe(url: str) -> dict[str, object]:
    child = await asyncio.create_subprocess_exec(
        "ffprobe", "-loglevel", "error", "-rtsp_transport", "tcp", "-analyzeduration", "400000", "-of", "json",
        "-read_intervals", "%+#8", "-count_frames",
        "-show_entries", "stream=codec_name,width,height,nb_read_frames", url,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await child.communicate()
    return dict(json.loads(output)["streams"][0])


@pytest.mark.parametrize(
    ("codec", "auth", "name"),
    [("h264", "digest", "h264"), ("h265", "basic", "hevc"), ("mjpeg", "digest-rfc2069", "mjpeg")],
)
async def test_ffprobe_decodes_the_stream(codec: str, auth: str, name: str) -> None:
    async with Simulator([camera(1, codec, auth)]) as site:
        seen = await ffprobe(site.url("c1").replace("rtsp://", "rtsp://admin:pw%3A%C3%B6%401@"))
        assert (seen["codec_name"], seen["width"], seen["height"]) == (name, 320, 184)
        assert int(str(seen["nb_read_frames"])) >= 8
        assert site.stats("c1")["refused_logins"] == 0
        assert site.stats("c1")["teardowns"] == 1


async def test_our_client_sees_every_codec_under_every_login() -> None:
    pairs = [(codec, auth) for codec in ("h264", "h265", "mjpeg") for auth in SCHEMES]
    async with Simulator(camera(number, *pair) for number, pair in enumerate(pairs, 1)) as site:
        looks = await asyncio.gather(
            *(
                look(
                    site.url(name),
                    Credentials(**LOGIN) if spec.spec.auth else None,
                    LoginState(),
                    deadline=Deadline.after(40),
                    packet_age_seconds=30.0,  # nine encoders start at once
                    watch_seconds=0.5,
                )
                for name, spec in site.cameras.items()
            )
        )
        assert [seen.outcome for seen in looks] == [Outcome.SEEN] * len(pairs)
        assert {seen.facts["width"] for seen in looks} == {320}
        assert {seen.facts["lost"] for seen in looks} == {0}
        assert all(seen.key_frames for seen in looks)
