"""The simulated ONVIF device, held to the published schemas and read by our own client."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from monitor.model import Credentials, Deadline, Key, Outcome, Target
from monitor.probes.onvif import look_at_onvif
from monitor.protocols.onvif import Device, read_services
from monitor.protocols.onvif.events import notification
from monitor.simulator.camera import CameraSpec
from monitor.simulator.onvif import OnvifCamera
from monitor.simulator.onvif_answers import HEALTHY, envelope
from monitor.simulator.onvif_recordings import Recording, add_recordings
from monitor.simulator.onvif_site import onvif_of
from monitor.simulator.site import Simulator

HOST = "127.0.44.1"
DAY = datetime(2026, 3, 1, tzinfo=UTC)


async def in_device(camera: OnvifCamera, ask: Callable[[Device, Deadline], Any], **options: Any) -> Any:
    """Run blocking questions against the camera with the right login."""

    def work() -> Any:
        device = Device(camera.address, Credentials(camera.username, camera.password), **options)
        try:
            return ask(device, Deadline.after(20))
        finally:
            device.close()

    return await asyncio.to_thread(work)


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


async def test_a_camera_of_the_virtual_site_tells_over_onvif_what_its_stream_delivers() -> None:
    spec = CameraSpec("gate", "127.0.44.5", port=0, codec="h265", username="viewer", password="pw")
    async with Simulator([spec]) as site:
        camera = await site.attach(onvif_of(replace(spec, port=site.cameras["gate"].port), port=0))
        target = Target(Key("", "gate"), "camera", spec.address, Credentials("viewer", "pw"), onvif=camera.address)
        seen = await look_at_onvif(target, b"", Deadline.after(10))
        facts = seen.facts["onvif"]
    assert seen.outcome is Outcome.SEEN, seen.reason
    assert facts["stream_uri"] == site.url("gate")
    assert (facts["profiles"][0]["codec"], facts["profiles"][0]["width"], facts["auth"]) == ("hevc", 640, "digest")
