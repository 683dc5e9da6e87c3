"""How many days the disks will hold, told as: what the recorder says of its disks, and what is recorded already."""

import pytest

from monitor.model import Disk
from monitor.retention.forecast import forecast_days, usable_bytes

TB = 10**12


def disk(status: str = "ok", size: int | None = 4 * TB, free: int | None = TB, read_only: bool = False) -> Disk:
    return Disk("sda", status, size, free, read_only)


@pytest.mark.parametrize(
    ("disks", "recorded", "usable"),
    [
        ([disk()], [TB, TB], 3 * TB),  # what is free, and what recordings give back as they are deleted
        ([disk(), disk(free=2 * TB)], [TB], 4 * TB),
        ([disk(free=3 * TB)], [3 * TB], 4 * TB),  # never more than the disk holds
        ([disk(free=0)], [TB], 4 * TB),  # full by design: the recorder overwrites
        ([disk(free=None)], [TB], 4 * TB),
        ([disk()], [TB, None], 4 * TB),  # one camera's files tell no size
        ([disk("full", free=0)], [TB], 4 * TB),
        ([disk(), disk("failed")], [0], TB),  # nothing more will be written to a broken disk, ...
        ([disk(), disk(read_only=True)], [0], TB),  # ... nor to one that takes no writes
        ([disk(size=None)], [TB], None),
        ([disk("failed")], [TB], None),
        ([], [TB], None),
        (None, [TB], None),
    ],
)
def test_usable_space(disks: list[Disk] | None, recorded: list[int | None], usable: int | None) -> None:
    assert usable_bytes(disks, recorded) == usable


@pytest.mark.parametrize(
    ("usable", "rates", "days"),
    [
        (10 * TB, [TB / 4, TB / 4], 20.0),
        (10 * TB, [TB, None], None),  # a camera whose rate is not known may be the largest
        (10 * TB, [0.0], None),  # nothing is written: nothing to foretell
        (10 * TB, [], None),
        (None, [TB], None),
    ],
)
def test_days_that_fit(usable: int | None, rates: list[float | None], days: float | None) -> None:
    assert forecast_days(usable, rates) == days
