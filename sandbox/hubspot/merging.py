"""What a merged record looks like: pure composition of two records' properties.

Moving associations, lists and events to the result is the portal's work.
"""

from datetime import datetime

from sandbox.hubspot import errors
from sandbox.hubspot.records import Properties, Record
from sandbox.hubspot.standard_contact import LIFECYCLE_STAGES
from sandbox.hubspot.values import to_ms

MERGEABLE = frozenset({"contacts", "companies", "deals"})
MAX_IDENTITIES = 250
_SUMMED = ("num_conversion_events", "num_notes", "num_contacted_notes")
_NEVER_TAKEN = frozenset({
    "hs_object_id", "hs_all_contact_vids", "hs_merged_object_ids", "hs_calculated_merged_vids",
    "hs_additional_emails", "lastmodifieddate", "hs_lastmodifieddate", "email",
})  # fmt: skip


def merged_properties(primary: Record, other: Record, result_id: str, at: datetime) -> Properties:
    """The properties of the result; the primary's values win, the other's fill what is empty.

    Raises:
        HubSpotFault: 414 when the result would have more than 250 identities.
    """
    ours, theirs = primary.properties, other.properties
    merged: Properties = {name: value for name, value in theirs.items() if name not in _NEVER_TAKEN}
    merged.update(ours)
    merged["hs_object_id"] = result_id
    absorbed = [one for one in (primary.id, other.id) if one != result_id]
    merged["hs_merged_object_ids"] = _joined(
        ours.get("hs_merged_object_ids"), theirs.get("hs_merged_object_ids"), ";".join(absorbed)
    )
    created = primary.object_type.created_property
    merged[created] = min(ours.get(created) or "", theirs.get(created) or "")
    for name in _SUMMED:
        if ours.get(name) and theirs.get(name):
            merged[name] = str(int(ours[name] or "0") + int(theirs[name] or "0"))
    stages = [stage for stage in (ours.get("lifecyclestage"), theirs.get("lifecyclestage")) if stage]
    if len(stages) == 2 and all(stage in LIFECYCLE_STAGES for stage in stages):
        merged["lifecyclestage"] = max(stages, key=LIFECYCLE_STAGES.index)
    if primary.object_type.name == "contacts":
        _merge_identity(merged, primary, other, absorbed, result_id, at)
    elif primary.object_type.name == "companies":
        domain = ours.get("domain") or theirs.get("domain")
        domains = _joined(
            ours.get("hs_additional_domains"), theirs.get("domain"), theirs.get("hs_additional_domains")
        )
        further = ";".join(one for one in domains.split(";") if one and one != domain)
        if further:
            merged["hs_additional_domains"] = further
    return merged


def _merge_identity(
    merged: Properties, primary: Record, other: Record, absorbed: list[str], result_id: str, at: datetime
) -> None:
    ours, theirs = primary.properties, other.properties
    address = ours.get("email") or theirs.get("email")
    if address:
        merged["email"] = address
        merged["hs_email_domain"] = address.rpartition("@")[2]
    addresses = _joined(
        ours.get("hs_additional_emails"), theirs.get("email"), theirs.get("hs_additional_emails")
    )
    extra = ";".join(part for part in addresses.split(";") if part and part != address)
    if extra:
        merged["hs_additional_emails"] = extra
    merged["hs_all_contact_vids"] = _joined(
        ours.get("hs_all_contact_vids"), theirs.get("hs_all_contact_vids"), result_id
    )
    merged["hs_calculated_merged_vids"] = _joined(
        ours.get("hs_calculated_merged_vids"),
        theirs.get("hs_calculated_merged_vids"),
        ";".join(f"{one}:{to_ms(at)}" for one in absorbed),
    )
    if "true" in (ours.get("hs_email_optout"), theirs.get("hs_email_optout")):
        merged["hs_email_optout"] = "true"
    if "true" in (ours.get("hs_marketable_status"), theirs.get("hs_marketable_status")):
        merged["hs_marketable_status"] = "true"
    addresses_kept = [part for part in (address, *extra.split(";")) if part]
    identities = len((merged["hs_all_contact_vids"] or "").split(";")) + len(addresses_kept)
    if identities > MAX_IDENTITIES:
        raise errors.too_many_identities()


def _joined(*texts: str | None) -> str:
    parts = [part for text in texts if text for part in text.split(";") if part]
    return ";".join(dict.fromkeys(parts))
