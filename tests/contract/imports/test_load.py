"""Loading a list through the real gateway: upserts, consent, what HubSpot refuses, nothing lost."""

from pathlib import Path

import pytest

from connectors.errors import AuthError, ConfigError
from connectors.hubspot.gateway import HubSpotGateway
from imports.load import load
from imports.mapping import load_mapping
from imports.plan import ImportPlan, ImportRefusedError, plan_file
from imports.properties import create_properties, missing_properties
from imports.report import ImportReport

MAPPING = """
version: 1
blank: ["", Select]
feedback: [Tags]
identity: {email: "{Id}@list.example"}
opt_out: {column: No mail}
properties:
  lastname: {template: "Lead {Id}"}
  city: {column: City}
  do_not_call: {column: No call, type: boolean, consent: true}
  employee_count: {column: Size, type: number}
"""
HEADER = "Id,City,No mail,No call,Size,Tags\n"
UPSERT = "POST /crm/v3/objects/{type}/batch/upsert"
READ = "POST /crm/v3/objects/{type}/batch/read"
REFUSED_TOKEN = {"status": "error", "message": "expired", "category": "EXPIRED_AUTHENTICATION"}


@pytest.fixture
def plan_of(tmp_path: Path):
    def plan(rows: str, mapping: str = MAPPING) -> ImportPlan:
        path = tmp_path / "list.csv"
        path.write_text(HEADER + rows, "utf-8")
        return plan_file(path, load_mapping(mapping, source="m.yaml"))

    return plan


def counts(report: ImportReport) -> tuple[int, int, int]:
    return report.created, report.updated, report.unchanged


def properties_of(hubspot: HubSpotGateway, email: str) -> dict[str, str]:
    fields = ["email", "lastname", "city", "do_not_call", "employee_count", "hs_email_optout"]
    (record,) = hubspot.read_by("contacts", "email", [email], fields)
    return dict(record.fields)


def test_people_are_created_with_their_values_and_wishes(hubspot, plan_of):
    report = load(plan_of('1,Bonn,Yes,No,"1,200",x\n"2,""Rome, Lazio"",No,Yes,Select,"\n'), hubspot)
    assert counts(report) == (2, 0, 0)
    assert (report.unsubscribed, report.repaired, report.complete) == (1, (3,), True)
    first, second = (properties_of(hubspot, f"{n}@list.example") for n in (1, 2))
    assert (first["lastname"], first["city"], first["employee_count"]) == ("Lead 1", "Bonn", "1200")
    assert (first["hs_email_optout"], first["do_not_call"]) == ("true", "false")
    assert (second["city"], second["employee_count"]) == ("Rome, Lazio", None)
    assert (second["hs_email_optout"], second["do_not_call"]) == (None, "true")


def test_loading_the_same_file_again_writes_nothing(hubspot, hubspot_side, plan_of):
    plan = plan_of("".join(f"p{n},Bonn,Yes,Yes,{n}.0,\n" for n in range(230)))
    assert counts(load(plan, hubspot)) == (230, 0, 0)
    assert hubspot_side.calls(UPSERT) == 3
    calls = hubspot_side.counters.of("hubspot").snapshot()["by_endpoint"]
    report = load(plan, hubspot)
    assert counts(report) == (0, 0, 230)
    assert (report.unsubscribed, report.complete) == (0, True)
    after = hubspot_side.counters.of("hubspot").snapshot()["by_endpoint"]
    assert {name: n - calls.get(name, 0) for name, n in after.items() if n != calls.get(name)} == {READ: 3}


def test_only_differences_are_written_and_blank_cells_clear_nothing(hubspot, hubspot_side, plan_of):
    load(plan_of("1,Bonn,No,No,10,\n2,Rome,No,No,10,\n"), hubspot)
    report = load(plan_of("1,Select,No,No,10,\n2,Oslo,No,No,10,\n"), hubspot)
    assert counts(report) == (0, 1, 1)
    assert properties_of(hubspot, "1@list.example")["city"] == "Bonn"
    assert properties_of(hubspot, "2@list.example")["city"] == "Oslo"


