"""Plays recordings of a Profile G device: a replay address from its replay service, RTSP by the clock from there."""

from collections.abc import Mapping
from dataclasses import dataclass

from monitor import workers
from monitor.model import Deadline, Outcome, Sample, Target
from monitor.protocols.errors import DeviceError
from monitor.protocols.onvif import Device, read_replay_uri
from monitor.protocols.rtsp import Replay
from monitor.retention.replay import Player, play


@dataclass(frozen=True, slots=True)
class Replayer:
    """``tokens``: the recording of each channel; ``shift``: seconds the device's clock is ahead."""

    device: Device
    target: Target
    tokens: Mapping[str, str]
    shift: float

    async def play(self, channel: str, at: float, deadline: Deadline) -> Sample:
        """Raises DeviceError where nothing was learnt about the recording."""
        if "replay" not in self.device.addresses:
            raise DeviceError(Outcome.UNSUPPORTED, "the device has no replay service")
        try:
            asked = (read_replay_uri, self.device, self.tokens[channel], deadline)
            url, _ = await workers.in_thread(*asked, deadline=deadline)
        except TimeoutError:
            raise DeviceError(Outcome.TIMEOUT, "no replay address in time") from None
        player = Player(self.target.credentials, self.target.login, self.shift)
        return await play(player, channel, at, url, Replay(at + self.shift, onvif=True), deadline)
