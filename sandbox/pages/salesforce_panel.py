"""Accord's panel on a Salesforce Lead or Contact: every visible field whose API name begins with Accord_."""

from datetime import datetime

from sandbox.pages import formats
from sandbox.pages.panel import not_installed, own_label, sla_due, stage_headline
from sandbox.pages.views import Entry, Panel, Section, Touches
from sandbox.salesforce.org import Org
from sandbox.salesforce.table import Row

_TITLE = "Qualification"
_PLACED = frozenset(
    {
        "Accord_Stage__c",
        "Accord_Score__c",
        "Accord_Reasons__c",
        "Accord_Missing__c",
        "Accord_SLA_Status__c",
        "Accord_First_Touch_Due__c",
        "Accord_First_Touch_At__c",
        "Accord_Touches_Made__c",
        "Accord_Touches_Owed__c",
        "Accord_Marketing_Context__c",
        "Accord_Disposition__c",
        "Accord_Disposition_Reason__c",
        "Accord_Objection__c",
    }
)


def panel_of(org: Org, sobject: str, row: Row, viewer: str, viewer_name: str, now: datetime) -> Panel:
    """The panel as the user ``viewer`` (an id) may see it."""
    specs = org.fields(sobject)
    defined = [name for name in specs if name.startswith("Accord_")]
    if not defined:
        return not_installed(_TITLE)
    seen = {name: row.get(name) for name in defined if org.visible_to(viewer, sobject, name)}
    if not seen:
        return Panel(_TITLE, note=f"Field-level security hides Accord’s fields from {viewer_name}.")
    if all(value is None for value in seen.values()):
        return Panel(_TITLE, note="Not assessed yet.")
    made, owed = seen.get("Accord_Touches_Made__c"), seen.get("Accord_Touches_Owed__c")
    status = seen.get("Accord_SLA_Status__c")
    reasons = (("Why", "Accord_Reasons__c"), ("Missing to qualify", "Accord_Missing__c"))
    return Panel(
        _TITLE,
        stage=stage_headline(seen.get("Accord_Stage__c")),
        score=formats.number(seen.get("Accord_Score__c")),
        sla=None if status == "none" else formats.badge(status),
        due=sla_due(seen.get("Accord_First_Touch_Due__c"), seen.get("Accord_First_Touch_At__c"), now),
        touches=None if made is None and owed is None else Touches(int(made or 0), int(owed or 0)),
        reasons=[Entry(label, seen[name]) for label, name in reasons if seen.get(name)],
        context=seen.get("Accord_Marketing_Context__c"),
        answer=Section(
            "Sales’ answer",
            [
                Entry("Disposition", formats.badge(seen.get("Accord_Disposition__c"))),
                Entry("Reason", seen.get("Accord_Disposition_Reason__c")),
                Entry("Objection", seen.get("Accord_Objection__c"), wide=True),
            ],
        ),
        small_print=[
            Entry(own_label(specs[name].label), formats.field_text(value))
            for name, value in seen.items()
            if name not in _PLACED and value is not None
        ],
    )
