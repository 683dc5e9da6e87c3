"""The WSDL documents that onvif-zeep carries, parsed once per process and shared by all devices and threads."""

import functools
import io
import logging
import threading
from pathlib import Path
from typing import Any

SERVICES = ("devicemgmt", "media", "media2", "events", "pullpoint", "subscription", "recording", "search", "replay")
SUBSCRIPTIONS = ("pullpoint", "subscription")
"""Spoken to at the address a subscription gives, not at one the device lists."""
_lock = threading.Lock()


def service_names() -> dict[str, str]:
    """WSDL namespace -> our name of every service that a device lists: "devicemgmt", "media", "search", …"""
    return {_words()[name]["ns"]: name for name in SERVICES if name not in SUBSCRIPTIONS}


def binding(service: str) -> Any:
    """The zeep binding of a service: its operations create requests and know the type of their answers.

    It holds no state and serves all devices and threads. The first call parses the documents (0.15 s, 13 MB).
    """
    with _lock:
        return _document().services["onvif"].ports[service].binding


def types() -> Any:
    """The zeep schema of all services."""
    with _lock:
        return _document().types


def warm_up() -> None:
    """Parse before the first device is asked."""
    types()


ROOT = (
    '<definitions xmlns="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap12/"'
    ' targetNamespace="urn:cctv-monitor">{imports}<service name="onvif">{ports}</service></definitions>'
)
IMPORT = '<import namespace="{ns}" location="{wsdl}"/>'
PORT = '<port xmlns:s="{ns}" name="{name}" binding="s:{binding}"><soap:address location=""/></port>'


MEDIA2 = {
    "ns": "http://www.onvif.org/ver20/media/wsdl",
    "wsdl": str(Path(__file__).parent / "media2.wsdl"),
    "binding": "Media2Binding",
}


@functools.cache
def _document() -> Any:
    """One document that imports all the others: the large schema they share is then parsed once, not once for each."""
    from zeep import Settings, Transport
    from zeep.wsdl import Document

    words = _words()
    files = {words[name]["wsdl"]: words[name] for name in SERVICES}
    imports = "".join(IMPORT.format(**each) for each in files.values())
    ports = "".join(PORT.format(name=name, **words[name]) for name in SERVICES)
    root = io.BytesIO(ROOT.format(imports=imports, ports=ports).encode())
    # Devices leave out, add and swap elements: the schema is tolerant. Whether an answer is well-formed XML at all, and
    # is the answer to the question asked, is checked before it comes to the schema.
    settings = Settings(strict=False, xsd_ignore_sequence_order=True, forbid_external=True)
    transport: Any = Transport()  # zeep annotates the class where it takes an instance
    try:
        return Document(root, transport, base=str(_folder() / "onvif.wsdl"), settings=settings)
    finally:
        transport.session.close()


@functools.cache
def _words() -> dict[str, dict[str, str]]:
    """For each service: its namespace "ns", its file "wsdl" and its "binding"."""
    services: dict[str, dict[str, str]] = _onvif().SERVICES
    return {
        **services,
        "subscription": {**services["events"], "binding": "SubscriptionManagerBinding"},
        "media2": MEDIA2,
    }


def _folder() -> Path:
    """onvif-zeep installs its documents beside its package, in a folder of their own."""
    return Path(_onvif().__file__).parent.parent / "wsdl"


@functools.cache
def _onvif() -> Any:
    """onvif-zeep sets up the root logger when imported, and zeep logs whole envelopes, tokens included: undo both."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    import onvif.definition

    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("zeep").setLevel(logging.CRITICAL)
    return onvif.definition
