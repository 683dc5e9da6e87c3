"""SSH to a recorder: one login, known host keys only, every command bounded. The only user of paramiko; blocking.

paramiko's own timeouts do not bound a peer that drips bytes, so a watchdog closes the connection at the deadline.
"""

import logging
import socket
import threading
import zlib
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
OUTPUT_LIMIT = 512 * 1024**2
"""Bytes of one command's output; 10 million files list in less."""
ERRORS_LIMIT = 1024**2
CHUNK = 256 * 1024
WINDOW = 16 * 1024**2
GZIP = 31
"""zlib's name for a gzip header."""
OUTDATED = ("sha1", "ssh-rsa", "ssh-dss", "cbc", "arcfour", "md5", "group1-")
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


@dataclass(frozen=True, slots=True)
class Output:
    status: int
    stdout: bytes
    stderr: bytes


@contextmanager
def connect(login: Login, deadline: Deadline) -> Iterator["Session"]:
    """Log in once.

    Raises DeviceError: AUTH_MISSING, AUTH_RESTING (nothing was sent), DNS, REFUSED, NO_ROUTE, CONNECT_TIMEOUT, CLOSED,
    PROTOCOL, TIMEOUT, LEGACY_CRYPTO, HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, AUTH. Never accepts an unknown host key, and
    never tries a second way to log in after the first was refused.
    """
    _may_log_in(login)
    import paramiko

    logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)  # it logs tracebacks of what we name in a sentence
    client = paramiko.SSHClient()
    watchdog = threading.Timer(deadline.left(), client.close)
    watchdog.daemon = True
    watchdog.start()
    try:
        _load_known_hosts(client, login)
        _log_in(client, login, deadline)
        yield Session(client, deadline)
    finally:
        watchdog.cancel()
        client.close()


class Session:
    """A connection that has logged in."""

    def __init__(self, client: "paramiko.SSHClient", deadline: Deadline) -> None:
        transport = client.get_transport()
        assert transport is not None
        self._transport = transport
        self._client = client
        self._deadline = deadline
        self._sftp: paramiko.SFTPClient | None = None

    @property
    def outdated(self) -> list[str]:
        """Negotiated algorithms that are no longer considered safe."""
        names = ("remote_cipher", "remote_mac", "host_key_type")
        used = [str(getattr(self._transport, name, "")) for name in names]
        used.append(str(getattr(self._transport.kex_engine, "name", "")))
        return [name for name in used if any(word in name for word in OUTDATED)]

    def run(self, command: str, seconds: float, *, gzipped: bool = False) -> Output:
        """Run a command, without a terminal. TimeoutError after ``seconds`` or at the deadline; DeviceError (CLOSED)
        if the connection ends first, TOO_LARGE past OUTPUT_LIMIT."""
        deadline = self._deadline.within(seconds)
        with self._errors(), self._transport.open_session(window_size=WINDOW, timeout=deadline.left()) as channel:
            channel.settimeout(max(deadline.left(), 0.01))
            channel.exec_command(command)
            stdout, stderr = _drain(channel, gzipped, deadline)
            if not channel.status_event.wait(deadline.left()) or not deadline.left():
                raise TimeoutError
            return Output(channel.recv_exit_status(), stdout, stderr)

    def sftp(self) -> "paramiko.SFTPClient":
        """The SFTP subsystem of this connection. DeviceError (UNSUPPORTED) if the account has none."""
        import paramiko

        if self._sftp is None:
            with self._errors():
                try:
                    self._sftp = paramiko.SFTPClient.from_transport(self._transport, window_size=WINDOW)
                except (paramiko.SSHException, EOFError) as error:
                    if not self._transport.is_active():
                        raise
                    raise DeviceError(Outcome.UNSUPPORTED, f"the account has no SFTP ({error or 'closed'})") from None
        assert self._sftp is not None
        channel = self._sftp.get_channel()
        assert channel is not None
        channel.settimeout(max(self._deadline.left(), 0.01))
        return self._sftp

    @contextmanager
    def reading(self) -> Iterator["paramiko.SFTPClient"]:
        """SFTP with its connection errors as DeviceError and TimeoutError; file errors stay OSError."""
        with self._errors():
            yield self.sftp()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        import paramiko

        try:
            yield
        except (paramiko.SSHException, EOFError) as error:
            if not self._deadline.left():
                raise TimeoutError from None
            raise DeviceError(Outcome.CLOSED, f"the recorder ended the connection ({error or 'EOF'})") from None
        except OSError as error:
            if not self._transport.is_active():
                if not self._deadline.left():
                    raise TimeoutError from None
                raise DeviceError(Outcome.CLOSED, "the recorder ended the connection") from error
            raise


