"""What becomes of each row before anything is written, and how it is shown."""

import csv
import io
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from imports import showing
from imports.mapping import load_mapping
from imports.people import DuplicateRow, Person, RefusedRow
from imports.plan import ImportPlan, ImportRefusedError, plan_file, plan_import
from imports.report import ImportReport

HEAD = 'version: 1\nidentity: {email: "{Id}@list.example"}\n'


def plan_of(tmp_path: Path, mapping: str, content: str) -> ImportPlan:
    path = tmp_path / "list.csv"
    path.write_text(content, "utf-8")
    return plan_file(path, load_mapping(HEAD + mapping, source="m.yaml"))


def people_of(plan: ImportPlan) -> list[Person]:
    return [outcome for outcome in plan.outcomes() if isinstance(outcome, Person)]


@pytest.mark.parametrize(
    ("rule", "cell", "value"),
    [
        ("{column: C}", "  Bonn ", "Bonn"),
        ("{column: C}", "select", None),
        ("{column: C, blank: [none]}", "None", None),
        ("{template: 'Lead {C}'}", "7", "Lead 7"),
        ("{template: 'Lead {C}'}", "", None),
        ("{constant: list}", "", "list"),
        ("{constant: false, type: boolean}", "x", False),
        ("{column: C, type: number}", "1,234.50", Decimal("1234.50")),
        ("{column: C, type: number}", "-5", Decimal(-5)),
        ("{column: C, type: boolean}", "Yes", True),
        ("{column: C, type: boolean}", "0", False),
        ("{column: C, type: date, format: '%d.%m.%Y'}", "31.01.2026", date(2026, 1, 31)),
        ("{column: C, values: {Google: paid}}", "google", "paid"),
        ("{column: C, values: {Google: paid}, otherwise: web}", "bing", "web"),
        ("{column: C, values: {Google: paid}, otherwise: ''}", "bing", None),
    ],
)
def test_a_cell_becomes_a_value(tmp_path, rule, cell, value):
    quoted = cell.replace('"', '""')
    plan = plan_of(tmp_path, f"blank: ['', Select]\nproperties: {{prop: {rule}}}\n", f'Id,C\n1,"{quoted}"\n')
    (person,) = people_of(plan)
    assert person.values.get("prop") == value
    assert plan.left_out == ()


@pytest.mark.parametrize(
    ("rule", "cell", "reason"),
    [
        ("{column: C, type: number}", "1,23", "C: '1,23' is not a number"),
        ("{column: C, type: number}", "12 kg", "C: '12 kg' is not a number"),
        ("{column: C, type: date}", "31.01.2026", "C: '31.01.2026' is not a date like %Y-%m-%d"),
        ("{column: C, type: boolean}", "maybe", "C: 'maybe' is neither yes nor no"),
        ("{column: C, values: {Google: paid}}", "bing", "C: 'bing' is not among the rule's 'values'"),
    ],
)
def test_a_bad_cell_costs_its_value_and_not_its_person(tmp_path, rule, cell, reason):
    plan = plan_of(tmp_path, f"properties: {{prop: {rule}, name: {{column: Id}}}}\n", f'Id,C\n1,"{cell}"\n')
    assert [(one.line, one.property, one.reason) for one in plan.left_out] == [(2, "prop", reason)]
    assert [dict(person.values) for person in people_of(plan)] == [{"name": "1"}]


def test_numbers_with_a_decimal_comma(tmp_path):
    plan = plan_of(
        tmp_path,
        "file: {delimiter: ';', decimal: ','}\nproperties: {n: {column: N, type: number}}\n",
        "Id;N\n1;1.234,5\n",
    )
    assert people_of(plan)[0].values == {"n": Decimal("1234.5")}


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",No,No", "Id is empty"),
        ("a b,No,No", "is not an e-mail address that HubSpot takes"),
        ("a..b,No,No", "is not an e-mail address that HubSpot takes"),
        (f"{'a' * 65},No,No", "is not an e-mail address that HubSpot takes"),
        ("1,perhaps,No", "Mail: 'perhaps' is neither yes nor no; without knowing"),
        ("1,No,perhaps", "Call: 'perhaps' is neither yes nor no; without knowing"),
        ("1,No", "it has 2 cells where the header has 3"),
    ],
    ids=["nobody", "space", "dots", "long", "mail consent", "call consent", "short"],
)
def test_rows_that_are_nobody_or_whose_consent_is_unclear_are_refused(tmp_path, row, reason):
    plan = plan_of(
        tmp_path,
        "opt_out: {column: Mail}\nproperties: {do_not_call: {column: Call, type: boolean, consent: true}}\n",
        f"Id,Mail,Call\n{row}\nok,Yes,No\n",
    )
    assert [one.line for one in plan.refused] == [2]
    assert reason in plan.refused[0].reason
    assert (plan.rows, plan.ready, plan.opt_outs) == (2, 1, 1)


