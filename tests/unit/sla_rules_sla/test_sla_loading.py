import pytest

from sla_rules.sla_language import plain_language
from sla_rules.sla_loading import SlaError, load_sla, shipped_sla
from sla_rules.sla_terms import Duration, Quota, ShareLimit, TouchFloor
from tests.unit.sla_rules_sla.agreements import SHIPPED, changed, with_owners


def problems(text: str) -> list[str]:
    with pytest.raises(SlaError) as caught:
        load_sla(text, source="sla.yaml")
    return list(caught.value.problems)


def line_of(text: str, words: str) -> int:
    return next(n for n, line in enumerate(text.splitlines(), 1) if words in line)


def test_the_shipped_agreement_holds_the_promises_that_were_agreed() -> None:
    targets = {c.id: c.target for c in shipped_sla().commitments}
    assert targets == {
        "qualified_leads": Quota(120, "month"),
        "minimum_information": ShareLimit("at least", 1.0),
        "rejected_leads": ShareLimit("at most", 0.25),
        "first_touch": Duration(1, "hour", business=True),
        "follow_up": Duration(7, "day", business=False),
        "answer": Duration(2, "day", business=True),
        "disposition": Duration(14, "day", business=False),
        "no_early_disqualification": TouchFloor(4),
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("target: 1 business hour", "target: 1 bussiness hour", "'1 bussiness hour' is not a target"),
        ("target: 7 days", "target: at most 25 %", "a clock needs a length of time"),
        ("target: 7 days", "target: at least 4 touches", "go together"),
        ("stop: 3 further touches", "stop: first touch", "go together"),
        ("stop: acceptance or rejection", "stop: applause", "'applause' is not a stop event"),
        ("start: handoff\n", "measure: qualified leads\n    start: handoff\n", "not both"),
        ("stop: first touch", "calendar: office", "give 'start' and 'stop'"),
        ("target: at most 25 %", "target: 7 days", "is measured against a target such as 'at most 25 %'"),
        ("target: at least 120 per month", "target: at least 20 %", "such as 'at least 120 per month'"),
        ("warn_at: 75 %", "warn_at: 130 %", "'130 %' is not a share"),
        ("warn_at: 75 %", "warn_in: 75 %", "did you mean 'warn_at'?"),
        ("calendar: office", "calendar: ofice", "did you mean 'office'?"),
        ("id: answer", "id: first_touch", "'first_touch' stands twice"),
        ("team: marketing", "team: finance", "'finance' is not known"),
        ("monday: [09:00-17:00]", "monday: [17:00-09:00]", "split a night shift at midnight"),
        ("monday: [09:00-17:00]", "monday: [nine to five]", "are not opening hours"),
        ("monday: [09:00-17:00]", "monday: [09:00-13:00, 12:00-17:00]", "overlap or are in disorder"),
        ("time_zone: Europe/Berlin", "time_zone: Berlin", "write an IANA name"),
        ("{country: DE, subdivision: BE}", "{country: XX}", "no holidays known for 'XX'"),
        ("{country: DE, subdivision: BE}", "{country: DE, subdivision: XX}", "no subdivision 'XX'"),
        ("same_touch_within: 10 minutes", "same_touch_within: 1 business hour", "is clock time"),
        ("same_touch_within: 10 minutes", "same_touch_within: soon", "is not a length of time"),
        ("recycled: [Too soon]", "recycled: [Accepted]", "Accepted stands in two lists"),
        ("rejected_statuses: [", "rejected_statuses: [Closed - Converted, ", "stands in two lists"),
        ("[5, 15, 60, 240]", "[15, 5]", "must be positive and rise"),
        ("currency: EUR", "currency: euro", "currency"),
        ("title:", "titel:", "did you mean 'title'?"),
        ("version: 2026-01\n", "version: 2026-01\nversion: 2026-02\n", "written twice"),
    ],
)
def test_each_mistake_is_told_with_its_line_and_remedy(old: str, new: str, said: str) -> None:
    assert any(said in problem for problem in problems(changed((old, new))))


def test_all_problems_come_at_once_in_the_order_of_the_file() -> None:
    text = changed(
        ("currency: EUR", "currency: E"),
        ("target: 1 business hour", "target: soon"),
        ("stop: 3 further touches", "stop: 2 further touches\n    colour: red"),
        ("stop: acceptance or rejection", "stop: first touch"),
    )
    lines = [int(problem.split(":")[1]) for problem in problems(text)]
    assert lines == sorted(lines)
    for words in ("currency: E", "target: soon", "colour: red"):
        assert line_of(text, words) in lines
    assert len(lines) == 4


@pytest.mark.parametrize("text", ["", "- a list", "title: [unclosed", "42"])
def test_text_that_is_no_agreement_is_refused_in_one_sentence(text: str) -> None:
    assert len(problems(text)) == 1


def test_a_calendar_that_never_opens_is_refused() -> None:
    text = "calendars:\n  office:\n    time_zone: UTC\n    hours: {}\n"
    assert any("stops every clock" in problem for problem in problems(text))


def test_an_absence_must_end_after_it_begins() -> None:
    text = with_owners(
        "owners:\n  - owner: a@b.c\n    absences: [{first: 2026-02-02, last: 2026-01-01}]\n"
        "  - owner: A@b.c\n    calendar: moon\n"
    )
    told = "\n".join(problems(text))
    assert "ends before it begins" in told
    assert "'A@b.c' stands twice" in told
    assert "no calendar is called 'moon'" in told


def test_the_plain_page_says_every_promise_and_every_rule() -> None:
    contract = load_sla(
        with_owners(
            "owners:\n  - owner: dana@m.example\n    calendar: new_york\n"
            "    absences: [{first: 2026-08-03, last: 2026-08-14, why: parental leave}]\n"
        ),
        source="sla.yaml",
    )
    page = plain_language(contract)
    assert all(commitment.promise in page for commitment in contract.commitments)
    for words in (
        "Version 2026-01, agreed on 12 January 2026",
        "1 business hour on the calendar “office”; to be kept for 90 % of leads",
        "Monday: 09:00–17:00",
        "public holidays of DE-BE",
        "dana@m.example works on the calendar “new_york”; away 3 August 2026 to 14 August 2026 (parental leave)",
        "Rejected: Poor quality, Go-nowhere; or lead status Closed - Not Converted",
        "within 10 minutes counts once",
    ):
        assert words in page


def test_a_small_agreement_of_one_team_needs_no_more_than_its_promise() -> None:
    head, _, _ = SHIPPED.partition("commitments:")
    text = (
        head.replace("    holidays: {country: DE, subdivision: BE}\n", "")
        .replace("    closed: [2026-12-24, 2026-12-31]\n", "")
        .replace('  not_people: ["', '  # not_people: ["')
        + "commitments:\n  - id: quota\n    team: marketing\n    promise: Ten a week.\n"
        + "    measure: qualified leads\n    target: at least 10 per week\n"
    )
    page = plain_language(load_sla(text, source="small.yaml"))
    assert "## What marketing promises" in page
    assert "## What sales promises" not in page


@pytest.mark.parametrize(
    ("duration", "minutes", "text"),
    [
        (Duration(1, "hour", business=True), 60, "1 business hour"),
        (Duration(2, "day", business=True), 960, "2 business days"),
        (Duration(1.5, "week", business=True), 3600, "1.5 business weeks"),
        (Duration(2, "week", business=False), 20160, "2 weeks"),
    ],
)
def test_durations_in_their_own_kind_of_time(duration: Duration, minutes: float, text: str) -> None:
    assert duration.minutes(480) == minutes
    assert str(duration) == text
