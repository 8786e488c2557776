"""What people are called cannot break a message: one line in headers, plain text in HTML and in Slack's markup."""

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from reports.notices.mail import mail
from reports.notices.slack import escaped, slack_message
from reports.notices.words import Story, digest_title, told

AT = datetime(2026, 10, 5, 8, 5, tzinfo=UTC)
BERLIN, NEW_YORK = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")
STORY = Story(
    kind="breach", zone=BERLIN, at=AT, name="Vera Brandt", company="Nordwerk AG", due_at=AT, promise="A touch in time.",
    why="no first touch yet", url="https://acme.my.salesforce.com/lightning/r/Lead/00Q1/view",
)  # fmt: skip
HOSTILE = [
    "Eve\r\nBcc: all@example.com",
    "Eve\nSubject: free money",
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<!channel> <@U123> <https://evil.example|click>",
    "{{ 7 * 7 }}{% raw %}",
    "‮gnp.exe\x00\x1b[31m",
    "x" * 5_000,
]


def sent(name: str) -> tuple[str, str, str]:
    """Subject, text and HTML of a mail about somebody of this name, as they arrive."""
    item = told(replace(STORY, name=name))
    message = mail(
        item.title, [item], sender="accord@m.example", recipient="dana@m.example", message_id="m1", at=AT
    )
    assert [line for line in message if line.lower() == "bcc"] == []
    assert message.as_bytes().count(b"\nSubject:") == 1
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert page is not None
    return str(message["Subject"]), plain.get_content(), page.get_content()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_text(name: str) -> None:
    subject, _, page = sent(name)
    assert subject.isprintable()
    assert len(subject) <= 300
    assert "<script" not in page
    assert "<img" not in page
    assert "49" not in page
    post = slack_message(*_titled(name))
    assert "<!channel>" not in str(post)
    assert "<@U123>" not in str(post)
    assert "evil.example|" not in str(post).replace("&lt;https://evil.example|click&gt;", "")
    assert all(len(block["text"]["text"]) <= 3_000 for block in post["blocks"])


def _titled(name: str) -> tuple[str, list[object]]:
    item = told(replace(STORY, name=name))
    return item.title, [item]


def test_times_are_the_recipients() -> None:
    assert "Was due: Monday 5 October, 10:05 CEST" in sent("Vera")[1]
    item = told(replace(STORY, zone=NEW_YORK))
    assert ("Was due", "Monday 5 October, 04:05 EDT") in item.lines


def test_what_is_not_known_is_left_out() -> None:
    bare = Story(kind="hot_lead", zone=BERLIN, at=AT, name="Vera Brandt")
    item = told(bare)
    assert (item.title, item.lines, item.url) == ("Hot lead: Vera Brandt", (), None)
    post = slack_message(item.title, [item], mention="U024BE7LH")
    assert post["text"] == "<@U024BE7LH> Hot lead: Vera Brandt"


def test_a_digest_names_each() -> None:
    items = [told(replace(STORY, name=f"Nr {number}")) for number in range(60)]
    title = digest_title(["breach"] * 59 + ["hot_lead"])
    assert title == "60 notices: 59 broken promises, 1 hot lead"
    text = mail(
        title, items, sender="a@m.example", recipient="b@m.example", message_id="m", at=AT
    ).as_string()
    assert [number for number in range(60) if f"Nr {number}," not in text] == []
    post = slack_message(title, items)
    assert len(post["blocks"]) <= 50
    assert post["blocks"][-1]["text"]["text"] == "… and 15 more"


def test_slack_signs_are_escaped_once() -> None:
    assert escaped("a & b < c > d &amp;") == "a &amp; b &lt; c &gt; d &amp;amp;"
