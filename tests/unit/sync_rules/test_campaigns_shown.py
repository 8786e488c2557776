"""What a rep reads of marketing's campaigns, and when it turns by itself."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from sync_rules.campaigns_shown import MOST_LETTERS, MOST_LINES, Membership, Shown, shown

TODAY = date(2026, 12, 1)


def test_upcoming_first_then_running_and_nothing_that_is_over() -> None:
    told = shown(
        [
            Membership("1", "Webinar X", date(2026, 12, 3), date(2026, 12, 3), status="Sent"),
            Membership("2", "Fair", date(2026, 11, 28), date(2026, 12, 2), status="Registered"),
            Membership("3", "Always on", date(2026, 1, 1), None),
            Membership("4", "Long ago", date(2026, 1, 1), None, active=False),
            Membership("5", "Over", date(2026, 11, 1), date(2026, 11, 30)),
            Membership("6", "Called off", date(2026, 12, 9), None, state="Aborted"),
            Membership("7", "Some day", None, None),
        ],
        today=TODAY,
    )
    assert told == Shown(
        "From 3 Dec 2026: Webinar X (invited)\nUntil 2 Dec 2026: Fair (registered)\nSince 1 Jan 2026: Always on",
        ("1", "2", "3"),
        date(2026, 12, 3),
    )
    assert shown([], today=TODAY) == Shown()


DAYS = st.dates(date(2026, 11, 1), date(2027, 1, 31))
MEMBERSHIPS = st.lists(
    st.builds(
        Membership, st.uuids().map(str), st.text("ab ", min_size=1, max_size=300), DAYS, st.none() | DAYS,
        active=st.booleans(), status=st.sampled_from(["Sent", None]),
    ),
    max_size=12,
)  # fmt: skip


@given(MEMBERSHIPS)
def test_the_text_fits_its_field_and_turns_only_on_the_day_that_is_told(joined: list[Membership]) -> None:
    now = shown(joined, today=TODAY)
    assert shown(list(reversed(joined)), today=TODAY) == now
    if now.text is not None:
        assert len(now.text) <= MOST_LETTERS
        assert len(now.campaign_ids) == len(now.text.splitlines()) <= MOST_LINES
    until = now.changes_on or TODAY + timedelta(days=90)
    for day in (TODAY + timedelta(days=1), until - timedelta(days=1)):
        if TODAY <= day < until:
            assert shown(joined, today=day).text == now.text
