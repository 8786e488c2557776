"""What a deletion on one side makes the plan do on the other, by rule and by what happened before."""

from datetime import timedelta

import pytest

from reports.plan import plan_markdown
from sync_rules.guard import judge
from sync_rules.records import Link
from sync_rules.state import PersonState
from tests.unit.sync_rules.test_plan_people import NEW_LINK

PEOPLE = "people: {hubspot_archived: ignore, salesforce_deleted: ignore}"


def _with(make, hubspot_archived="ignore", salesforce_deleted="ignore"):
    rules = f"people: {{hubspot_archived: {hubspot_archived}, salesforce_deleted: {salesforce_deleted}}}"
    return make.edited_mapping((PEOPLE, rules))


@pytest.mark.parametrize(
    ("policies", "gone", "expected"),
    [
        ({}, "hubspot", []),
        ({}, "salesforce", []),
        ({"hubspot_archived": "archive"}, "hubspot", [("salesforce", "Lead", "delete")]),
        ({"hubspot_archived": "archive"}, "salesforce", []),
        ({"salesforce_deleted": "archive"}, "salesforce", [("hubspot", "contacts", "delete")]),
        ({"salesforce_deleted": "delete"}, "salesforce", [("hubspot", "contacts", "purge")]),
        ({"salesforce_deleted": "delete"}, "hubspot", []),
    ],
)
def test_the_rule_of_the_side_that_deleted_decides(make, policies, gone, expected):
    state = make.linked(
        make.contact(jobtitle="CEO", deleted=gone == "hubspot"), make.lead(deleted=gone == "salesforce")
    )
    plan = make.plan(state, mapping=_with(make, **policies))
    assert [(w.side, w.object_type, w.operation) for w in plan.writes] == expected
    assert [hold.kind for hold in plan.holds] == ([] if expected else ["deleted_other_side"])


@pytest.mark.parametrize(
    "why_not",
    [
        lambda make: make.linked(make.contact(deleted=True), make.lead(), removed_by_us=True),
        lambda make: make.linked(make.contact(deleted=True), make.lead(IsConverted=True)),
        lambda make: make.linked(make.contact(), make.lead(deleted=True, _master_id=make.contact_id)),
    ],
)
def test_a_deletion_of_ours_a_conversion_and_a_merge_are_not_followed(make, why_not):
    plan = make.plan(why_not(make), mapping=_with(make, "archive", "archive"))
    assert (plan.writes, [hold.kind for hold in plan.holds]) == ((), ["deleted_other_side"])


def test_whom_both_deleted_and_who_was_alone_is_at_rest(make):
    alone = PersonState(make.link("101", **NEW_LINK), make.contact(deleted=True), None, admitted=True)
    both = make.linked(make.contact(deleted=True), make.lead(deleted=True))
    plan = make.plan(alone, both, mapping=_with(make, "archive", "archive"))
    assert (plan.writes, plan.holds) == ((), ())


@pytest.mark.parametrize("side", ["hubspot", "salesforce"])
def test_who_was_deleted_across_is_not_made_there_again(make, side):
    deleted_at = make.noon - timedelta(days=3)
    if side == "salesforce":
        link, hubspot, salesforce = make.link("101", **NEW_LINK), make.contact(), None
    else:
        link, hubspot, salesforce = Link("p1", "person", None, "Lead", make.lead_id, "new"), None, make.lead()
    state = PersonState(link, hubspot, salesforce, admitted=True, deleted_across=deleted_at)
    plan = make.plan(state)
    assert [write for write in plan.writes if write.operation == "create"] == []
    (hold,) = plan.holds
    assert (hold.kind, hold.side) == ("deleted_other_side", side)
    assert "2026-02-27" in hold.why


def test_deletions_come_last_and_have_a_cap_of_their_own(make):
    mapping = _with(make, "archive")
    leads = [f"00Q00000000000{n}EAA" for n in range(1, 10)]
    gone = [
        make.linked(
            make.contact(str(n), deleted=True),
            make.lead(lead),
            link=make.link(str(n), "Lead", lead, link_id=f"p{n}"),
        )
        for n, lead in enumerate(leads)
    ]
    busy = make.linked(make.contact("99", jobtitle="CEO"), make.lead(), link=make.link("99", link_id="z"))
    plan = make.plan(*gone, busy, mapping=mapping)
    assert [write.operation for write in plan.writes[-len(gone) :]] == ["delete"] * len(gone)
    assert judge(plan, {"Lead": 1000, "contacts": 1000}, mapping.caps, first_pass=False).ok
    tight = mapping.caps.model_copy(update={"delete": mapping.caps.delete.model_copy(update={"absolute": 8})})
    (tripped,) = judge(plan, {"Lead": 1000, "contacts": 1000}, tight, first_pass=False).tripped
    assert (tripped.what, tripped.count, tripped.limit) == ("delete Lead", 9, 8)
    assert "`caps.delete`" in tripped.how_to_approve


def test_the_plan_shows_who_goes_and_whether_they_can_come_back(make):
    leaving = make.linked(make.contact(deleted=True), make.lead())
    purged = make.linked(make.contact(), make.lead(deleted=True))
    plan = make.plan(leaving, mapping=_with(make, "archive"))
    shown = plan_markdown(plan, redact=False, names={"p1": "Ann Lee"})
    assert f"| Ann Lee | salesforce Lead {make.lead_id} | deleted; Salesforce's recycle bin keeps it" in shown
    assert "| salesforce | Lead | delete | 1 |" in plan_markdown(plan)
    plan = make.plan(purged, mapping=_with(make, salesforce_deleted="delete"))
    assert "contacts 101 | deleted for good; its other record was deleted" in plan_markdown(
        plan, redact=False
    )
