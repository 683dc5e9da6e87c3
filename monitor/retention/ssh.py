"""Kind ``ssh``: any Linux recorder with a tree of files, by shell or, without one, by SFTP."""

from collections.abc import Iterator
from contextlib import contextmanager

from monitor.model import Deadline, Evidence, Memory, Outcome, Target
from monitor.protocols.errors import DeviceError
from monitor.protocols.ssh import Session, connect
from monitor.protocols.ssh_login import Login
from monitor.retention.bounds import NoShell
from monitor.retention.greeting import Wish
from monitor.retention.options import SshOptions, options_of
from monitor.retention.sftp import SftpTree
from monitor.retention.shell import ShellTree
from monitor.retention.survey import AfterLogin, survey
from monitor.retention.tree import Tree


async def read_ssh(target: Target, memory: Memory, deadline: Deadline) -> Evidence:
    """Log in once and read the tree."""
    options = options_of(SshOptions, target)
    login = Login(target.host, options.port, target.credentials, target.login, options.known_hosts, options.private_key)

    @contextmanager
    def opener(within: Deadline, wish: Wish) -> Iterator[Tree]:
        with connect(login, within) as session:
            yield _tree(session, within, wish)

    return await survey(opener, target, options, memory, deadline)


def _tree(session: Session, deadline: Deadline, wish: Wish) -> Tree:
    try:
        return _tree_of(session, deadline, wish)
    except DeviceError as failed:
        raise AfterLogin(failed.outcome, failed.reason) from None
    except TimeoutError:
        raise AfterLogin(Outcome.TIMEOUT, "the listing did not end in time") from None


def _tree_of(session: Session, deadline: Deadline, wish: Wish) -> Tree:
    try:
        return ShellTree(session, wish)
    except NoShell as refused:
        try:
            return SftpTree(session, deadline)
        except DeviceError as error:
            if error.outcome is not Outcome.UNSUPPORTED:
                raise
            words = f"the account may run no command ({refused}) and has no SFTP"
            raise DeviceError(Outcome.FORBIDDEN, words) from None
