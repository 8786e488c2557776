"""People whom only one side has: computed values there, and creation on the other side by rule."""

from typing import Any

from sync_rules.addresses import normal_email
from sync_rules.changes import (
    Bench,
    Place,
    change,
    consent_change,
    email_target,
    hold_record,
    opt_out_write,
    update_record,
)
from sync_rules.external_ids import HUBSPOT_ID_IN, SALESFORCE_ID_PROPERTY
from sync_rules.mapping_model import FieldSpec
from sync_rules.normalise import CannotWrite, to_raw
from sync_rules.plan import FieldChange, Write
from sync_rules.plan_assignment import at_creation, in_place
from sync_rules.plan_computed import ComputedPlanner
from sync_rules.plan_deletions import hold_buried
from sync_rules.plan_fields import Pairing, drifted
from sync_rules.plan_references import claimed, told_apart
from sync_rules.records import Record
from sync_rules.state import PersonState


class CreationPlanner:
    """Plans people with one record; ``pairings`` are by Salesforce object type."""

    def __init__(self, bench: Bench, pairings: dict[str, Pairing], computed: ComputedPlanner) -> None:
        self._bench = bench
        self._pairings = pairings
        self._computed = computed

    def only_hubspot(self, state: PersonState, hubspot: Record) -> None:
        """Computed values in HubSpot, and the Lead or Contact if the person is admitted."""
        changes = self._computed.changes(state, "hubspot", hubspot)
        changes += self._computed.lifecycle(state, hubspot)
        changes += told_apart(self._bench, state.link, hubspot, state.apart)
        update_record(self._bench, state.link.link_id, hubspot, changes)
        if not state.admitted or claimed(self._bench, state.link, hubspot, state.claimed_by):
            return
        as_contact = state.customer_account_id is not None and (
            self._bench.mapping.admission.customers_become == "contact"
        )
        object_type = "Contact" if as_contact else "Lead"
        place = Place(state.link.link_id, "salesforce", object_type, creating=True)
        if hold_buried(self._bench, place, state.deleted_across):
            return
        start = self._starting_values(self._pairings[object_type], place, hubspot)
        start = at_creation(self._bench, state, place, start)
        if lacking := self._lacking(start, object_type):
            why = f"admitted, but missing or not usable: {', '.join(lacking)}"
            remedy = "Complete the HubSpot contact; the person goes over by themselves then."
            hold_record(self._bench, place, "missing_minimum", why, remedy)
            return
        if as_contact:
            account = state.customer_account_id
            start.append(
                FieldChange("account", "AccountId", None, account, account, "link", "works for a customer")
            )
        start += self._computed.changes(state, "salesforce", None, object_type)
        self._create(place, tuple(start), (HUBSPOT_ID_IN[object_type], hubspot.id))

    def only_salesforce(self, state: PersonState, salesforce: Record) -> None:
        """Computed values in Salesforce, and the HubSpot contact if the rule creates it."""
        if salesforce.fields.get("IsConverted") is True:
            return
        changes = self._computed.changes(state, "salesforce", salesforce)
        changes += told_apart(self._bench, state.link, salesforce, state.apart)
        given, assigned = in_place(self._bench, state, salesforce)
        changes += [assigned] if assigned else []
        update_record(self._bench, state.link.link_id, salesforce, changes)
        rule = self._bench.mapping.admission.create_in_hubspot
        email = normal_email(salesforce.fields.get(email_target(self._bench.mapping, salesforce.object_type)))
        if rule == "never" or (rule == "with_email" and email is None):
            return
        place = Place(state.link.link_id, "hubspot", "contacts", creating=True)
        if hold_buried(self._bench, place, state.deleted_across) or claimed(
            self._bench, state.link, salesforce, state.claimed_by
        ):
            return
        start = self._starting_values(self._pairings[salesforce.object_type], place, given)
        opt_out = [made for made in start if self._is_opt_out(made)]
        start = [made for made in start if not self._is_opt_out(made)]
        # HubSpot wants one of these three, or it refuses the contact.
        if not {made.name for made in start} & {"email", "first_name", "last_name"}:
            why = "no usable e-mail or name"
            remedy = "Complete the Salesforce record; the person goes over by themselves then."
            hold_record(self._bench, place, "missing_minimum", why, remedy)
            return
        start += self._computed.changes(state, "hubspot", None, "contacts")
        start += self._computed.lifecycle(state, None)
        opt_out_write(self._bench, state.link.link_id, None, email, opt_out)
        self._create(place, tuple(start), (SALESFORCE_ID_PROPERTY[salesforce.object_type], salesforce.id))

    def _is_opt_out(self, made: FieldChange) -> bool:
        spec = self._bench.mapping.people.fields.get(made.name)
        return spec is not None and spec.hubspot_write == "opt_out"

    def _starting_values(self, pair: Pairing, place: Place, source: Record) -> list[FieldChange]:
        """Every good value that a record made on ``place.side`` starts with."""
        bench = self._bench
        hubspot, salesforce = (source, None) if source.side == "hubspot" else (None, source)
        region = pair.region(hubspot, salesforce, bench.mapping.default_region)
        changes: list[FieldChange] = []
        for row in pair.rows:
            if not row.spec.goes_along(place.side):
                continue
            if drifted(bench, pair, row, place.link_id):
                continue
            raw = source.fields.get(row.hubspot if source.side == "hubspot" else row.salesforce)
            value = row.read(raw, row.spec, source.side, bench.owners, region)
            if row.spec.type == "owner":
                value = self._starting_owner(place, row.spec, value)
            if value is None or value is False:
                continue
            why = f"created from {'HubSpot' if source.side == 'hubspot' else 'Salesforce'}"
            made = self._starting_change(place, row.spec, value, why)
            if made is not None:
                changes.append(made)
        return changes

    def _starting_change(self, place: Place, spec: FieldSpec, value: Any, why: str) -> FieldChange | None:
        if place.side == "hubspot" and spec.hubspot_write == "opt_out":
            # Goes by its own call and not with the record, so the record's write checks do not apply.
            return consent_change(spec, None, why, said_no=True)
        return change(self._bench, place, spec, None, value, rule=spec.rule, why=why)

    def _starting_owner(self, place: Place, spec: FieldSpec, value: Any) -> Any:
        """The owner to start with: theirs if active here, else the fallback, told as a hold of the field."""
        fallback = self._bench.owners.fallback
        try:
            if value is not None:
                to_raw(value, spec, place.side, owners=self._bench.owners)
                return value
        except CannotWrite:
            if place.side != "salesforce" or fallback is None:
                return value
            change(self._bench, place, spec, None, value, rule=spec.rule, why="")
        return fallback if place.side == "salesforce" else None

    def _lacking(self, start: list[FieldChange], object_type: str) -> list[str]:
        fields = self._bench.mapping.people.fields
        wanted = [name for name in self._bench.mapping.admission.minimum if fields[name].target(object_type)]
        have = {made.name for made in start}
        return [name for name in wanted if name not in have]

    def _create(self, place: Place, changes: tuple[FieldChange, ...], external_key: tuple[str, str]) -> None:
        self._bench.found.writes.append(
            Write(
                key=f"{place.side}:{place.object_type}:new:{place.link_id}",
                side=place.side,
                object_type=place.object_type,
                operation="create",
                record_id=None,
                link_id=place.link_id,
                changes=changes,
                external_key=external_key,
            )
        )
