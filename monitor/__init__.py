"""cctv-monitor: knows whether a video surveillance system really works."""

__version__ = "0.1.0"
