"""``cctv discover``: find ONVIF devices, ask each politely, print a configuration to start from."""

import asyncio
import re
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any

import typer

from monitor.cli import exits
from monitor.cli.context import fail, login_from
from monitor.cli.terminal import told
from monitor.model import Credentials, Deadline, Evidence, Key, Outcome, Target

LOOK_SECONDS = 10.0
AT_ONCE = 8
"""Devices asked at the same time: a discovery must not be felt on the network."""


def discover(
    host: Annotated[list[str] | None, typer.Option(help="Ask this HOST[:PORT] instead of the network.")] = None,
    interface: Annotated[list[str] | None, typer.Option(help="Ask on this interface or own address only.")] = None,
    seconds: Annotated[int, typer.Option(min=1, max=60, help="How long to listen.")] = 4,
    username: Annotated[str, typer.Option(help="Log in once to each; password from $CCTV_PASSWORD or asked.")] = "",
) -> None:
    """Find ONVIF cameras and print a ready configuration. Without --username nothing is sent that needs a login.

    Exit code: 0 all asked, 2 wrong usage, 3 nothing found or something could not be asked.
    """
    if host and interface:
        fail("--interface chooses where to search, --host says where the device is: write one of them")
    login = login_from(username)
    addresses = host or _search(seconds, interface or ())
    try:
        targets = [_target(address, login) for address in addresses]
    except ValueError as error:
        fail(f"--host: {error}")
    looks = asyncio.run(_ask_all(targets))
    print(fragment(looks, username))
    raise typer.Exit(exits.OK if looks and all(evidence.outcome in WELL for _, evidence in looks) else exits.UNJUDGED)


WELL = frozenset({Outcome.SEEN, Outcome.AUTH_MISSING})
Looked = tuple[Target, Evidence]


def _search(seconds: int, interfaces: Sequence[str]) -> list[str]:
    from monitor.protocols.onvif.discovery import find

    with _progress() as bar:
        task = bar.add_task(told("searching"), total=seconds)
        try:
            found = find(
                seconds, interfaces, lambda count: bar.update(task, advance=1, description=told(f"{count} found"))
            )
        except ValueError as error:
            fail(f"--interface: {error}")
        except OSError as error:
            fail(f"the network cannot be searched from here: {error}. A known device: cctv discover --host HOST")
    return [device.address for device in found]


def _target(address: str, login: Credentials | None) -> Target:
    from monitor.protocols.onvif import parse

    return Target(Key("", address), "camera", parse(address).host, login, onvif=address)


async def _ask_all(targets: Sequence[Target]) -> list[Looked]:
    from monitor import workers

    slots = asyncio.Semaphore(AT_ONCE)
    with _progress() as bar:
        task = bar.add_task(told("asking"), total=len(targets))
        try:
            return await asyncio.gather(*(_ask(target, slots, lambda: bar.advance(task)) for target in targets))
        finally:
            workers.close()


async def _ask(target: Target, slots: asyncio.Semaphore, on_done: Callable[[], None]) -> Looked:
    from monitor.probes.onvif import look_at_onvif

    async with slots:
        evidence = await look_at_onvif(target, b"", Deadline.after(LOOK_SECONDS))
    on_done()
    return target, evidence


def fragment(looks: Iterable[Looked], username: str) -> str:
    """The configuration as YAML; what could not be learned stands in comments."""
    import yaml

    looks = list(looks)
    cameras: list[dict[str, Any]] = []
    remarks: list[str] = []
    for target, evidence in looks:
        facts = evidence.facts.get("onvif") or {}
        remarks.extend(f"# {target.host}: {told(remark)}" for remark in _remarks(evidence, facts))
        if facts.get("services") or evidence.outcome is Outcome.SEEN:
            cameras.append(_camera(target, facts, username, {camera["id"] for camera in cameras}))
    count = f"{len(cameras)} ONVIF device{'s' * (len(cameras) != 1)}"
    remarks.insert(0, f"# {told(count)}")
    if not cameras:
        return "\n".join(remarks)
    site = {"sites": [{"id": "new-site", "cameras": cameras}]}
    return "\n".join([*remarks, yaml.safe_dump(site, allow_unicode=True, sort_keys=False, width=120).rstrip()])


def _remarks(evidence: Evidence, facts: Any) -> list[str]:
    remarks = [] if evidence.outcome is Outcome.SEEN else [evidence.reason]
    if facts.get("auth") == "open":
        remarks.append("wants no login: anyone on the network can use it")
    if any("recording" in name or "search" in name for name in facts.get("services", ())):
        remarks.append("keeps recordings (Profile G): it can also be configured as a recorder of kind onvif")
    if len(facts.get("profiles", ())) > 1:
        remarks.append(f"has {len(facts['profiles'])} media profiles; the first one is used")
    if "***" in facts.get("stream_uri", ""):
        remarks.append("its stream address holds a login, shown as ***: write the real one")
    if not facts.get("stream_uri") and facts.get("services"):
        remarks.append("told no stream address: add rtsp")
    return remarks


def _camera(target: Target, facts: Any, username: str, taken: set[str]) -> dict[str, Any]:
    name = " ".join(facts[word] for word in ("manufacturer", "model") if facts.get(word))
    camera = {
        "id": _id(target.host, taken),
        "name": name or None,
        "rtsp": facts.get("stream_uri"),
        "onvif": target.onvif,
    }
    camera = {key: value for key, value in camera.items() if value}
    if username:
        camera |= {"username": username, "password": {"env": "CCTV_PASSWORD"}}
    return camera


def _id(host: str, taken: set[str]) -> str:
    base = "camera-" + re.sub(r"[^a-z0-9]+", "-", host.lower()).strip("-")
    number = 1
    while (name := base if number == 1 else f"{base}-{number}") in taken:
        number += 1
    return name


def _progress() -> Any:
    from rich.console import Console
    from rich.progress import Progress

    return Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
