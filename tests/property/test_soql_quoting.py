"""Whatever somebody writes into a field: as a SOQL literal it is one text, and the query is the query that was meant.

The sandbox's parser is the witness: it was written from the vendor's grammar and shares no code with the quoting.
"""

from hypothesis import example, given
from hypothesis import strategies as st

from connectors.salesforce import soql
from sandbox.salesforce import soql as vendor

HOSTILE = st.text(alphabet="'\\\"()%_,;=\n\r\t\x00\x08\x0b\x1f uOR AND--/*é😀\u202e\u2028", max_size=40)


@given(st.one_of(HOSTILE, st.text(max_size=60)))
@example("O'Brien\\' OR Name != '")
@example("\\")
@example("' OR Id != null OR Name = '")
@example("\\u0027 OR Name != null")
@example("a\\nb")
def test_a_literal_reads_back_as_the_text_it_was_made_of(value: str) -> None:
    query = vendor.parse(soql.select("Lead", ["Id"], [f"Email = {soql.literal(value)}"]))
    assert query.where is not None
    assert query.where.value == value
    assert query.source == "Lead"


@given(st.lists(HOSTILE, min_size=1, max_size=8, unique=True))
def test_a_list_of_literals_stays_that_list(values: list[str]) -> None:
    found: list[str] = []
    for text in soql.selects_in("Contact", ["Id", "Email"], "Email", values, ["IsDeleted = false"]):
        where = vendor.parse(text).where
        tests = {type(part).__name__: part for part in where.parts}
        assert len(where.parts) == 2, tests
        found += where.parts[0].value
    assert sorted(found) == sorted(values)
