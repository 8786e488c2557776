"""Keeps the validation rules of an org in step with the SLA: what differs, and putting it right."""

from collections.abc import Sequence

from connectors.declaration import ItemKind, SchemaItem
from connectors.enforcement import OURS, DeclaredRule
from connectors.salesforce import tooling
from connectors.salesforce.client import SalesforceClient

_COMPARED = {
    "errorConditionFormula": "formula",
    "errorMessage": "message",
    "errorDisplayField": "place of the message",
}


def lacking(client: SalesforceClient, declared: Sequence[DeclaredRule]) -> list[SchemaItem]:
    """Rules that the org lacks, has otherwise, has switched off, or has although the SLA no longer asks."""
    wanted = {(rule.sobject, rule.name): rule for rule in declared}
    there = {(one.sobject, one.name): one for one in tooling.validation_rules(client, OURS)}
    found = [_item(*key, "rule", rule.message) for key, rule in wanted.items() if key not in there]
    for key, installed in there.items():
        rule = wanted.get(key)
        if rule is None:
            found.append(_item(*key, "rule to remove", "the SLA no longer asks for it"))
        elif not installed.active:
            found.append(_item(*key, "conflict", "the validation rule is switched off: activate it"))
        elif differs := _differences(client, installed.rule_id, rule):
            found.append(_item(*key, "rule change", f"its {' and '.join(differs)} is not what the SLA says"))
    return found


def settle(client: SalesforceClient, items: Sequence[SchemaItem], declared: Sequence[DeclaredRule]) -> None:
    """Add, change and remove the rules among the items."""
    wanted = {(rule.sobject, rule.name): rule for rule in declared}
    for item in items:
        if item.kind == "rule":
            tooling.add_rule(client, wanted[item.object_type, item.name])
    stale = {(item.object_type, item.name): item.kind for item in items if item.kind in _OF_INSTALLED}
    if not stale:
        return
    for one in tooling.validation_rules(client, OURS):
        kind = stale.get((one.sobject, one.name))
        if kind == "rule change":
            tooling.change_rule(client, one.rule_id, wanted[one.sobject, one.name])
        elif kind == "rule to remove":
            tooling.remove_rule(client, one.rule_id)


_OF_INSTALLED: tuple[ItemKind, ...] = ("rule change", "rule to remove")


def _differences(client: SalesforceClient, rule_id: str, rule: DeclaredRule) -> list[str]:
    there, ours = tooling.rule_metadata(client, rule_id), tooling.metadata_of(rule)
    return [words for name, words in _COMPARED.items() if there.get(name) != ours[name]]


def _item(sobject: str, name: str, kind: ItemKind, detail: str) -> SchemaItem:
    return SchemaItem("salesforce", sobject, name, kind, detail)
