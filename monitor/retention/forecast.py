"""How many days the storage will hold at the present write rate. Pure."""

from collections.abc import Iterable, Sequence

from monitor.model import Disk


def usable_bytes(disks: Sequence[Disk] | None, recorded: Iterable[int | None]) -> int | None:
    """Space that recordings have or can get; None when it is not known.

    Free space plus what is recorded already, and never more than the disks hold. A recorder that names no free
    space, or 0 because it is full by design, is measured by its sizes.
    """
    good = [disk for disk in disks or () if disk.status in ("ok", "full") and disk.read_only is not True]
    if not good or any(disk.size is None for disk in good):
        return None
    size = sum(disk.size or 0 for disk in good)
    kept = list(recorded)
    if any(disk.free is None for disk in good) or any(amount is None for amount in kept):
        return size
    free = sum(disk.free or 0 for disk in good)
    return min(size, free + sum(amount or 0 for amount in kept)) if free else size


def forecast_days(usable: int | None, rates: Iterable[float | None]) -> float | None:
    """Steady depth in days = usable space / sum of the write rates in bytes a day; None when one of them is unknown."""
    amounts = list(rates)
    if usable is None or not amounts or any(amount is None for amount in amounts):
        return None
    total = sum(amount or 0.0 for amount in amounts)
    return usable / total if total > 0 else None
