"""``cctv retention``: how many days every camera is kept, with gaps, and whether it plays."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli import exits
from monitor.cli.choose import Configured, UnknownTarget, choose
from monitor.cli.context import configured, fail
from monitor.model import Key, Target


def retention(
    targets: Annotated[
        list[str] | None, typer.Argument(metavar="TARGET", help="SITE, SITE/RECORDER or SITE/CAMERA; none = all")
    ] = None,
    config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None,
    proof: Annotated[bool, typer.Option("--proof", help="Decode samples of every camera.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Read the recorders now. Exit code: 0 ok, 1 fault, 2 wrong usage, 3 something could not be judged."""
    from monitor.cli import keeping, looking, rendering

    known = configured(config, ())
    try:
        recorders, cameras = _chosen(targets or [], known)
    except UnknownTarget as error:
        fail(str(error))
    plan = looking.Plan(tuple(recorders), known, "recorder", close=proof)
    bar, advance = rendering.progress(len(recorders), quiet=as_json)
    with bar:
        results = asyncio.run(looking.look_at_all(plan, advance))
    report = keeping.report([finding for result in results for finding in result.findings], cameras)
    if as_json:
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        keeping.show(report)
    raise typer.Exit(exits.code_of(keeping.verdicts(report)))


def _chosen(words: list[str], known: Configured) -> tuple[list[Target], set[Key] | None]:
    """The recorders to read, and the cameras to show (None = all of theirs)."""
    named = choose(words, known)
    recorders = {target.key: target for target in known.targets if target.role == "recorder"}
    wanted = {key for target in named if (key := _recorder_of(target)) in recorders}
    lost = [str(target.key) for target in named if _recorder_of(target) not in recorders]
    for camera in set(words).intersection(lost):  # named by itself; a site may have cameras that nobody records
        raise UnknownTarget(f"{camera}: no recorder keeps it; a camera names its recorder with `recorder: ID`")
    if not wanted:
        raise UnknownTarget("nothing named here is recorded: a camera names its recorder with `recorder: ID`")
    whole = not words or any(target.role == "recorder" for target in named)
    shown = None if whole else {target.key for target in named}
    return [target for key, target in recorders.items() if key in wanted], shown


def _recorder_of(target: Target) -> Key:
    return target.key if target.role == "recorder" else Key(target.key.site, target.recorder)
