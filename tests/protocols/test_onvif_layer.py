"""The ONVIF layer: addresses, transport, shared documents, logins; and the simulator held to the schemas."""

import asyncio
import logging
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from monitor.model import Credentials, Deadline, Outcome
from monitor.protocols.onvif import (
    Device,
    Trouble,
    find_stream_uri,
    parse,
    read_clock,
    read_identity,
    read_services,
    without_secrets,
)
from monitor.protocols.onvif.address import pin, pin_media
from monitor.protocols.onvif.documents import binding
from monitor.protocols.onvif.events import notification
from monitor.protocols.onvif.login import sign
from monitor.protocols.onvif.transport import Transport
from monitor.simulator.onvif import OnvifCamera
from monitor.simulator.onvif_answers import HEALTHY, envelope
from monitor.simulator.onvif_recordings import Recording, add_recordings

HOST = "127.0.44.1"
DAY = datetime(2026, 3, 1, tzinfo=UTC)

# --- addresses ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("192.0.2.1", "http://192.0.2.1/onvif/device_service"),
        ("192.0.2.1:8000", "http://192.0.2.1:8000/onvif/device_service"),
        ("https://cam.example/onvif/x", "https://cam.example/onvif/x"),
        ("http://cam.example:80/", "http://cam.example/onvif/device_service"),
        ("[fe80::1]:8080", "http://[fe80::1]:8080/onvif/device_service"),
    ],
)
def test_an_address_is_completed(written: str, meant: str) -> None:
    assert str(parse(written)) == meant


@pytest.mark.parametrize("wrong", ["", "ftp://x", "http://", "http://admin:secret@192.0.2.1/", "192.0.2.1:port"])
def test_a_wrong_address_is_refused_without_repeating_secrets(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".+") as refused:
        parse(wrong)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("configured", "xaddr", "used", "foreign"),
    [
        ("192.0.2.1", "http://192.0.2.1/onvif/media", "http://192.0.2.1/onvif/media", ""),
        ("192.0.2.1", "http://192.0.2.1:8080/m", "http://192.0.2.1:8080/m", ""),
        ("192.0.2.1:8001", "http://10.0.0.9/onvif/media", "http://192.0.2.1:8001/onvif/media", "10.0.0.9"),
        ("192.0.2.1", "http://127.0.0.1:80/m", "http://192.0.2.1/m", "127.0.0.1"),
        ("192.0.2.1", "http://:80/onvif/media", "http://192.0.2.1/onvif/device_service", "http:?:80?onvif?media"),
        ("192.0.2.1", "http://[fe80::1]/m http://192.0.2.1/m?x=1", "http://192.0.2.1/m?x=1", ""),
        ("192.0.2.1", "http://10.0.0.9@192.0.2.1.evil.example/m", "http://192.0.2.1/m", "192.0.2.1.evil.example"),
        ("192.0.2.1", "http://[bad/", "http://192.0.2.1/onvif/device_service", "http:?[bad?"),
        ("https://192.0.2.1", "http://192.0.2.1:80/m", "https://192.0.2.1/m", ""),
        ("192.0.2.1", None, "http://192.0.2.1/onvif/device_service", "none"),
    ],
)
def test_a_service_address_is_pinned_to_the_configured_host(
    configured: str, xaddr: str | None, used: str, foreign: str
) -> None:
    pinned, told = pin(parse(configured), xaddr)
    assert (str(pinned), told) == (used, foreign)


def test_a_stream_address_is_pinned_and_loses_its_login() -> None:
    here = parse("192.0.2.1:8000")
    assert pin_media(here, " rtsp://a:b@10.0.0.9:554/s?x=1&y=2\n") == ("rtsp://192.0.2.1:554/s?x=1&y=2", "10.0.0.9")
    assert pin_media(here, "rtsp://192.0.2.1/s") == ("rtsp://192.0.2.1/s", "")
    for wrong in ("", "rtsp://", "file:///etc/passwd", "rtsp://192.0.2.1/a b", "rtsp://192.0.2.1:99999/"):
        with pytest.raises(ValueError, match=r".+"):
            pin_media(here, wrong)


def test_an_address_is_shown_without_names_and_passwords() -> None:
    shown = without_secrets("rtsp://u:p4ss@192.0.2.1/user=admin&password=p4ss&channel=1.sdp?pwd=p4ss&stream=0")
    assert shown == "rtsp://192.0.2.1/user=***&password=***&channel=1.sdp?pwd=***&stream=0"


# --- transport ---------------------------------------------------------------------------------------------------


