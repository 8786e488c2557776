"""What changed in Salesforce: people, accounts, activities, opportunities and campaigns."""

from connectors.budget import urgent_calls
from connectors.errors import PermanentError
from passes.context import PassContext
from passes.reading import rules_in_step
from passes.reading.deferring import deferrable
from passes.reading.mirroring import read_changes
from passes.reading.side_facts import check_schema, refresh_owners
from passes.step import StepResult


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
    """Tasks and Events."""
    return read_changes(context, "salesforce", ("Task", "Event"))


@deferrable
def opportunities(context: PassContext) -> StepResult:
    """Opportunities with contact roles, campaigns with members."""
    types = ("Opportunity", "OpportunityContactRole", "Campaign", "CampaignMember")
    return read_changes(context, "salesforce", types)
