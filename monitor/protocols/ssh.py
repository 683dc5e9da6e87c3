"""SSH to a recorder: one login, known host keys only, every command bounded. The only user of paramiko; blocking.

paramiko's own timeouts do not bound a peer that drips bytes, so a watchdog closes the connection at the deadline.
"""

import logging
import threading
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from monitor.model import Deadline, Outcome
from monitor.protocols.errors import DeviceError
from monitor.protocols.ssh_login import Login, load_known_hosts, log_in, may_log_in

if TYPE_CHECKING:
    import paramiko

OUTPUT_LIMIT = 512 * 1024**2
"""Bytes of one command's output; 10 million files list in less."""
ERRORS_LIMIT = 1024**2
CHUNK = 256 * 1024
WINDOW = 16 * 1024**2
GZIP = 31
"""zlib's name for a gzip header."""
GZIP_BEGINS = b"\x1f"
BEGIN = b"cctv-begin-of-answer\n"
SAY_BEGIN = (b"echo " + BEGIN.strip() + b"; ").decode()
GREETING_LIMIT = 1024**2
"""Bytes a login shell may say before it runs a command."""
OUTDATED = ("sha1", "ssh-rsa", "ssh-dss", "cbc", "arcfour", "md5", "group1-")


@dataclass(frozen=True, slots=True)
class Output:
    status: int
    stdout: bytes
    stderr: bytes
    begun: float = 0.0  # our clock when the recorder had taken the command, epoch seconds


@contextmanager
def connect(login: Login, deadline: Deadline) -> Iterator["Session"]:
    """Log in once.

    Raises DeviceError: AUTH_MISSING, AUTH_RESTING (nothing was sent), DNS, REFUSED, NO_ROUTE, CONNECT_TIMEOUT, CLOSED,
    PROTOCOL, TIMEOUT, LEGACY_CRYPTO, HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, AUTH. Never accepts an unknown host key, and
    never tries a second way to log in after the first was refused.
    """
    may_log_in(login)
    import paramiko

    logging.getLogger("paramiko").setLevel(logging.CRITICAL + 1)  # it logs tracebacks of what we name in a sentence
    client = paramiko.SSHClient()
    watchdog = threading.Timer(deadline.left(), client.close)
    watchdog.daemon = True
    watchdog.start()
    try:
        load_known_hosts(client, login)
        log_in(client, login, deadline)
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
        self.greets = False  # whether the login shell says something of its own before every answer

    @property
    def outdated(self) -> list[str]:
        """Negotiated algorithms that are no longer considered safe."""
        names = ("remote_cipher", "remote_mac", "host_key_type")
        used = [str(getattr(self._transport, name, "")) for name in names]
        used.append(str(getattr(self._transport.kex_engine, "name", "")))
        return [name for name in used if any(word in name for word in OUTDATED)]

    def run(self, command: str, seconds: float, *, gzipped: bool = False) -> Output:
        """Run a command, without a terminal; ``gzipped`` unpacks its output where it is gzip.

        TimeoutError after ``seconds`` or at the deadline. DeviceError: CLOSED if the connection ends first, UNSUPPORTED
        if the account may run no command, TOO_LARGE past OUTPUT_LIMIT.
        """
        deadline = self._deadline.within(seconds)
        if self.greets:
            command = SAY_BEGIN + command
        with self._errors(), self._begun(command, deadline) as channel:
            begun = time.time()
            first = _greeted(channel, deadline) if self.greets else b""
            stdout, stderr = _drain(channel, first, gzipped, deadline)
            if not channel.status_event.wait(deadline.left()) or not deadline.left():
                raise TimeoutError
            return Output(channel.recv_exit_status(), stdout, stderr, begun)

    def _begun(self, command: str, deadline: Deadline) -> "paramiko.Channel":
        import paramiko

        try:
            channel = self._transport.open_session(window_size=WINDOW, timeout=deadline.left())
            channel.settimeout(max(deadline.left(), 0.01))
            channel.exec_command(command)
        except paramiko.SSHException as refused:
            if not self._transport.is_active() or not deadline.left():
                raise
            raise DeviceError(Outcome.UNSUPPORTED, f"the account may run no command ({refused})") from None
        return channel

    def sftp(self) -> "paramiko.SFTPClient":
        """The SFTP subsystem of this connection. DeviceError (UNSUPPORTED) if the account has none."""
        if self._sftp is None:
            with self._errors():
                self._sftp = self._open_sftp()
        channel = self._sftp.get_channel()
        assert channel is not None
        channel.settimeout(max(self._deadline.left(), 0.01))
        return self._sftp

    def _open_sftp(self) -> "paramiko.SFTPClient":
        """A subsystem that ends at once may be noticed by each of these errors, wherever paramiko then is."""
        import paramiko

        channel = self._transport.open_session(window_size=WINDOW, timeout=self._deadline.left())
        channel.settimeout(max(self._deadline.left(), 0.01))
        try:
            channel.invoke_subsystem("sftp")
            return paramiko.SFTPClient(channel)
        except TimeoutError:
            raise
        except (paramiko.SSHException, paramiko.SFTPError, EOFError, OSError) as error:
            channel.close()
            if not self._transport.is_active() or not self._deadline.left():
                raise
            raise DeviceError(Outcome.UNSUPPORTED, f"the account has no SFTP ({error or 'closed'})") from None

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
        except paramiko.SFTPError as error:
            raise DeviceError(Outcome.PROTOCOL, f"the recorder's SFTP is none ({error})") from None
        except (paramiko.SSHException, EOFError) as error:
            raise self._ended(error) from None
        except OSError as error:
            if self._is_alive():
                raise
            raise self._ended(error) from None

    def _is_alive(self) -> bool:
        channel = self._sftp.get_channel() if self._sftp else None
        return self._transport.is_active() and not (channel and channel.closed)

    def _ended(self, error: Exception) -> Exception:
        if not self._deadline.left():
            return TimeoutError()
        return DeviceError(Outcome.CLOSED, f"the recorder ended the connection ({error or 'EOF'})")


