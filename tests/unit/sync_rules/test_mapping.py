"""The mapping as text: what is accepted, and how every problem is told at once."""

import pytest

from sync_rules.mapping import MappingError, load_mapping, load_shipped_mapping, shipped_mapping_text
from sync_rules.schema import FieldSchema
from sync_rules.schema_check import check_against_schema


def problems_of(text):
    with pytest.raises(MappingError) as caught:
        load_mapping(text, source="m.yaml")
    return caught.value.problems


def line_of(text, fragment):
    return next(n for n, line in enumerate(text.splitlines(), 1) if fragment in line)


def edited(*swaps):
    text = shipped_mapping_text()
    for old, new in swaps:
        assert old in text
        text = text.replace(old, new, 1)
    return text


def test_the_shipped_mapping_has_every_agreed_field():
    mapping = load_shipped_mapping()
    fields = mapping.people.fields
    assert len(fields) == 23
    assert fields["email"].name == "email"
    assert {name for name, field in fields.items() if field.target("Contact") is None} == {
        "company", "website", "industry", "employees", "revenue", "lead_status", "linkedin",
    }  # fmt: skip
    assert mapping.people.computed["stage"].target("Lead") == "Accord_Stage__c"
    assert mapping.companies.fields["domain"].target("Account") == "Website"
    assert mapping.admission.stages == ("MQL", "SQL")


def test_every_problem_is_told_at_once_with_its_line():
    text = edited(
        ("{type: email, rule: two_way,", "{type: email, rule: twoway, hubspott: x,"),
        ("stages: [MQL, SQL]", "stages: MQL"),
        ("minimum: [email, last_name, company]", "minimum: [emial, last_name, company]"),
        ("default_region: DE", "default_region: 49"),
        ("time_zone: Europe/Berlin", "time_zone: Europe/Berln"),
        ("flaps: {limit: 3", "flaps: {limit: 0"),
        ("several: pick", "several: guess"),
    )
    problems = problems_of(text)
    assert len(problems) == 8
    lines = [int(problem.split(":")[1]) for problem in problems]
    assert lines == sorted(lines)
    assert any(
        p.startswith(f"m.yaml:{line_of(text, 'twoway')}: ") and "did you mean 'hubspot'?" in p
        for p in problems
    )
    told = "\n".join(problems)
    for fragment in (
        "did you mean 'two_way'?", "did you mean 'email'?", "put it in quotes", "must be a list",
        "did you mean 'Europe/Berlin'?", "must be at least 1", "use one of: hold, pick",
    ):  # fmt: skip
        assert fragment in told


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("{type: email, rule: two_way,", "{type: email, rule: two_way, name: e,", "remove this line"),
        ("{type: email, rule: two_way,", "{type: email, rule: most_restrictive,", "boolean consent"),
        ("{type: email, rule: two_way,", "{type: email, rule: accord,", "under `computed`"),
        ("{type: email, rule: two_way,", "{type: email, rule: two_way, decimals: 1,", "belong to numbers"),
        ("{type: email, rule: two_way,", "{type: email, rule: two_way, hubspot_write: opt_out,", "most_restrictive"),
        ("hubspot: jobtitle, lead: Title,", "hubspot: lastname, lead: Title,", "already mapped by 'last_name'"),
        ("{type: text, rule: dont_sync, hubspot: linkedin_url}", "{type: text, rule: dont_sync}", "names no field"),
        ("    stage: {type", "    title: {type", "also under 'fields'"),
        ("canonical: salesforce", "canonical: hubspot", "is in two pairs"),
        ("unmapped: hold", "unmapped: default", "go together"),
        ("unmapped: hold", "unmapped: default\n        default: Nothing", "is in no pair"),
        ("    lead: lead\n", "    lead: leed\n", "leed not in `order`"),
        ("version: 1", "version: 2", "version: 2 is not known; use 1"),
        ("version: 1\n", "", "version is missing"),
        ("  stages: [MQL, SQL]\n", "  stages: [MQL, SQL]\n  stages: [SQL]\n", "written twice"),
        ("minimum: [email,", "minimum: [shoe_size,", "use one of: "),
        ("      type: phone\n", "      type: phone\n      values: {pairs: []}\n", "add at least one item"),
        ("type: phone\n", "type: phone\n      values: {pairs: [{hubspot: a, salesforce: b}]}\n", "picklists"),
        ("{hubspot: calls,", "{hubspot: notes,", "use one of: calls, emails, meetings, tasks"),
        ("  roll_up:\n", "  roll_up:\n    colour: red\n", "unknown key 'colour'; use one of: kinds, lines, time_zone"),
        ("people:\n  fields:\n", "people:\n  fields:\n    Spouse: {nmae: x}\n", "unknown key 'nmae'; use one of: "),
        ("    call: {hubspot", "    cal: {hubspot", "did you mean 'call'?"),
        ("    Event: {create:", "    Event: {crate:", "did you mean 'create'?"),
        ("time_zone: Europe/Berlin", "time_zone: Mars", "use one like Europe/Berlin"),
        ("people:\n", "people:\n\tx: 1\n", "indent with spaces"),
        ("people: {hubspot_archived: ignore", "people: {hubspot_archived: delete", "recycle bin only"),
        ("people: {hubspot_archived: ignore", "people: {hubspot_archived: destroy", "use one of: archive, delete"),
        ("companies: {hubspot_archived: ignore", "companies: {hubspot_archived: archive", "its Contacts and"),
        ("ignore, salesforce_deleted: ignore}\n\n", "ignore, salesforce_deleted: delete}\n\n", "for good"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_words(old, new, told):
    assert told in "\n".join(problems_of(edited((old, new))))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "m.yaml:1: no keys here"),
        ("- a\n", "m.yaml:1: no keys here"),
        ("a: &a [*a]", "contains itself"),
        ("a: [1, 2", "m.yaml:1"),
        ("people: 3\nversion: 1", "people must be a group of"),
        ("no: 1\nversion: 1", "unknown key 'no'"),
    ],
)
def test_broken_text_is_told_with_file_and_line(text, told):
    assert told in "\n".join(problems_of(text))


