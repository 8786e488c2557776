from datetime import date, timedelta

import pytest

from sla_rules.definition import DefinitionError, LeadDefinition
from sla_rules.definition_check import check_examples
from sla_rules.definition_loading import load_definition, shipped_definition, shipped_definition_text
from sla_rules.definition_text import plain_language

HEAD = """\
title: Small
version: "1"
agreed_on: 2026-01-12
agreed_by: both
"""
SMALL = (
    HEAD
    + """\
disqualify:
  - {id: junk, label: junk name, when: {name_is: placeholder}}
fit:
  cap: 50
  criteria:
    - {id: boss, label: a boss, points: 20, when: {seniority: [c_level, vp]}}
behaviour:
  cap: 50
  criteria:
    - {id: asked, label: asked for a demo, points: 30, half_life: 7 days, did: {activity: form_submission, form: Demo}}
mql: {way: boss asked, all_of: [boss, asked]}
sql:
  - {way: many points, points: 45, none_of: junk}
minimum_information: [company, [email, phone]]
"""
)


def test_the_shipped_definition_is_sound_and_its_bits_follow_the_page() -> None:
    definition = shipped_definition()
    assert [definition.criteria[bit].id for bit in definition.bits.values()] == list(definition.bits)
    assert definition.criteria[0] is definition.disqualify[0]
    assert definition.criteria[-1] is definition.behaviour.criteria[-1]
    assert ("email", "phone") in definition.minimum_information
    assert definition.agreed_on == date(2026, 1, 12)


def test_a_small_definition_is_read_as_written() -> None:
    definition = load_definition(SMALL, source="s.yaml")
    (asked,) = definition.behaviour.criteria
    assert (asked.half_life, asked.did.form, asked.did.at_least) == (timedelta(days=7), ("Demo",), 1)
    assert definition.mql[0].all_of == ("boss", "asked")
    assert definition.agreed_by == ("both",)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("points: 20", "poinst: 20", "10: unknown key 'poinst'; did you mean 'points'?"),
        ("points: 20", "points: 20.5", "10: fit.criteria.points must be a whole number (found 20.5)"),
        ("{seniority: [c_level, vp]}", "{fields: {country: [DE]}}",
         "10: fit.criteria.when.fields.country: 'country' is read by Accord itself; use the key beside 'fields', "
         "like 'country: [DE]'"),
        ("{seniority: [c_level, vp]}", "{fields: {visits: {at_least: many}}}",
         "10: fit.criteria.when.fields.visits.at_least must be a number (found 'many')"),
        ("c_level", "c_levle", "10: fit.criteria.when.seniority: 'c_levle' is not a known seniority; "
                               "did you mean 'c_level'?"),
        ("{seniority: [c_level, vp]}", "{}", "10: fit.criteria.when: says nothing; name at least one thing that must "
                                             "be true, like 'country: [DE]'"),
        ("[c_level, vp]", "[]", "10: fit.criteria.when.seniority: is an empty list; name at least one item or remove "
                                "the line"),
        ("7 days", "a week", "14: behaviour.criteria.half_life: 'a week' is not a length of time; write it like "
                             "'24 hours' or '7 days'"),
        ("7 days", "0 days", "14: behaviour.criteria.half_life: '0 days' is not a length of time; write it like "
                             "'24 hours' or '7 days'"),
        ("form: Demo", "page: pricing", "14: behaviour.criteria.did.page: 'pricing' is not a page; write its path, "
                                        "like '/pricing' or '/case-studies'"),
        ("all_of: [boss, asked]", "all_of: [bos, asked]", "15: 'bos' is no criterion's id; did you mean 'boss'?"),
        (", all_of: [boss, asked]", "", "15: mql: lets everybody through; give points or criteria, like "
                                        "'fit_points: 30'"),
        ("id: asked", "id: boss", "14: the id 'boss' is already used in line 10; choose another"),
        ("id: junk", "id: Junk!", "6: disqualify.id: 'Junk!' does not fit; string should match pattern "
                                  "'^[a-z][a-z0-9_]*$'"),
        ("label: junk name, when: {name_is: placeholder}", "label: junk name",
         "6: disqualify: needs either 'when' (what the person is) or 'did' (what the person did)"),
        ("{name_is: placeholder}", "{email_domain: rival}", "6: disqualify.when.email_domain: 'rival' is not a mail "
                                                            "domain; write it like 'example.com'"),
        ("{name_is: placeholder}", "{title_words: '--'}", "6: disqualify.when.title_words: '--' has no letters or "
                                                          "digits; write the words to look for"),
        ("{name_is: placeholder}", "{employees: {}}", "6: disqualify.when.employees: give 'at_least', 'at_most' or "
                                                      "both"),
        ("{name_is: placeholder}", "{employees: {at_least: 9, at_most: 1}}",
         "6: disqualify.when.employees: nothing is at least 9 and at most 1; swap them"),
        ("[company, [email, phone]]", "[compny]", "18: minimum_information: 'compny' is not known; did you mean "
                                                  "'company'?"),
        ('version: "1"', "version: 1", "2: version must be a text; put it in quotes (found 1)"),
        ("2026-01-12", "2026-02-31", "3: agreed_on must be a date such as 2026-01-31 (found '2026-02-31')"),
        ('version: "1"\n', "", "1: version is missing; add it"),
        ("cap: 50\n  criteria:\n    - {id: boss", "cap: 50\n  cap: 60\n  criteria:\n    - {id: boss",
         "9: 'cap' is written twice, first in line 8; keep one of the two"),
        ("mql: {way: boss asked, all_of: [boss, asked]}", "mql: [1]", "15: mql must be a group of 'key: value' lines "
                                                                      "(found 1)"),
    ],
)  # fmt: skip
def test_a_problem_names_its_line_and_the_remedy(old: str, new: str, problem: str) -> None:
    assert old in SMALL
    with pytest.raises(DefinitionError) as caught:
        load_definition(SMALL.replace(old, new, 1), source="s.yaml")
    assert f"s.yaml:{problem}" in caught.value.problems


