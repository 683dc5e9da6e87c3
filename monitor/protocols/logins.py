"""The login guard: one refused password is not tried again, by any protocol, so that no account is ever locked.

Pure memory; the store keeps :meth:`LoginGuard.entries` across restarts. No entry holds a password: accounts are told
apart by a keyed hash of it, so that a changed password counts as a new account and may be tried at once.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import Credentials, LoginState

REST = timedelta(hours=12)
"""How long a refused account rests; longer than any lock-out window seen on cameras."""
SECOND_CHANCE = timedelta(minutes=10)
"""An account that worked before may be tried once more: some cameras answer 401 when all connections are in use."""


@dataclass(frozen=True, slots=True)
class LoginEntry:
    """What is known of one account on one host; plain and serialisable."""

    host: str
    username: str
    fingerprint: str  # keyed hash of the password, hex
    ever_worked: bool = False
    refusals: int = 0  # since it last worked
    refused_at: datetime | None = None
    rest_until: datetime | None = None


def may_try(login: LoginState, now: datetime) -> bool:
    """Whether credentials may be sent to the device now."""
    return login.rest_until is None or now >= login.rest_until


class LoginGuard:
    """Remembers refused and accepted logins of every host; ``salt`` is random and kept out of the store's entries."""

    def __init__(self, salt: bytes, entries: Iterable[LoginEntry] = ()) -> None:
        self._salt = salt
        self._entries = {(entry.host, entry.username, entry.fingerprint): entry for entry in entries}

    def state(self, host: str, credentials: Credentials) -> LoginState:
        entry = self.entry(host, credentials)
        return LoginState(entry.refused_at, entry.rest_until, entry.ever_worked)

    def worked(self, host: str, credentials: Credentials, now: datetime) -> bool:  # noqa: ARG002 - the pair of refused()
        """Note an accepted login; True when this changed an entry (and it should be saved)."""
        before = self.entry(host, credentials)
        return self._keep(before, replace(before, ever_worked=True, refusals=0, refused_at=None, rest_until=None))

    def refused(self, host: str, credentials: Credentials, now: datetime) -> bool:
        """Note a refused login and let the account rest; True when this changed an entry."""
        before = self.entry(host, credentials)
        rest = SECOND_CHANCE if before.ever_worked and before.refusals == 0 else REST
        after = replace(before, refusals=before.refusals + 1, refused_at=now, rest_until=now + rest)
        return self._keep(before, after)

    def entry(self, host: str, credentials: Credentials) -> LoginEntry:
        """All that is known of one account; a fresh entry for an unknown one."""
        key = (host.lower(), credentials.username, self._fingerprint(credentials.password))
        return self._entries.get(key) or LoginEntry(*key)

    def entries(self) -> tuple[LoginEntry, ...]:
        return tuple(self._entries.values())

    def _keep(self, before: LoginEntry, after: LoginEntry) -> bool:
        self._entries[(after.host, after.username, after.fingerprint)] = after
        return after != before

    def _fingerprint(self, password: str) -> str:
        # surrogateescape: a password from the environment may hold bytes that are not UTF-8.
        return hashlib.blake2b(
            password.encode("utf-8", "surrogateescape"), key=self._salt[:64], digest_size=16
        ).hexdigest()
