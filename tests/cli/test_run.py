"""``cctv run`` where it cannot begin."""

import socket
from pathlib import Path

import pytest
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


@pytest.mark.parametrize("verb", [["run"], ["config", "check"]])
def test_a_wrong_web_config_is_refused_where_it_is_wrong(verb: list[str], tmp_path: Path) -> None:
    config, web = tmp_path / "cctv.yaml", tmp_path / "web.yml"
    config.write_text(f"listen: 127.0.0.1:0\nweb_config: web.yml\nstate_dir: {tmp_path}/state\nsites: [{{id: a}}]\n")
    web.write_text("basic_auth_user: {}\n")
    said = CliRunner().invoke(app, [*verb, "--config", str(config)])
    assert (said.exit_code, said.stdout) == (2, "")
    assert said.stderr == f"{web}:1:1: unknown key 'basic_auth_user'; did you mean 'basic_auth_users'?\n"
