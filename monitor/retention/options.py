"""The keys of each kind of recorder in the configuration."""

from pathlib import Path
from typing import Annotated, ClassVar, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from monitor.model import Target
from monitor.retention.layout import LayoutError, compile_layout


def _layout(pattern: str) -> str:
    try:
        compile_layout(pattern, ["camera"])
    except LayoutError as error:
        raise ValueError(str(error)) from None
    return pattern


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is no time zone; write one like Asia/Shanghai or UTC") from None
    return name


Seconds = Annotated[float, Field(gt=0)]
Days = Annotated[float, Field(gt=0)]


class Options(BaseModel):
    """Refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, protected_namespaces=())


class TreeOptions(Options):
    """A recorder whose recordings are files with their time in the name."""

    layout: Annotated[str, AfterValidator(_layout)] = Field(examples=['"/video/{camera}/%Y-%m-%d/%H/%M.%S.mp4"'])
    """Absolute path pattern: strftime fields, ``*`` within one path part, ``{camera}`` = the channel of the camera."""
    layout_timezone: Annotated[str, AfterValidator(_zone)] = Field(default="UTC", examples=["Asia/Shanghai"])
    """Time zone of the times in file names."""
    segment_end: Literal["auto", "mtime", "next"] | Seconds = "auto"
    """When a file ends: at its modification time, at the start of the next file, or so many seconds after its start.
    auto: the modification times where they fit the names, else the next file."""
    delete_after_days: Days | None = None
    """An age at which the recorder itself deletes, where one is set there."""


class SshOptions(TreeOptions):
    """A recorder read through a shell or SFTP."""

    port: Annotated[int, Field(ge=1, le=65535)] = 22
    known_hosts: Path | None = Field(default=None, examples=["known_hosts"])
    """File with the host key of the recorder; without one, those of this user and of this machine."""
    private_key: Path | None = Field(default=None, examples=["nvr-1.key"])
    """File with the private key of the login; the password, if there is one, opens it."""


class FilesOptions(TreeOptions):
    """Recordings in a local or mounted tree."""

    local: ClassVar[bool] = True


OptionsModel = TypeVar("OptionsModel", bound=Options)


def options_of(model: type[OptionsModel], target: Target) -> OptionsModel:
    """The keys of the kind among the options of a target, which also hold what its device file says."""
    own = {name: value for name, value in target.options.items() if name in model.model_fields}
    return model.model_validate(own)