def test_a_no_never_takes_back_a_yes(hubspot, hubspot_side, plan_of):
    hubspot_side.person(email="1@list.example", do_not_call="true")
    hubspot.opt_out(["1@list.example"])
    load(plan_of("1,Bonn,No,No,10,\n"), hubspot)
    kept = properties_of(hubspot, "1@list.example")
    assert (kept["do_not_call"], kept["hs_email_optout"], kept["city"]) == ("true", "true", "Bonn")


def test_a_mapping_may_fill_blanks_only(hubspot, hubspot_side, plan_of):
    hubspot_side.person(email="1@list.example", city="Kyoto")
    load(plan_of("1,Bonn,No,No,10,\n", MAPPING + "existing: fill_blanks\n"), hubspot)
    kept = properties_of(hubspot, "1@list.example")
    assert (kept["city"], kept["employee_count"]) == ("Kyoto", "10")


def test_every_row_is_somewhere_in_the_report(hubspot, plan_of):
    rows = "1,Bonn,No,No,10,\n,Bonn,No,No,10,\n1,Rome,No,No,10,\nshort\n2,Bonn,No,No,many,\n"
    report = load(plan_of(rows), hubspot)
    assert (report.rows, report.loaded) == (5, 2)
    assert [one.line for one in report.refused] == [3, 5]
    assert [(one.line, one.first_line) for one in report.duplicates] == [(4, 2)]
    assert [(one.line, one.property) for one in report.left_out] == [(6, "employee_count")]


def test_a_value_that_hubspot_refuses_costs_no_more_than_itself(hubspot, plan_of):
    mapping = MAPPING + "  hs_lead_status: {column: Tags, create_property: {label: Status}}\n"
    report = load(plan_of("1,Bonn,No,No,10,NEW\n2,Rome,No,No,10,Ringing\n", mapping), hubspot)
    assert counts(report) == (2, 0, 0)
    assert [(one.line, one.property) for one in report.left_out] == [(3, "hs_lead_status")]
    assert "HubSpot refused it" in report.left_out[0].reason
    assert properties_of(hubspot, "2@list.example")["city"] == "Rome"


def test_a_vendor_that_fails_over_one_bad_value_does_not_hide_what_was_written(
    hubspot, hubspot_side, plan_of
):
    mapping = MAPPING + "  hs_lead_status: {column: Tags, create_property: {label: Status}}\n"
    hubspot_side.fail(path="*/batch/upsert", status=401, body=REFUSED_TOKEN, times=None, skip=1)
    report = load(plan_of("1,Bonn,No,No,10,NEW\n2,Rome,No,No,10,Ringing\n", mapping), hubspot)
    assert (counts(report), [one.line for one in report.refused]) == ((1, 0, 0), [3])
    assert report.stopped is not None


def test_progress_is_told_by_the_hundred(hubspot, plan_of):
    done: list[int] = []
    load(plan_of("".join(f"p{n},Bonn,No,No,1,\n" for n in range(150))), hubspot, progress=done.append)
    assert done == [100, 150]


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("shoe_size: {column: Size}", "HubSpot has no contact property shoe_size;"),
        (
            "shoe_size: {column: Size, create_property: {label: Shoe size}}",
            "load with --create-properties to add it",
        ),
        ("createdate: {column: City}", "HubSpot does not let createdate be written; remove it"),
        ("num_notes: {column: Size, type: number}", "HubSpot does not let num_notes be written"),
        ("hs_lead_status: {constant: COLD}", "'COLD' is no option of hs_lead_status"),
        (
            "lead_source: {column: City, values: {Bonn: webinar, Rome: webina}}",
            "'webina' is no option of lead_source in HubSpot; did you mean 'webinar'?",
        ),
        ("closedate: {column: City}", "closedate is a datetime property in HubSpot; add 'type: date'"),
    ],
)
def test_a_property_that_is_missing_or_does_not_fit_stops_the_load_before_it_begins(
    hubspot, hubspot_side, plan_of, rule, problem
):
    with pytest.raises(ImportRefusedError) as caught:
        load(plan_of("1,Bonn,No,No,10,\n2,Rome,No,No,10,\n", f"{MAPPING}  {rule}\n"), hubspot)
    (told,) = caught.value.problems
    assert told.startswith("m.yaml:12: ")
    assert problem in told
    assert hubspot_side.calls(UPSERT) == 0