@pytest.fixture
def server() -> Iterator[Callable[..., str]]:
    """Starts a raw server that gives one answer a connection (or none); returns its address."""
    listeners: list[socket.socket] = []

    def start(*answers: bytes, context: ssl.SSLContext | None = None) -> str:
        listener = socket.create_server((HOST, 0))
        listeners.append(listener)

        def serve() -> None:
            for answer in answers:
                connection, _ = listener.accept()
                try:
                    with context.wrap_socket(connection, server_side=True) if context else connection as talk:
                        asked = b""
                        while not asked.endswith(b"<x/>"):
                            asked += talk.recv(65536)
                        talk.sendall(answer)
                except OSError:
                    pass  # the client refused our certificate

        threading.Thread(target=serve, daemon=True).start()
        return f"{HOST}:{listener.getsockname()[1]}"

    yield start
    for listener in listeners:
        listener.close()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def post(transport: Transport, address: str, seconds: float = 2.0) -> bytes:
    return transport.post(parse(address), b"<x/>", {}, Deadline.after(seconds)).body


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (OK, b"ok"),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", b"until the end"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\nfour", b"four"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", b"abc"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + OK, b"ok"),
    ],
)
def test_every_way_to_end_an_answer_is_understood(server: Callable[..., str], answer: bytes, body: bytes) -> None:
    transport = Transport()
    assert post(transport, server(answer)) == body
    transport.close()


def test_a_kept_connection_that_the_device_closed_is_renewed_once(server: Callable[..., str]) -> None:
    address = server(OK, OK)
    transport = Transport()
    assert [post(transport, address), post(transport, address)] == [b"ok", b"ok"]
    transport.close()


def test_abort_from_another_thread_ends_the_wait_at_once_and_for_good() -> None:
    transport = Transport()
    with socket.create_server((HOST, 0)) as silent:
        address = f"{HOST}:{silent.getsockname()[1]}"
        began = time.monotonic()
        threading.Timer(0.1, transport.abort).start()
        with pytest.raises(Trouble) as ended:
            post(transport, address, seconds=20)
        with pytest.raises(Trouble) as again:
            post(transport, address)
    assert time.monotonic() - began < 5
    assert ended.value.outcome in (Outcome.CLOSED, Outcome.ABANDONED)
    assert again.value.outcome is Outcome.ABANDONED


