"""What every dashboard has: the data source and the choices at its top, a way to the others, a fixed uid."""

from collections.abc import Iterable, Mapping

from grafana_foundation_sdk.builders.dashboard import Dashboard, DashboardLink, DatasourceVariable, QueryVariable, Row
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from deploy.grafana.generate.panels import SOURCE, Panel


def frame(uid: str, title: str, description: str, *choices: QueryVariable, span: str = "now-24h") -> Dashboard:
    """An empty dashboard; ``span`` is the time it shows first."""
    made = Dashboard(title).uid(uid).description(description).tags(["cctv-monitor"]).readonly().timezone("browser")
    made = made.time(span, "now").refresh("1m").tooltip(DashboardCursorSync.CROSSHAIR).link(_others())
    made = made.with_variable(DatasourceVariable("datasource").label("Data source").type("prometheus"))
    for choice in choices:
        made = made.with_variable(choice)
    return made


def filled(dashboard: Dashboard, rows: Mapping[str, Iterable[Panel]]) -> Dashboard:
    """With these rows of panels, one under the other."""
    for title, panels in rows.items():
        dashboard = dashboard.with_row(Row(title))
        for panel in panels:
            dashboard = dashboard.with_panel(panel)
    return dashboard


def sites() -> QueryVariable:
    """Any number of sites, at first all."""
    every = VariableOption(selected=True, text=["All"], value=["$__all"])
    return _choice("site", "Site", "label_values(cctv_device_info, site)").multi(True).include_all(True).current(every)


def one_site() -> QueryVariable:
    return _choice("site", "Site", "label_values(cctv_device_info, site)")


def one_device() -> QueryVariable:
    return _choice("device", "Device", 'label_values(cctv_device_info{site="$site"}, device)')


def instances() -> QueryVariable:
    """The daemons, at first all."""
    every = VariableOption(selected=True, text=["All"], value=["$__all"])
    asked = _choice("instance", "Monitor", "label_values(cctv_build_info, instance)")
    return asked.multi(True).include_all(True).current(every)


def _choice(name: str, label: str, asked: str) -> QueryVariable:
    made = QueryVariable(name).label(label).datasource(SOURCE).query({"query": asked, "refId": name})
    return made.refresh(VariableRefresh.ON_TIME_RANGE_CHANGED).sort(VariableSort.ALPHABETICAL_ASC)


def _others() -> DashboardLink:
    made = DashboardLink("cctv-monitor").type(DashboardLinkType.DASHBOARDS).tags(["cctv-monitor"])
    return made.as_dropdown(True).keep_time(True).include_vars(True)
