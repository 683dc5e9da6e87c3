"""Messages to people (mail, WeCom, DingTalk, Feishu and the rest) through apprise; its URLs are secrets."""

import logging
from collections.abc import Iterable, Mapping

from monitor.model import Deadline, Receipt, Ticket
from monitor.tickets.errors import Refused, Unavailable
from monitor.tickets.options import NotifyOptions
from monitor.workers import in_thread

logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its own messages repeat addresses

log = logging.getLogger(__name__)

TELL_SECONDS = 30.0


async def send(options: NotifyOptions, ticket: Ticket, deadline: Deadline) -> Receipt:
    """One message; raises Refused for an address apprise does not know, Unavailable when the service does not take it.

    Such services know no keys: after a lost answer people may read the same message twice.
    """
    await in_thread(_send, options.address.get_secret_value(), ticket, deadline=deadline)
    return Receipt("")


async def tell(urls: Iterable[str], title: str, text: str) -> None:
    """One message about no ticket, such as a report, to each address; what is not taken is said in the log, once."""
    for number, url in enumerate(urls, start=1):
        try:
            await in_thread(_notify, url, title, text, "info", deadline=Deadline.after(TELL_SECONDS))
        except (Refused, Unavailable, TimeoutError) as lost:
            log.warning("notify address %d was not told of %r: %s", number, title, lost or "it took too long")


def _send(url: str, ticket: Ticket) -> None:
    kind = "success" if ticket.action == "resolve" else "warning"
    _notify(url, ticket.title, ticket.text, kind, ticket.pictures)


def _notify(url: str, title: str, text: str, kind: str, pictures: Mapping[str, bytes] | None = None) -> None:
    import apprise
    from apprise.attachment.memory import AttachMemory

    service = apprise.Apprise()
    if not service.add(url):
        raise Refused("the address is none that apprise knows")
    shown = [AttachMemory(jpeg, name=name, mimetype="image/jpeg") for name, jpeg in (pictures or {}).items()]
    form, sort = apprise.NotifyFormat.TEXT, apprise.NotifyType(kind)
    if not service.notify(body=text, title=title, notify_type=sort, body_format=form, attach=shown or None):
        raise Unavailable("the service did not take the message")
