"""``cctv discover`` on loopback: by multicast, and by address."""

import asyncio
import fcntl
import io
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import typer
import yaml
from rich.console import Console
from typer.testing import CliRunner

from monitor.cli.discover import discover
from monitor.cli.inventory import inventory_table
from monitor.model import Deadline, Key, Target
from monitor.probes.onvif import look_at_onvif
from monitor.protocols.onvif.discovery import Found, find
from monitor.settings import load
from monitor.simulator.onvif import OnvifCamera
from monitor.simulator.onvif_discovery import MATCH, Answerer

app = typer.Typer()
app.command()(discover)


@pytest.fixture(autouse=True)
def no_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("CCTV_PASSWORD", "camera-password")


@pytest.fixture
def lone_network() -> Iterator[None]:
    """The loopback's multicast group for this test alone, among parallel test processes."""
    with (Path(tempfile.gettempdir()) / "cctv-monitor-multicast.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


async def run(*words: str) -> tuple[int, str, str]:
    result = await asyncio.to_thread(CliRunner().invoke, app, list(words))
    return result.exit_code, result.stdout, result.stderr


async def search(rounds: int = 1) -> list[Found]:
    return await asyncio.to_thread(find, rounds, ["127.0.0.1"], lambda _count: None)


async def test_a_known_host_gives_a_configuration_that_loads(tmp_path: Path) -> None:
    async with OnvifCamera("127.0.42.1") as camera:
        code, shown, _ = await run("--host", camera.address, "--username", "admin")
    file = tmp_path / "cctv.yaml"
    file.write_text(shown)
    (target,) = load(file).targets()
    assert code == 0
    assert (target.rtsp, target.onvif) == ("rtsp://127.0.42.1:554/main", camera.address)
    assert target.credentials is not None
    assert target.credentials.password == "camera-password"
    assert "camera-password" not in shown


async def test_without_a_login_none_is_sent_and_the_remark_says_what_is_missing() -> None:
    async with OnvifCamera("127.0.42.1") as camera:
        code, shown, _ = await run("--host", camera.address)
    assert code == 0
    assert not any("+login" in asked for asked in camera.asked)
    assert "wants a login" in shown
    assert yaml.safe_load(shown)["sites"][0]["cameras"][0]["id"] == "camera-127-0-42-1"


async def test_a_wrong_password_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CCTV_PASSWORD", "mistyped")
    async with OnvifCamera("127.0.42.1") as camera:
        code, shown, _ = await run("--host", camera.address, "--username", "admin")
    assert (code, camera.refused_logins) == (3, 1)
    assert "wrong user name or password" in shown


async def test_an_address_where_nothing_is_found_is_said(unused_tcp_port: int) -> None:
    code, shown, _ = await run("--host", f"127.0.42.1:{unused_tcp_port}")
    assert code == 3
    assert shown.startswith("# 0 ONVIF devices\n")
    assert "nothing listens" in shown
    assert yaml.safe_load(shown) is None


@pytest.mark.parametrize(
    "words", [("--host", "ftp://x"), ("--interface", "no-such-interface"), ("--host", "a", "--interface", "lo")]
)
async def test_wrong_usage_ends_with_2_and_says_so(words: tuple[str, ...]) -> None:
    code, shown, said = await run(*words)
    assert (code, shown) == (2, "")
    assert "--host" in said or "--interface" in said


async def test_multicast_finds_cameras_and_leaves_printers_alone(lone_network: None) -> None:
    camera, printer = OnvifCamera("127.0.42.1", model="大门 1"), OnvifCamera("127.0.42.2")
    async with camera, printer, Answerer(camera), Answerer(printer, scopes="http://printers/x", types="dn:Printer"):
        found = await search()
    assert [(each.host, each.address) for each in found][:1] == [
        ("127.0.42.1", f"http://{camera.address}/onvif/device_service")
    ]
    assert found[0].name == "大门 1"


class Odd(Answerer):
    """Answers with a datagram of its own first."""

    def __init__(self, camera: OnvifCamera, change: Callable[[str], str | bytes]) -> None:
        super().__init__(camera)
        self.change = change

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        probe = re.search(rb"MessageID>([^<]+)<", data)
        if probe is None:
            return
        words = {"message": "urn:1", "probe": probe[1].decode(), "identity": "urn:2", "types": self.types}
        changed = self.change(MATCH.format(scopes="", xaddrs=self.camera.xaddr("device"), **words))
        self._voice.sendto(changed.encode() if isinstance(changed, str) else changed, addr)


ODD: dict[str, Callable[[str], str | bytes]] = {
    "no number of the instance": lambda text: text.replace('InstanceId="1"', 'InstanceId="x"'),
    "no sequence": lambda text: re.sub("<d:AppSequence[^>]*>", "", text),
    "no relation": lambda text: re.sub("<a:RelatesTo>.*</a:RelatesTo>", "", text),
    "no version": lambda text: re.sub("<d:MetadataVersion>.*</d:MetadataVersion>", "", text),
    "no endpoint": lambda text: re.sub("<a:EndpointReference>.*</a:EndpointReference>", "", text),
    "a newer dialect": lambda text: text.replace("2005/04/discovery", "2005/04/discovery/x"),
    "blanks around": lambda text: "\r\n" + text + "\0\n",
}


async def heard(changes: dict[str, Callable[[str], str | bytes]]) -> list[str]:
    """Which of these were found, in one search with a well-behaved camera beside them that answers last."""
    hosts = {f"127.0.42.{number}": name for number, name in enumerate(changes, 11)}
    async with AsyncExitStack() as stack:
        for host, name in hosts.items():
            await stack.enter_async_context(Odd(OnvifCamera(host), changes[name]))
        await stack.enter_async_context(Answerer(OnvifCamera("127.0.42.1")))
        found = await search()
    return [hosts.get(each.host, "well-behaved") for each in found]


async def test_an_answer_that_lacks_what_nobody_needs_is_understood(lone_network: None) -> None:
    assert sorted(await heard(ODD)) == sorted([*ODD, "well-behaved"])


HOSTILE: dict[str, Callable[[str], str | bytes]] = {
    "nothing": lambda _: b"",
    "no XML": lambda _: b"\xff\x00 hello",
    "a bomb": lambda text: '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + text.partition("?>")[2],
    "no address": lambda text: re.sub("<d:XAddrs>.*</d:XAddrs>", "<d:XAddrs>http://[</d:XAddrs>", text),
    "unknown prefix": lambda text: text.replace("dn:Network", "zz:Network"),
}


async def test_a_hostile_answer_hides_nobody_else(lone_network: None) -> None:
    assert set(await heard(HOSTILE)) <= {"well-behaved", "no address"}


async def test_a_foreign_address_in_the_answer_is_replaced_by_the_host_that_answered(lone_network: None) -> None:
    camera = OnvifCamera("127.0.42.1", xaddr_host="192.0.2.99:8080")
    async with camera, Answerer(camera):
        (found,) = await search()
    assert found.address == "http://127.0.42.1/onvif/device_service"


async def test_the_verb_searches_asks_and_prints(lone_network: None) -> None:
    camera = OnvifCamera("127.0.42.1")
    async with camera, Answerer(camera):
        code, shown, _ = await run("--interface", "lo", "--seconds", "1", "--username", "admin")
    assert code == 0
    assert yaml.safe_load(shown)["sites"][0]["cameras"][0]["rtsp"] == "rtsp://127.0.42.1:554/main"


async def test_nothing_found_is_not_ok(lone_network: None) -> None:
    code, shown, _ = await run("--interface", "lo", "--seconds", "1")
    assert (code, shown) == (3, "# 0 ONVIF devices\n")


async def test_the_inventory_as_a_table() -> None:
    async with OnvifCamera("127.0.42.1", auth="none", model="[bold]SC-1[/]") as camera:
        target = Target(Key("", "x"), "camera", camera.host, onvif=camera.address)
        facts = (await look_at_onvif(target, b"", Deadline.after(20))).facts["onvif"]
    page = io.StringIO()
    Console(width=120, file=page).print(inventory_table(facts))
    shown = page.getvalue()
    for words in ("[bold]SC-1[/]", "SIM-0001", "h264, 1280x720, 25 fps", "anyone on the network", "ntp.example.net"):
        assert words in shown
