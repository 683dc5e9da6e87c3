"""The WSDL documents that onvif-zeep carries, parsed once per process and shared by all devices and threads."""

import logging
import threading
from pathlib import Path
from typing import Any

_lock = threading.Lock()
_documents: dict[str, Any] = {}


def service_names() -> dict[str, str]:
    """WSDL namespace -> our name of every service that can be spoken to: "devicemgmt", "media", "search", …"""
    return {words["ns"]: name for name, words in _services().items() if name not in ("pullpoint", "subscription")}


def binding(service: str) -> Any:
    """The zeep binding of a service; its operations create requests and know the type of their answers.

    Parsing a document takes 20-100 ms once (all together about 0.4 s); a binding holds no state and serves all devices.
    """
    words = _services()[service]
    return _document(words["wsdl"]).bindings[f"{{{words['ns']}}}{words['binding']}"]


def types(service: str) -> Any:
    """The zeep schema of a service."""
    return _document(_services()[service]["wsdl"]).types


def warm_up(*services: str) -> None:
    """Parse what will be needed before the first device is asked."""
    for service in services:
        binding(service)


def _document(wsdl: str) -> Any:
    with _lock:
        if wsdl not in _documents:
            _documents[wsdl] = _parse(wsdl)
        return _documents[wsdl]


def _parse(wsdl: str) -> Any:
    from zeep import Settings, Transport
    from zeep.wsdl import Document

    # Devices leave out, add and swap elements: the schema is tolerant. Whether an answer is well-formed XML at all, and
    # is the answer to the question asked, is checked before it comes to the schema.
    settings = Settings(strict=False, xsd_ignore_sequence_order=True, forbid_external=True)
    transport: Any = Transport()  # zeep annotates the class where it takes an instance
    try:
        return Document(str(_folder() / wsdl), transport, settings=settings)
    finally:
        transport.session.close()


def _services() -> dict[str, dict[str, str]]:
    services: dict[str, dict[str, str]] = _onvif().SERVICES
    return {**services, "subscription": {**services["events"], "binding": "SubscriptionManagerBinding"}}


def _folder() -> Path:
    """onvif-zeep installs its documents beside its package, in a folder of their own."""
    return Path(_onvif().__file__).parent.parent / "wsdl"


def _onvif() -> Any:
    """onvif-zeep sets up the root logger when imported, and zeep logs whole envelopes, tokens included: undo both."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    import onvif.definition

    root.handlers[:] = handlers
    root.setLevel(level)
    logging.getLogger("zeep").setLevel(logging.CRITICAL)
    return onvif.definition
