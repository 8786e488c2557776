import polars as pl
import pytest

from sla_rules.attributes import country_code, industry_name, read_attributes
from sla_rules.attributes_junk import NameKind, email_is_malformed, is_disposable, name_kind, phone_is_valid
from sla_rules.attributes_titles import read_title
from sla_rules.attributes_words import Words

WORDS = Words.shipped()


@pytest.mark.parametrize(
    ("title", "function", "seniority"),
    [
        ("VP Finance", "finance", "vp"),
        ("Head of Data", "data", "director"),
        ("Leiter IT", "it", "director"),
        ("IT-Leiter", "it", "director"),
        ("CFO", "finance", "c_level"),
        ("Chief of Staff", "management", "manager"),
        ("Assistant to the CEO", "administration", "individual"),
        ("Executive Assistant to the CFO", "administration", "individual"),
        ("Vorstandsassistentin", "administration", "individual"),
        ("Assistante de direction", "administration", "individual"),
        ("Geschäftsführer", "management", "c_level"),
        ("Geschaeftsfuehrerin", "management", "c_level"),
        ("Vertriebsleiterin", "sales", "director"),
        ("Leiter*in Finanzen (m/w/d)", "finance", "director"),
        ("Teamleiter Buchhaltung", "finance", "manager"),
        ("Directeur commercial", "sales", "director"),
        ("Directrice générale", "management", "c_level"),
        ("Responsable informatique", "it", "manager"),
        ("Director de Operaciones", "operations", "director"),
        ("Jefe de ventas", "sales", "director"),
        ("Gerente de TI", "it", "manager"),
        ("Account Executive", "sales", "individual"),
        ("Vice President of Sales", "sales", "vp"),
        ("President & CEO", "management", "c_level"),
        ("Deputy Head of IT", "it", "manager"),
        ("Product Owner", "product", "manager"),
        ("HR Business Partner", "hr", "individual"),
        ("Internal Auditor", "finance", "individual"),
        ("Dean of Students", "education", "director"),
        ("Werkstudent Marketing", "marketing", "student"),
        ("Former CEO", "management", "none"),
        ("Kaufmännischer Leiter", None, "director"),
        ("Dir. Digital Marketing", "marketing", "director"),
        ("C.E.O.", "management", "c_level"),
        ("asdf", None, None),
        ("", None, None),
    ],
)
def test_titles_are_read_in_four_languages(title: str, function: str | None, seniority: str | None) -> None:
    assert read_title(title, WORDS) == (function, seniority)


@pytest.mark.parametrize(
    ("text", "code"),
    [("Deutschland", "DE"), ("états-unis", "US"), ("U.S.A.", "US"), ("de", "DE"), ("NO", "NO"), ("España", "ES"),
     ("The Netherlands", "NL"), ("ENGLAND", "GB"), ("Atlantis", None)],
)  # fmt: skip
def test_countries_are_read_as_people_write_them(text: str, code: str | None) -> None:
    assert country_code(text, WORDS) == code


def test_industries_get_our_name_and_unknown_ones_keep_theirs() -> None:
    assert industry_name("COMPUTER_SOFTWARE", WORDS) == "Technology"
    assert industry_name("hospital & health care", WORDS) == "Healthcare"
    assert industry_name("NON_PROFIT_ORGANIZATION_MANAGEMENT", WORDS) == "Not For Profit"
    assert industry_name("Beekeeping", WORDS) == "Beekeeping"


def test_own_words_win_over_the_shipped_ones() -> None:
    own = WORDS.extended(
        functions={"alchemy": ["transmutation"], "finance": ["Controlling"], "data": ["controller"]},
        seniorities={"manager": ["wizard"]},
        industries={"Magic": ["spells"], "Banking": ["fintech"]},
        countries={"DE": ["Preußen"]},
        personal_mail=["Mine.example "],
    )
    assert read_title("Wizard of Transmutation", own) == ("alchemy", "manager")
    assert read_title("Controller", own).function == "data"
    assert (industry_name("Spells", own), country_code("Preussen", own)) == ("Magic", "DE")
    assert "mine.example" in own.personal_mail
    assert "alchemy" in own.values("function")
    assert (
        WORDS.extended(functions={}, seniorities={}, industries={}, countries={}, personal_mail=()) is WORDS
    )


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Anna", NameKind.FINE),
        ("Ng", NameKind.FINE),
        ("Krč", NameKind.FINE),
        ("Test", NameKind.DOUBTFUL),
        ("asdf", NameKind.NEVER),
        ("xxxx", NameKind.NEVER),
        ("12345", NameKind.NEVER),
        ("http://spam.example", NameKind.NEVER),
        ("-", NameKind.MISSING),
        ("[not provided]", NameKind.MISSING),
    ],
)
def test_names_are_sorted_into_kinds(text: str, kind: NameKind) -> None:
    assert name_kind(text, WORDS) == kind


