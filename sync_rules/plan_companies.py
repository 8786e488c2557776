"""What one pass would write for companies and Accounts that are linked; Accord creates neither."""

from sync_rules.changes import Bench, update_record
from sync_rules.plan_deletions import settle_deletion
from sync_rules.plan_fields import agree, merge_link, pairing
from sync_rules.plan_parents import ParentPlanner
from sync_rules.plan_references import references, told_apart
from sync_rules.state import CompanyState


class CompanyPlanner:
    """Plans one company at a time; what is the same for all of them is prepared once."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._pairing = pairing(bench.mapping.companies.fields.values(), "companies", "Account")
        self._parents = ParentPlanner(bench)

    def plan(self, state: CompanyState) -> None:
        """Note what this company needs."""
        hubspot, salesforce, link = state.hubspot, state.salesforce, state.link
        if hubspot is None or salesforce is None:
            for record in (hubspot, salesforce):
                if record is not None and not record.deleted:
                    changes = told_apart(self._bench, link, record, state.apart)
                    update_record(self._bench, link.link_id, record, changes)
            return
        if settle_deletion(self._bench, link, hubspot, salesforce, removed_by_us=state.removed_by_us):
            return
        merged = merge_link(
            self._bench, self._pairing, link, hubspot, salesforce, state.base or {}, state.frozen_fields,
            undone=state.undone, waiting=state.waiting,
        )  # fmt: skip
        agree(self._bench, link, merged.settled)
        for record, changes in ((hubspot, merged.hubspot), (salesforce, merged.salesforce)):
            changes = self._parents.checked(link, record, changes)
            changes += references(self._bench, link, record, state.apart, state.claimed_by)
            update_record(self._bench, link.link_id, record, changes)
