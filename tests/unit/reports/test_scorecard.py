import re
from functools import cache
from html.parser import HTMLParser

import polars as pl
import pytest

from reports import words
from reports.scorecard import Links, PersonRef, scorecard_html
from reports.scorecard_markdown import scorecard_markdown
from sla_rules.clocks import run_clocks
from sla_rules.metrics.figures import Metrics, measure
from sla_rules.metrics.period import Period
from sla_rules.sla_loading import shipped_sla
from tests.unit.reports.small_business import NOW, small_business

SLA = shipped_sla()


@cache
def figures(people: int = 120, *, compared: bool = True) -> Metrics:
    business = small_business(people)
    period = Period.month_of(NOW, SLA.zone)
    clocks = run_clocks(
        SLA,
        handoffs=business.handoffs,
        touches=business.touches,
        dispositions=business.dispositions,
        statuses=business.statuses,
        now=NOW,
    )
    return measure(
        SLA,
        clocks=clocks,
        handoffs=business.handoffs,
        judgement_history=business.judgement_history,
        dispositions=business.dispositions,
        opportunities=business.opportunities,
        touches=business.touches,
        campaigns=business.campaigns,
        statuses=business.statuses,
        period=period,
        previous=period.before() if compared else None,
        now=NOW,
    )


class _Reader(HTMLParser):
    """Text, links and what a page would fetch; void and svg tags need no closing."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []
        self.links: list[str] = []
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in {"meta", "link", "img", "br"}:
            self.open.append(tag)
        if tag == "a":
            self.links.append(given.get("href") or "")
        elif tag in {"script", "link", "img", "iframe"}:
            self.fetched.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data.strip())


def read(page: str) -> _Reader:
    reader = _Reader()
    reader.feed(page)
    assert reader.open == []
    return reader


def test_the_page_stands_alone_and_shows_both_halves() -> None:
    page = scorecard_html(figures(), SLA, now=NOW)
    reader = read(page)
    assert reader.fetched == []
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert page.count("<svg") == 2
    assert all(commitment.promise in reader.texts for commitment in SLA.commitments)
    assert {"marketing", "sales", "Breaches by name", "Campaigns"} <= set(reader.texts)
    assert "November 2026" in reader.texts


def test_each_breach_is_on_the_page_by_name_and_links_to_the_person() -> None:
    metrics = figures()
    ids = metrics.breaches["person_id"].unique().to_list()
    people = {person: PersonRef(f"Name of {person}", f"https://crm.example/{person}") for person in ids}
    reader = read(
        scorecard_html(metrics, SLA, now=NOW, links=Links(people, {"Dagster": "http://127.0.0.1:3000"}))
    )
    assert {f"Name of {person}" for person in ids} <= set(reader.texts)
    assert {f"https://crm.example/{person}" for person in ids} < set(reader.links)
    assert "http://127.0.0.1:3000" in reader.links


def test_nothing_that_people_type_becomes_markup() -> None:
    metrics = figures()
    person = metrics.breaches["person_id"][0]
    page = scorecard_html(
        metrics, SLA, title="<script>1</script>", now=NOW, links=Links({person: PersonRef("<img src=x>")})
    )
    assert "<script>" not in page
    assert "<img" not in page
    assert "<script>1</script>" in read(page).texts


def test_a_period_in_which_nothing_happened_has_a_page_too() -> None:
    page = scorecard_html(figures(0), SLA, now=NOW)
    texts = read(page).texts
    assert "No first touch has been due yet." in texts
    assert "None. Every promise that came due in this period was kept." in texts
    alone = scorecard_html(figures(60, compared=False), SLA, now=NOW)
    assert "October 2026" not in alone
    assert read(alone).texts


def test_how_leads_are_shared_out_is_on_the_page() -> None:
    metrics = figures()
    texts = read(scorecard_html(metrics, SLA, now=NOW)).texts
    rep = metrics.distribution.filter(which="period").row(0, named=True)
    index = metrics.balance.filter(which="period").row(0, named=True)
    assert rep["owner"] in texts
    shown = " ".join(" ".join(texts).split())
    assert f"leads to {index['reps']} reps, imbalance {index['gini_number']:.2f} by number" in shown


def test_very_many_breaches_are_counted_where_they_are_not_listed() -> None:
    metrics = figures()
    many = pl.concat([metrics.breaches] * 200)
    copy = {name: getattr(metrics, name) for name in Metrics.__dataclass_fields__}
    page = scorecard_html(Metrics(**{**copy, "breaches": many}), SLA, now=NOW)
    assert re.search(r"The 500 latest of [\d,]+", page)


def test_the_short_form_names_no_person() -> None:
    metrics = figures()
    text = scorecard_markdown(metrics, SLA)
    assert all(commitment.promise in text for commitment in SLA.commitments)
    assert not any(person in text for person in metrics.breaches["person_id"])
    assert f"{metrics.breaches.height} breaches" in text
    assert "| Step | People |" in text
    assert "Reps" not in scorecard_markdown(figures(0, compared=False), SLA)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (words.percent(0.756), "76 %"),
        (words.percent(0.9996), "100.0 %"),
        (words.percent(0.002), "0.2 %"),
        (words.percent(1.0), "100 %"),
        (words.percent(None), "–"),
        (words.points(-0.125), "−12.5 pts"),
        (words.points(0.0), "±0 pts"),
        (words.points(None), "–"),
        (words.count(12345), "12,345"),
        (words.count(0.5), "0.5"),
        (words.count(None), "–"),
        (words.minutes(0), "0 min"),
        (words.minutes(7.94), "7.9 min"),
        (words.minutes(95), "95 min"),
        (words.minutes(190, kind="business"), "3 business h 10 min"),
        (words.minutes(180), "3 h"),
        (words.minutes(5083, kind="business"), "85 business h"),
        (words.minutes(2000), "33 h"),
        (words.minutes(7200), "5.0 days"),
        (words.minutes(None), "–"),
        (words.money(None, "EUR"), "–"),
        (words.moment(NOW, SLA.zone), "24 Nov, 11:30"),
        (words.moment(None, SLA.zone), "–"),
    ],
)
def test_numbers_read_as_people_write_them(text: str, expected: str) -> None:
    assert text == expected
