"""The whole configuration as one frozen value."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, PrivateAttr

from monitor.model import Target
from monitor.settings.overrides import PartialLimits
from monitor.settings.pause import collector_at_rest
from monitor.settings.schema import Days, Patience, Poll, Reports, Site, Strict, Tickets
from monitor.settings.secrets import Secret
from monitor.settings.targets import targets_of
from monitor.settings.values import Listen


class Settings(Strict):
    state_dir: Path = Field(default=Path("state"), examples=["state"])
    """Folder of the database and the evidence pictures; default $STATE_DIRECTORY, else state in the working folder."""
    listen: Listen = Field(default="127.0.0.1:9108", examples=["127.0.0.1:9108"])
    """Address of the status page and /metrics."""
    web_config: Path | None = Field(default=None, examples=["web.yml"])
    """TLS and logins of that address, in the format of Prometheus' web.yml."""
    poll: Poll = Poll()
    """How often and how long a look may be."""
    patience: Patience = Patience()
    """How often the same must be seen before it counts."""
    retention_days: Days | None = Field(default=None, examples=[15])
    """Days of recording that must be playable, everywhere."""
    limits: PartialLimits | None = None
    """Thresholds that differ from the defaults, everywhere."""
    sites: list[Site] = Field(default=[])
    """What is watched."""
    tickets: Tickets = Tickets()
    """Repair desks."""
    notify: list[Secret] = Field(default=[], examples=[["{env: NOTIFY_URL}"]])
    """Apprise URLs of the people who are told of a fault; secrets."""
    reports: Reports = Reports()
    """When reports are made."""
    include: list[Annotated[str, Field(min_length=1)]] = Field(default=[], examples=[["sites/*.yaml"]])
    """Further files, relative to this one; each holds sites: [...] or one site."""

    _warnings: list[str] = PrivateAttr(default_factory=list)

    @property
    def warnings(self) -> list[str]:
        """What works but should be mended, each ``file:line:column: what, and what to write instead``."""
        return self._warnings

    @property
    def address(self) -> tuple[str, int]:
        """``listen`` as host and port."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)

    def targets(self) -> list[Target]:
        """Every camera and recorder, complete for the probes."""
        with collector_at_rest():
            return targets_of(self.sites, self.limits, self.retention_days)
