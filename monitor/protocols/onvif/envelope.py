"""Reads a SOAP envelope as devices write it: slips that lose nothing are put right, everything else is an error."""

import re
from typing import Any

from lxml import etree

from monitor.model import Outcome
from monitor.protocols.onvif.transport import READING
from monitor.protocols.onvif.trouble import Trouble, plain

MARKUP_LIMIT = 120_000
"""Tags and attributes of one answer: 25 MB of memory once parsed. 256 rich media profiles have some 100,000."""
_PADDING = b" \t\r\n\0"
_BARE_AMPERSAND = re.compile(rb"&(?!(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|\w{1,32});)")

_NAME = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)


def envelope(body: bytes, operation: str, *, lenient: bool) -> tuple[Any, bool]:
    """The root element of an answer, and whether it was mended. Raises Trouble (PROTOCOL, TOO_LARGE).

    What can be put right exactly is, and is not called mended: blanks and NULs around the document, an ampersand that
    was not escaped (in an address), a prefix that was not declared. Lenient: whatever else is broken is mended too,
    which may change or drop text.
    """
    body = body.strip(_PADDING)
    _refuse_bombs(body, operation)
    root, wrong = _tree(body)
    if wrong and (escaped := _BARE_AMPERSAND.sub(b"&amp;", body)) != body:
        again, still_wrong = _tree(escaped)
        root, wrong = (root, wrong) if still_wrong else (again, "")
    if (wrong and not lenient) or root is None:
        raise malformed(operation, wrong or "it is no XML")
    return _checked(root, operation), bool(wrong)


def malformed(operation: str, how: str) -> Trouble:
    return Trouble(Outcome.PROTOCOL, f"malformed answer to {operation}: {how}", READING)


def name_of(node: Any) -> str:
    return str(node.tag).rpartition("}")[2]


def _tree(body: bytes) -> tuple[Any, str]:
    """The document, and the first thing that is wrong with it: undeclared prefixes are not."""
    parser = etree.XMLParser(
        remove_comments=True, remove_pis=True, resolve_entities=False, no_network=True, recover=True
    )
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        return None, plain(error.msg)
    errors = [each for each in parser.error_log if each.domain_name != "NAMESPACE"]
    strange = root is not None and len(errors) < len(parser.error_log)
    if errors:
        return root, plain(f"{errors[0].message} ({errors[0].line}:{errors[0].column})")
    return root, "" if not strange or _place_strangers(root) else "it is no XML"


def _place_strangers(root: Any) -> bool:
    """What has an undeclared prefix belongs to the namespace it stands in; such attributes say nothing to us. False
    for what is no name."""
    for node in root.iter(etree.Element):
        for name in [name for name in node.attrib if ":" in name and not name.startswith("{")]:
            del node.attrib[name]
        if ":" in node.tag and not node.tag.startswith("{"):
            own = node.tag.rpartition(":")[2]
            if not _NAME.fullmatch(own):
                return False
            above = node.getparent()
            home, closes, _ = str(above.tag if above is not None else "").rpartition("}")
            node.tag = f"{home}{closes}{own}"
    return True


def _checked(root: Any, operation: str) -> Any:
    if name_of(root) != "Envelope":
        raise malformed(operation, "it is no SOAP envelope")
    if root.getroottree().docinfo.doctype:  # in another encoding than the search below reads
        raise malformed(operation, "it carries a document type, which SOAP forbids")
    return root


def _refuse_bombs(body: bytes, operation: str) -> None:
    """What must not even reach the parser: entities are how XML is made into a bomb, and nodes cost memory."""
    if not body:
        raise malformed(operation, "it is empty")
    if body.count(b"<") + body.count(b"=") > MARKUP_LIMIT:
        raise Trouble(Outcome.TOO_LARGE, f"the answer to {operation} has more than {MARKUP_LIMIT} tags", READING)
    if b"<!DOCTYPE" in body:
        raise malformed(operation, "it carries a document type, which SOAP forbids")
