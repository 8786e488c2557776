"""Laws of recycling, whatever sales answers and whenever people are handed over."""

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from sla_rules.qualify import JUDGEMENT_SCHEMA
from sla_rules.recycling.judging import held_back
from sla_rules.recycling.standing import Answer, Standing, standing_of
from sla_rules.recycling.terms import Recycling

START = datetime(2026, 1, 1, tzinfo=UTC)
SAID = ("Too soon", "Poor quality", "Go-nowhere", "Accepted", "Converted", "")
REASONS = (None, "Bad timing", "No budget")
moments = st.integers(0, 700).map(lambda day: START + timedelta(days=day))
answers = st.lists(
    st.builds(Answer, moments, st.sampled_from(SAID), st.sampled_from(REASONS)),
    max_size=8,
    unique_by=lambda one: one.at,
)
handovers = st.lists(moments, max_size=5, unique=True)
caps = st.none() | st.integers(0, 3)
lengths = st.integers(1, 120)


@st.composite
def rules(draw: st.DrawFn) -> Recycling:
    soon = {"answer": "Too soon", "cool_off": f"{draw(lengths)} days", "at_most": draw(caps)}
    poor = {"answer": "Poor quality", "cool_off": f"{draw(lengths)} days", "at_most": draw(caps)}
    soon["cool_off_by_reason"] = {"No budget": f"{draw(lengths)} days"}
    nowhere = {"answer": "Go-nowhere", "stage": "go-nowhere"}
    return Recycling.model_validate({"answers": [soon, poor, nowhere]})


@given(rules(), answers, handovers)
def test_the_standing_follows_from_the_history_alone(
    agreed: Recycling, said: list[Answer], handed: list[datetime]
) -> None:
    once = standing_of(agreed, said, handed)
    assert standing_of(agreed, reversed(said), reversed(handed)) == once
    # An answer that is noted twice, or whose note is added later, sends nobody back twice.
    again = [Answer(one.at + timedelta(seconds=1), one.disposition, one.reason) for one in said]
    assert standing_of(agreed, [*said, *again], handed) == once


@given(rules(), answers, handovers, moments)
def test_nobody_qualifies_during_a_cool_off(
    agreed: Recycling, said: list[Answer], handed: list[datetime], now: datetime
) -> None:
    standing = standing_of(agreed, said, handed)
    known = {"p": standing} if standing is not None else {}
    row = {
        "person_id": ["p"], "stage": ["SQL"], "score": [80], "passed": [1], "failed": [0], "unknown": [0],
        "next_change_at": [None], "persona": [None], "step": ["hot"],
    }  # fmt: skip
    judged = held_back(pl.DataFrame(row, schema=JUDGEMENT_SCHEMA), known, now=now)
    (found,) = judged.to_dicts()
    if standing is not None and standing.rests(now):
        assert found["stage"] == standing.stage not in ("MQL", "SQL")
        assert found["step"] is None
        # The answer changes by itself exactly when the cool-off ends.
        assert found["next_change_at"] == standing.until
        assert standing.until is None or standing.until > now
    else:
        assert judged.equals(pl.DataFrame(row, schema=JUDGEMENT_SCHEMA))


@given(rules(), answers, handovers)
def test_the_cap_is_kept(agreed: Recycling, said: list[Answer], handed: list[datetime]) -> None:
    standing = standing_of(agreed, said, handed)
    if standing is None:
        return
    rule = agreed.of(standing.answer)
    assert rule is not None
    assert 1 <= standing.times <= len(handed) + 1
    over = rule.at_most is not None and standing.times > rule.at_most
    assert (standing.until is None) == (rule.cool_off is None or over)
    if standing.until is not None:
        assert standing.until > standing.since


@given(rules(), st.lists(st.sampled_from(("Too soon", "Poor quality")), min_size=1, max_size=12))
def test_a_life_of_handoffs_and_answers_ends_at_the_cap(agreed: Recycling, life: list[str]) -> None:
    """Sales sends back each time, the person comes again as soon as they may: the cap bounds the handoffs."""
    now, handed, said = START, [START], []
    for answer in life:
        now += timedelta(days=1)
        said.append(Answer(now, answer))
        standing: Standing | None = standing_of(agreed, said, handed)
        assert standing is not None
        assert standing.rests(now)
        if standing.until is None:
            assert standing.rests(now + timedelta(days=10_000))
            break
        now = standing.until
        assert not standing.rests(now)
        handed.append(now)
        after = standing_of(agreed, said, handed)
        assert after is not None
        assert after.returned
        assert not after.rests(now)
    most = [rule.at_most for rule in agreed.answers if rule.answer in life and rule.at_most is not None]
    if len({*life}) == 1 and most:
        assert len(handed) <= most[0] + 1
