"""Logging in to a recorder over SSH: known host keys only, and never a second way after the first was refused."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.model import Credentials, Deadline, LoginState, Outcome
from monitor.protocols.errors import DeviceError
from monitor.protocols.logins import may_try
from monitor.protocols.tcp import outcome_of, words_of

if TYPE_CHECKING:
    import paramiko

CONNECT_SECONDS = 15.0
"""For each of: TCP, banner, key exchange, login."""
SYSTEM_KEYS = (Path("/etc/ssh/ssh_known_hosts"), Path("~/.ssh/known_hosts"))


@dataclass(frozen=True, slots=True)
class Login:
    """Where and as whom."""

    host: str
    port: int
    credentials: Credentials | None
    state: LoginState
    known_hosts: Path | None = None
    private_key: Path | None = None


def may_log_in(login: Login) -> None:
    if login.credentials is None:
        raise DeviceError(Outcome.AUTH_MISSING, "no username is configured for this recorder")
    if login.private_key and not login.private_key.expanduser().is_file():
        raise DeviceError(Outcome.AUTH_MISSING, f"there is no private key file {login.private_key}")
    if not may_try(login.state, datetime.now(UTC)):
        raise DeviceError(
            Outcome.AUTH_RESTING, "the login was refused earlier and is not tried again, so as not to lock the account"
        )


def load_known_hosts(client: "paramiko.SSHClient", login: Login) -> None:
    class Refuse(_policy()):  # type: ignore[misc]  # its base is known once paramiko is imported
        def missing_host_key(self, _client: Any, hostname: str, key: Any) -> None:
            raise DeviceError(
                Outcome.HOST_KEY_UNKNOWN,
                f"the host key of {hostname} is not in known_hosts: compare {key.fingerprint} there, then add it",
            )

    client.set_missing_host_key_policy(Refuse())
    for path in (login.known_hosts,) if login.known_hosts else SYSTEM_KEYS:
        if path.expanduser().is_file():
            client.load_host_keys(str(path.expanduser()))


def _policy() -> Any:
    import paramiko

    return paramiko.MissingHostKeyPolicy


def log_in(client: "paramiko.SSHClient", login: Login, deadline: Deadline) -> None:
    assert login.credentials is not None
    password = login.credentials.password
    with _in_words(login, deadline):
        pkey = _private_key(login.private_key.expanduser(), password or None) if login.private_key else None
        sock = _open(login.host, login.port, deadline.within(CONNECT_SECONDS))
        seconds = max(min(CONNECT_SECONDS, deadline.left()), 0.01)
        client.connect(
            login.host,
            login.port,
            login.credentials.username,
            # With a key the password opens the key; offering both would be two refusals.
            password=None if login.private_key else password,
            pkey=pkey,
            timeout=seconds,
            banner_timeout=seconds,
            auth_timeout=seconds,
            channel_timeout=seconds,
            allow_agent=False,
            look_for_keys=False,
            sock=sock,
        )


def _private_key(path: Path, password: str | None) -> "paramiko.PKey":
    """Of whatever kind. paramiko, given the name, tries every kind, and tells of the last instead of a refusal."""
    import paramiko

    complaint = ""
    for kind in (paramiko.RSAKey, paramiko.ECDSAKey, paramiko.Ed25519Key):
        try:
            key = kind.from_private_key_file(str(path), password)
        except paramiko.PasswordRequiredException:
            raise
        except (paramiko.SSHException, ValueError, IndexError) as error:
            complaint = str(error)
            continue
        certificate = path.with_name(path.name + "-cert.pub")
        if certificate.is_file():
            key.load_certificate(str(certificate))
        return key
    raise DeviceError(Outcome.AUTH_MISSING, f"the private key cannot be read: {complaint}")


@contextmanager
def _in_words(login: Login, deadline: Deadline) -> Iterator[None]:
    """What ends a login early, as DeviceError."""
    import paramiko

    try:
        yield
    except paramiko.BadHostKeyException as changed:
        key = changed.key.fingerprint
        words = f"the host key of {login.host} has changed to {key}: another machine, or reinstalled"
        raise DeviceError(Outcome.HOST_KEY_CHANGED, words) from None
    except paramiko.PasswordRequiredException:
        words = "the private key is encrypted: its password must be configured"
        raise DeviceError(Outcome.AUTH_MISSING, words) from None
    except paramiko.AuthenticationException as refused:
        raise _refused(refused, login, deadline) from None
    except (paramiko.SSHException, EOFError, OSError, ValueError) as error:  # paramiko reads names as UTF-8
        raise _greeting_failed(error, deadline) from None


def _refused(refused: Exception, login: Login, deadline: Deadline) -> DeviceError:
    assert login.credentials is not None
    if "timeout" in str(refused).lower() or not deadline.left():
        return DeviceError(Outcome.TIMEOUT, "the recorder did not answer the login in time")
    if login.private_key and "EOF" in str(refused):  # of a password it may be the answer, and asking again may lock
        return DeviceError(Outcome.CLOSED, "the recorder ended the connection before the login")
    return DeviceError(Outcome.AUTH, f"the recorder refused the login of {login.credentials.username}")


def _greeting_failed(error: Exception, deadline: Deadline) -> DeviceError:
    import paramiko

    words = str(error) or type(error).__name__
    if isinstance(error, paramiko.ssh_exception.IncompatiblePeer):
        return DeviceError(Outcome.LEGACY_CRYPTO, f"no algorithm in common: {words}")
    if isinstance(error, TimeoutError) or not deadline.left() or "No existing session" in words:
        return DeviceError(Outcome.CONNECT_TIMEOUT, "the recorder accepts connections but does not speak SSH in time")
    if isinstance(error, EOFError | ConnectionError):
        return DeviceError(Outcome.CLOSED, "the recorder ended the connection before the login")
    return DeviceError(Outcome.PROTOCOL, f"no SSH conversation: {words}")


def _open(host: str, port: int, deadline: Deadline) -> socket.socket:
    try:
        sock = socket.create_connection((host, port), timeout=max(deadline.left(), 0.01))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else every command waits for a delayed answer
        return sock
    except UnicodeError:
        raise DeviceError(Outcome.DNS, f"{host} is not a valid name") from None
    except TimeoutError:
        raise DeviceError(Outcome.CONNECT_TIMEOUT, f"no answer from {host} port {port}") from None
    except OSError as error:
        raise DeviceError(outcome_of(error), f"no connection to {host} port {port} ({words_of(error)})") from None
