"""Whether Salesforce's validation rules still say what the SLA says; looked at now and then, not in every pass."""

from datetime import datetime, timedelta

from connectors.enforcement import salesforce_rules
from connectors.errors import PermanentError
from connectors.salesforce import rules
from connectors.store import cursors
from passes.context import PassContext
from passes.step import Finding

NAME = "sla_rules_in_step"
_CURSOR = "salesforce rules"
# What is in step seldom changes; what is not may have been put right by a person.
_IN_STEP, _OUT_OF_STEP = timedelta(hours=6), timedelta(hours=1)


def check(context: PassContext) -> Finding:
    """Whether the rules are there, active and of the SLA in force; a rule that is not is named with the remedy."""
    now = context.now()
    declared = salesforce_rules(context.contracts.sla)
    wanted = [[rule.sobject, rule.name, rule.formula, rule.message] for rule in declared]
    with context.store.begin() as connection:
        known = cursors.get(connection, _CURSOR)
    if known is not None and known["wanted"] == wanted:
        age = now - datetime.fromisoformat(known["at"])
        if age < (_OUT_OF_STEP if known["differs"] else _IN_STEP):
            return _finding(known["differs"])
    try:
        found = rules.lacking(context.salesforce.client, declared)
    except PermanentError as error:
        # The integration may sync without the right to read rules; then a person has to look after them.
        return _finding([f"the validation rules cannot be read: {error}"])
    differs = [f"{item.object_type}.{item.name}: {_words(item.kind, item.detail)}" for item in found]
    with context.store.begin() as connection:
        value = {"at": now.isoformat(), "wanted": wanted, "differs": differs}
        cursors.put(connection, _CURSOR, value, now=now)
    return _finding(differs)


def _words(kind: str, detail: str) -> str:
    return "the validation rule is missing" if kind == "rule" else detail


def _finding(differs: list[str]) -> Finding:
    why = "; ".join(differs)
    return Finding(
        NAME,
        holds=not differs,
        why=f"{why}. `accord setup` shows and settles it"
        if differs
        else "Salesforce refuses what the SLA forbids.",
        figures={"rules out of step": len(differs)},
    )
