"""Replaying: the same mapping changes nothing, another one gives exactly what its merge would have decided."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from sync_rules.decided import decided, from_stored, outcome_of, outcome_to_json, seen_to_json
from sync_rules.mapping import ValueMap, ValuePair, load_shipped_mapping
from sync_rules.merge import NO_BASE, Seen, merge_field
from sync_rules.normalise import READERS, Unreadable
from sync_rules.owners import NO_OWNERS
from sync_rules.planner import build_plan
from sync_rules.records import Stamp
from sync_rules.replay import redecide, replay
from sync_rules.state import PlanInput
from tests.property.test_merge_laws import RULES, stamps
from tests.property.test_plan_laws import LEAD_ID, NOON, PAIRS, api_names, names, record, stamp, state_of

MAPPING = load_shipped_mapping()
FIELDS = MAPPING.people.fields
BLANKS = ("keep", "clear_if_newer", "clear")
PLAIN = st.sampled_from([None, "a", "b", "c"])
TEXTS = st.sampled_from([None, "a", "b", "c", Unreadable("?", "unmapped_value", "no pair names it", ("a",))])
OF_TYPE = {
    "number": st.one_of(st.none(), st.decimals(0, 9, places=2).map(Decimal)),
    "boolean": st.one_of(st.none(), st.booleans()),
    "date": st.one_of(st.none(), st.just(date(2026, 1, 2))),
    "datetime": st.one_of(st.none(), st.just(datetime(2026, 1, 2, 3, tzinfo=UTC))),
    # Words that nobody can read are read again by the proposed mapping; see the last test.
    "picklist": PLAIN,
    "country": PLAIN,
    "multi_picklist": st.one_of(st.none(), st.just(("a", "b"))),
}
texts = st.sampled_from(sorted({spec.type for spec in FIELDS.values()} | set(OF_TYPE)))


def one_field(rule, blank, value_type):
    return FIELDS["title"].model_copy(
        update={"rule": rule, "blank": blank, "type": value_type, "name": "title", "values": None}
    )


def with_field(spec):
    fields = {**FIELDS, "title": spec}
    return MAPPING.model_copy(update={"people": MAPPING.people.model_copy(update={"fields": fields})})


@given(st.data(), texts)
def test_a_decision_survives_storing_and_is_made_again_alike(data, value_type):
    values = OF_TYPE.get(value_type, TEXTS)
    pick = st.builds(Seen, values, stamps)
    spec = one_field(data.draw(st.sampled_from(RULES)), data.draw(st.sampled_from(BLANKS)), value_type)
    base = data.draw(st.one_of(st.just(NO_BASE), values))
    seen = (data.draw(pick), data.draw(pick))
    made = decided("p1", "person", spec, base, seen, merge_field(spec, base, *seen))
    kept = json.loads(json.dumps([seen_to_json(made), outcome_to_json(made.outcome)]))
    again = from_stored("p1", "person", "title", made.rule, made.blank, *kept)
    assert again.outcome == made.outcome
    assert redecide(again, spec) == made.outcome
    assert replay([again], with_field(spec)).otherwise == ()

    other = one_field(data.draw(st.sampled_from(RULES)), data.draw(st.sampled_from(BLANKS)), value_type)
    answer = replay([again], with_field(other))
    would_be = outcome_of(merge_field(other, base, *seen))
    assert [one.outcome for one in answer.otherwise] == ([] if would_be == made.outcome else [would_be])
    (tally,) = answer.tallies
    assert (tally.decided, tally.otherwise) == (1, len(answer.otherwise))
    assert tally.saved == (made.outcome.lost and not would_be.lost)
    assert tally.blanked == (would_be.blanks and not made.outcome.blanks)


@given(st.data())
def test_what_a_whole_plan_decided_is_decided_again_by_the_same_mapping(data):
    ours = record(
        "hubspot", "contacts", "101", data.draw(st.fixed_dictionaries(names)),
        data.draw(st.dictionaries(st.sampled_from(list(names)), stamp)),
    )  # fmt: skip
    theirs = record("salesforce", "Lead", LEAD_ID, data.draw(st.fixed_dictionaries(api_names)), {})
    plan = build_plan(PlanInput(people=[state_of(ours, theirs, None, {})]), MAPPING, now=NOON)
    synced = {name for name, spec in FIELDS.items() if (spec.hubspot, spec.lead) in PAIRS}
    assert {one.field for one in plan.decisions} <= synced
    # Every merged write and every lost value has its decision on record.
    merged = {c.name for w in plan.writes for c in w.changes if c.rule not in ("accord", "link")}
    assert merged <= {one.field for one in plan.decisions}
    assert {one.field for one in plan.conflicts} <= {one.field for one in plan.decisions if one.outcome.lost}
    answer = replay(plan.decisions, MAPPING)
    assert (answer.decided, answer.otherwise, answer.other_type) == (len(plan.decisions), (), 0)


def test_a_field_that_goes_or_changes_its_type_is_told_and_a_word_newly_mapped_is_read():
    spec = FIELDS["industry"]
    at = NOON + timedelta(hours=1)
    read = READERS["picklist"]("Alchemy", spec, "hubspot", NO_OWNERS, None)
    assert isinstance(read, Unreadable)
    seen = (Seen(read, Stamp(at, certain=True)), Seen("Banking", Stamp(NOON, certain=True)))
    prefer_hubspot = spec.model_copy(update={"rule": "prefer_hubspot"})
    made = decided(
        "p1", "person", prefer_hubspot, "Retail", seen, merge_field(prefer_hubspot, "Retail", *seen)
    )

    def proposed(change):
        fields = (
            {**FIELDS, "industry": change} if change else {n: s for n, s in FIELDS.items() if n != "industry"}
        )
        return MAPPING.model_copy(update={"people": MAPPING.people.model_copy(update={"fields": fields})})

    assert replay([made], proposed(spec.model_copy(update={"type": "text", "values": None}))).other_type == 1
    (gone,) = replay([made], proposed(None)).otherwise
    assert (gone.rule, gone.outcome.wins) == ("not mapped", "nothing")
    pair = ValuePair(hubspot="Alchemy", salesforce="Manufacturing")
    more = ValueMap(canonical="salesforce", pairs=(*spec.values.pairs, pair))
    (mapped,) = replay([made], proposed(prefer_hubspot.model_copy(update={"values": more}))).otherwise
    assert (mapped.outcome.wins, mapped.outcome.value) == ("hubspot", "Manufacturing")
