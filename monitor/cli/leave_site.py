"""``cctv leave-site``: the certificate that a site may be left; passes only if nothing is fault or unknown."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli import exits
from monitor.model import Key, Verdict
from monitor.words import _

if TYPE_CHECKING:
    from monitor.cli.visits import Visit
    from monitor.reports.compare import Document


def leave_site(
    site: Annotated[str, typer.Argument(metavar="SITE")],
    technician: Annotated[
        str, typer.Option("--technician", "--by", help="Who was here. Needed for a certificate.")
    ] = "",
    note: Annotated[str, typer.Option(help="What was done, in a sentence.")] = "",
    arrive: Annotated[bool, typer.Option("--arrive", help="Only look, on arrival, to compare with later.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Only check that no certificate was changed.")] = False,
    config: Annotated[Path | None, typer.Option(help="The configuration file.")] = None,
    lang: Annotated[str | None, typer.Option(help="zh or en; none = the language of the site.")] = None,
) -> None:
    """Check everything once more and certify it. Exit code: 0 passed, 1 fault left, 2 wrong usage, 3 unknown left."""
    from monitor.cli import visits
    from monitor.cli.context import fail
    from monitor.cli.terminal import language_of

    here = visits.visit(site, config)
    language = language_of(lang or here.site.language)
    if verify:
        _verify(here, language)
    if arrive:
        _arrive(here, language)
    if not technician.strip():
        fail("--technician is missing: write --technician 'NAME', or --arrive for the look on arrival")
    _certify(here, technician.strip(), note, language)


def _arrive(here: "Visit", language: str) -> None:
    from monitor.cli import visits
    from monitor.cli.terminal import say
    from monitor.reports.leave_site import ARRIVAL

    document = visits.look_closely(here, ARRIVAL, None)
    kept = visits.keep(here, document, language)
    _tell(here, kept.name, [*visits.told(document, language), say(document["verdict"], language)])
    raise typer.Exit(exits.code_of([Verdict(document["verdict"])]))


def _certify(here: "Visit", technician: str, note: str, language: str) -> None:
    from monitor.cli import visits
    from monitor.cli.terminal import say
    from monitor.reports import leave_site

    site = here.site.id
    looked = visits.look_closely(here, leave_site.KIND, None)
    arrival = _of_this_visit(here)
    document = leave_site.certify(looked, technician, note, arrival, here.archive.newest(site, leave_site.KIND))
    kept = visits.keep(here, document, language)
    made = datetime.fromisoformat(document["made_at"])
    record = {name: document[name] for name in ("number", "sha256", "passed", "technician")}
    visits.note(here, Key(site, ""), "left", made, record)
    left = [visits.line(one["device"], one, language) for one in document["left"]]
    outcome = _("certificate %(number)s: passed")
    if not document["passed"]:
        outcome = _("certificate %(number)s: not passed; this is left:")
    head = say(outcome, language, number=document["number"])
    _tell(here, kept.name, [head, *left, f"SHA-256 {document['sha256']}"])
    raise typer.Exit(exits.OK if document["passed"] else exits.code_of([Verdict(document["verdict"])]))


def _of_this_visit(here: "Visit") -> "Document | None":
    """The newest look on arrival, or inspection, of the past day."""
    from monitor.reports.leave_site import ARRIVAL, VISIT

    found = [here.archive.newest(here.site.id, kind) for kind in (ARRIVAL, "inspection")]
    recent = [one for one in found if one and datetime.now(UTC) - datetime.fromisoformat(one["made_at"]) < VISIT]
    return next(iter(recent), None)


def _verify(here: "Visit", language: str) -> None:
    from monitor.cli import visits
    from monitor.cli.terminal import say, told
    from monitor.reports import leave_site

    kept = here.archive.kept(here.site.id, leave_site.KIND)
    issued = visits.issued(here)
    try:
        wrong = leave_site.verify([here.archive.load(one) for one in kept], issued)
    except (ValueError, KeyError) as spoilt:
        wrong = [say(_("a certificate cannot be read any more: %(why)s"), language, why=spoilt)]
    for line in wrong:
        typer.echo(told(line, language))
    whole = (
        _("%(count)s certificates, the chain is broken") if wrong else _("%(count)s certificates, the chain is whole")
    )
    typer.echo(say(whole, language, count=len(kept)))
    raise typer.Exit(exits.FAULT if wrong else exits.OK)


def _tell(here: "Visit", name: str, lines: list[str]) -> None:
    for line in lines:
        typer.echo(line)
    typer.echo(f"{here.archive.folder / here.site.id / name}.html")
