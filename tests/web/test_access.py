"""web.yml, logins and TLS, over a real server."""

import asyncio
import datetime
import ipaddress
import signal
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import bcrypt
import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from web_house import House

from monitor.settings import ConfigError
from monitor.web import WebConfig, load_web_config, serve

HASH = bcrypt.hashpw(b"opensesame", bcrypt.gensalt(4)).decode()


@asynccontextmanager
async def serving(house: House, config: WebConfig | None = None) -> AsyncIterator[str]:
    """The application on a free port of loopback; yields its address."""
    url: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(serve(house.app(), "127.0.0.1:0", config, announce=url.set_result))
    await asyncio.wait([task, url], return_when=asyncio.FIRST_COMPLETED)
    yield url.result()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def certificate(folder: Path) -> None:
    """A self-signed certificate for 127.0.0.1 as cert.pem and key.pem."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "key.pem").write_bytes(private)


async def test_a_login_is_asked_for_and_remembered(house: House) -> None:
    async with (
        serving(house, WebConfig(basic_auth_users={"anna": HASH})) as url,
        httpx.AsyncClient(base_url=url) as client,
    ):
        answer = await client.get("/-/healthy")
        assert (answer.status_code, answer.headers["www-authenticate"][:5]) == (401, "Basic")
        for login in (("anna", "wrong"), ("nobody", "opensesame"), ("", "")):
            assert (await client.get("/", auth=login)).status_code == 401
        for _ in range(3):
            assert (await client.get("/", auth=("anna", "opensesame"))).status_code == 200
        assert (await client.get("/", auth=("anna", "wrong"))).status_code == 401


@pytest.mark.parametrize(
    "header", ["Basic", "Basic !!!", "Basic bm9jb2xvbg==", "Bearer x", "Basic /////w==", "Basic YTpiAGM="]
)
async def test_a_mangled_login_is_no_login(house: House, header: str) -> None:
    async with serving(house, WebConfig(basic_auth_users={"anna": HASH})) as url, httpx.AsyncClient() as client:
        assert (await client.get(url, headers={"Authorization": header})).status_code == 401


async def test_behind_a_login_any_host_name_will_do(house: House) -> None:
    async with serving(house, WebConfig(basic_auth_users={"anna": HASH})) as url, httpx.AsyncClient() as client:
        answer = await client.get(url, headers={"Host": "proxy.example"}, auth=("anna", "opensesame"))
    assert answer.status_code == 200


async def test_tls_and_login_as_prometheus_has_them(house: House, tmp_path: Path) -> None:
    certificate(tmp_path)
    file = tmp_path / "web.yml"
    file.write_text(
        f"tls_server_config: {{cert_file: cert.pem, key_file: key.pem}}\nbasic_auth_users: {{anna: {HASH}}}\n"
    )
    checked = await asyncio.to_thread(
        subprocess.run, ["promtool", "check", "web-config", file], check=False, capture_output=True
    )
    assert checked.returncode == 0, checked.stderr
    trust = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    async with serving(house, load_web_config(file)) as url, httpx.AsyncClient(verify=trust) as client:
        assert url.startswith("https://127.0.0.1:")
        assert (await client.get(f"{url}metrics", auth=("anna", "opensesame"))).status_code == 200
        assert (await client.get(f"{url}metrics")).status_code == 401


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("basic_auth_user: {}", "1:1: unknown key 'basic_auth_user'; did you mean 'basic_auth_users'?"),
        ("basic_auth_users: {anna: opensesame}", "1:19: basic_auth_users: the password of 'anna' is no bcrypt hash"),
        ("basic_auth_users:\n  anna: 123456", "2:9: basic_auth_users: must be text; "),
        ("tls_server_config: {cert_file: c.pem}", "1:20: key_file is missing; "),
        (
            "tls_server_config: {cert_file: c, key_file: k, min_version: TLS10}",
            "1:61: min_version: must be 'TLS12' or 'TLS13', not 'TLS10'",
        ),
        (
            "\ntls_server_config: {cert_file: c, key_file: k}",
            "2:1: tls_server_config: its files cannot be used: No such",
        ),
        ("a: [", "not valid YAML"),
        ("- a", "1:1: must be a mapping of keys"),
    ],
)
def test_a_wrong_web_yml_is_refused_in_words(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "web.yml"
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"web\.yml:\d") as refused:
        load_web_config(file)
    assert message in str(refused.value)
    assert "opensesame" not in str(refused.value)


async def test_the_server_leaves_signals_to_the_daemon_and_frees_its_port(house: House) -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    async with serving(house) as url, httpx.AsyncClient() as client:
        assert (await client.get(url)).status_code == 200
        assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before
        port = httpx.URL(url).port
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", port or 0))


async def test_a_taken_port_and_a_wrong_address_are_errors_of_their_own(house: House) -> None:
    async with serving(house) as url:
        with pytest.raises(OSError, match="in use"):
            await serve(house.app(), f"127.0.0.1:{httpx.URL(url).port}")
    with pytest.raises(ValueError, match="not host:port"):
        await serve(house.app(), "127.0.0.1")