def test_the_first_row_about_somebody_counts_and_later_ones_are_told_apart(tmp_path):
    plan = plan_of(
        tmp_path, "properties: {city: {column: City}}\n", "Id,City\nA,Bonn\nb,Rom\na,Bonn\na,Bern\n"
    )
    assert [person.line for person in people_of(plan)] == [2, 3]
    assert [(one.line, one.first_line, one.differs) for one in plan.duplicates] == [
        (4, 2, True),
        (5, 2, True),
    ]
    again = plan_of(tmp_path, "properties: {city: {column: City}}\n", "Id,City\nA,Bonn\nA,Bonn\n")
    assert [(one.line, one.differs) for one in again.duplicates] == [(3, False)]


def test_columns_that_nobody_uses_and_columns_that_are_not_there_are_told(tmp_path):
    plan = plan_of(tmp_path, "properties: {city: {column: City}}\n", "Id,City,Shoe size\n1,Bonn,42\n")
    assert (plan.not_loaded, plan.problems) == (("Shoe size",), ())
    lacking = plan_of(tmp_path, "properties: {city: {column: Town}}\n", "Id,City\n1,Bonn\n")
    assert lacking.problems[0].startswith("m.yaml:3: the file has no column 'Town'")
    assert lacking.ready == 0


def test_a_file_that_changed_after_the_plan_is_not_loaded(tmp_path):
    plan = plan_of(tmp_path, "properties: {city: {column: City}}\n", "Id,City\n1,Bonn\n")
    plan.path.write_text("Id,City\n1,Bonn\n2,Rome\n")
    with pytest.raises(ImportRefusedError, match="plan the import again"):
        list(plan.outcomes())


def test_a_file_that_is_not_there_is_told(tmp_path):
    (tmp_path / "m.yaml").write_text(HEAD + "properties: {city: {column: City}}\n")
    with pytest.raises(ImportRefusedError, match="check the path"):
        plan_import(tmp_path / "absent.csv", tmp_path / "m.yaml")


def test_a_report_that_loses_a_row_cannot_be_made():
    with pytest.raises(ValueError, match="3 rows were read, but 1 loaded, 1 refused and 0 repeated"):
        _report(rows=3, refused=(RefusedRow(2, "why"),))


def _report(
    rows: int, refused: tuple[RefusedRow, ...] = (), duplicates: tuple[DuplicateRow, ...] = ()
) -> ImportReport:
    return ImportReport(
        path=Path("list.csv"),
        mapping="m.yaml",
        columns=("Id", "City"),
        rows=rows,
        created=1,
        updated=0,
        unchanged=0,
        repaired=(4,),
        refused=refused,
        duplicates=duplicates,
        left_out=(),
        unsubscribed=0,
        not_unsubscribed=(),
        stopped=None,
    )


def test_refused_rows_can_be_opened_in_a_spreadsheet_corrected_and_loaded(tmp_path):
    plan = plan_of(
        tmp_path,
        "properties: {city: {column: City}}\n",
        "Id,City\n,=HYPERLINK(1)\n+x,-5\nonly one\n@a b,ok\n",
    )
    out = io.StringIO(newline="")
    assert showing.write_refused(plan, out) == 3
    header, *rows = csv.reader(io.StringIO(out.getvalue(), newline=""))
    assert header == ["accord_line", "accord_reason", "Id", "City", "accord_text"]
    assert [[row[0], *row[2:]] for row in rows] == [
        ["2", "", "'=HYPERLINK(1)", ""],
        ["4", "", "", "only one"],
        ["5", "'@a b", "ok", ""],
    ]
    corrected = out.getvalue().replace("'@a b", "ab")
    again = plan_of(tmp_path, "properties: {city: {column: City}}\n", corrected)
    assert [person.email for person in people_of(again)] == ["ab@list.example"]


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("  @SUM(A1)", "'  @SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("-5", "-5"),
        ("+4915112345", "+4915112345"),
        ("plain", "plain"),
        ("", ""),
    ],
)
def test_cells_that_a_spreadsheet_would_run_are_made_text(cell, safe):
    assert showing.spreadsheet_safe(cell) == safe


def test_tables_and_json_agree_and_name_every_row(tmp_path):
    report = _report(
        rows=3,
        refused=(RefusedRow(2, "Id is empty"),),
        duplicates=(DuplicateRow(3, 4, differs=True),),
    )
    titles = [table.title for table in showing.report_tables(report)]
    assert titles == ["Import", "Repaired (1)", "Refused (1)", "Duplicates (1)"]
    data = showing.report_json(report)
    assert data["rows"] == data["loaded"] + len(data["refused"]) + len(data["duplicates"])
    assert data["repaired_lines"] == [4]
    assert not report.complete


def test_a_plan_shows_its_problems_and_what_is_left_out(tmp_path):
    lacking = plan_of(tmp_path, "properties: {city: {column: Town}}\n", "Id,City\n1,Bonn\n")
    assert [table.title for table in showing.plan_tables(lacking)] == ["Plan of the import", "Problems"]
    plan = plan_of(tmp_path, "properties: {n: {column: N, type: number}}\n", "Id,N\n1,a\n2,a\n3,4\n")
    (_, left_out) = showing.plan_tables(plan)
    assert left_out.rows == (("n", "N: 'a' is not a number", "2"),)
    assert showing.plan_json(plan)["ready"] == 3


def test_line_numbers_are_written_as_ranges():
    assert showing.line_ranges([2, 3, 4, 7, 9, 10]) == ["2–4", "7", "9–10"]