def test_declared_properties_are_created_once_and_feedback_says_so(hubspot, plan_of):
    mapping = (
        f"{MAPPING}  list_tags: {{column: Tags, create_property: {{label: Tags}}}}\n"
        "  list_size: {column: Size, type: picklist, values: {'1': small}, create_property: {label: Size}}\n"
    )
    plan = plan_of("1,Bonn,No,No,1,busy\n", mapping)
    created = create_properties(plan.mapping, hubspot)
    assert [item.name for item in created] == ["accord", "list_tags", "list_size"]
    assert (create_properties(plan.mapping, hubspot), missing_properties(plan.mapping, hubspot)) == ([], [])
    assert hubspot.schema("contacts")["list_size"].options == ("small",)
    raw = hubspot.client.call("GET", "/crm/v3/properties/contacts/list_tags", endpoint="property")
    assert raw["description"] == "Feedback from sales, never an input of the lead definition."
    assert load(plan, hubspot).complete
    (record,) = hubspot.read_by("contacts", "email", ["1@list.example"], ["list_tags", "list_size"])
    assert (record.fields["list_tags"], record.fields["list_size"]) == ("busy", "small")


def test_a_property_of_another_type_is_in_the_way(hubspot, plan_of):
    mapping = f"{MAPPING}  annualrevenue: {{column: Size, type: number, create_property: {{label: R}}}}\n"
    with pytest.raises(ConfigError, match=r"m\.yaml:12: annualrevenue exists as string"):
        create_properties(plan_of("", mapping).mapping, hubspot)


def test_a_plan_with_problems_is_not_loaded(hubspot, hubspot_side, plan_of):
    with pytest.raises(ImportRefusedError, match="the file has no column 'Town'"):
        load(plan_of("1,Bonn,No,No,10,\n", MAPPING.replace("City", "Town")), hubspot)
    assert hubspot_side.calls(UPSERT) == 0


def test_a_vendor_that_fails_at_once_raises(hubspot, hubspot_side, plan_of):
    hubspot_side.fail(path="*/batch/upsert", status=401, body=REFUSED_TOKEN, times=None)
    with pytest.raises(AuthError):
        load(plan_of("1,Bonn,No,No,10,\n"), hubspot)


def test_a_vendor_that_fails_later_ends_the_load_and_no_row_is_lost(hubspot, hubspot_side, plan_of):
    hubspot_side.fail(path="*/batch/upsert", status=401, body=REFUSED_TOKEN, times=None, skip=2)
    plan = plan_of("".join(f"p{n},Bonn,No,No,1,\n" for n in range(350)))
    report = load(plan, hubspot)
    assert (report.rows, report.created, len(report.refused)) == (350, 200, 150)
    assert report.stopped is not None
    assert report.refused[0].line == 202
    hubspot_side.faults.clear()
    assert counts(load(plan, hubspot)) == (150, 0, 200)


def test_somebody_who_could_not_be_unsubscribed_is_named(hubspot, hubspot_side, plan_of):
    refusal = {"status": "error", "message": "not now", "category": "VALIDATION_ERROR"}
    hubspot_side.fail(path="*/unsubscribe-all", status=400, body=refusal)
    plan = plan_of("1,Bonn,Yes,No,10,\n2,Bonn,Yes,No,10,\n")
    report = load(plan, hubspot)
    assert (report.loaded, report.unsubscribed, report.complete) == (2, 1, False)
    assert [(one.line, one.email) for one in report.not_unsubscribed] == [(2, "1@list.example")]
    again = load(plan, hubspot)
    assert (counts(again), again.unsubscribed, again.complete) == ((0, 0, 2), 1, True)


def test_nobody_more_is_loaded_once_opt_outs_are_not_possible(hubspot, hubspot_side, plan_of):
    body = {"status": "error", "message": "scope", "category": "MISSING_SCOPES"}
    hubspot_side.fail(path="*/unsubscribe-all", status=403, body=body, times=None)
    report = load(plan_of("".join(f"p{n},Bonn,Yes,No,1,\n" for n in range(150))), hubspot)
    assert (report.created, len(report.not_unsubscribed), len(report.refused)) == (100, 100, 50)
    assert report.stopped is not None
