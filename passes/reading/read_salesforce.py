"""What changed in Salesforce: people, accounts, activities, opportunities and campaigns."""

from dataclasses import replace

from connectors.budget import urgent_calls
from connectors.errors import PermanentError
from connectors.salesforce.email_messages import Mail
from connectors.store import mirror
from passes.context import PassContext
from passes.reading import rules_in_step
from passes.reading.deferring import deferrable
from passes.reading.mirroring import read_changes
from passes.reading.side_facts import check_schema, refresh_owners
from passes.step import StepResult
from sync_rules.activities import MESSAGE_AT_FACT, MESSAGE_ID_FACT
from sync_rules.external_ids import ACTIVITY_ID_IN_SALESFORCE
from sync_rules.records import Record


def people(context: PassContext) -> StepResult:
    """Leads and Contacts, with tombstones of deleted and merged ones; owners and schema once an hour."""
    # Opt-outs are on these records, so they may be read from the reserve.
    with urgent_calls():
        findings = check_schema(context, "salesforce")
        owners = refresh_owners(context, "salesforce")
        try:
            result = read_changes(context, "salesforce", ("Lead", "Contact"))
        except PermanentError as error:
            if error.code != "INVALID_FIELD":
                raise
            # A field has gone since the schema was read.
            findings = check_schema(context, "salesforce", afresh=True)
            result = read_changes(context, "salesforce", ("Lead", "Contact"))
    in_step = rules_in_step.check(context)
    return StepResult(figures={**result.figures, "owners read": owners}, findings=(*findings, in_step))


@deferrable
def accounts(context: PassContext) -> StepResult:
    """Accounts."""
    return read_changes(context, "salesforce", ("Account",))


@deferrable
def activities(context: PassContext) -> StepResult:
    """Tasks and Events; mails with their Message-ID and when they were sent."""
    return read_changes(context, "salesforce", ("Task", "Event"), enrich=_with_mails)


def _with_mails(context: PassContext, object_type: str, page: list[Record]) -> list[Record]:
    # A copy that Accord wrote is known by its mark, and has no EmailMessage.
    mails = [
        record.id
        for record in page
        if record.fields.get("TaskSubtype") == "Email"
        and not record.deleted
        and not record.fields.get(ACTIVITY_ID_IN_SALESFORCE)
    ]
    with context.store.begin() as connection:
        known = mirror.load(connection, "salesforce", object_type, mails)
    # A mail keeps its id, so it is asked for once.
    unasked = {one for one in mails if one not in known or MESSAGE_ID_FACT not in known[one].fields}
    found = context.salesforce.mails_of(unasked) if unasked else {}
    if found is None:
        # Not shown is not "no mail": whoever is shown them later is asked again.
        return page
    return [
        replace(record, fields={**record.fields, **_told_of(found.get(record.id))})
        if record.id in unasked
        else record
        for record in page
    ]


def _told_of(mail: Mail | None) -> dict[str, str | None]:
    return {
        MESSAGE_ID_FACT: mail.message_id if mail else None,
        MESSAGE_AT_FACT: mail.sent_at if mail else None,
    }


@deferrable
def opportunities(context: PassContext) -> StepResult:
    """Opportunities with contact roles, campaigns with members."""
    types = ("Opportunity", "OpportunityContactRole", "Campaign", "CampaignMember")
    return read_changes(context, "salesforce", types)
