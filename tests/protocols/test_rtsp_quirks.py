"""Habits of real cameras, gateways and servers that break a rule and yet show their picture: each must be seen."""

import pytest
from scripted_camera import Request, ScriptedCamera, reply
from test_rtsp_outcomes import seen_by

from monitor.model import Outcome


class Odd(ScriptedCamera):
    """A good camera whose every answer is changed on its way."""

    def __init__(self, change, **fields) -> None:
        super().__init__(**fields)
        self.change = change

    def default(self, request: Request) -> bytes:
        return self.change(super().default(request), request)


def numbered(number):
    """The answer with another CSeq, made of the right one."""
    return lambda answer, request: answer.replace(
        b"CSeq: %s" % request.headers["cseq"].encode(), b"CSeq: " + number(request)
    )


def body(answer):
    return answer.partition(b"\r\n\r\n")[2]


ANSWERS = {
    "bare line feeds": lambda answer, _: answer.partition(b"v=0")[0].replace(b"\r\n", b"\n") + body(answer),
    "a blank line of its own kind": lambda answer, _: answer.replace(b"\r\n\r\n", b"\n\r\n", 1),
    "RTSP 2.0": lambda answer, _: answer.replace(b"RTSP/1.0", b"RTSP/2.0"),
    "100 Continue first": lambda answer, request: reply(request, "100 Continue") + answer,
    "no number": lambda answer, request: answer.replace(b"CSeq: %s\r\n" % request.headers["cseq"].encode(), b""),
    "always number 0": numbered(lambda _: b"0"),
    "the number before": numbered(lambda request: b"%d" % (int(request.headers["cseq"]) - 1)),
    "a number with zeros and blanks": numbered(lambda request: b"%04d " % int(request.headers["cseq"])),
}


@pytest.mark.parametrize("habit", ANSWERS)
async def test_answers_that_break_a_rule_are_understood(habit):
    seen = await seen_by(Odd(ANSWERS[habit]), phase_seconds=2.0)
    assert seen.outcome is Outcome.SEEN, seen.reason
