"""What one pass would write for people: merged and computed fields, lifecycle, opt-outs, links, creations.

Decisions per person; the order of all writes is ``planner.py``.
"""

from collections.abc import Iterator
from typing import Any

from sync_rules.changes import (
    Bench,
    Place,
    change,
    email_target,
    hold_flapping,
    opt_out_write,
    update_record,
)
from sync_rules.consent import plan_opt_in
from sync_rules.normalise import READERS
from sync_rules.plan import FieldChange
from sync_rules.plan_assignment import in_place
from sync_rules.plan_computed import ComputedPlanner
from sync_rules.plan_creates import CreationPlanner
from sync_rules.plan_deletions import settle_deletion
from sync_rules.plan_fields import agree, merge_link, pairing
from sync_rules.plan_references import references
from sync_rules.plan_withdrawals import kept, withdrawals
from sync_rules.records import Record
from sync_rules.state import PersonState


class PeoplePlanner:
    """Plans one person at a time; what is the same for all of them is prepared once."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        fields = bench.mapping.people.fields.values()
        self._pairings = {kind: pairing(fields, "contacts", kind) for kind in ("Lead", "Contact")}
        self._computed = ComputedPlanner(bench)
        self._creations = CreationPlanner(bench, self._pairings, self._computed)
        self._email = email_target(bench.mapping, "contacts")

    def plan(self, state: PersonState) -> None:
        """Note what this person needs."""
        hubspot, salesforce = state.hubspot, state.salesforce
        if settle_deletion(self._bench, state.link, hubspot, salesforce, removed_by_us=state.removed_by_us):
            return
        if hubspot is not None and salesforce is not None:
            self._both(state, hubspot, salesforce)
        elif hubspot is not None and state.link.salesforce_id is None:
            self._creations.only_hubspot(state, hubspot)
        elif salesforce is not None and state.link.hubspot_id is None:
            self._creations.only_salesforce(state, salesforce)

    def _both(self, state: PersonState, hubspot: Record, salesforce: Record) -> None:
        bench, link = self._bench, state.link
        pair = self._pairings[salesforce.object_type]
        converted = salesforce.fields.get("IsConverted") is True
        # The other side is told of the owner whom the record is being given to.
        given, assigned = in_place(bench, state, salesforce)
        merged = merge_link(
            bench, pair, link, hubspot, given, state.base or {}, state.frozen_fields,
            salesforce_writable=not converted, undone=state.undone, waiting=state.waiting,
            reconsent=state.reconsent,
        )  # fmt: skip
        to_hubspot, to_salesforce = kept(state, merged.hubspot), kept(state, merged.salesforce)
        to_hubspot += references(bench, link, hubspot, state.apart, state.claimed_by)
        to_hubspot += self._computed.changes(state, "hubspot", hubspot)
        to_hubspot += self._computed.lifecycle(state, hubspot)
        to_hubspot += withdrawals(bench, state, hubspot)
        to_hubspot += self._converted_status(state, hubspot, salesforce, merged.settled)
        agree(bench, link, merged.settled)
        if not converted:
            to_salesforce += references(bench, link, salesforce, state.apart, state.claimed_by)
            to_salesforce += self._computed.changes(state, "salesforce", salesforce)
            to_salesforce += self._reopened(state, salesforce)
            to_salesforce += withdrawals(bench, state, salesforce)
            # Whoever set another owner in HubSpot, where that counts, is a person.
            if assigned is not None and assigned.target not in {made.target for made in to_salesforce}:
                to_salesforce.append(assigned)
        # The address that the contact will have: HubSpot's opt-outs belong to addresses.
        email = next(
            (made.after for made in to_hubspot if made.name == "email"), hubspot.fields.get(self._email)
        )
        if opt_out_write(bench, link.link_id, hubspot.id, email, merged.opt_out):
            bench.found.conflicts += merged.opt_out_conflicts
        plan_opt_in(bench, link.link_id, hubspot.id, email, merged.opt_in)
        update_record(bench, link.link_id, hubspot, to_hubspot)
        update_record(bench, link.link_id, salesforce, to_salesforce)

    def _reopened(self, state: PersonState, lead: Record) -> Iterator[FieldChange]:
        """A Lead whose status the agreement sets: disqualified too early, or handed over again."""
        spec = self._bench.mapping.people.fields.get("lead_status")
        status = state.reopened_status
        if status is None or spec is None or lead.object_type != "Lead":
            return
        place = Place(state.link.link_id, "salesforce", "Lead")
        if spec.name in state.frozen_fields:
            hold_flapping(self._bench, place, spec.name, status)
            return
        target = spec.target("Lead")
        before = lead.fields.get(target) if target else None
        value = READERS[spec.type](status, spec, "salesforce", self._bench.owners, None)
        made = change(
            self._bench,
            place,
            spec,
            before,
            value,
            rule="accord",
            why=state.reopened_why,
        )
        if made is not None:
            yield made

    def _converted_status(
        self, state: PersonState, hubspot: Record, salesforce: Record, settled: dict[str, Any]
    ) -> Iterator[FieldChange]:
        """A Contact has no lead status, so HubSpot hears of the conversion from the link."""
        status = self._bench.mapping.lifecycle.converted_lead_status
        spec = self._bench.mapping.people.fields.get("lead_status")
        if (
            status is None
            or spec is None
            or state.link.lead_id is None
            or salesforce.object_type != "Contact"
        ):
            return
        target = spec.target("contacts")
        if target is None or target not in hubspot.fields:
            return
        before = hubspot.fields[target]
        # Said once: what marketing makes of it afterwards is theirs.
        if (state.base or {}).get(spec.name) == status:
            return
        if READERS[spec.type](before, spec, "hubspot", self._bench.owners, None) == status:
            settled[spec.name] = status
            return
        place = Place(state.link.link_id, "hubspot", "contacts")
        made = change(self._bench, place, spec, before, status, rule=spec.rule, why="the Lead was converted")
        if made is not None:
            yield made
