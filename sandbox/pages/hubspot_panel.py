"""Accord's panel on a HubSpot contact: what sales did with the lead."""

from sandbox.hubspot.portal import Portal
from sandbox.hubspot.records import Record
from sandbox.pages import formats
from sandbox.pages.panel import not_installed, own_label, stage_headline
from sandbox.pages.views import Entry, Panel, Section, Touches

GROUP = "accord"
_TITLE = "Sales feedback"
_LINKS = frozenset({"salesforce_lead_id", "salesforce_contact_id"})
_PLACED = _LINKS | {
    "accord_stage",
    "accord_score",
    "accord_reason",
    "accord_missing",
    "accord_sla_status",
    "accord_sales_status",
    "accord_sales_owner",
    "accord_first_touch_at",
    "accord_touches",
    "accord_disposition",
    "accord_disposition_reason",
    "accord_objection",
    "accord_opportunity_stage",
    "accord_opportunity_amount",
    "accord_outcome",
}


def panel_of(portal: Portal, contact: Record) -> Panel:
    """The properties of group ``accord``, arranged."""
    definitions = [one for one in portal.table("contacts").schema.live() if one.group == GROUP]
    if not definitions:
        return not_installed(_TITLE)
    values = contact.properties
    made = formats.whole(values.get("accord_touches"))
    sla = values.get("accord_sla_status")
    if not any(values.get(one.name) for one in definitions if one.name not in _LINKS):
        return Panel(_TITLE, note="Not assessed yet.")
    touched = formats.moment(formats.parse_moment(values.get("accord_first_touch_at")))
    reasons = (
        ("Sales status", "accord_sales_status"),
        ("Sales owner", "accord_sales_owner"),
        ("Why", "accord_reason"),
        ("Missing to qualify", "accord_missing"),
    )
    return Panel(
        _TITLE,
        stage=stage_headline(values.get("accord_stage")),
        score=formats.number(values.get("accord_score")),
        sla=None if sla == "none" else formats.badge(sla),
        due=Entry("First touch", touched),
        touches=None if made is None else Touches(made, 0),
        reasons=[Entry(label, values[name]) for label, name in reasons if values.get(name)],
        answer=Section(
            "Sales’ answer",
            [
                Entry("Disposition", formats.badge(values.get("accord_disposition"))),
                Entry("Reason", values.get("accord_disposition_reason")),
                Entry("Objection", values.get("accord_objection"), wide=True),
                Entry("Opportunity stage", values.get("accord_opportunity_stage")),
                Entry("Opportunity amount", formats.number(values.get("accord_opportunity_amount"))),
                Entry("Outcome", formats.badge(values.get("accord_outcome"))),
            ],
        ),
        small_print=[
            Entry(own_label(one.label), formats.property_text(one, values.get(one.name)))
            for one in definitions
            if one.name not in _PLACED and values.get(one.name)
        ],
    )
