"""Waiting and repeating: which failed calls are made again, when, and how often.

Knows nothing of vendors: their hints arrive as ``RetryableError.retry_after_s``. Sleep and chance are
arguments, so that tests neither wait nor guess.
"""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception

from connectors.errors import OutcomeUnknownError, RetryableError

T = TypeVar("T")
Sleep = Callable[[float], None]


class Safety(Enum):
    """How a call may be repeated once it may have been carried out."""

    READ = "read"
    IDEMPOTENT_WRITE = "idempotent write"
    UNSAFE_WRITE = "unsafe write"


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """The bounds of patience.

    Attributes:
        attempts: calls in all, the first included.
        base_wait_s: the first back-off without a hint; it doubles.
        max_wait_s: the longest single wait; a vendor that asks for more is not waited for.
        max_total_wait_s: all the waits of one call together.
    """

    attempts: int = 6
    base_wait_s: float = 0.5
    max_wait_s: float = 30.0
    max_total_wait_s: float = 120.0


class Retrier:
    """Makes a call until it succeeds, fails for good, or patience ends; the last error is raised as it is."""

    def __init__(
        self,
        policy: RetryPolicy | None = None,
        *,
        sleep: Sleep = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.policy = policy or RetryPolicy()
        self._sleep = sleep
        self._chance = chance

    def wait_s(self, attempt: int, hint_s: float | None = None) -> float:
        """How long to wait after the ``attempt``-th failure (from 1): the hint, or a doubling back-off.

        Jitter only lengthens a hint (by up to a quarter): coming back early would fail again.
        """
        if hint_s is not None:
            return hint_s * (1.0 + 0.25 * self._chance())
        ceiling = min(self.policy.max_wait_s, self.policy.base_wait_s * 2.0 ** (attempt - 1))
        return ceiling * (0.5 + 0.5 * self._chance())

    def pause(self, attempt: int, hint_s: float | None = None) -> None:
        """Wait as after the ``attempt``-th failure; for callers that repeat part of a call."""
        self._sleep(self.wait_s(attempt, hint_s))

    def call(self, operation: Callable[[], T], safety: Safety) -> T:
        """The value of ``operation()``, called as often as ``safety`` and the policy allow.

        Raises:
            OutcomeUnknownError: an unsafe write may have been carried out; it was not repeated.
            ConnectorError: whatever the last attempt raised.
        """

        def worth_repeating(error: BaseException) -> bool:
            if not isinstance(error, RetryableError):
                return False
            return error.retry_after_s is None or error.retry_after_s <= self.policy.max_wait_s

        def guarded() -> T:
            try:
                return operation()
            except RetryableError as error:
                if safety is Safety.UNSAFE_WRITE and error.sent:
                    raise OutcomeUnknownError(
                        error.side,
                        error.operation,
                        status=error.status,
                        code=error.code,
                        message=error.message,
                        request_id=error.request_id,
                    ) from error
                raise

        def wait(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            hint_s = error.retry_after_s if isinstance(error, RetryableError) else None
            return self.wait_s(state.attempt_number, hint_s)

        def out_of_patience(state: RetryCallState) -> bool:
            return (
                state.attempt_number >= self.policy.attempts
                or state.idle_for + state.upcoming_sleep > self.policy.max_total_wait_s
            )

        return Retrying(
            sleep=self._sleep,
            wait=wait,
            stop=out_of_patience,
            retry=retry_if_exception(worth_repeating),
            reraise=True,
        )(guarded)
