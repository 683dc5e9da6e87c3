"""RTSP, spoken by ourselves: one cheap look at a stream that never hangs and tells every failure apart."""

from monitor.protocols.rtsp.dated import Replay
from monitor.protocols.rtsp.look import SELDOM_KEY_FRAME_SECONDS, StreamLook, look
from monitor.protocols.rtsp.url import host_of, split_url

__all__ = ["SELDOM_KEY_FRAME_SECONDS", "Replay", "StreamLook", "host_of", "look", "split_url"]
