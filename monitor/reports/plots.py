"""Small pictures in reports, as SVG that prints: a curve of rates, bars of recorded days, a share as a bar."""

from collections.abc import Sequence

from markupsafe import Markup, escape

WIDTH, HEIGHT = 300, 60
LEVELS = ((0.98, "ok"), (0.5, "thin"), (0.0, "gone"))
"""At least this share of a day -> its class."""


def curve(points: Sequence[tuple[str, float | None]], least: float = 0.9) -> Markup:
    """Rates over days; the axis reaches from ``least``, or the lowest rate, to 1. Days without a rate leave a hole."""
    known = [value for _, value in points if value is not None]
    if not known:
        return Markup("")
    low = min(least, *known)
    step = WIDTH / max(1, len(points) - 1)
    dots = "".join(
        f'<circle cx="{index * step:.1f}" cy="{_height(value, low):.1f}" r="2.5">'
        f"<title>{escape(day)}: {value:.2%}</title></circle>"
        for index, (day, value) in enumerate(points)
        if value is not None
    )
    placed = [(index * step, None if value is None else _height(value, low)) for index, (_, value) in enumerate(points)]
    lines = "".join(f'<polyline points="{_joined(run)}"/>' for run in _unbroken(placed))
    grid = f'<path class="grid" d="M0 {_height(1.0, low):.1f}H{WIDTH}M0 {_height(low, low):.1f}H{WIDTH}"/>'
    scale = f'<text x="-6" y="4">100</text><text x="-6" y="{HEIGHT + 3}">{low * 100:.0f}</text>'
    frame = f'class="curve" viewBox="-28 -8 {WIDTH + 34} {HEIGHT + 16}" role="img"'
    return Markup(f"<svg {frame}>{grid}{lines}{dots}{scale}</svg>")  # noqa: S704 -- numbers of ours, the day is escaped


def months(points: Sequence[tuple[str, float | None, str, bool]], low: float) -> Markup:
    """A figure month by month: name of the month, value, value as it is written, whether it is conclusive.

    The axis reaches from ``low``, or the lowest value, to the highest one. A month without a value leaves a hole and is
    marked with a dash; one that is not conclusive has a hollow dot.
    """
    known = [value for _, value, _, _ in points if value is not None]
    low, high = min([low, *known]), max([low, *known])
    step = WIDTH / max(1, len(points))
    placed = [
        (step * (index + 0.5), None if value is None else HEIGHT * (1 - (value - low) / max(1e-9, high - low)))
        for index, (_, value, _, _) in enumerate(points)
    ]
    marks = "".join(_mark(place, point) for place, point in zip(placed, points, strict=True))
    lines = "".join(f'<polyline points="{_joined(run)}"/>' for run in _unbroken(placed))
    base = f'<path class="grid" d="M0 {HEIGHT}H{WIDTH}"/>'
    frame = f'class="months" viewBox="0 -24 {WIDTH} {HEIGHT + 46}" role="img"'
    return Markup(f"<svg {frame}>{base}{lines}{marks}</svg>")  # noqa: S704 -- numbers of ours, the words are escaped


def _mark(place: tuple[float, float | None], point: tuple[str, float | None, str, bool]) -> str:
    x, y = place
    name, _, written, sure = point
    label = f'<text class="month" x="{x:.1f}" y="{HEIGHT + 16}">{escape(name)}</text>'
    if y is None:
        return f'{label}<text x="{x:.1f}" y="{HEIGHT - 6}">–</text>'
    dot = f'<circle class="{"sure" if sure else "unsure"}" cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>'
    return f'{label}{dot}<text x="{x:.1f}" y="{y - 8:.1f}">{escape(written)}</text>'


def days(shares: Sequence[tuple[str, float | None]]) -> Markup:
    """One bar a day, as high as the share that was recorded; nothing where nothing was expected."""
    wide = 10
    bars = "".join(_bar(index * wide, day, share) for index, (day, share) in enumerate(shares))
    frame = f'class="days" viewBox="0 0 {max(1, len(shares)) * wide} 30" role="img" preserveAspectRatio="none"'
    return Markup(f"<svg {frame}>{bars}</svg>")  # noqa: S704 -- numbers of ours, the day is escaped


def _bar(left: int, day: str, share: float | None) -> str:
    if share is None:
        return f'<rect class="none" x="{left}" y="28" width="8" height="2"><title>{escape(day)}</title></rect>'
    look = next(name for level, name in LEVELS if share >= level)
    high = max(2.0, 30 * min(share, 1.0))
    size = f'x="{left}" y="{30 - high:.1f}" width="8" height="{high:.1f}"'
    return f'<rect class="{look}" {size}><title>{escape(day)}: {share:.1%}</title></rect>'


def _height(value: float, low: float) -> float:
    return HEIGHT * (1 - (value - low) / max(1e-9, 1 - low))


def _unbroken(placed: Sequence[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """Stretches of neighbours with a value."""
    runs: list[list[tuple[float, float]]] = [[]]
    for x, y in placed:
        if y is None:
            runs.append([])
        else:
            runs[-1].append((x, y))
    return [run for run in runs if len(run) > 1]


def _joined(run: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
