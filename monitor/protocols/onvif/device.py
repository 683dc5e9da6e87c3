"""One camera or recorder: calls operations, logs in once at most, keeps to the configured host."""

from collections.abc import Iterable, Mapping
from typing import Any

from monitor.model import Credentials, Deadline, Outcome
from monitor.protocols.onvif import login
from monitor.protocols.onvif.address import Address, parse, pin
from monitor.protocols.onvif.answer import Reply, SoapFault, by_fault, read
from monitor.protocols.onvif.documents import binding, service_names, types
from monitor.protocols.onvif.transport import Answer, Transport
from monitor.protocols.onvif.trouble import Trouble, plain

PRE_AUTH = frozenset(
    {"GetSystemDateAndTime", "GetServices", "GetServiceCapabilities", "GetCapabilities", "GetHostname", "GetWsdlUrl"}
)
"""Operations that need no credentials (access class PRE_AUTH in the Core specification)."""


class Device:
    """An ONVIF device at one address, used by one thread at a time (:meth:`abort` excepted).

    ``way`` is how to log in as learned in an earlier look ("" = not known: the first call that needs a login is sent
    without one, and the device's answer says what it wants). ``refused_ways`` were refused in earlier looks; another
    one is tried first. With ``may_login`` False credentials are never sent. ``login_worked`` is None until they were.
    """

    def __init__(
        self,
        address: str,
        credentials: Credentials | None = None,
        *,
        trust: str = "",
        way: str = "",
        refused_ways: tuple[str, ...] = (),
        may_login: bool = True,
    ) -> None:
        self.address = parse(address)
        self.credentials = credentials
        self.way = way
        self.refused_ways = refused_ways
        self.may_login = may_login
        self.login_worked: bool | None = None
        self.clock_offset: float | None = None
        self.addresses: dict[str, Address] = {"devicemgmt": self.address}
        self.foreign: dict[str, str] = {}  # service -> the foreign host in its XAddr, which was replaced
        self.mended: list[str] = []  # operations whose answers were malformed XML and were mended
        self._transport = Transport(trust)
        self._digest: login.Digest | None = None

    @property
    def phase(self) -> str:
        """What is being waited for, for the message of a deadline that ended from outside."""
        return self._transport.phase

    def call(
        self, service: str, operation: str, deadline: Deadline, *, lenient: bool = False, **arguments: Any
    ) -> dict[str, Any]:
        """Ask for one operation; the content of the response element as plain data. Raises Trouble.

        Strict unless ``lenient``: an answer that is no well-formed XML is PROTOCOL. Leave it strict for addresses and
        dates. ValueError for an operation or argument that the WSDL does not know (a mistake of ours).
        """
        return self.ask(service, operation, deadline, lenient=lenient, **arguments).value

    def ask(
        self, service: str, operation: str, deadline: Deadline, *, lenient: bool = False, **arguments: Any
    ) -> Reply:
        """As :meth:`call`, with the XML element for what the schema leaves open (topics and messages of events)."""
        reply = self._ask(service, operation, deadline, lenient, arguments)
        if reply.mended:
            self.mended.append(operation)
        return reply

    def learn_services(self, services: Iterable[Mapping[str, Any]]) -> None:
        """Take the service addresses from the ``Service`` list of GetServices, each pinned to the configured host."""
        known = service_names()
        found = {known.get(str(service.get("Namespace")), ""): service.get("XAddr") for service in services}
        self.place({name: xaddr for name, xaddr in found.items() if name and name != "devicemgmt"})

    def place(self, xaddrs: Mapping[str, object]) -> None:
        """Say where services listen (our name -> XAddr as the device gave it), each pinned to the configured host."""
        for name, xaddr in xaddrs.items():
            self.addresses[name], foreign = pin(self.address, xaddr)
            if foreign:
                self.foreign[name] = foreign

    def abort(self) -> None:
        """End the present call at once and allow no other; for other threads."""
        self._transport.abort()

    def close(self) -> None:
        self._transport.close()

    def _ask(
        self, service: str, operation: str, deadline: Deadline, lenient: bool, arguments: Mapping[str, Any]
    ) -> Reply:
        if operation in PRE_AUTH or self.way in ("", login.OPEN):
            answer = self._unsigned(service, operation, arguments, deadline)
            try:
                reply = self._read(answer, service, operation, lenient)
            except SoapFault as fault:
                if not fault.refused:
                    raise by_fault(fault, operation) from fault
                self._prepare_login(operation, answer)
            else:
                self.way = self.way if operation in PRE_AUTH else login.OPEN
                return reply
        return self._logged_in(service, operation, arguments, deadline, lenient)

    def _prepare_login(self, operation: str, challenge: Answer) -> None:
        self._check_login(operation)
        if self.way in ("", login.OPEN):
            self.way = login.choose(challenge, self.clock_offset, self.refused_ways)

    def _logged_in(
        self, service: str, operation: str, arguments: Mapping[str, Any], deadline: Deadline, lenient: bool
    ) -> Reply:
        credentials = self._check_login(operation)
        signed = self._digested if self.way == login.DIGEST else self._tokened
        answer = signed(service, operation, arguments, credentials, deadline)
        try:
            reply = self._read(answer, service, operation, lenient)
        except SoapFault as fault:
            if fault.refused:
                raise self._refusal(fault) from fault
            raise by_fault(fault, operation) from fault
        self.login_worked = True
        return reply

    def _check_login(self, operation: str) -> Credentials:
        """The credentials, if they may be sent now."""
        if self.credentials is None:
            raise Trouble(Outcome.AUTH_MISSING, f"the device wants a login for {operation} and none is configured")
        if self.login_worked is False:
            raise Trouble(Outcome.AUTH_RESTING, "the login was refused and is not tried again")
        if not self.may_login:
            raise Trouble(
                Outcome.AUTH_RESTING, "the login was refused earlier and rests, so as not to lock the account"
            )
        return self.credentials

    def _refusal(self, fault: SoapFault) -> Trouble:
        """A device that has let this login in before, in this look, refuses the operation and not the login."""
        if self.login_worked:
            return Trouble(Outcome.FORBIDDEN, "this account may not ask that")
        self.login_worked = False
        if "lock" in fault.text.lower():
            return Trouble(Outcome.LOCKED, f"the account is locked: {plain(fault.text)}")
        return Trouble(Outcome.AUTH, f"wrong user name or password, or no ONVIF user{self._clock_words()}")

    def _clock_words(self) -> str:
        if self.way == login.DIGEST:
            return ""
        if self.clock_offset is None:
            return "; or its clock is too far off to log in, which it does not let be read"
        if abs(self.clock_offset) < 5:
            return ""
        return f"; its clock is {spell(self.clock_offset)}, which the login allowed for"

    def _read(self, answer: Answer, service: str, operation: str, lenient: bool) -> Reply:
        return read(answer, binding(service).get(operation), types(), lenient=lenient)

    def _unsigned(self, service: str, operation: str, arguments: Mapping[str, Any], deadline: Deadline) -> Answer:
        return self._send(service, operation, self._envelope(service, operation, arguments), deadline)

    def _tokened(
        self, service: str, operation: str, arguments: Mapping[str, Any], credentials: Credentials, deadline: Deadline
    ) -> Answer:
        envelope = self._envelope(service, operation, arguments)
        offset = (self.clock_offset or 0.0) if self.way == login.WSSE else 0.0
        login.sign(envelope, credentials, offset)
        return self._send(service, operation, envelope, deadline)

    def _digested(
        self, service: str, operation: str, arguments: Mapping[str, Any], credentials: Credentials, deadline: Deadline
    ) -> Answer:
        self._digest = self._digest or login.Digest(credentials)
        envelope = self._envelope(service, operation, arguments)
        exchange = self._digest.exchange(self._where(service).path, trusted=bool(self.login_worked))
        headers: Mapping[str, str] | None = next(exchange)
        while headers is not None:
            answer = self._send(service, operation, envelope, deadline, headers)
            try:
                headers = exchange.send(answer)
            except StopIteration:
                headers = None
        return answer

    def _envelope(self, service: str, operation: str, arguments: Mapping[str, Any]) -> Any:
        from zeep import wsa

        concrete = binding(service).get(operation)
        envelope = concrete.create(**arguments).content
        if concrete.abstract.wsa_action:
            options = {"address": str(self._where(service))}
            envelope, _ = wsa.WsAddressingPlugin().egress(envelope, {}, concrete, options)
        return envelope

    def _send(
        self, service: str, operation: str, envelope: Any, deadline: Deadline, extra: Mapping[str, str] | None = None
    ) -> Answer:
        from lxml import etree

        action = binding(service).get(operation).soapaction
        headers = {"Content-Type": f'application/soap+xml; charset=utf-8; action="{action}"', **(extra or {})}
        body = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
        return self._transport.post(self._where(service), body, headers, deadline)

    def _where(self, service: str) -> Address:
        try:
            return self.addresses[service]
        except KeyError:
            raise Trouble(Outcome.UNSUPPORTED, f"the device has no {service} service") from None


def spell(seconds: float) -> str:
    """A clock offset as people say it: "2 h 05 min ahead", "14 s behind"."""
    whole = round(abs(seconds))
    days, rest = divmod(whole, 86400)
    hours, rest = divmod(rest, 3600)
    minutes, left = divmod(rest, 60)
    if days:
        words = f"{days} d {hours} h"
    elif hours:
        words = f"{hours} h {minutes:02} min"
    elif minutes:
        words = f"{minutes} min {left:02} s"
    else:
        words = f"{left} s"
    return f"{words} {'ahead' if seconds > 0 else 'behind'}"
