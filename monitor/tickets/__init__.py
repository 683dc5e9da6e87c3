"""Repair tickets: the desk that keeps the job book, and the sinks that carry messages out.

A new kind of sink is a file here and a line in the map. A sink is a function of plain data: it raises ``Refused`` or
``Unavailable`` for whatever a repair desk does, and never outlives its deadline.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from monitor.model import Deadline, Receipt, Ticket
from monitor.tickets.options import NotifyOptions, Options, RestOptions

Sink = Callable[[Ticket, Deadline], Awaitable[Receipt]]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of sink: how one is made from its keys in the configuration (ValueError: its template is wrong)."""

    make: Callable[[Any], Sink]
    options: type[Options]


def _rest(options: RestOptions) -> Sink:
    from monitor.tickets.rest import send
    from monitor.tickets.templates import load_template

    return partial(send, load_template(options.template, options.template_file), options)


def _notify(options: NotifyOptions) -> Sink:
    from monitor.tickets.notify import send

    return partial(send, options)


SINKS: Mapping[str, Kind] = {
    "rest": Kind(_rest, RestOptions),
    "notify": Kind(_notify, NotifyOptions),
}
