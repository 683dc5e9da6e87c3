"""The ways in which a repair desk does not take a message."""


class Refused(Exception):
    """It will never take this one as it is; the text says why, without a secret in it."""


class Unavailable(Exception):
    """It may take it later; ``retry_after`` is how many seconds it asked us to wait, if it did.

    ``may_have_it``: the request was on its way, and what it ordered may have happened or may happen yet.
    """

    def __init__(self, reason: str, retry_after: float | None = None, may_have_it: bool = False) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.may_have_it = may_have_it


class Unsettled(Exception):
    """An earlier opening got no answer; its ticket is not there yet, and it is too early to make another."""
