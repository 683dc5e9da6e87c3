"""``cctv run`` where it cannot begin."""

import socket
from pathlib import Path

from typer.testing import CliRunner

from monitor.cli import app


def test_an_address_in_use_is_named_before_anything_is_begun(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = f"127.0.0.1:{other.getsockname()[1]}"
        config = tmp_path / "cctv.yaml"
        config.write_text(f"listen: {address}\nstate_dir: {tmp_path}/state\nsites: [{{id: a}}]\n")
        said = CliRunner().invoke(app, ["run", "--config", str(config)])
    assert said.exit_code == 2
    assert said.stderr == (
        f"listen: {address} cannot be had: Address already in use; write another address or end what uses it\n"
    )
    assert not (tmp_path / "state").exists()
