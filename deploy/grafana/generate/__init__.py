"""The dashboards as code; ``python -m deploy.grafana.generate`` writes their JSON anew."""
