"""The other side of the pages: a house that answers from a hand-made board and remembers what it was asked."""

from dataclasses import dataclass, field

import web_scene
from fastapi import FastAPI

from monitor.board import Board
from monitor.metrics import Metrics
from monitor.model import Key
from monitor.web import Actions, create_app


@dataclass
class House:
    """Answers as it is told."""

    board: Board = field(default_factory=web_scene.scene)
    looked: list[tuple[Key, bool]] = field(default_factory=list)
    accepted: list[tuple[Key, str]] = field(default_factory=list)
    refusal: str | None = None
    unready: str | None = None

    async def reload(self) -> str | None:
        return self.refusal

    async def look_now(self, key: Key, close: bool) -> None:
        self.looked.append((key, close))

    async def accept_view(self, key: Key, by: str) -> None:
        self.accepted.append((key, by))

    def picture(self, key: Key, name: str) -> bytes | None:
        """As the folder of the store: whoever may ask, the file is there."""
        kept = {"faults/f-hall.jpg": web_scene.jpeg(101)}
        if key == Key("school-3", "hall"):
            kept["reference"] = web_scene.jpeg(100)
        return kept.get(name)

    def app(self) -> FastAPI:
        actions = Actions(
            self.reload,
            self.look_now,
            ready=lambda: self.unready,
            history=web_scene.past,
            tickets=lambda: [{"key": "f-hall", "state": "open"}],
            picture=self.picture,
            accept_view=self.accept_view,
            site_names=lambda: {"school-3": "第三中学", "depot": "North depot"},
            now=lambda: web_scene.NOW,
        )
        return create_app(self.board, Metrics(), actions, hosts=["cctv.example.com"])
