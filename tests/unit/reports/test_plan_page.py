"""The plan's page: everything is in it, it needs nothing else, and no value of a field can act in it."""

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest

from reports.plan_page import About, plan_html
from sync_rules.plan import FieldChange, Plan, Write
from sync_rules.price import BatchSizes, price
from tests.unit.reports.test_plan import EMPTY, NOW, PLAN

BERLIN = ZoneInfo("Europe/Berlin")
SIZES = BatchSizes(at_once=200, hubspot=100, salesforce=200, associations=2000, histories=50)
TRIPPED = ({"what": "blank contacts", "count": 9, "limit": 2, "how_to_approve": "Raise `caps.blank`."},)


class _Reader(HTMLParser):
    """Rows by the heading of their group, and all that the page would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.fetched: list[str] = []
        self.scripts: list[str] = []
        self.text: list[str] = []
        self.handlers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.fetched += [
            value or "" for name, value in attrs if name in {"src", "href"} and value and value[0] != "#"
        ]
        if tag not in {"meta", "input"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] == ["script"]:
            self.scripts.append(data)
        elif self.open[-1:] != ["style"]:
            self.text.append(data)


def page_of(plan: Plan, **about: object) -> str:
    told = About("plan-1", **{"status": "stopped", "price": price(plan.writes, SIZES), **about})  # type: ignore[arg-type]
    return plan_html(plan, told, names={"person-1": "Ada Lovelace"}, zone=BERLIN)


def read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.open == []
    return reader


def test_the_page_shows_every_change_create_hold_and_conflict_with_its_reason() -> None:
    said = " ".join(
        " ".join(read(page_of(PLAN, tripped=TRIPPED, command="accord apply plan-1")).text).split()
    )
    for told in (
        "Ada Lovelace", "first_name Ada last_name Lovelace", "stopped by the guard", "accord apply plan-1",
        "blank contacts 9 2", "changed in HubSpot", "quite wrong is no industry", "add it to the map",
        "Banking, Retail", "HubSpot wins", "2026-11-24 10:30 UTC by userId:12", "two Leads fit",
        "+49 30 1234567 blank",
    ):  # fmt: skip
        assert told in said, told


def test_the_page_needs_nothing_and_runs_only_its_own_script() -> None:
    page = page_of(PLAN)
    reader = read(page)
    assert reader.fetched == []
    assert len(reader.scripts) == 1
    digest = base64.b64encode(hashlib.sha256(reader.scripts[0].encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'" in page
    assert "prefers-color-scheme: dark" in page


@pytest.mark.parametrize(
    "value",
    [
        "</script><script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7*7 }}",
        "<!--",
        "&lt;b&gt;",
    ],
)
def test_no_value_can_act_in_the_page(value: str) -> None:
    change = FieldChange(value, "Title", value, value + "2", value, "two_way", value)
    write = Write(f"k:{value}", "salesforce", "Lead", "update", "1", "p1", (change,))
    born = replace(write, operation="create", record_id=None, link_id=value)
    page = page_of(
        replace(PLAN, writes=(write, born), conflicts=(), holds=()), command=f"accord apply {value}"
    )
    reader = read(page)
    assert len(reader.scripts) == 1
    assert reader.fetched == reader.handlers == []
    assert value in "".join(reader.text)


def test_long_groups_are_closed_and_thousands_of_rows_stay_one_page() -> None:
    def update(n: int) -> Write:
        change = FieldChange("city", "City", "Kiel", "Bremen", "Bremen", "two_way", "changed in HubSpot")
        return Write(f"salesforce:Lead:{n}", "salesforce", "Lead", "update", str(n), f"p{n}", (change,))

    page = page_of(replace(PLAN, writes=tuple(update(n) for n in range(5_000)), conflicts=(), holds=()))
    (group,) = re.findall(r'<details data-group id="city-salesforce-Lead"[^>]*>', page)
    assert "open" not in group
    assert page.count('<td class="old">Kiel</td>') == 5_000
    assert "5,000" in page
    assert len(page) < 1_000_000


def test_an_empty_plan_says_so() -> None:
    said = " ".join(read(page_of(EMPTY, status="dry")).text)
    assert "Nothing to write" in said
    assert "12" in said
    assert NOW.astimezone(BERLIN).strftime("%H:%M") in said
