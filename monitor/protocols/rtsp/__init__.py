"""RTSP, spoken by ourselves: one cheap look at a stream that never hangs and tells every failure apart."""

from monitor.protocols.rtsp.dated import Replay
from monitor.protocols.rtsp.look import StreamLook, look
from monitor.protocols.rtsp.url import host_of, split_url, without_secrets

__all__ = ["Replay", "StreamLook", "host_of", "look", "split_url", "without_secrets"]
