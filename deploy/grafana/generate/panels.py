"""The few kinds of panel the dashboards are made of, each with what it must have: title, description, unit."""

from collections.abc import Mapping
from typing import TypeVar

from grafana_foundation_sdk.builders import bargauge, stat, statushistory, table, timeseries
from grafana_foundation_sdk.builders.common import ReduceDataOptions, StackingConfig, VizLegendOptions
from grafana_foundation_sdk.builders.dashboard import ThresholdsConfig
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models.common import BigValueColorMode, LegendDisplayMode, LegendPlacement, StackingMode
from grafana_foundation_sdk.models.dashboard import (
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
)
from grafana_foundation_sdk.models.dashboard import Panel as PanelModel
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

SOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
GREEN, YELLOW, RED, BLUE, GREY = "green", "yellow", "red", "blue", "#8e8e8e"
Panel = Builder[PanelModel]
P = TypeVar("P", stat.Panel, timeseries.Panel, table.Panel, statushistory.Panel, bargauge.Panel)

ZERO_IS_GOOD = ((None, GREEN), (1, RED))
ONE_IS_GOOD = ((None, RED), (1, GREEN))
CONTRACT = ((None, RED), (0.95, YELLOW), (0.99, GREEN))
SAMPLE = ((None, GREY), (0.95, BLUE))
"""A figure of few samples is not wrong, but it says little: grey."""
PLAIN = ((None, BLUE),)
Steps = tuple[tuple[float | None, str], ...]

DAYS = "suffix: d"
"""What contracts are written in; Grafana itself would turn fifteen days into weeks."""

VERDICTS = {"0": ("ok", GREEN), "1": ("unknown", GREY), "2": ("fault", RED)}
VERDICT = (
    'sum by (site, device) (2 * cctv_verdict{{{where},verdict="fault"}} or cctv_verdict{{{where},verdict="unknown"}})'
)
"""0 ok, 1 unknown, 2 fault."""


def in_days(series: str) -> str:
    """Seconds as days, of a series or an expression in brackets."""
    return f"{series} / 86400"


def query(expression: str, legend: str = "__auto", *, instant: bool = False, ref: str = "A") -> Dataquery:
    made = Dataquery().datasource(SOURCE).expr(expression).legend_format(legend).ref_id(ref)
    return made.instant().format(PromQueryFormat.TABLE) if instant else made.range()


def queries(legends: Mapping[str, str], *, instant: bool = False) -> list[Dataquery]:
    """Several at once: expression -> legend."""
    letters = zip("ABCDEFGH", legends.items(), strict=False)
    return [query(expression, legend, instant=instant, ref=letter) for letter, (expression, legend) in letters]


def number(
    title: str, description: str, unit: str, expression: str, steps: Steps = PLAIN, width: int = 4
) -> stat.Panel:
    """One figure, now."""
    asked = Dataquery().datasource(SOURCE).expr(expression).instant().ref_id("A")
    made = _framed(stat.Panel(), title, description, unit, width, 4).with_target(asked)
    made = made.reduce_options(ReduceDataOptions().calcs(["lastNotNull"])).color_mode(BigValueColorMode.VALUE)
    return made.thresholds(_thresholds(steps)).no_value("–")


def lines(
    title: str, description: str, unit: str, *queries: Dataquery, width: int = 12, stacked: bool = False
) -> timeseries.Panel:
    """Figures over time."""
    legend = VizLegendOptions().display_mode(LegendDisplayMode.LIST).placement(LegendPlacement.BOTTOM).show_legend(True)
    made = _framed(timeseries.Panel(), title, description, unit, width, 8).targets(list(queries)).legend(legend)
    if stacked:
        made = made.stacking(StackingConfig().mode(StackingMode.NORMAL)).fill_opacity(25)
    return made


def rows(
    title: str,
    description: str,
    unit: str,
    *queries: Dataquery,
    units: dict[str, str],
    width: int = 24,
    height: int = 9,
) -> table.Panel:
    """A table of the newest values; ``units`` names the value columns (query letter -> title|unit)."""
    made = _framed(table.Panel(), title, description, unit, width, height).targets(list(queries))
    hidden = {"Time": True, "__name__": True, "job": True, "instance": True}
    named = {column: words.partition("|")[0] for column, words in units.items()}
    made = made.with_transformation(DataTransformerConfig(id_val="merge", options={}))
    made = made.with_transformation(
        DataTransformerConfig(id_val="organize", options={"excludeByName": hidden, "renameByName": named})
    )
    for words in units.values():
        name, _, of = words.partition("|")
        if of:
            shown = [DynamicConfigValue(id_val="unit", value=of)]
            if of == DAYS:
                shown.append(DynamicConfigValue(id_val="decimals", value=1))
            made = made.override_by_name(name, shown)
    return made


def history(
    title: str,
    description: str,
    unit: str,
    asked: Dataquery,
    *,
    names: dict[str, tuple[str, str]] | None = None,
    steps: Steps = PLAIN,
    interval: str = "",
    height: int = 10,
) -> statushistory.Panel:
    """A grid of one row a series and one column a time; ``names`` gives values words and colours."""
    made = _framed(statushistory.Panel(), title, description, unit, 24, height).with_target(asked)
    made = made.thresholds(_thresholds(steps)).row_height(0.9)
    if names:
        made = made.mappings(
            [ValueMap(options={v: ValueMappingResult(text=t, color=c) for v, (t, c) in names.items()})]
        )
    return made.interval(interval) if interval else made


def bars(title: str, description: str, unit: str, asked: Dataquery, steps: Steps, width: int = 12) -> bargauge.Panel:
    """One bar a series, now."""
    made = _framed(bargauge.Panel(), title, description, unit, width, 8).with_target(asked)
    made = made.reduce_options(ReduceDataOptions().calcs(["lastNotNull"])).thresholds(_thresholds(steps))
    return made.min(0)


def when_empty(panel: P, words: str) -> P:
    """What stands there when nothing is to be shown, because that is good news."""
    return panel.no_value(words)


def _framed(panel: P, title: str, description: str, unit: str, width: int, height: int) -> P:
    made = panel.title(title).description(description).unit(unit).datasource(SOURCE).span(width).height(height)
    return made.decimals(1) if unit == DAYS else made


def _thresholds(steps: Steps) -> ThresholdsConfig:
    made = [Threshold(value=value, color=colour) for value, colour in steps]
    return ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(made)