def _may_log_in(login: Login) -> None:
    if login.credentials is None:
        raise DeviceError(Outcome.AUTH_MISSING, "no username is configured for this recorder")
    if login.private_key and not login.private_key.expanduser().is_file():
        raise DeviceError(Outcome.AUTH_MISSING, f"there is no private key file {login.private_key}")
    if not may_try(login.state, datetime.now(UTC)):
        raise DeviceError(
            Outcome.AUTH_RESTING, "the login was refused earlier and is not tried again, so as not to lock the account"
        )


def _load_known_hosts(client: "paramiko.SSHClient", login: Login) -> None:
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


def _log_in(client: "paramiko.SSHClient", login: Login, deadline: Deadline) -> None:
    import paramiko

    assert login.credentials is not None
    sock = _open(login.host, login.port, deadline.within(CONNECT_SECONDS))
    seconds = max(min(CONNECT_SECONDS, deadline.left()), 0.01)
    password = login.credentials.password
    try:
        client.connect(
            login.host,
            login.port,
            login.credentials.username,
            # With a key the password opens the key; offering both would be two refusals.
            password=None if login.private_key else password,
            key_filename=str(login.private_key) if login.private_key else None,
            passphrase=password or None,
            timeout=seconds,
            banner_timeout=seconds,
            auth_timeout=seconds,
            channel_timeout=seconds,
            allow_agent=False,
            look_for_keys=False,
            sock=sock,
        )
    except DeviceError:
        raise
    except paramiko.BadHostKeyException as changed:
        words = (
            f"the host key of {login.host} has changed to {changed.key.fingerprint}: another machine, or reinstalled"
        )
        raise DeviceError(Outcome.HOST_KEY_CHANGED, words) from None
    except paramiko.PasswordRequiredException:
        raise DeviceError(
            Outcome.AUTH_MISSING, "the private key is encrypted: its password must be configured"
        ) from None
    except paramiko.AuthenticationException as refused:
        raise _refused(refused, login, deadline) from None
    except (paramiko.SSHException, EOFError, OSError) as error:
        raise _greeting_failed(error, deadline) from None


def _refused(refused: Exception, login: Login, deadline: Deadline) -> DeviceError:
    assert login.credentials is not None
    if "timeout" in str(refused).lower() or not deadline.left():
        return DeviceError(Outcome.TIMEOUT, "the recorder did not answer the login in time")
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


def _drain(channel: "paramiko.Channel", gzipped: bool, deadline: Deadline) -> tuple[bytes, bytes]:
    """Read both outputs to their end."""
    inflate = zlib.decompressobj(GZIP) if gzipped else None
    stdout, stderr, size = [], bytearray(), 0
    while chunk := channel.recv(CHUNK):
        stdout.append(_inflated(inflate, chunk))
        size += len(stdout[-1])
        if size > OUTPUT_LIMIT:
            raise DeviceError(Outcome.TOO_LARGE, f"a command gave more than {OUTPUT_LIMIT} bytes")
        while channel.recv_stderr_ready() and len(stderr) < ERRORS_LIMIT:
            stderr += channel.recv_stderr(CHUNK)
        channel.settimeout(max(deadline.left(), 0.01))
    while len(stderr) < ERRORS_LIMIT and (chunk := channel.recv_stderr(CHUNK)):
        stderr += chunk
    if not deadline.left():
        raise TimeoutError
    if inflate and not inflate.eof:
        raise DeviceError(Outcome.INCOMPLETE, "a compressed answer broke off")
    return b"".join(stdout), bytes(stderr)


def _inflated(inflate: Any, chunk: bytes) -> bytes:
    if inflate is None:
        return chunk
    try:
        return bytes(inflate.decompress(chunk))
    except zlib.error as error:
        raise DeviceError(Outcome.INCOMPLETE, f"a compressed answer is damaged ({error})") from None


def space_of(sftp: "paramiko.SFTPClient", path: str) -> tuple[int, int, int, int] | None:
    """Size, free bytes, inodes, free inodes of the file system below a path; None if the server cannot say.

    The extension is OpenSSH's ``statvfs@openssh.com`` (PROTOCOL, 3.4): eleven 64-bit numbers. paramiko has no public
    call for an extended request, so its private one is used.
    """
    from paramiko.sftp import CMD_EXTENDED, SFTPError

    try:
        _, answer = sftp._request(CMD_EXTENDED, "statvfs@openssh.com", path)  # type: ignore[attr-defined]  # private
    except (SFTPError, OSError):
        return None
    _, fragment, blocks, _, available, inodes, _, inodes_free = (answer.get_int64() for _ in range(8))
    return blocks * fragment, available * fragment, inodes, inodes_free
