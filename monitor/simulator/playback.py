"""What a recorder that plays back says about the time it plays: RTSP's ``Range: clock`` in its answer to PLAY."""

import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from monitor.simulator.requests import Request

PATHS = ("/Streaming/tracks/", "/cam/playback", "/replay/")
"""As recorders play recordings back; here whatever is shown now, at any time that is asked for."""
HABITS = ("", "asked", "another")
"""Says no time; says what was asked for; goes to another recording, an hour and five minutes earlier."""


def is_playback(request: Request) -> bool:
    return urlsplit(request.uri).path.startswith(PATHS)


def range_of(request: Request, habit: str) -> str:
    """The Range header of an answer to PLAY."""
    asked = re.search(r"clock=(\w+)Z", request.headers.get("range", "")) or re.search(r"starttime=(\w+)", request.uri)
    if not habit or asked is None:
        return "npt=now-"
    start = datetime.strptime("".join(re.findall(r"\d", asked[1])), "%Y%m%d%H%M%S")  # noqa: DTZ007 - given back as it came
    start -= timedelta(minutes=65) if habit == "another" else timedelta()
    return f"clock={start:%Y%m%dT%H%M%S}Z-"
