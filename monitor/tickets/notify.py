"""Messages to people (mail, WeCom, DingTalk, Feishu and the rest) through apprise; its URLs are secrets."""

import logging

from monitor.model import Deadline, Receipt, Ticket
from monitor.tickets.errors import Refused, Unavailable
from monitor.tickets.options import NotifyOptions
from monitor.workers import in_thread

logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its own messages repeat addresses


async def send(options: NotifyOptions, ticket: Ticket, deadline: Deadline) -> Receipt:
    """One message; raises Refused for an address apprise does not know, Unavailable when the service does not take it.

    Such services know no keys: after a lost answer people may read the same message twice.
    """
    await in_thread(_send, options.address.get_secret_value(), ticket, deadline=deadline)
    return Receipt("")


def _send(url: str, ticket: Ticket) -> None:
    import apprise

    service = apprise.Apprise()
    if not service.add(url):
        raise Refused("the address is none that apprise knows")
    kind = apprise.NotifyType.SUCCESS if ticket.action == "resolve" else apprise.NotifyType.WARNING
    text = f"{ticket.title}\n\n{ticket.text}"
    if not service.notify(body=text, title=ticket.title, notify_type=kind, body_format=apprise.NotifyFormat.TEXT):
        raise Unavailable("the service did not take the message")