def test_all_problems_are_said_at_once_in_the_order_of_the_file() -> None:
    text = SMALL.replace("c_level", "x").replace("7 days", "x").replace("none_of: junk", "none_of: x")
    with pytest.raises(DefinitionError) as caught:
        load_definition(text + "word: {}\n", source="s.yaml")
    assert [problem.split(":")[1] for problem in caught.value.problems] == ["10", "14", "17", "19"]
    assert str(caught.value) == "\n".join(caught.value.problems)


@pytest.mark.parametrize("text", ["", "- a\n", "just words\n"])
def test_something_else_is_no_definition(text: str) -> None:
    with pytest.raises(DefinitionError, match=r"s\.yaml:1: is not a lead definition"):
        load_definition(text, source="s.yaml")


def test_broken_yaml_is_a_definition_error_too() -> None:
    with pytest.raises(DefinitionError, match=r"s\.yaml:2: this is not valid YAML"):
        load_definition("a: 1\nb: [\n", source="s.yaml")


def test_sections_of_a_wrong_kind_do_not_hide_the_other_problems() -> None:
    with pytest.raises(DefinitionError) as caught:
        load_definition(HEAD + "disqualify: [1, {id: 2}]\nfit: 3\nbehaviour:\n  cap: x\n", source="s.yaml")
    text = str(caught.value)
    for part in (
        "s.yaml:5: disqualify",
        "s.yaml:6: fit must be a group",
        "s.yaml:8: behaviour.cap",
        "mql is missing",
    ):
        assert part in text


def test_more_criteria_than_bits_are_refused() -> None:
    line = "    - {id: boss, label: a boss, points: 20, when: {seniority: [c_level, vp]}}\n"

    def padded(count: int) -> str:
        return SMALL.replace(
            line, line + "".join(line.replace("boss,", f"boss{n},", 1) for n in range(count))
        )

    assert len(load_definition(padded(61), source="s.yaml").criteria) == 64
    with pytest.raises(DefinitionError, match="there are more than 64 criteria"):
        load_definition(padded(62), source="s.yaml")


