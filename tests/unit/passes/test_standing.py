"""Everybody stands in exactly one class, with a reason."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from passes.accounting.standing import CLASSES, FROM_SALES, REMAINDER, Known, standing
from sync_rules.records import Link

LINK = Link("h1", "person", "1", "Lead", "00Q", "e-mail")
_LINKS = st.builds(
    replace,
    st.just(LINK),
    hubspot_id=st.sampled_from([None, "1"]),
    salesforce_id=st.sampled_from([None, "00Q"]),
    salesforce_type=st.sampled_from(["Lead", "Contact"]),
    lead_id=st.sampled_from([None, "00Q9"]),
)
_TEXT = st.sampled_from(["rejected: no", "missing_minimum: company"])
_KNOWN = st.builds(
    Known,
    link=_LINKS,
    began_in_salesforce=st.booleans(),
    merged_into=st.sampled_from([None, "h2"]),
    hubspot_gone=st.booleans(),
    salesforce_gone=st.booleans(),
    hold=st.none() | _TEXT,
    failure=st.none() | _TEXT,
    admitted=st.booleans(),
    why=st.just("is MQL"),
    waiting=st.booleans(),
)


@given(_KNOWN)
def test_everybody_stands_in_one_class_with_a_reason(known: Known) -> None:
    name, reason = standing(known)
    assert name in {*CLASSES, FROM_SALES, REMAINDER}
    assert reason


@given(_KNOWN)
def test_only_whoever_should_have_gone_over_and_did_not_is_unexplained(known: Known) -> None:
    there = known.link.salesforce_id is not None and not known.salesforce_gone
    explained = (
        known.merged_into or known.began_in_salesforce or there or known.hold or known.failure
        or known.salesforce_gone or known.hubspot_gone or not known.admitted or known.waiting
    )  # fmt: skip
    assert (standing(known)[0] == REMAINDER) == (not explained)


@given(_KNOWN)
def test_whoever_is_in_salesforce_is_never_called_held_failed_or_filtered(known: Known) -> None:
    if known.link.salesforce_id is not None and not known.salesforce_gone:
        assert standing(known)[0] in {"received", "converted or merged", FROM_SALES}
