"""XML from devices: no document types, no entities, no namespaces, bounded."""

from collections.abc import Iterator
from typing import Any

from monitor.model import Outcome
from monitor.protocols.errors import DeviceError

MARKUP_LIMIT = 200_000
"""Tags and attributes of one answer; a page of 40 search results has some 1,000."""

Element = Any
"""An lxml element, which has no types."""


def parse(body: bytes, what: str) -> Element:
    """The root of a document. Raises DeviceError: PROTOCOL for what is no XML or declares entities, TOO_LARGE."""
    from lxml import etree

    if body.count(b"<") > MARKUP_LIMIT:
        raise DeviceError(Outcome.TOO_LARGE, f"the answer to {what} has more than {MARKUP_LIMIT} tags")
    if b"<!DOCTYPE" in body or b"<!ENTITY" in body:
        raise DeviceError(Outcome.PROTOCOL, f"the answer to {what} carries a document type, which is refused")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise DeviceError(Outcome.PROTOCOL, f"the answer to {what} is no well-formed XML") from None
    if root.getroottree().docinfo.doctype:  # in an encoding that the search above does not read
        raise DeviceError(Outcome.PROTOCOL, f"the answer to {what} carries a document type, which is refused")
    return root


def name_of(element: Element) -> str:
    """The tag without its namespace: makers and firmwares differ in theirs."""
    return str(element.tag).rpartition("}")[2]


def each(element: Element, *names: str) -> Iterator[Element]:
    """All descendants with one of the names, in any namespace and any case."""
    wanted = {name.lower() for name in names}
    return (found for found in element.iter() if name_of(found).lower() in wanted)


def text(element: Element, *names: str) -> str:
    """The text of the first descendant with one of the names, "" if there is none."""
    found = next(each(element, *names), None)
    return (found.text or "").strip() if found is not None else ""


def canonical(element: Element) -> bytes:
    """The element as Canonical XML: equal for elements that say the same."""
    from lxml import etree

    written: bytes = etree.tostring(element, method="c14n")
    return written
