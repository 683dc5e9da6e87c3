"""The HTTP face: status pages, /metrics, JSON. The only user of fastapi and uvicorn."""

from monitor.web.access import WebConfig, load_web_config
from monitor.web.actions import Actions, Span
from monitor.web.app import create_app
from monitor.web.server import serve

__all__ = ["Actions", "Span", "WebConfig", "create_app", "load_web_config", "serve"]
