"""The two ways in which a repair desk does not take a message."""


class Refused(Exception):
    """It will never take this one as it is; the text says why, without a secret in it."""


class Unavailable(Exception):
    """It may take it later; ``retry_after`` is how many seconds it asked us to wait, if it did."""

    def __init__(self, reason: str, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
