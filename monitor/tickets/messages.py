"""From a job to the messages of the outbox, and from such a message back to the ticket a sink gets."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from monitor.model import Job, Receipt, Ticket
from monitor.store import Connection, outbox
from monitor.store.outbox import Message


def announce(
    connection: Connection, job: Job, action: str, text: str, sinks: Iterable[str], at: datetime, sequence: int
) -> None:
    """Tell every repair desk; a job that a summary speaks for is told by nobody else.

    ``sequence`` makes a message its own: the number of reopenings for open and resolve, that of the line for a comment.
    """
    if job.joined:
        return
    payload = {
        "site": job.site,
        "device": job.device,
        "fault": job.fault,
        "since": job.since.isoformat(),
        "title": job.title,
        "text": text,
        "place": job.place,
        "reopened": job.reopened,
    }
    outbox.add(connection, [Message(job.key, action, sequence, sink, payload, at) for sink in sinks])


def ticket_of(message: Message, known: Receipt | None, pictures: Mapping[str, bytes], unsure: bool = False) -> Ticket:
    """``known``: what the desk called this ticket before. ``pictures``: name -> JPEG. ``unsure``: see Ticket."""
    payload = dict(message.payload)
    since = datetime.fromisoformat(str(payload.pop("since")))
    reference = known.reference if known else ""
    return Ticket(
        key=message.fault,
        action=message.action,
        since=since,
        reference=reference,
        unsure=unsure,
        pictures=pictures,
        **payload,
    )
