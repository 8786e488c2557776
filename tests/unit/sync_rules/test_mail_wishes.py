"""What follows from what sales asks of marketing's mail."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync_rules.mail_wishes import ALWAYS, UNTIL_DATE, WHILE_OPEN, Asked, MailWish, asked_on, mail_wish

TODAY = date(2026, 10, 7)
ROWS = [
    (Asked("Lead", "a@x", True, None, None), False, MailWish("a@x")),
    (Asked("Lead", None, True, None, None), False, MailWish()),
    (Asked("Lead", "a@x", False, WHILE_OPEN, None), False, MailWish()),
    (
        Asked("Contact", "a@x", False, WHILE_OPEN, None), True,
        MailWish(None, True, "asked on the Contact, while a deal is open"),
    ),
    (Asked("Lead", "a@x", False, ALWAYS, None), False, MailWish(None, True, "asked on the Lead, until further notice")),
    (
        Asked("Lead", "a@x", False, UNTIL_DATE, TODAY), False,
        MailWish(None, True, "asked on the Lead, until 2026-10-07", TODAY + timedelta(days=1)),
    ),
    (Asked("Lead", "a@x", False, UNTIL_DATE, TODAY - timedelta(days=1)), True, MailWish()),
    (
        Asked("Lead", "a@x", False, UNTIL_DATE, None), False,
        MailWish(None, True, "asked on the Lead, until a date that is not given yet"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "open_deal", "wish"), ROWS)
def test_what_one_record_asks(asked: Asked, open_deal: bool, wish: MailWish) -> None:
    assert mail_wish([asked], open_deal=open_deal, today=TODAY) == wish


def test_the_persons_own_record_names_the_rep_and_the_account_may_hold() -> None:
    own, account = Asked("Contact", "a@x", True, None, None), Asked("Account", "b@x", True, ALWAYS, None)
    assert mail_wish([own, account], open_deal=False, today=TODAY) == MailWish(
        "a@x", True, "asked on the Account, until further notice"
    )


def test_fields_that_were_not_read_ask_nothing() -> None:
    assert asked_on("Lead", {"Id": "1"}, "a@x") == Asked("Lead", "a@x", False, None, None)


@given(
    until=st.dates(date(2026, 9, 1), date(2026, 11, 1)),
    today=st.dates(date(2026, 9, 1), date(2026, 11, 1)),
)
def test_nothing_changes_before_the_day_that_is_told(until: date, today: date) -> None:
    asked = [Asked("Lead", "a@x", True, UNTIL_DATE, until), Asked("Account", None, False, WHILE_OPEN, None)]
    now = mail_wish(asked, open_deal=False, today=today)
    if now.changes_on is not None:
        assert mail_wish(asked, open_deal=False, today=now.changes_on - timedelta(days=1)) == now
        assert mail_wish(asked, open_deal=False, today=now.changes_on) != now
    else:
        assert mail_wish(asked, open_deal=False, today=today + timedelta(days=400)) == now
