"""Why a message was not taken, without secrets and addresses, and what to do about it."""

from connectors.redaction import redacted


class DeliveryError(Exception):
    """A channel did not take a message.

    Attributes:
        what: what happened, fit to be kept and shown.
        remedy: what to do about it.
        lasting: the same message will be refused again, so that it is not tried any more.
        channel_down: others would fare no better now.
        retry_after_s: the other side's own hint.
    """

    def __init__(
        self,
        what: str,
        remedy: str,
        *,
        lasting: bool = False,
        channel_down: bool = False,
        retry_after_s: float | None = None,
    ) -> None:
        self.what, self.remedy = redacted(what), remedy
        self.lasting, self.channel_down, self.retry_after_s = lasting, channel_down, retry_after_s
        super().__init__(f"{self.what}. {remedy}")
