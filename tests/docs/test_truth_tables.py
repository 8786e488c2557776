"""The truth tables of docs/mapping.md are what the merge does."""

from datetime import UTC, datetime, timedelta

import pytest

from sync_rules.mapping_model import BlankPolicy, FieldSpec, Rule
from sync_rules.merge import Seen, merge_field
from sync_rules.records import Stamp
from tests.architecture.tree import ROOT
from tests.docs.pages import table

PAGE = ROOT / "docs" / "mapping.md"
START = datetime(2026, 1, 5, tzinfo=UTC)

# What HubSpot and Salesforce say, and the hour at which each came to say it.
RULE_CASES = ((("b", 1), ("a", 0)), (("a", 0), ("c", 1)), (("b", 2), ("c", 1)), (("b", 1), ("c", 2)))
BLANK_CASES = (((None, 1), ("a", 0)), (("a", 0), (None, 1)), ((None, 1), ("c", 2)), ((None, 2), ("c", 1)))

Said = tuple[str | None, int]


def _seen(said: Said) -> Seen:
    value, hour = said
    return Seen(value, Stamp(START + timedelta(hours=hour), certain=True))


def _afterwards(rule: Rule, blank: BlankPolicy, hubspot: Said, salesforce: Said) -> str:
    spec = FieldSpec(name="x", type="text", rule=rule, blank=blank, hubspot="x", lead="X")
    decision = merge_field(spec, "a", _seen(hubspot), _seen(salesforce))
    left = decision.value if decision.write_hubspot else hubspot[0]
    right = decision.value if decision.write_salesforce else salesforce[0]
    shown = [side if side is not None else "–" for side in (left, right)]
    told = shown[0] if shown[0] == shown[1] else " / ".join(shown)
    return f"{told} !" if decision.conflict else told


@pytest.mark.parametrize("row", table(PAGE, "<!-- truth table: rules -->"), ids=lambda row: row[0])
def test_a_rule_decides_as_told(row: list[str]) -> None:
    rule: Rule = row[0].strip("`")  # type: ignore[assignment]  # the model refuses any other

    assert [_afterwards(rule, "keep", *case) for case in RULE_CASES] == row[1:]


@pytest.mark.parametrize("row", table(PAGE, "<!-- truth table: blanks -->"), ids=lambda row: row[0])
def test_a_blank_policy_decides_as_told(row: list[str]) -> None:
    blank: BlankPolicy = row[0].strip("`")  # type: ignore[assignment]  # the model refuses any other

    assert [_afterwards("two_way", blank, *case) for case in BLANK_CASES] == row[1:]


def test_every_rule_and_policy_is_told() -> None:
    text = PAGE.read_text("utf-8")

    for name in (*Rule.__args__, *BlankPolicy.__args__):  # type: ignore[attr-defined]
        assert f"`{name}`" in text
