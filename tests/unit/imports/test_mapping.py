"""The import mapping: every mistake is named with its line and what to do."""

import pytest

from imports.mapping import (
    SHIPPED,
    ImportMappingError,
    column_problems,
    load_mapping,
    read_mapping,
    shipped_mapping_text,
)

HEAD = 'version: 1\nidentity: {email: "{Id}@list.example"}\n'


def problems_of(text: str) -> list[str]:
    with pytest.raises(ImportMappingError) as caught:
        load_mapping(text, source="m.yaml")
    return caught.value.problems


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_mappings_are_sound(name):
    rules = load_mapping(shipped_mapping_text(name), source=f"{name}.yaml").rules
    assert rules.properties


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("city: {colum: City}", "m.yaml:4: unknown key 'colum'; did you mean 'column'?"),
        ("city: {}", "m.yaml:4: properties.city: needs exactly one of 'column', 'template' and 'constant'"),
        ("city: {column: City, constant: x}", "m.yaml:4: properties.city: needs exactly one of"),
        ("visits: {column: V, type: numbr}", "did you mean 'number'?"),
        ("city: {column: City, otherwise: x}", "add 'values'"),
        ("city: {column: City, values: {a: x, A: y}}", "two lines for one word"),
        ("ok: {column: Ok, consent: true}", "add 'type: boolean'"),
        ("ok: {column: Ok, format: '%d.%m.%Y'}", "add 'type: date' or remove it"),
        ("ok: {column: Ok, type: boolean, create_property: {label: Ok}}", "cannot create a boolean property"),
        ("ok: {column: Ok, type: picklist, create_property: {label: Ok}}", "needs 'values'"),
        ("lastname: {template: 'Lead'}", "names no column"),
        ("lastname: {template: '{Id'}", "a brace without its partner"),
        ("lastname: {template: 'a {} b'}", "has empty braces"),
        ("email: {column: Mail}", "the address is made by 'identity'"),
        ("hs_email_optout: {column: Mail}", "use 'opt_out' instead"),
        ("Lead Origin: {column: O}", "'Lead Origin' is no HubSpot property name"),
        ("city: {column: City}\n  city: {column: Town}", "m.yaml:5: 'city' is written twice"),
        ("city: [City]", "m.yaml:4: properties.city must be a group of 'key: value' lines"),
    ],
)
def test_a_mistake_in_a_property_is_named_with_its_line(body, problem):
    assert any(problem in found for found in problems_of(f"{HEAD}properties:\n  {body}\n"))


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("- a\n", "m.yaml:1: is not an import mapping"),
        ("version: 1\n  a: b\n", "m.yaml:2: this is not valid YAML"),
        ("version: 1\nproperties: {city: {column: City}}\n", "identity is missing; add it"),
        (HEAD, "properties is missing; add it"),
        (HEAD + "properties: {}\n", "m.yaml:3: names no property; add at least one"),
        (HEAD + "propertys: {}\nproperties: {city: {column: C}}\n", "did you mean 'properties'?"),
        (HEAD + "file: {delimiter: ':'}\nproperties: {city: {column: C}}\n", "m.yaml:3: file.delimiter"),
        (HEAD + "blank: Select\nproperties: {city: {column: C}}\n", "blank must be a list"),
    ],
)
def test_a_mistake_elsewhere_is_named_with_its_line(text, problem):
    assert any(problem in found for found in problems_of(text))


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file():
    found = problems_of("version: 1\nproperties:\n  a: {colum: A}\n  b: {column: B, type: x}\n")
    assert [problem.split(":")[1] for problem in found] == ["1", "3", "4"]


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("properties: {city: {column: Tags}}", "so that it never becomes an input"),
        ("properties: {city: {template: 'x {Tags}'}}", "so that it never becomes an input"),
        ("opt_out: {column: Tags}\nproperties: {city: {column: City}}", "'Tags' is feedback from sales"),
    ],
)
def test_feedback_from_sales_never_becomes_an_input(body, problem):
    assert any(problem in found for found in problems_of(f"{HEAD}feedback: [Tags]\n{body}\n"))


def test_columns_that_the_file_lacks_are_told_with_the_nearest_name():
    mapping = load_mapping(HEAD + "properties:\n  city: {column: Ctiy}\n", source="m.yaml")
    assert column_problems(mapping, ["Id", "City"]) == [
        "m.yaml:4: the file has no column 'Ctiy'; did you mean 'City'?"
    ]


def test_a_mapping_that_cannot_be_read_is_told(tmp_path):
    with pytest.raises(ImportMappingError, match="check the path"):
        read_mapping(tmp_path / "absent.yaml")
    (tmp_path / "m.yaml").write_bytes(b"version: \xff")
    with pytest.raises(ImportMappingError, match="is not UTF-8 text"):
        read_mapping(tmp_path / "m.yaml")
