"""What one pass would write for activities: missing copies, later edits, the mark on a touch logged twice.

Decisions on paired activities; reading and pairing are ``activities.py``, whose edit wins is ``activity_edits.py``.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sync_rules.activities import Activity, activity_key, activity_of
from sync_rules.activity_deletions import follow_deletion
from sync_rules.activity_edits import lost_edit, settle
from sync_rules.activity_forms import SHARED, fixed, left_out, restored, stored, written
from sync_rules.changes import Bench, Place, fits, hold_field, update
from sync_rules.external_ids import (
    ACTIVITY_ID_IN_HUBSPOT,
    ACTIVITY_ID_IN_SALESFORCE,
    id18,
)
from sync_rules.mapping_activities import ActivityKind
from sync_rules.merge import NO_BASE
from sync_rules.plan import Agreement, FieldChange, Write
from sync_rules.records import Link, Record, Side
from sync_rules.state import ActivityState


class ActivityPlanner:
    """Plans one activity at a time."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._rules = bench.mapping.activities

    def plan(self, state: ActivityState) -> None:
        """Note what this activity needs."""
        hubspot, salesforce = state.hubspot, state.salesforce
        if any(record is not None and record.deleted for record in (hubspot, salesforce)):
            follow_deletion(self._bench, state)
            return
        if hubspot is not None and salesforce is not None:
            self._both(state, hubspot, salesforce)
        elif hubspot is not None:
            self._copy(state, hubspot, "salesforce")
        elif salesforce is not None:
            self._copy(state, salesforce, "hubspot")

    def _copy(self, state: ActivityState, source: Record, to: Side) -> None:
        activity = activity_of(source, self._rules, self._bench.owners)
        link = state.link
        if activity is None or link.hubspot_id is None or link.salesforce_id is None:
            return
        if activity.kind == "meeting" and not activity.done:
            return
        if self._is_copy(source):
            # Its twin was not handed in; writing it back to where it came from would be the wrong way round.
            return
        kind = self._rules.kinds[activity.kind]
        if kind.copy_to not in ("both", to) or left_out(kind, activity):
            return
        object_type = kind.hubspot if to == "hubspot" else kind.salesforce
        place = Place(state.key, to, object_type, creating=True)
        raw = {
            target: (target, value, value) for target, value in self._identity_fields(activity, link, place)
        }
        raw |= {
            target: (name, value, stored(getattr(activity, name)))
            for name in SHARED[activity.kind]
            for target, value in written(activity, name, to)
        }
        raw |= {target: (target, value, value) for target, value in fixed(activity, to).items()}
        why = f"{activity.kind} logged in {'HubSpot' if source.side == 'hubspot' else 'Salesforce'}"
        changes = [
            FieldChange(name, target, None, value, kept, "copy", why)
            for target, (name, value, kept) in raw.items()
            if value is not None and fits(self._bench, place, target, target, value)
        ]
        key_field = ACTIVITY_ID_IN_SALESFORCE if to == "salesforce" else ACTIVITY_ID_IN_HUBSPOT
        key_value = activity_key(source) if to == "salesforce" else id18(source.id)
        self._bench.found.writes.append(
            Write(
                key=f"{to}:{object_type}:new:{state.key}",
                side=to,
                object_type=object_type,
                operation="create",
                record_id=None,
                link_id=state.key,
                changes=tuple(changes),
                external_key=(key_field, key_value),
                associations=(("contacts", link.hubspot_id),) if to == "hubspot" else (),
            )
        )

    def _is_copy(self, record: Record) -> bool:
        name = ACTIVITY_ID_IN_HUBSPOT if record.side == "hubspot" else ACTIVITY_ID_IN_SALESFORCE
        return bool(record.fields.get(name))

    def _identity_fields(self, activity: Activity, link: Link, place: Place) -> Iterator[tuple[str, Any]]:
        if place.side == "salesforce":
            yield "WhoId", link.salesforce_id
        if activity.owner_email is None:
            return
        owner_id = self._bench.owners.id_of(place.side, activity.owner_email)
        if owner_id is None:
            why = f"{activity.owner_email} has no active user in {place.side}"
            hold_field(self._bench, place, "owner", "unmapped_owner", why, activity.owner_email)
            return
        yield ("OwnerId" if place.side == "salesforce" else "hubspot_owner_id"), owner_id

    # ---- both sides --------------------------------------------------------------------------------------

    def _both(self, state: ActivityState, hubspot: Record, salesforce: Record) -> None:
        from_hubspot = not self._is_copy(hubspot)
        from_salesforce = not self._is_copy(salesforce)
        if from_hubspot and from_salesforce:
            self._mark_twins(state, hubspot, salesforce)
        elif from_hubspot:
            self._follow(state, hubspot, salesforce)
        elif from_salesforce:
            self._follow(state, salesforce, hubspot)
        # Both marked: one touch that two people's tools logged; each keeps its own words.

    def _mark_twins(self, state: ActivityState, hubspot: Record, salesforce: Record) -> None:
        marks = (
            (hubspot, ACTIVITY_ID_IN_HUBSPOT, id18(salesforce.id)),
            (salesforce, ACTIVITY_ID_IN_SALESFORCE, activity_key(hubspot)),
        )
        for record, target, value in marks:
            place = Place(state.key, record.side, record.object_type)
            if fits(self._bench, place, target, target, value):
                mark = FieldChange(
                    target, target, None, value, value, "link", "one touch, logged in both systems"
                )
                self._bench.found.writes.append(update(place, record.id, [mark]))

    def _follow(self, state: ActivityState, origin: Record, copy: Record) -> None:
        """What one side edited flows; of what both edited, the rule decides, and the value that lost is kept."""
        owners = self._bench.owners
        records = {record.side: record for record in (origin, copy)}
        told = {side: activity_of(record, self._rules, owners) for side, record in records.items()}
        hubspot, salesforce = told["hubspot"], told["salesforce"]
        if hubspot is None or salesforce is None or hubspot.kind != salesforce.kind:
            return
        settled: dict[str, Any] = {}
        changes: dict[Side, list[FieldChange]] = {"hubspot": [], "salesforce": []}
        for name in SHARED[hubspot.kind]:
            values: dict[Side, Any] = {
                "hubspot": getattr(hubspot, name),
                "salesforce": getattr(salesforce, name),
            }
            kept = (state.base or {}).get(name, NO_BASE)
            if values["hubspot"] == values["salesforce"]:
                if isinstance(kept, Mapping) or restored(name, kept) != values["hubspot"]:
                    settled[name] = stored(values["hubspot"])
                continue
            found = settle(name, kept, values, records, origin.side, self._rules.edits)
            if found is None or not self._flows(hubspot.kind, found.target):
                continue
            source = salesforce if found.target == "hubspot" else hubspot
            place = Place(state.key, found.target, records[found.target].object_type)
            made = list(self._edited(place, source, records[found.target], name, found.why))
            changes[found.target] += made
            if made and found.lost:
                self._bench.found.conflicts.append(
                    lost_edit(state.key, name, values, records[found.target], self._rules.edits, found)
                )
        if settled:
            self._bench.found.agreements.append(Agreement(state.key, settled))
        for side, record in records.items():
            if changes[side]:
                place = Place(state.key, side, record.object_type)
                self._bench.found.writes.append(update(place, record.id, changes[side]))

    def _flows(self, kind: ActivityKind, to: Side) -> bool:
        return self._rules.kinds[kind].copy_to in ("both", to)

    def _edited(
        self, place: Place, source: Activity, target: Record, name: str, why: str
    ) -> Iterator[FieldChange]:
        value = stored(getattr(source, name))
        for api_name, after in written(source, name, place.side):
            before = target.fields.get(api_name)
            if before != after and fits(self._bench, place, name, api_name, after):
                yield FieldChange(name, api_name, before, after, value, "copy", why)
