"""What the board shows of the ledger's state; called after the state is durable."""

from collections.abc import Mapping

from monitor.board import Board
from monitor.model import Evidence, Fault, Key, Look, Standing


def show_standing(board: Board, standing: Standing) -> None:
    state = board.devices.get(standing.subject.key)
    if state is not None:
        state.standings[standing.subject.probe, standing.subject.aspect] = standing


def show_look(board: Board, look: Look) -> None:
    state = board.devices.get(look.key)
    if state is not None:
        state.looks[look.probe] = look


def show_picture(board: Board, key: Key, evidence: Evidence) -> None:
    state, jpeg = board.devices.get(key), newest_picture(evidence)
    if state is not None and jpeg is not None:
        state.thumbnail, state.thumbnail_at = jpeg, evidence.at
    if state is not None and "annotated" in evidence.pictures:
        state.close_at = evidence.at


def show_faults(board: Board, changed: Mapping[str, Fault]) -> None:
    for fault in changed.values():
        if fault.cleared is None:
            board.faults[fault.id] = fault
        else:
            board.faults.pop(fault.id, None)


def newest_picture(evidence: Evidence) -> bytes | None:
    """The thumbnail, or whatever picture the look brought."""
    return evidence.pictures.get("thumbnail") or next(iter(evidence.pictures.values()), None)
