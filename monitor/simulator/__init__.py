"""A virtual site on loopback: cameras that show what they are told to show, and fail on command."""

from monitor.simulator.camera import CameraSpec
from monitor.simulator.site import Simulator

__all__ = ["CameraSpec", "Simulator"]
