"""The picture as the judgement saw it: lost tiles, left-out places, freeze blocks, and the reference beside it."""

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np

from monitor.vision import thumbnail
from monitor.vision.beside import Beside
from monitor.vision.decode import Picture
from monitor.vision.freeze import SIDE
from monitor.vision.life import Life
from monitor.vision.sketch import ACROSS, DOWN

WIDTH = 640
RED, YELLOW, BLUE, GREY = (60, 60, 255), (0, 215, 255), (255, 160, 60), (128, 128, 128)
Canvas = np.ndarray[Any, Any]


def annotated(picture: Picture, facts: Mapping[str, Any], beside: Beside | None, life: Life) -> bytes:
    """JPEG, 640 wide (1280 with a reference). Red: tile that lost its reference; grey: left out of the freeze test
    (bands, masks, clock); blue: block compared for the freeze; yellow: edge of the judged part."""
    height = round(picture.height * WIDTH / picture.width)
    canvas = thumbnail.colours(picture, WIDTH, height)
    top, bottom = round(height * life.band_top), round(height * (1 - life.band_bottom))
    _shade_left_out(canvas, life)
    for y, x in np.array(life.corners) * (WIDTH / picture.width):
        wide = max(round(SIDE * WIDTH / picture.width), 2)
        cv2.rectangle(canvas, (int(x), int(y)), (int(x) + wide, int(y) + wide), BLUE, 1)
    if beside is not None:
        _frame_lost_tiles(canvas, beside.comparison.lost_tiles, top, bottom)
    cv2.line(canvas, (0, top), (WIDTH, top), YELLOW, 1)
    cv2.line(canvas, (0, bottom), (WIDTH, bottom), YELLOW, 1)
    _write(canvas, facts)
    return thumbnail.jpeg(_beside_reference(canvas, beside, top, bottom), thumbnail.FULL_QUALITY)


def _shade_left_out(canvas: Canvas, life: Life) -> None:
    cells = cv2.resize(life.left_out.astype(np.uint8), canvas.shape[1::-1], interpolation=cv2.INTER_NEAREST).astype(
        bool
    )
    canvas[cells] = (canvas[cells] * 0.7 + np.array(GREY) * 0.3).astype(np.uint8)


def _frame_lost_tiles(canvas: Canvas, lost: Canvas, top: int, bottom: int) -> None:
    wide, high = WIDTH / ACROSS, (bottom - top) / DOWN
    for row, column in np.argwhere(lost):
        corner = round(column * wide) + 1, round(top + row * high) + 1
        cv2.rectangle(canvas, corner, (round((column + 1) * wide) - 2, round(top + (row + 1) * high) - 2), RED, 2)


def _write(canvas: Canvas, facts: Mapping[str, Any]) -> None:
    freeze, reference = facts["freeze"], facts["reference"]
    share = freeze["alike"]
    said = f"alike {'-' if share is None else f'{share:.1%}'}, limit {freeze['limit']:.1%}"
    if reference["learned"]:
        said += f"; lost {reference['lost']:.0%}, shift {reference['shift']:.1%}, detail {reference['sharpness']:.0%}"
    place = (8, canvas.shape[0] - 10)
    (wide, high), _ = cv2.getTextSize(said, cv2.FONT_HERSHEY_SIMPLEX, 0.45, 1)
    cv2.rectangle(canvas, (place[0] - 5, place[1] - high - 5), (place[0] + wide + 5, place[1] + 6), (0, 0, 0), -1)
    cv2.putText(canvas, said, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, YELLOW, 1, cv2.LINE_AA)


def _beside_reference(canvas: Canvas, beside: Beside | None, top: int, bottom: int) -> Canvas:
    if beside is None:
        return canvas
    other = np.zeros_like(canvas)
    reference = cv2.resize(beside.view.reference, (WIDTH, bottom - top), interpolation=cv2.INTER_CUBIC)
    other[top:bottom] = cv2.cvtColor(reference, cv2.COLOR_GRAY2BGR)
    return np.hstack([canvas, other])