@pytest.mark.parametrize(
    "beginning", [b"HTTP/1.1 200 OK\r\nX-Slow: ", b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"]
)
def test_a_dripping_answer_ends_at_the_deadline_without_help_from_outside(beginning: bytes) -> None:
    """A socket's own timeout is per read, so a drip would outlive it."""
    gone = threading.Event()
    with socket.create_server((HOST, 0)) as listener:

        def drip() -> None:
            talk, _ = listener.accept()
            with talk:
                talk.sendall(beginning)
                while not gone.wait(0.05):
                    talk.sendall(b"x")

        server = threading.Thread(target=drip)
        server.start()
        began = time.monotonic()
        with pytest.raises(Trouble) as late:
            post(Transport(), f"{HOST}:{listener.getsockname()[1]}", seconds=0.5)
        took = time.monotonic() - began
        gone.set()
        server.join()
    assert late.value.outcome is Outcome.TIMEOUT
    assert took < 2


def test_the_environment_names_no_proxy_for_us(server: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.44.99:9")
    transport = Transport()
    assert post(transport, server(OK)) == b"ok"
    transport.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """A self-signed certificate for the test address, as cameras have them: file, key, SHA-256 fingerprint."""
    folder = tmp_path_factory.mktemp("tls")
    file, key = folder / "camera.pem", folder / "camera.key"
    words = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    words += ["-subj", "/CN=camera", "-addext", f"subjectAltName=IP:{HOST}", "-keyout", str(key), "-out", str(file)]
    subprocess.run(words, check=True, capture_output=True)
    shown = subprocess.run(
        ["openssl", "x509", "-in", str(file), "-noout", "-fingerprint", "-sha256"], check=True, capture_output=True
    )
    return file, key, shown.stdout.decode().strip().partition("=")[2]


@pytest.mark.parametrize(
    ("trust", "good"), [("", False), ("file", True), ("fingerprint", True), ("sha256:00ff", False), ("any", True)]
)
def test_tls_is_checked_as_configured(
    server: Callable[..., str], certificate: tuple[Path, Path, str], trust: str, good: bool
) -> None:
    file, key, fingerprint = certificate
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    address = f"https://{server(OK, context=context)}"
    transport = Transport({"file": str(file), "fingerprint": f"sha256:{fingerprint}"}.get(trust, trust))
    if good:
        assert post(transport, address) == b"ok"
    else:
        with pytest.raises(Trouble) as refused:
            post(transport, address)
        assert refused.value.outcome is Outcome.TLS
    transport.close()


# --- documents, logins, calls ------------------------------------------------------------------------------------


def test_importing_the_library_leaves_logging_and_environment_alone() -> None:
    """onvif-zeep sets up the root logger when imported, and takes proxies out of the environment when constructed."""
    code = (
        "import logging, os; os.environ['http_proxy'] = 'x'\n"
        "from monitor.protocols.onvif import warm_up; warm_up()\n"
        "root = logging.getLogger(); print(root.handlers, root.level, os.environ['http_proxy'])\n"
        "print(logging.getLogger('zeep.transports').isEnabledFor(logging.DEBUG))"
    )
    shown = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout.split("\n")[:2] == ["[] 30 x", "False"]
    assert shown.stderr == ""


def test_every_token_is_new_and_dated_in_the_device_s_time_with_a_z() -> None:
    tokens = []
    for offset in (0.0, 3600.0):
        message = binding("devicemgmt").get("GetUsers").create().content
        sign(message, Credentials("u", "secret"), offset)
        tokens.append({node.tag.rpartition("}")[2]: node.text for node in message.iter()})
    first, second = tokens
    assert first["Nonce"] != second["Nonce"]
    assert first["Created"].endswith("Z")
    apart = datetime.fromisoformat(second["Created"]) - datetime.fromisoformat(first["Created"])
    assert timedelta(minutes=59, seconds=58) < apart < timedelta(minutes=60, seconds=2)
    assert "secret" not in str(tokens)


async def test_many_threads_share_the_documents_without_a_wrong_answer() -> None:
    async with OnvifCamera(HOST) as one, OnvifCamera("127.0.44.2", serial="SIM-0002", auth="digest") as two:

        def ask(camera: OnvifCamera) -> bool:
            device = Device(camera.address, Credentials(camera.username, camera.password))
            try:
                return all(read_identity(device, Deadline.after(20))["serial"] == camera.serial for _ in range(5))
            finally:
                device.close()

        with ThreadPoolExecutor(8) as pool:
            loop = asyncio.get_running_loop()
            right = await asyncio.gather(*(loop.run_in_executor(pool, ask, camera) for camera in (one, two) * 8))
    assert all(right)
    assert one.refused_logins == two.refused_logins == 0


async def in_device(camera: OnvifCamera, ask: Callable[[Device, Deadline], Any], **options: Any) -> Any:
    """Run blocking questions against the camera with the right login."""

    def work() -> Any:
        device = Device(camera.address, Credentials(camera.username, camera.password), **options)
        try:
            return ask(device, Deadline.after(5))
        finally:
            device.close()

    return await asyncio.to_thread(work)


async def test_a_refused_login_is_not_sent_again_by_the_same_device_object() -> None:
    async with OnvifCamera(HOST) as camera:

        def ask(device: Device, deadline: Deadline) -> list[Outcome]:
            device.credentials = Credentials("admin", "wrong")
            outcomes = []
            for _ in range(3):
                with pytest.raises(Trouble) as refused:
                    device.call("devicemgmt", "GetDeviceInformation", deadline)
                outcomes.append(refused.value.outcome)
            return outcomes

        outcomes = await in_device(camera, ask)
    assert outcomes == [Outcome.AUTH, Outcome.AUTH_RESTING, Outcome.AUTH_RESTING]
    assert camera.refused_logins == 1


async def test_a_device_that_lets_its_time_be_read_only_with_a_login_is_understood() -> None:
    async with OnvifCamera(HOST) as camera:
        camera.fault, camera.fault_operation = "unauthorized_without_words", "GetSystemDateAndTime"
        with pytest.raises(Trouble) as refused:
            await in_device(camera, read_clock)
    assert refused.value.outcome is Outcome.AUTH
    assert camera.asked == ["GetSystemDateAndTime", "GetSystemDateAndTime+login"]
    assert "clock" in refused.value.reason


async def test_old_devices_are_asked_for_capabilities_where_services_are_unknown() -> None:
    async with OnvifCamera(HOST, auth="none", xaddr_host="10.1.1.1") as camera:
        del camera.answers["GetServices"]

        def ask(device: Device, deadline: Deadline) -> tuple[list[str], str]:
            return read_services(device, deadline), str(device.addresses["media"])

        names, media = await in_device(camera, ask)
    assert names == ["events", "media"]
    assert media == f"http://{camera.address}/onvif/media_service"


async def test_a_stream_address_is_found_where_none_is_configured() -> None:
    async with OnvifCamera(HOST) as camera:
        assert await in_device(camera, find_stream_uri) == f"rtsp://{HOST}:554/main"
        camera.profiles = ()
        with pytest.raises(Trouble, match="no media profile"):
            await in_device(camera, find_stream_uri)


async def test_an_operation_of_ours_that_is_none_is_our_mistake() -> None:
    async with OnvifCamera(HOST) as camera:
        with pytest.raises(ValueError, match="GetTheMoon"):
            await in_device(camera, lambda device, deadline: device.call("media", "GetTheMoon", deadline))


# --- the simulator, held to the schemas --------------------------------------------------------------------------


def schema_of(wsdl: str) -> etree.XMLSchema:
    """The schema inside a WSDL document, as libxml2 understands it: nothing of zeep or of ours."""
    import onvif.definition

    path = Path(onvif.definition.__file__).parent.parent / "wsdl" / wsdl
    inside = etree.parse(path).find(".//{http://www.w3.org/2001/XMLSchema}schema")
    return etree.XMLSchema(etree.fromstring(etree.tostring(inside), base_url=path.as_uri()))


SCHEMAS = {
    "tds": "devicemgmt.wsdl",
    "trt": "media.wsdl",
    "tev": "events.wsdl",
    "wsnt": "events.wsdl",
    "tse": "search.wsdl",
    "trc": "recording.wsdl",
    "trp": "replay.wsdl",
}


def recorder() -> OnvifCamera:
    camera = OnvifCamera(HOST, events=[("tns1:VideoSource/SignalLoss", "State", "true")], auth="none")
    hour = timedelta(hours=1)
    full = Recording("rec-1", "大门", ((DAY, DAY + 5 * hour), (DAY + 6 * hour, DAY + 20 * hour)))
    add_recordings(camera, [full, Recording("rec-2", "empty", ())], most=3)
    return camera


def test_every_healthy_answer_of_the_simulator_is_valid_by_the_published_schema() -> None:
    camera = recorder()
    asked = "<x><RecordingToken>rec-1</RecordingToken><StartPoint>2026-01-01T00:00:00Z</StartPoint></x>"
    token = "<SearchToken>search-2</SearchToken>"
    schemas = {prefix: schema_of(name) for prefix, name in SCHEMAS.items()}
    assert HEALTHY.keys() < camera.answers.keys()
    for operation, answer in camera.answers.items():
        searched = token if operation == "GetEventSearchResults" else "<SearchToken>search-1</SearchToken>"
        content = answer(camera, searched if "Results" in operation else asked)
        element = etree.fromstring(envelope(content))[0][0]
        prefix = {uri: name for name, uri in element.nsmap.items()}[etree.QName(element).namespace]
        schema = schemas[prefix]
        assert schema.validate(etree.fromstring(etree.tostring(element))), (operation, schema.error_log)


async def test_recordings_and_their_gaps_are_found_by_search() -> None:
    async with recorder() as camera:

        def ask(device: Device, deadline: Deadline) -> tuple[Any, Any, list[Any]]:
            read_services(device, deadline)
            summary = device.call("search", "GetRecordingSummary", deadline)["Summary"]
            search = device.call("search", "FindRecordings", deadline, Scope={}, KeepAliveTime="PT10S")["SearchToken"]
            found = device.call("search", "GetRecordingSearchResults", deadline, SearchToken=search)["ResultList"]
            events = {"StartPoint": DAY - timedelta(days=1), "Scope": {"IncludedRecordings": ["rec-1"]}}
            events |= {"SearchFilter": {}, "IncludeStartState": True, "KeepAliveTime": "PT10S"}
            search = device.call("search", "FindEvents", deadline, **events)["SearchToken"]
            told, state = [], ""
            while state != "Completed":
                reply = device.ask("search", "GetEventSearchResults", deadline, SearchToken=search)
                state = reply.value["ResultList"]["SearchState"]
                told += [notification(event) for event in reply.element.iter("{*}Event")]
            device.call("search", "EndSearch", deadline, SearchToken=search)
            return summary, found, told

        summary, found, told = await in_device(camera, ask)
    assert (summary["DataFrom"], summary["NumberRecordings"]) == (DAY, 2)
    assert [each["RecordingToken"] for each in found["RecordingInformation"]] == ["rec-1", "rec-2"]
    assert found["RecordingInformation"][1]["EarliestRecording"] is None
    assert [event["items"]["IsDataPresent"] for event in told] == ["false", "true", "false", "true", "false"]
    assert told[2]["at"] == "2026-03-01T05:00:00Z"
    assert told[0]["topic"] == "RecordingHistory/Track/State"


async def test_an_impossible_recording_date_is_unknown_and_floods_no_log(caplog: pytest.LogCaptureFixture) -> None:
    async with recorder() as camera:
        healthy = camera.answers["GetRecordingSummary"]
        camera.answers["GetRecordingSummary"] = lambda at, asked: healthy(at, asked).replace("2026-03", "2485-13")

        def ask(device: Device, deadline: Deadline) -> Any:
            read_services(device, deadline)
            return device.call("search", "GetRecordingSummary", deadline)["Summary"]

        with caplog.at_level(logging.INFO):
            summary = await in_device(camera, ask)
    assert (summary["DataFrom"], summary["DataUntil"]) == (None, None)
    assert caplog.text == ""
