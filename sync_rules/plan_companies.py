"""What one pass would write for companies and Accounts that are linked; Accord creates neither."""

from sync_rules.changes import Bench, update_record
from sync_rules.plan_deletions import settle_deletion
from sync_rules.plan_fields import agree, back_reference, merge_link, pairing
from sync_rules.state import CompanyState


class CompanyPlanner:
    """Plans one company at a time; what is the same for all of them is prepared once."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._pairing = pairing(bench.mapping.companies.fields.values(), "companies", "Account")

    def plan(self, state: CompanyState) -> None:
        """Note what this company needs."""
        hubspot, salesforce, link = state.hubspot, state.salesforce, state.link
        if hubspot is None or salesforce is None:
            return
        if settle_deletion(self._bench, link, hubspot, salesforce, removed_by_us=state.removed_by_us):
            return
        merged = merge_link(
            self._bench, self._pairing, link, hubspot, salesforce, state.base or {}, state.frozen_fields,
            undone=state.undone,
        )  # fmt: skip
        agree(self._bench, link, merged.settled)
        for record, changes in ((hubspot, merged.hubspot), (salesforce, merged.salesforce)):
            changes += back_reference(self._bench, link, record)
            update_record(self._bench, link.link_id, record, changes)
