"""Why somebody is or is not syncing, in sentences. Judges nothing: it puts the facts into words."""

from collections.abc import Mapping
from typing import Any

from cli.console import moment, plain
from cli.explain.facts import Facts

EVIDENCE = {
    "external id": "each record carries the other's id",
    "e-mail": "the same e-mail address",
    "former e-mail": "an address that the person had, and the same name",
    "a person's decision": "somebody said so",
    "separated": "somebody took a wrong link apart",
    "created": "Accord created one from the other",
    "new": "seen on one side only",
    "stored": "linked before",
}


def linked(facts: Facts) -> str:
    """How the two records were found to be one person."""
    link = facts.person.row.link
    how = EVIDENCE.get(link.evidence, link.evidence)
    if link.hubspot_id is None or link.salesforce_id is None:
        side = "Salesforce" if link.hubspot_id is None else "HubSpot"
        return f"Known in {side} only since {moment(facts.linked_at)} UTC."
    text = f"Linked by {link.evidence} ({how}) since {moment(facts.linked_at)} UTC."
    if link.lead_id is not None and link.salesforce_type == "Contact":
        text += f" The Lead {link.lead_id} was converted into this Contact."
    return text


def syncing(facts: Facts) -> list[str]:
    """Whether they sync, and if not, what stands in the way."""
    link = facts.person.row.link
    held = [hold for hold in facts.holds if not hold.field]
    fields = [hold for hold in facts.holds if hold.field]
    lines = []
    if link.hubspot_id is not None and link.salesforce_id is not None:
        lines.append("Yes: both records exist and are kept in agreement.")
    elif link.salesforce_id is None:
        lines.append(f"Not in Salesforce: {facts.admission}.{_by(facts.clause)}")
    else:
        lines.append(f"Not in HubSpot.{_by(facts.clause)}")
    if facts.standing is not None:
        lines.append(f"The last reconciliation: {facts.standing[0]}, {facts.standing[1]}.")
    lines += [f"Held as a whole: {hold.why} {hold.remedy}" for hold in held]
    if fields:
        lines.append(f"Held fields, while the others sync: {', '.join(hold.field for hold in fields)}.")
    coming = sum(len(write.changes) for write in facts.plan.writes)
    if coming:
        lines.append(f"The next pass would write {coming} fields of this person, from what was last read.")
    elif not held:
        lines.append("Nothing is to be written, from what was last read.")
    when = f"{moment(facts.last_pass)} UTC" if facts.last_pass else "never"
    lines.append(f"Last complete pass: {when}.")
    return lines


def assigned(row: Mapping[str, Any]) -> str:
    """Whom the routing policy gave the person to, and why; or whom it left them to."""
    if row["state"] == "left":
        return f"Left to {plain(row['owner'])}: {plain(row['reason'])}."
    verb = {"proposed": "To be assigned to", "queued": "Waits in", "done": "Assigned to"}[row["state"]]
    return f"{verb} {plain(row['owner'])} on {moment(row['decided_at'])}: {plain(row['reason'])}."


def _by(clause: str) -> str:
    return f" The clause: {clause}." if clause else ""