# ---- against the live schemas


def whole_schema(mapping):
    """Schemas in which every mapped field exists and fits."""
    schemas = {}
    specs = [*mapping.people.fields.values(), *mapping.people.computed.values()]
    for spec in specs:
        for kind in ("contacts", "Lead", "Contact"):
            if target := spec.target(kind):
                schemas.setdefault(kind, {})[target] = FieldSchema(target, _kind(spec.type))
    for spec in mapping.companies.fields.values():
        for kind in ("companies", "Account"):
            schemas.setdefault(kind, {})[spec.target(kind)] = FieldSchema(spec.target(kind), _kind(spec.type))
    return schemas


def _kind(value_type):
    return {"country": "text", "domain": "text", "company": "reference"}.get(value_type, value_type)


def check(mapping, schemas):
    hubspot = {kind: fields for kind, fields in schemas.items() if kind in ("contacts", "companies")}
    salesforce = {kind: fields for kind, fields in schemas.items() if kind not in hubspot}
    return check_against_schema(mapping, hubspot, salesforce)


def test_a_mapping_that_fits_has_no_problems():
    mapping = load_shipped_mapping()
    assert check(mapping, whole_schema(mapping)) == []
    assert check(mapping, {}) == []


@pytest.mark.parametrize(
    ("kind", "field", "problem", "fatal"),
    [
        ("Lead", None, "missing", True),
        ("Lead", FieldSchema("Title", "number"), "wrong_type", True),
        ("Lead", FieldSchema("Title", writable_on_update=False), "not_writable", True),
        (
            "Lead",
            FieldSchema("Industry", "picklist", options=("Banking",), restricted=True),
            "unknown_option",
            False,
        ),
        ("Lead", FieldSchema("Industry", "text", max_length=10), "too_long", False),
    ],
)
def test_what_a_side_cannot_do_is_told(kind, field, problem, fatal):
    mapping = load_shipped_mapping()
    schemas = whole_schema(mapping)
    name = field.name if field else "Title"
    del schemas[kind][name]
    if field is not None:
        schemas[kind][name] = field
    found = check(mapping, schemas)
    assert {(p.object_type, p.target, p.kind, p.fatal) for p in found} == {(kind, name, problem, fatal)}
    assert name in str(found[0])
    assert found[0].remedy


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("contacts", "hs_email_optout"),
        ("Lead", "Status"),
        ("contacts", "linkedin_url"),
        ("contacts", "lead_source"),
    ],
)
def test_fields_that_accord_only_reads_need_not_be_writable(kind, name):
    mapping = load_shipped_mapping()
    schemas = whole_schema(mapping)
    schemas[kind][name] = FieldSchema(name, schemas[kind][name].type, writable_on_update=False)
    assert check(mapping, schemas) == []


def test_a_field_of_one_side_only_is_never_written():
    mapping = load_mapping(edited(("rule: dont_sync", "rule: two_way")), source="m.yaml")
    schemas = whole_schema(mapping)
    schemas["contacts"]["linkedin_url"] = FieldSchema("linkedin_url", writable_on_update=False)
    assert check(mapping, schemas) == []


def test_a_cap_that_would_guard_nothing_is_told_with_its_line_and_remedy():
    text = edited(
        ("owner: {absolute: 2000, share: 0.25, floor: 100}", "ownr: {absolute: 2000}"),
        ("Event: {create: {absolute: 2000}", "Evnt: {create: {absolute: 2000}"),
        ("blank: {absolute: 500, share: 0.1, floor: 50}", "blank: {absolute: 500, floor: 50}"),
        ("update: {absolute: 20000, share: 0.95", "update: {absolute: 20000, share: 95"),
        ("opt_out: {absolute: 500", "opt_out: {absolute: -1"),
    )
    told = problems_of(text)
    for fragment, words in {
        "ownr:": ("'ownr' is no field of the mapping", "did you mean 'owner'?"),
        "Evnt:": ("'Evnt' is no object that Accord writes", "did you mean 'Event'?"),
        "blank: {absolute: 500, floor": ("caps.blank", "add `share`, or use `absolute`"),
        "share: 95": ("caps.update.share", "must be at most 1"),
        "opt_out: {absolute: -1": ("caps.opt_out.absolute", "must be at least 0"),
    }.items():
        (problem,) = [one for one in told if one.startswith(f"m.yaml:{line_of(text, fragment)}:")]
        assert all(word in problem for word in words), problem
