"""The framer: replies and packets in one stream, cut anywhere, and nothing a device sends breaks it."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted_camera import interleaved

from monitor.model import Outcome
from monitor.protocols.errors import DeviceError
from monitor.protocols.rtsp.messages import MAX_BODY, MAX_HEADER, Framer, Reply, printable, request

OK = b"RTSP/1.0 200 OK\r\nCSeq: 1\r\nContent-Length: 5\r\n\r\nhello"


class Heard:
    """Collects what a framer hands on."""

    def __init__(self) -> None:
        self.events: list[object] = []
        self.framer = Framer()

    def _packet(self, channel: int, start: int, stop: int, _end: int) -> int:
        self.events.append((channel, bytes(self.framer.buffer[start:stop])))
        return stop

    def hear(self, data: bytes, piece: int = 1 << 20) -> list[object]:
        for at in range(0, len(data), piece):
            part = data[at : at + piece]
            while part:
                space = self.framer.space()
                count = min(len(part), len(space))
                assert count > 0, "a framer always has room"
                space[:count] = part[:count]
                self.framer.filled(count, self._packet, self.events.append)
                part = part[count:]
        return self.events


def hear(data: bytes, piece: int = 1 << 20) -> list[object]:
    return Heard().hear(data, piece)


def outcome_of(data: bytes) -> Outcome:
    with pytest.raises(DeviceError) as caught:
        hear(data)
    return caught.value.outcome


def test_a_request_is_written_as_the_rfc_says():
    written = request("SETUP", "rtsp://cam/1", {"CSeq": "2", "Transport": "RTP/AVP/TCP"})
    assert written == b"SETUP rtsp://cam/1 RTSP/1.0\r\nCSeq: 2\r\nTransport: RTP/AVP/TCP\r\n\r\n"


def test_a_device_that_never_answers_costs_no_buffer():
    assert len(Framer().buffer) == 0


@pytest.mark.parametrize("piece", [1, 2, 3, 7, 1000])
def test_replies_and_packets_mix_freely_however_they_are_cut(piece):
    stream = interleaved(b"early") + OK + interleaved(b"", 1) + interleaved(b"x" * 65535, 255) + OK
    first, reply, empty, largest, again = hear(stream, piece)
    assert (first, empty) == ((0, b"early"), (1, b""))
    assert largest == (255, b"x" * 65535)
    assert reply == again == Reply(200, "OK", {"cseq": ["1"], "content-length": ["5"]}, b"hello")


def test_header_names_have_no_case_and_repeated_headers_are_all_kept():
    (reply,) = hear(b"RTSP/1.0 401 No\r\nWWW-Authenticate: Basic\r\nwww-authenticate:Digest\r\nbroken line\r\n\r\n")
    assert reply.headers == {"www-authenticate": ["Basic", "Digest"]}
    assert reply.header("www-authenticate") == "Basic"
    assert reply.header("absent") == ""
    assert str(reply) == "401 No"


def test_a_header_may_go_on_in_the_next_line():
    (reply,) = hear(b'RTSP/1.0 401 No\r\nWWW-Authenticate: Digest realm="a",\r\n\t nonce="b"\r\nCSeq: 1\r\n\r\n')
    assert reply.headers == {"www-authenticate": ['Digest realm="a", nonce="b"'], "cseq": ["1"]}


def test_what_is_no_utf_8_goes_back_as_it_came():
    (reply,) = hear(b"RTSP/1.0 401 No\r\nSession: \xcd\xf8\r\n\r\n")
    assert b"Session: \xcd\xf8\r\n" in request("PLAY", "rtsp://cam/", {"Session": reply.header("session")})
    assert printable(reply.header("session")) == ""


def test_a_status_without_a_phrase():
    (reply,) = hear(b"RTSP/1.0 200\r\n\r\n")
    assert (reply.status, reply.phrase, str(reply)) == (200, "", "200")


def test_stray_line_ends_between_messages_are_skipped():
    assert len(hear(b"\r\n" + OK + b"\r\n\r\n" + OK + b"\n" + interleaved(b"p"))) == 3


def test_requests_of_the_device_are_skipped_with_their_bodies():
    assert len(hear(b"ANNOUNCE rtsp://x RTSP/1.0\r\nContent-Length: 3\r\n\r\nabc" + OK)) == 1


@pytest.mark.parametrize(
    ("data", "outcome"),
    [
        (b"\x00\x01\x02\x03", Outcome.PROTOCOL),
        (b"not rtsp at all", Outcome.PROTOCOL),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Outcome.PROTOCOL),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Outcome.PROTOCOL),
        (b"RTSP/1.0 OK\r\n\r\n", Outcome.PROTOCOL),
        (b"RTSP/1.0 20 OK\r\n\r\n", Outcome.PROTOCOL),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 1e3\r\n\r\n", Outcome.PROTOCOL),
        (b"RTSP/1.0 200 OK\r\nContent-Length: 65537\r\n\r\n", Outcome.TOO_LARGE),
        (b"RTSP/1.0 200 OK\r\n" + b"A: b\r\n" * 3000, Outcome.TOO_LARGE),
        (b"A" * 21, Outcome.PROTOCOL),
    ],
)
def test_what_is_wrong_is_named(data, outcome):
    assert outcome_of(data) is outcome


def test_the_largest_header_and_body_just_fit():
    fill = MAX_HEADER - len(b"RTSP/1.0 200 OK\r\nContent-Length: 65536\r\nF: \r\n\r\n")
    head = b"RTSP/1.0 200 OK\r\nContent-Length: 65536\r\nF: " + b"f" * fill + b"\r\n\r\n"
    (reply,) = hear(head + b"b" * MAX_BODY + b"", 4000)
    assert len(reply.body) == MAX_BODY


def test_a_device_s_words_are_made_fit_to_show():
    assert printable(" a\r\nb\x1b[31m" + "c" * 100, 12) == "a  b [31mcc"


@settings(deadline=None)
@given(st.lists(st.binary(max_size=200) | st.sampled_from([OK, b"$", b"\r\n", b"RTSP/1.0 ", b"\r\n\r\n"]), max_size=12))
def test_no_bytes_raise_anything_but_a_device_error(parts):
    with contextlib.suppress(DeviceError):
        hear(b"".join(parts), 50)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=300)) | st.just(OK), max_size=10), st.integers(1, 400)
)
def test_whatever_is_sent_whole_arrives_whole(parts, piece):
    stream = b"".join(part if part is OK else interleaved(part[1], part[0]) for part in parts)
    heard = [OK if isinstance(event, Reply) else event for event in hear(stream, piece)]
    assert heard == parts
