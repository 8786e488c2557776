"""The laws of the three-way merge, over all rules, blank policies, bases and change times."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync_rules.mapping_model import FieldSpec
from sync_rules.merge import NO_BASE, Decision, Seen, merge_field
from sync_rules.records import Stamp

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
RULES = ("two_way", "prefer_salesforce", "prefer_hubspot", "always_salesforce", "always_hubspot", "dont_sync")
MIRRORED = {
    "prefer_salesforce": "prefer_hubspot",
    "prefer_hubspot": "prefer_salesforce",
    "always_salesforce": "always_hubspot",
    "always_hubspot": "always_salesforce",
}

values = st.sampled_from([None, "a", "b", "c"])
bases = st.sampled_from([NO_BASE, None, "a", "b", "c"])
stamps = st.builds(
    Stamp,
    at=st.integers(0, 3).map(lambda h: NOON + timedelta(hours=h)),
    certain=st.booleans(),
    actor=st.sampled_from([None, "userId:1"]),
    ours=st.booleans(),
)
seen = st.builds(Seen, value=values, stamp=stamps)
specs = st.builds(
    lambda rule, blank: FieldSpec(type="text", rule=rule, blank=blank, hubspot="x", lead="X", name="x"),
    st.sampled_from(RULES),
    st.sampled_from(["keep", "clear_if_newer", "clear"]),
)
consent = FieldSpec(type="boolean", rule="most_restrictive", hubspot="x", lead="X", name="x")
flags = st.builds(Seen, value=st.booleans(), stamp=stamps)
flag_bases = st.sampled_from([NO_BASE, True, False])


def applied(decision: Decision, hubspot: Seen, salesforce: Seen) -> tuple[Seen, Seen]:
    """Both sides after the decision's writes, stamped as our own."""
    written = Seen(decision.value, Stamp(NOON + timedelta(days=1), certain=True, ours=True))
    return (
        written if decision.write_hubspot else hubspot,
        written if decision.write_salesforce else salesforce,
    )


@given(specs, bases, seen, seen)
def test_deciding_again_after_applying_decides_nothing(spec, base, hubspot, salesforce):
    first = merge_field(spec, base, hubspot, salesforce)
    after = applied(first, hubspot, salesforce)
    again = merge_field(spec, first.value if first.settled else base, *after)
    assert again.writes is None
    assert again.conflict is None
    assert again.settled == first.settled


@given(specs, bases, seen, seen)
def test_no_value_is_invented_and_settled_means_equal(spec, base, hubspot, salesforce):
    decision = merge_field(spec, base, hubspot, salesforce)
    assert not (decision.write_hubspot and decision.write_salesforce)
    if decision.settled:
        assert decision.value in (hubspot.value, salesforce.value)
        left, right = applied(decision, hubspot, salesforce)
        assert left.value == right.value == decision.value
    else:
        assert decision.writes is None


@given(specs, bases, seen, seen)
def test_sides_are_symmetric_but_for_exact_ties(spec, base, hubspot, salesforce):
    if hubspot.stamp.at == salesforce.stamp.at and hubspot.stamp.certain == salesforce.stamp.certain:
        salesforce = replace(salesforce, stamp=replace(salesforce.stamp, at=NOON + timedelta(hours=9)))
    mirrored = spec.model_copy(update={"rule": MIRRORED.get(spec.rule, spec.rule)})
    one = merge_field(spec, base, hubspot, salesforce)
    other = merge_field(mirrored, base, salesforce, hubspot)
    assert (one.value, one.write_hubspot, one.write_salesforce) == (
        other.value,
        other.write_salesforce,
        other.write_hubspot,
    )
    assert (one.conflict is None) == (other.conflict is None)


@given(st.sampled_from(["keep", "clear_if_newer", "clear"]), bases, seen, seen)
def test_an_authority_is_never_written(blank, base, hubspot, salesforce):
    for rule in ("always_salesforce", "always_hubspot"):
        spec = FieldSpec(type="text", rule=rule, blank=blank, hubspot="x", lead="X")
        decision = merge_field(spec, base, hubspot, salesforce)
        assert decision.writes in (None, "hubspot" if rule == "always_salesforce" else "salesforce")


@given(flag_bases, flags, flags)
def test_consent_only_ever_becomes_more_restrictive(base, hubspot, salesforce):
    decision = merge_field(consent, base, hubspot, salesforce)
    assert decision.value == (hubspot.value or salesforce.value)
    left, right = applied(decision, hubspot, salesforce)
    assert left.value >= hubspot.value
    assert right.value >= salesforce.value
    assert left.value == right.value
    more = merge_field(consent, base, replace(hubspot, value=True), salesforce)
    assert more.value >= decision.value


@given(specs, bases, seen, seen)
def test_a_blank_erases_only_where_the_policy_lets_it(spec, base, hubspot, salesforce):
    decision = merge_field(spec, base, hubspot, salesforce)
    erased = decision.writes is not None and decision.value is None
    if spec.blank == "keep":
        assert not erased
    if erased and spec.blank == "clear_if_newer":
        assert base not in (NO_BASE, None)


@given(specs, bases, seen, seen)
def test_a_value_that_a_person_set_is_overwritten_only_with_a_record_of_it(spec, base, hubspot, salesforce):
    decision = merge_field(spec, base, hubspot, salesforce)
    if decision.writes is None:
        assert decision.conflict is None
        return
    loser = hubspot if decision.writes == "hubspot" else salesforce
    winner = salesforce if decision.writes == "hubspot" else hubspot
    by_a_person = loser.value not in (base, None) and not loser.stamp.ours
    both_moved = base is NO_BASE or winner.value != base or spec.rule.startswith("always")
    if by_a_person and both_moved:
        assert decision.conflict is not None
        assert decision.conflict.losing_value == loser.value
        assert decision.conflict.losing_at == loser.stamp.at


@given(seen, seen, st.sampled_from(["keep", "clear_if_newer", "clear"]))
def test_a_change_on_one_side_alone_flows(hubspot, salesforce, blank):
    spec = FieldSpec(type="text", rule="two_way", blank=blank, hubspot="x", lead="X")
    certain = replace(salesforce, stamp=replace(salesforce.stamp, ours=False))
    if hubspot.value is None or hubspot.value == certain.value or hubspot.stamp.ours:
        return
    decision = merge_field(spec, certain.value, hubspot, certain)
    assert decision.write_salesforce
    assert decision.value == hubspot.value
    assert decision.conflict is None


@settings(max_examples=20)
@given(specs, bases, seen)
def test_a_side_without_the_field_is_left_alone(spec, base, only):
    assert merge_field(spec, base, only, None).writes is None
    assert merge_field(spec, base, None, only).writes is None
    assert not merge_field(spec, base, None, None).settled


@pytest.mark.parametrize("rule", RULES)
def test_agreeing_sides_settle(rule):
    spec = FieldSpec(type="text", rule=rule, hubspot="x", lead="X")
    same = Seen("a", Stamp(NOON, certain=True))
    decision = merge_field(spec, "b", same, same)
    assert decision.writes is None
    assert decision.settled == (rule != "dont_sync")