def _greeted(channel: "paramiko.Channel", deadline: Deadline) -> bytes:
    """Read up to the answer, and give what has come of it."""
    said = b""
    while BEGIN not in said and len(said) < GREETING_LIMIT and (chunk := channel.recv(CHUNK)):
        said += chunk
        channel.settimeout(max(deadline.left(), 0.01))
    return said.partition(BEGIN)[2]


def _drain(channel: "paramiko.Channel", first: bytes, gzipped: bool, deadline: Deadline) -> tuple[bytes, bytes]:
    """Read both outputs to their end; ``first`` has come already."""
    inflate, size = None, 0
    stdout: list[bytes] = []
    stderr = bytearray()
    while chunk := first or channel.recv(CHUNK):
        first = b""
        if gzipped and not stdout and chunk.startswith(GZIP_BEGINS):
            inflate = zlib.decompressobj(GZIP)
        stdout.append(_inflated(inflate, chunk, OUTPUT_LIMIT - size))
        size += len(stdout[-1])
        if size >= OUTPUT_LIMIT:
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


def _inflated(inflate: Any, chunk: bytes, most: int) -> bytes:
    """At most so many bytes: what is packed small may be endless."""
    if inflate is None:
        return chunk
    try:
        return bytes(inflate.decompress(chunk, most))
    except zlib.error as error:
        raise DeviceError(Outcome.INCOMPLETE, f"a compressed answer is damaged ({error})") from None


def contents(sftp: "paramiko.SFTPClient", path: str, offset: int, length: int) -> bytes:
    """A range of a file, as far as it goes. OSError.

    paramiko asks ahead from a thread of its own: what is asked behind the end may outlive the session and fail there.
    """
    with sftp.open(path, "rb") as file:
        there = min(length, (file.stat().st_size or 0) - offset)
        return b"".join(file.readv([(offset, there)])) if there > 0 else b""


class FileSystem(NamedTuple):
    """What a server says of the file system below a path; sizes in bytes."""

    id: int
    size: int
    free: int
    inodes: int
    inodes_free: int
    read_only: bool


def file_system_of(sftp: "paramiko.SFTPClient", path: str) -> FileSystem | None:
    """None if the server cannot say.

    The extension is OpenSSH's ``statvfs@openssh.com`` (PROTOCOL, 4.4): eleven 64-bit numbers. paramiko has no public
    call for an extended request, so its private one is used.
    """
    from paramiko.sftp import CMD_EXTENDED, SFTPError

    try:
        _, answer = sftp._request(CMD_EXTENDED, "statvfs@openssh.com", path)  # type: ignore[attr-defined]  # private
    except (SFTPError, OSError):
        return None
    numbers = [answer.get_int64() for _ in range(11)]
    _, fragment, blocks, _, available, inodes, _, inodes_free, identity, flags, _ = numbers
    return FileSystem(identity, blocks * fragment, available * fragment, inodes, inodes_free, bool(flags & 1))