def test_mail_and_phone_findings_come_from_their_libraries() -> None:
    assert email_is_malformed("a@@b.de")
    assert not email_is_malformed("anna.berg+x@acme.example")
    assert is_disposable("mailinator.com")
    assert is_disposable("mx.mailinator.com.")
    assert not is_disposable("acme.de")
    assert phone_is_valid("+49 30 123456", None) is True
    assert phone_is_valid("0049 30 123456", None) is True
    assert phone_is_valid("030 123456", "DE") is True
    assert phone_is_valid("030 123456", None) is None
    assert phone_is_valid("+1", None) is False
    assert phone_is_valid("call me", "DE") is False


@pytest.mark.parametrize(
    ("first", "last", "placeholder"),
    [
        ("Anna", "Berg", False),
        ("Test", "Test", True),
        ("Test", None, True),
        ("Anna", "Test", False),
        ("Anna", "asdf", True),
        ("John", "Doe", True),
        ("John", None, False),
        (None, "-", None),
        (" ", "", None),
    ],
)
def test_a_placeholder_needs_a_name_that_nobody_has(
    first: str | None, last: str | None, placeholder: bool | None
) -> None:
    people = pl.DataFrame(
        {"person_id": ["p"], "first_name": [first], "last_name": [last]},
        schema_overrides={"first_name": pl.String, "last_name": pl.String},
    )
    assert read_attributes(people, WORDS, {"name_placeholder"})["name_placeholder"].to_list() == [placeholder]


def test_frames_keep_their_order_and_unknown_stays_unknown() -> None:
    people = pl.DataFrame(
        {
            "person_id": ["a", "b", "c", "d"],
            "email": ["A.B@Acme.DE", "info@gmail.com", None, "nonsense"],
            "title": ["CFO", None, "CFO", " "],
            "country": ["Deutschland", "US", None, "Atlantis"],
            "region": [None, "apac", "EMEA", None],
            "phone": ["030 123456", None, "+1", "030 123456"],
            "company": ["Acme, Inc.", "n/a", "-", None],
            "email_opt_out": [None, None, None, None],
        }
    )
    wanted = {
        "email_domain", "email_malformed", "email_personal", "email_role", "email_disposable", "function", "seniority",
        "title_folded", "country", "region", "phone_valid", "company_folded", "email_opt_out",
    }  # fmt: skip
    found = read_attributes(people, WORDS, wanted).to_dict(as_series=False)
    assert found == {
        "person_id": ["a", "b", "c", "d"],
        "company_folded": [" acme inc ", None, None, None],
        "country": ["DE", "US", None, None],
        "email_disposable": [False, False, None, None],
        "email_domain": ["acme.de", "gmail.com", None, None],
        "email_malformed": [False, False, None, True],
        "email_opt_out": [None, None, None, None],
        "email_personal": [False, True, None, None],
        "email_role": [False, True, None, None],
        "function": ["finance", None, "finance", None],
        "phone_valid": [True, None, False, None],
        "region": ["EMEA", "APAC", "EMEA", None],
        "seniority": ["c_level", None, "c_level", None],
        "title_folded": [" cfo ", None, " cfo ", None],
    }


def test_a_missing_column_is_named() -> None:
    with pytest.raises(ValueError, match="people lack the columns country, last_name"):
        read_attributes(
            pl.DataFrame({"person_id": ["p"], "first_name": ["Anna"]}), WORDS, {"name_placeholder", "country"}
        )