def test_own_words_can_be_named_by_criteria() -> None:
    words = "words:\n  functions: {alchemy: [potions]}\n  personal_mail: [mine.example]\n"
    definition = load_definition(
        SMALL.replace("seniority: [c_level, vp]", "function: alchemy") + words, source="s.yaml"
    )
    assert "alchemy" in definition.vocabulary.values("function")


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("words: 3\n", "19: words must be a group of 'key: value' lines"),
        ("words:\n  functions: 3\n", "20: functions must be a group of 'name: [words]' lines"),
        ("words:\n  seniorities: {bos: [boss]}\n", "20: 'bos' is not a known seniority; "),
        ("words:\n  countries: {XX: [Narnia]}\n", "20: 'XX' is not a known country; "),
        ("words:\n  industries: {Magic: spell}\n", "20: industries.Magic must be a list of words in letters"),
        ("words:\n  industries: {Magic: ['-']}\n", "20: industries.Magic must be a list of words in letters"),
        ("words:\n  personal_mail: mine.example\n", "20: personal_mail must be a list of mail domains"),
        ("words:\n  funtions: {}\n", "20: unknown key 'funtions'; did you mean 'functions'?"),
    ],
)
def test_own_words_are_checked(words: str, problem: str) -> None:
    with pytest.raises(DefinitionError) as caught:
        load_definition(SMALL + words, source="s.yaml")
    assert any(found.startswith(f"s.yaml:{problem}") for found in caught.value.problems), (
        caught.value.problems
    )


def test_the_plain_page_names_every_criterion_and_gate() -> None:
    definition = shipped_definition()
    page = plain_language(definition)
    for item in definition.criteria:
        assert item.label in page
    for way in (*definition.mql, *definition.sql):
        assert f"**{way.way}**" in page
    assert "a page view of /pricing, within 24 hours" in page
    assert "at least 2 times a page view of /case-studies, within 14 days" in page
    assert "half of the points are left after 14 days" in page
    assert "- email or phone" in page


def test_the_plain_page_has_words_for_everything_that_can_be_asked() -> None:
    text = SMALL.replace(
        "{name_is: placeholder}",
        "{title_words: chief, company_words: [a, b], email_opt_out: true, do_not_call: false, phone_is: invalid,"
        " email_is: personal, revenue: {at_most: 1000}, employees: {at_least: 1, at_most: 2}}",
    ).replace(
        "form: Demo",
        "detail_contains: x|y, direction: inbound, outcome: [Won, Lost], page: /, within: 48 hours",
    )
    page = plain_language(load_definition(text, source="s.yaml"))
    for part in (
        "the job title has the words “chief”",
        "the company's name has the words “a” or “b”",
        "has opted out of e-mail",
        "did not ask not to be called",
        "the phone number is invalid",
        "yearly revenue at most 1,000",
        "employees from 1 to 2",
        "a form sent of the home page naming “x\\|y”, inbound, outcome Won or Lost, within 48 hours",
        "all of “a boss” and “asked for a demo”",
        "at least 45 points in all; none of “junk name”",
    ):
        assert part in page, part


def test_the_plain_page_of_an_empty_contract_still_reads() -> None:
    definition = LeadDefinition.model_validate(
        {
            "title": "Empty", "version": "0", "agreed_on": "2026-01-01", "agreed_by": "nobody",
            "fit": {"cap": 1}, "behaviour": {"cap": 1}, "mql": {"way": "never", "points": 3},
            "sql": {"way": "never", "fit_points": 3},
        }
    )  # fmt: skip
    page = plain_language(definition)
    assert page.count("Nothing.") == 3
    assert "Nothing in particular." in page


def test_the_shipped_text_loads_under_any_name() -> None:
    assert load_definition(shipped_definition_text(), source="other.yaml") == shipped_definition()


def test_a_definition_can_be_taken_apart_and_built_again() -> None:
    definition = shipped_definition()
    assert (
        LeadDefinition.model_validate(definition.model_dump(), context={"words": definition.vocabulary})
        == definition
    )


def test_fields_of_the_mapping_are_read_and_told() -> None:
    test = "{fields: {occupation: Working Professional, visits: {at_least: 3}, invited: true}}"
    definition = load_definition(SMALL.replace("{seniority: [c_level, vp]}", test), source="s.yaml")
    assert definition.fields == ("invited", "occupation", "visits")
    told = "occupation is “Working Professional”; and visits at least 3; and invited is yes"
    assert told in plain_language(definition)


def test_an_example_may_give_fields_of_the_mapping() -> None:
    test = "{fields: {occupation: Working Professional, visits: {at_least: 3}, invited: true}}"
    example = (
        "examples:\n  - who: somebody at work\n    person: {fields: {occupation: working professional, visits: 4, "
        "invited: true}}\n    expect: lead\n    because: boss\n"
    )
    text = SMALL.replace("{seniority: [c_level, vp]}", test) + example
    (checked,) = check_examples(load_definition(text, source="s.yaml"))
    assert (checked.differences, checked.score) == ([], 20)
