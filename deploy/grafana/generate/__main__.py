"""Write every dashboard into ``deploy/grafana/dashboards``."""

from pathlib import Path

from deploy.grafana.generate.all import dashboards

if __name__ == "__main__":
    folder = Path(__file__).parents[1] / "dashboards"
    for name, text in dashboards().items():
        (folder / name).write_text(text, encoding="utf-8")
