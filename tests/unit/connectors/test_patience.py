"""Retries and budgets: how often, how long, and when not at all. Time is counted, never spent."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.budget import CallBudget, Window
from connectors.errors import (
    OutcomeUnknownError,
    PermanentError,
    QuotaExhaustedError,
    RetryableError,
)
from connectors.retry import Retrier, RetryPolicy, Safety


class Flaky:
    """Raises the given errors in turn, then answers."""

    def __init__(self, *errors):
        self.errors = list(errors)
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def busy(retry_after_s=None, *, sent=False):
    return RetryableError("hubspot", "POST /x", retry_after_s=retry_after_s, sent=sent)


def retrier(slept, **policy):
    return Retrier(RetryPolicy(**policy), sleep=slept.append, chance=lambda: 1.0)


@pytest.mark.parametrize("safety", [Safety.READ, Safety.IDEMPOTENT_WRITE])
def test_what_may_be_repeated_is_repeated_even_when_it_may_have_been_done(safety):
    slept, call = [], Flaky(busy(sent=True), busy(sent=True))
    assert retrier(slept).call(call, safety) == "done"
    assert slept == [0.5, 1.0]


def test_an_unsafe_write_that_may_have_been_done_is_not_repeated():
    slept, call = [], Flaky(busy(sent=True))
    with pytest.raises(OutcomeUnknownError):
        retrier(slept).call(call, Safety.UNSAFE_WRITE)
    assert (call.calls, slept) == (1, [])


def test_an_unsafe_write_that_was_certainly_refused_is_repeated():
    call = Flaky(busy(1.0))
    assert retrier([]).call(call, Safety.UNSAFE_WRITE) == "done"


def test_the_vendors_hint_is_never_undercut():
    slept = []
    retrier(slept).call(Flaky(busy(10.0)), Safety.READ)
    assert slept == [12.5]


def test_a_permanent_error_is_raised_at_once():
    call = Flaky(PermanentError("hubspot", "POST /x"))
    with pytest.raises(PermanentError):
        retrier([]).call(call, Safety.READ)
    assert call.calls == 1


def test_a_wait_longer_than_our_patience_is_not_begun():
    slept = []
    with pytest.raises(QuotaExhaustedError):
        retrier(slept).call(Flaky(QuotaExhaustedError("hubspot", "x", retry_after_s=86_400)), Safety.READ)
    assert slept == []


def test_patience_is_bounded_in_attempts_and_in_time():
    call = Flaky(*[busy() for _ in range(50)])
    with pytest.raises(RetryableError):
        retrier([], attempts=4).call(call, Safety.READ)
    assert call.calls == 4
    slept = []
    with pytest.raises(RetryableError):
        retrier(slept, attempts=1_000, max_total_wait_s=60).call(
            Flaky(*[busy() for _ in range(999)]), Safety.READ
        )
    assert sum(slept) <= 60


@given(attempt=st.integers(1, 60), chance=st.floats(0, 1), hint_s=st.none() | st.floats(0, 1e4))
def test_every_wait_is_bounded_and_no_hint_is_undercut(attempt, chance, hint_s):
    policy = RetryPolicy()
    wait_s = Retrier(policy, chance=lambda: chance).wait_s(attempt, hint_s)
    if hint_s is None:
        assert 0 < wait_s <= policy.max_wait_s
    else:
        assert hint_s <= wait_s <= 1.25 * hint_s


class Watch:
    def __init__(self):
        self.now_s = 0.0

    def __call__(self):
        return self.now_s

    def sleep(self, seconds):
        assert seconds > 0
        self.now_s += seconds


def budget(watch, **windows):
    return CallBudget("hubspot", windows, margin_share=0.0, clock=watch, sleep=watch.sleep)


@given(
    limit=st.integers(1, 12),
    calls=st.integers(1, 60),
    pauses=st.lists(st.floats(0, 4), min_size=60, max_size=60),
)
def test_no_window_ever_holds_more_calls_than_its_limit(limit, calls, pauses):
    watch, at = Watch(), []
    made = budget(watch, burst=Window(limit, 10.0))
    for number in range(calls):
        watch.now_s += pauses[number]
        made.acquire("x", ("burst",))
        at.append(watch.now_s)
    for start in at:
        assert sum(start <= moment < start + 10.0 for moment in at) <= limit


def test_a_call_in_two_lanes_keeps_to_both():
    watch = Watch()
    made = budget(watch, burst=Window(100, 10.0), search=Window(4, 1.0))
    for _ in range(5):
        made.acquire("search", ("burst", "search"))
    assert watch.now_s == 1.0
    made.acquire("read", ("burst",))
    assert watch.now_s == 1.0


def test_the_vendors_word_resizes_a_lane():
    watch = Watch()
    made = budget(watch, burst=Window(1, 10.0))
    made.resize("burst", Window(190, 10.0))
    for _ in range(190):
        made.acquire("x", ("burst",))
    assert watch.now_s == 0.0


def test_the_reserve_is_for_urgent_calls_and_nothing_exceeds_the_day():
    made = CallBudget("hubspot", {}, reserve_share=0.1)
    made.observe_daily(limit=100, remaining=11)
    made.acquire("x", ())
    with pytest.raises(QuotaExhaustedError, match="10 of 100"):
        made.acquire("x", ())
    for _ in range(10):
        made.acquire("opt out", (), urgent=True)
    with pytest.raises(QuotaExhaustedError):
        made.acquire("opt out", (), urgent=True)
    assert made.usage().by_endpoint == {"opt out": 10, "x": 1}


def test_a_spent_day_is_asked_about_again_after_a_while():
    watch = Watch()
    made = budget(watch)
    made.observe_daily(limit=100, remaining=0)
    with pytest.raises(QuotaExhaustedError) as caught:
        made.acquire("x", ())
    watch.now_s += caught.value.retry_after_s
    made.acquire("x", ())
    made.observe_daily(limit=100, remaining=0)
    with pytest.raises(QuotaExhaustedError):
        made.acquire("x", ())


def test_threads_share_one_count():
    made = CallBudget("salesforce", {})
    threads = [threading.Thread(target=lambda: [made.acquire("x", ()) for _ in range(200)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made.usage().calls == 1_600
