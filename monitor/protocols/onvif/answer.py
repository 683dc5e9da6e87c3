"""Reads an answer: well-formed or not, a fault or not, the operation asked for or another."""

from dataclasses import dataclass
from typing import Any

from monitor.model import Outcome
from monitor.protocols.onvif.envelope import envelope, malformed, name_of
from monitor.protocols.onvif.transport import READING, Answer
from monitor.protocols.onvif.trouble import Trouble, plain

REFUSALS = ("notauthorized", "failedauthentication", "invalidsecurity", "failedcheck", "sendernotauthorized")
UNSUPPORTED = ("actionnotsupported", "notsupported", "optionalactionnotimplemented", "unknownaction")


@dataclass(frozen=True, slots=True)
class Reply:
    """``value``: the response element's content as plain dicts, lists and scalars; ``element``: the same, as lxml has
    it. ``mended``: the XML was malformed."""

    value: dict[str, Any]
    element: Any
    mended: bool


class SoapFault(Exception):
    """The device answered with a fault; ``codes`` in lower case without prefix, outermost first."""

    def __init__(self, codes: tuple[str, ...], text: str, status: int) -> None:
        super().__init__(text)
        self.codes, self.text, self.status = codes, text, status

    @property
    def refused(self) -> bool:
        words = self.text.lower().replace(" ", "")
        return self.status == 401 or any(name in self.codes or name in words for name in REFUSALS)


def read(answer: Answer, operation: Any, schema: Any, *, lenient: bool) -> Reply:
    """The typed content of an answer. Raises SoapFault and Trouble.

    Strict: the XML must be well-formed. Lenient: broken XML is mended, which may change or drop text, so it is for
    fields that only describe. In both, elements may be missing or out of order; what is missing or impossible is None.
    """
    root, mended = _root(answer, operation.name, lenient)
    body = _child(root, "Body")
    content = next((node for node in body if isinstance(node.tag, str)), None) if body is not None else None
    if content is not None and name_of(content) == "Fault":
        raise _fault(content, answer.status)
    if answer.status != 200:
        raise by_status(answer)
    if content is None:
        raise malformed(operation.name, "it is empty")
    expected = operation.output.body
    if name_of(content) != expected.name:
        raise malformed(operation.name, f"it is a {plain(name_of(content), 60)}")
    return Reply(_plain_data(content, expected, schema, operation.name), content, mended)


def by_status(answer: Answer) -> Trouble | SoapFault:
    """What an HTTP status other than 200 means when no SOAP fault explains it."""
    status = answer.status
    if status == 401:
        return SoapFault((), "", status)
    if 300 <= status < 400:
        return Trouble(
            Outcome.REDIRECTED, f"the device redirects to {plain(answer.headers.get('location'), 80)}", READING
        )
    outcome, words = {
        403: (Outcome.FORBIDDEN, "this account may not ask that"),
        404: (Outcome.NOT_FOUND, "there is no ONVIF service at this address"),
        405: (Outcome.NOT_FOUND, "there is no ONVIF service at this address"),
        423: (Outcome.LOCKED, "the account is locked"),
        501: (Outcome.UNSUPPORTED, "the device does not know this operation"),
        503: (Outcome.BUSY, "the device is busy"),
    }.get(status, (Outcome.SERVER_ERROR, "the device failed"))
    return Trouble(outcome, f"{words} (HTTP {status})", READING)


def by_fault(fault: SoapFault, operation: str) -> Trouble:
    """What a fault other than a refused login means."""
    words = plain(fault.text) or "without words"
    if "lock" in fault.text.lower():
        return Trouble(Outcome.LOCKED, f"the account is locked: {words}")
    said = fault.text.lower().replace(" ", "")
    if any(name in fault.codes or name in said for name in UNSUPPORTED):
        return Trouble(Outcome.UNSUPPORTED, f"the device does not support {operation}: {words}")
    if "operationprohibited" in fault.codes:
        return Trouble(Outcome.FORBIDDEN, f"this account may not ask for {operation}: {words}")
    return Trouble(Outcome.SERVER_ERROR, f"the device answered {operation} with a fault: {words}")


def _root(answer: Answer, operation: str, lenient: bool) -> tuple[Any, bool]:
    try:
        return envelope(answer.body, operation, lenient=lenient and answer.status == 200)
    except Trouble as trouble:
        if answer.status != 200:  # an error page: its status says more than its markup
            raise by_status(answer) from trouble
        raise


def _plain_data(content: Any, expected: Any, schema: Any, operation: str) -> dict[str, Any]:
    from zeep.exceptions import Error
    from zeep.helpers import serialize_object
    from zeep.xsd.context import XmlParserContext

    try:
        value = expected.parse(content, schema, context=XmlParserContext(settings=schema.settings))
        data = serialize_object(value, dict)
    except (Error, ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError) as error:
        # zeep lets whatever its converters raise pass through: a bare ValueError for an undeclared prefix, and so on
        raise malformed(operation, plain(error)) from error
    return data if isinstance(data, dict) else {}


def _fault(node: Any, status: int) -> SoapFault:
    """Both SOAP versions: 1.2 has Code/Value, Subcode and Reason/Text, 1.1 has faultcode and faultstring."""
    codes = [plain((each.text or "").rpartition(":")[2], 60).lower() for each in node.iter("{*}Value", "{*}faultcode")]
    texts = [plain(each.text) for each in node.iter("{*}Text", "{*}faultstring") if each.text]
    return SoapFault(tuple(codes), texts[0] if texts else ", ".join(codes[1:] or codes), status)


def _child(node: Any, name: str) -> Any:
    return next((child for child in node if isinstance(child.tag, str) and name_of(child) == name), None)
