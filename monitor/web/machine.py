"""What programs ask for: metrics, health, reload, the on-demand probe and the JSON interface."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from monitor.board import Board
from monitor.metrics import CONTENT_TYPE, Metrics, render_device
from monitor.model import Fault, Key
from monitor.web import views
from monitor.web.actions import Actions
from monitor.web.looks import Looks
from monitor.web.packed import asks_for_gzip, gzipped
from monitor.words import _

PROBE_SECONDS = 60.0
"""How long an on-demand look may take when the asker does not say."""
_MARGIN = 0.5
_AT_A_TIME = 100


@dataclass(frozen=True, slots=True)
class Machine:
    board: Board
    metrics: Metrics
    actions: Actions
    looks: Looks

    async def exposition(self, request: Request) -> Response:
        text = self.metrics.render(self.board)
        if not asks_for_gzip(request.headers.get("accept-encoding", "")):
            return StreamingResponse(text, media_type=CONTENT_TYPE, headers={"Vary": "Accept-Encoding"})
        headers = {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        return StreamingResponse(gzipped(text), media_type=CONTENT_TYPE, headers=headers)

    async def healthy(self) -> Response:
        return PlainTextResponse("healthy\n")

    async def ready(self) -> Response:
        why_not = self.actions.ready()
        return PlainTextResponse(f"not ready: {why_not}\n", 503) if why_not else PlainTextResponse("ready\n")

    async def reload(self) -> Response:
        refused = await self.actions.reload()
        return PlainTextResponse(f"{refused}\n", 500) if refused else PlainTextResponse("reloaded\n")

    async def probe(self, request: Request, target: str) -> Response:
        """Look at one configured device now; 504 if the look outlasts the scraper's own deadline."""
        key = Key(*target.partition("/")[::2])
        if key not in self.board.devices:
            raise HTTPException(404, _("No such device in the configuration."))
        if not await self.looks.look(key, False, _patience(request.headers)):
            raise HTTPException(504, _("The look did not end in time."))
        return Response(render_device(key, self.board.devices[key]), media_type=CONTENT_TYPE)

    async def status(self) -> Response:
        seen = await views.overview(self.board)
        head = {
            "verdict": seen.all.verdict,
            "at": _text(self.actions.now()),
            "blind_since": _text(self.board.blind_since),
        }
        return StreamingResponse(self._devices(head, list(seen.verdicts)), media_type="application/json")

    async def _devices(self, head: Mapping[str, Any], keys: list[Key]) -> AsyncIterator[str]:
        """The head with the list of devices, a hundred at a time, so that ten thousand hold up no look."""
        yield json.dumps(head)[:-1] + ', "devices": ['
        comma = ""
        for start in range(0, len(keys), _AT_A_TIME):
            states = [(key, self.board.devices.get(key)) for key in keys[start : start + _AT_A_TIME]]
            texts = [json.dumps(_device(views.card(key, state)), ensure_ascii=False) for key, state in states if state]
            if texts:
                yield comma + ", ".join(texts)
                comma = ", "
            await asyncio.sleep(0)
        yield "]}"

    async def faults(self) -> Response:
        return JSONResponse({"faults": [_fault(fault) for fault in views.open_faults(self.board)]})

    async def tickets(self) -> Response:
        listed = await asyncio.to_thread(self.actions.tickets)
        return JSONResponse({"tickets": [dict(ticket) for ticket in listed]})


def router(machine: Machine) -> APIRouter:
    routes = APIRouter()
    routes.get("/metrics")(machine.exposition)
    routes.get("/-/healthy")(machine.healthy)
    routes.get("/-/ready")(machine.ready)
    routes.post("/-/reload")(machine.reload)
    routes.get("/probe")(machine.probe)
    routes.get("/api/v1/status")(machine.status)
    routes.get("/api/v1/faults")(machine.faults)
    routes.get("/api/v1/tickets")(machine.tickets)
    return routes


def _patience(headers: Mapping[str, str]) -> float:
    """Prometheus says how long it will wait; the answer must leave a little before."""
    try:
        asked = float(headers.get("x-prometheus-scrape-timeout-seconds", PROBE_SECONDS))
    except ValueError:
        return PROBE_SECONDS
    return max(_MARGIN, min(asked - _MARGIN, PROBE_SECONDS))


def _device(card: views.Card) -> dict[str, Any]:
    return {
        "site": card.key.site,
        "device": card.key.device,
        "name": card.name,
        "role": card.role,
        "verdict": card.verdict,
        "fault": card.fault,
        "reason": card.reason,
        "since": _text(card.since),
        "last_look": _text(card.seen),
    }


def _fault(fault: Fault) -> dict[str, Any]:
    return {
        "id": fault.id,
        "site": fault.subject.key.site,
        "device": fault.subject.key.device,
        "probe": fault.subject.probe,
        "fault": fault.kind,
        "reason": fault.reason,
        "since": _text(fault.since),
        "opened": _text(fault.opened),
        "parent": fault.parent or None,
        "excused": fault.excused or None,
        "flapping": fault.flapping,
        "ladder": list(fault.ladder),
    }


def _text(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
