"""The records of one account: create, update, archive, restore, merge, associate, with their checks.

No owners' tokens, limits or marketing: `portal.py` adds those.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from sandbox.clock import SandboxClock
from sandbox.hubspot import errors
from sandbox.hubspot.activity_effects import effects_on_target
from sandbox.hubspot.associations import Associations, Link, association_types
from sandbox.hubspot.engagement import Engagement
from sandbox.hubspot.hierarchy import Hierarchy
from sandbox.hubspot.lists import Lists
from sandbox.hubspot.merging import MERGEABLE, merged_properties
from sandbox.hubspot.object_types import OBJECT_TYPES, ObjectType, object_type
from sandbox.hubspot.owners import Owners
from sandbox.hubspot.records import Actor, Record, Write
from sandbox.hubspot.standard_objects import standard_schemas
from sandbox.hubspot.subscriptions import Subscriptions
from sandbox.hubspot.tables import Table
from sandbox.hubspot.values import truncated
from sandbox.hubspot.writing import Prepared, Writer

_CALCULATED = Actor.system("CALCULATED")


class RecordStore:
    """Records of every type with what hangs on them. See `Portal` for the arguments."""

    tables: dict[str, Table]
    associations: Associations
    hierarchy: Hierarchy
    owners: Owners
    lists: Lists
    engagement: Engagement
    subscriptions: Subscriptions
    writer: Writer

    def __init__(
        self,
        clock: SandboxClock,
        *,
        portal_id: int,
        search_lag_s: float,
        merge_keeps_primary_id: bool,
    ) -> None:
        self.clock = clock
        self.portal_id = portal_id
        self.search_lag_s = search_lag_s
        self.merge_keeps_primary_id = merge_keeps_primary_id
        self.lock = threading.RLock()

    def clear_records(self) -> None:
        """Empty tables with HubSpot's standard properties, no associations, no blocked addresses."""
        self.tables = {
            name: Table(OBJECT_TYPES[name], schema, search_lag_s=self.search_lag_s)
            for name, schema in standard_schemas().items()
        }
        self.associations = Associations()
        self.hierarchy = Hierarchy(self.associations, self.tables["companies"], self.compute)
        self.blocked_addresses: set[str] = set()
        self.writer = Writer(self.portal_id, lambda owner_id: self.owners.get(owner_id) is not None)

    def now(self) -> datetime:
        """The clock's present, to the millisecond."""
        return truncated(self.clock.now())

    def table(self, name: str) -> Table:
        """The table of a type, by any of its names.

        Raises:
            HubSpotFault: 400 for an unknown type.
        """
        return self.tables[object_type(name).name]

    def record(self, object_type: str, record_id: str) -> Record | None:
        """The record, archived or not; an absorbed id gives the record that the merge left."""
        with self.lock:
            return self.table(object_type).resolve(record_id)

    def records(self, object_type: str) -> list[Record]:
        """All live records of a type, by ascending id."""
        with self.lock:
            return list(self.table(object_type).live())

    def contact_by_email(self, email: str) -> Record | None:
        """The live contact with this primary or additional address."""
        with self.lock:
            return self.tables["contacts"].owner_of("email", email.strip())

    def create(
        self,
        object_type: str,
        properties: Mapping[str, object],
        *,
        actor: Actor,
        associations: Sequence[Link | tuple[str, str]] = (),
        at: datetime | None = None,
    ) -> Record:
        """Create a record with associations given as `(to_type, to_id)` or `Link`.

        Raises:
            HubSpotFault: as HubSpot would answer: 400 refused values or associations, 409 known e-mail.
        """
        with self.lock:
            table = self.table(object_type)
            links = self.checked_links(table.kind, [Link(*link) for link in associations])
            prepared = self.writer.prepare_create(table, properties, actor)
            return self.commit_create(table, prepared, links, actor, self._moment(at))

    def checked_links(self, kind: ObjectType, links: Iterable[Link]) -> list[Link]:
        """The links with resolved ids.

        Raises:
            HubSpotFault: 400 when a target does not exist or a type does not fit the direction.
        """
        checked: list[Link] = []
        for link in links:
            target = self.table(link.to_type).resolve(link.to_id)
            if target is None or target.archived:
                raise errors.invalid_association([link.to_id])
            types = association_types(kind.name, target.object_type.name)
            if link.type_ids is not None and not set(link.type_ids) <= set(types.ids):
                raise errors.invalid_association([link.to_id])
            checked.append(Link(target.object_type.name, target.id, link.type_ids))
        return checked

    def commit_create(
        self, table: Table, prepared: Prepared, links: Iterable[Link], actor: Actor, at: datetime
    ) -> Record:
        """Commit a create that was checked before, with checked links."""
        record = self.writer.create(table, prepared, actor, at)
        for link in links:
            self._put_association(record, self._live(link.to_type, link.to_id), link.type_ids, at)
        self._show_known_opt_out(record, actor, at)
        return record

    def _show_known_opt_out(self, record: Record, actor: Actor, at: datetime) -> None:
        """An opt-out belongs to the address: a contact that comes to have it is opted out at once."""
        address = record.properties.get("email")
        if record.object_type.name == "contacts" and address and self.subscriptions.opted_out(address):
            self.compute(record, {"hs_email_optout": "true"}, actor, at)

    def update(
        self,
        object_type: str,
        record_id: str,
        properties: Mapping[str, object],
        *,
        actor: Actor,
        at: datetime | None = None,
    ) -> Record:
        """Change properties; `""` clears, None leaves alone. Raises as `create`, and 404."""
        with self.lock:
            table = self.table(object_type)
            record = self._live(object_type, record_id)
            prepared = self.writer.prepare_update(table, record, properties, actor)
            self.commit_update(table, record, prepared, actor, self._moment(at))
            return record

    def commit_update(
        self, table: Table, record: Record, prepared: Prepared, actor: Actor, at: datetime
    ) -> bool:
        """Commit an update that was checked before; False when it changed nothing."""
        address = record.properties.get("email")
        changed = self.writer.update(table, record, prepared, actor, at)
        new_address = record.properties.get("email")
        if changed and table.kind.name == "contacts" and address and new_address and address != new_address:
            self.subscriptions.move(address, new_address)
        if changed:
            self._show_known_opt_out(record, actor, at)
        return changed

    def compute(self, record: Record, values: Mapping[str, str], actor: Actor, at: datetime) -> None:
        """Write computed values, which go through no checks; unknown names are left out."""
        table = self.tables[record.object_type.name]
        known = {name: value for name, value in values.items() if table.schema.get(name) is not None}
        self.writer.update(table, record, Prepared(known), actor, at)

    def archive(self, object_type: str, record_id: str, *, actor: Actor, at: datetime | None = None) -> None:
        """Move to the bin (e-mails: destroy); nothing happens when it is there already.

        Raises:
            HubSpotFault: 404 when there never was such a record.
        """
        del actor  # HubSpot keeps no history of who archived; the argument is the stores' common shape
        with self.lock:
            table = self.table(object_type)
            record = table.resolve(record_id)
            if record is None:
                raise errors.record_not_found(record_id)
            if record.archived:
                return
            if table.kind.permanent_delete:
                self._destroy(table, record)
                return
            record.archived, record.archived_at = True, self._moment(at)
            record.version += 1
            table.set_archived(record, archived=True)
            self.hierarchy.show_in_children(record, self._moment(at))

    def restore(
        self, object_type: str, record_id: str, *, actor: Actor, at: datetime | None = None
    ) -> Record:
        """Take a record out of the bin; its modified date moves.

        Raises:
            HubSpotFault: 404 when it is not there, 409 when its e-mail has a new owner.
        """
        del actor
        with self.lock:
            table = self.table(object_type)
            record = table.get(record_id)
            if record is None or not record.archived:
                raise errors.record_not_found(record_id)
            email = record.properties.get("email")
            holder = table.owner_of("email", email) if email and table.is_unique("email") else None
            if holder is not None:
                raise errors.contact_exists(holder.id)
            record.archived, record.archived_at = False, None
            record.version += 1
            table.set_archived(record, archived=False)
            self.writer.touch(table, record, max(self._moment(at), record.updated_at))
            self.hierarchy.show_in_children(record, record.updated_at)
            return record

    def privacy_delete(self, record_id: str) -> None:
        """Destroy a contact and all that is known about it (GDPR delete)."""
        with self.lock:
            table = self.tables["contacts"]
            record = table.resolve(record_id)
            if record is None:
                raise errors.record_not_found(record_id)
            texts = (record.properties.get("email"), record.properties.get("hs_additional_emails"))
            addresses = {part for text in texts if text for part in text.split(";") if part}
            self.blocked_addresses |= addresses
            self.engagement.forget(record.id, addresses)
            self._destroy(table, record)

    def merge(
        self, object_type: str, primary_id: str, other_id: str, *, actor: Actor, at: datetime | None = None
    ) -> Record:
        """Merge two records; the result has a new id unless the portal keeps the primary's.

        Raises:
            HubSpotFault: 400 for a type without merge or a record with itself, 404, 414.
        """
        with self.lock:
            table = self.table(object_type)
            if table.kind.name not in MERGEABLE:
                raise errors.validation(f"Objects of type {table.kind.name} cannot be merged.")
            primary, other = self._live(object_type, primary_id), self._live(object_type, other_id)
            if primary is other:
                raise errors.validation("A record cannot be merged with itself.")
            moment = max(self._moment(at), primary.updated_at, other.updated_at)
            result_id = primary.id if self.merge_keeps_primary_id else table.new_id()
            properties = merged_properties(primary, other, result_id, moment)
            before = primary.properties
            changed = {
                name: value for name, value in properties.items() if value and before.get(name) != value
            }
            writes = [*primary.writes, Write(moment, Actor("MERGE_OBJECTS", None, actor.user_id), changed)]
            result = Record(
                table.kind,
                result_id,
                before,
                created_at=min(primary.created_at, other.created_at),
                updated_at=moment,
                writes=writes,
                version=primary.version,
            )
            for absorbed in (primary, other):
                if absorbed.id == result_id:
                    table.destroy(absorbed)
                else:
                    table.absorb(absorbed, result_id)
            table.insert(result)
            self.writer.replace_properties(table, result, properties, moment)
            self.writer.touch(table, result, moment)
            self._inherit(result, [one for one in (primary, other) if one.id != result_id])
            return result

    def _inherit(self, result: Record, absorbed: Sequence[Record]) -> None:
        name = result.object_type.name
        for old in absorbed:
            for to_type, to_id, primary in self.associations.all_of(name, old.id):
                types = association_types(name, to_type)
                keeps = primary and self.associations.primary(name, result.id, to_type) is None
                present = self.associations.type_ids(name, result.id, to_type, to_id)
                wanted = {*present, *(types.ids if keeps else (types.default,))}
                if to_id != result.id:
                    self.associations.put(name, result.id, to_type, to_id, wanted)
            self.hierarchy.inherit(result, old.id)
            self.associations.forget(name, old.id)
            self.lists.move(result.object_type.type_id, old.id, result.id)
            if name == "contacts":
                self.engagement.move(old.id, result.id)

    def _destroy(self, table: Table, record: Record) -> None:
        self.hierarchy.forget(record)
        self.associations.forget(table.kind.name, record.id)
        self.lists.forget(table.kind.type_id, record.id)
        table.destroy(record)

    # Associations

    def associate(
        self,
        from_type: str,
        from_id: str,
        to_type: str,
        to_id: str,
        *,
        type_ids: Sequence[int] | None = None,
        at: datetime | None = None,
    ) -> None:
        """Associate two records.

        `type_ids` None does what HubSpot's pages do: the default type, and the first company of a
        contact or deal becomes its primary one.
        """
        with self.lock:
            source, target = self._live(from_type, from_id), self._live(to_type, to_id)
            if type_ids is None:
                type_ids = self._page_type_ids(source, target)
            self._put_association(source, target, type_ids, self._moment(at))

    def dissociate(self, from_type: str, from_id: str, to_type: str, to_id: str) -> None:
        """Take every association of the pair away."""
        with self.lock:
            source, target = self._live(from_type, from_id), self._live(to_type, to_id)
            self.associations.remove(source.object_type.name, source.id, target.object_type.name, target.id)
            self.mirror_primary_company(source, target, self.now())

    def unlabel(
        self, from_type: str, from_id: str, to_type: str, to_id: str, type_ids: Sequence[int]
    ) -> None:
        """Take labels (primary, parent, child) of the pair away and leave the association."""
        with self.lock:
            source, target = self._live(from_type, from_id), self._live(to_type, to_id)
            kinds = (source.object_type.name, target.object_type.name)
            self.associations.unlabel(kinds[0], source.id, kinds[1], target.id, type_ids)
            self.mirror_primary_company(source, target, self.now())

    def associated(self, from_type: str, from_id: str, to_type: str) -> list[str]:
        """Ids of live records associated with a record, ascending."""
        with self.lock:
            source, to_kind = self.table(from_type).resolve(from_id), object_type(to_type)
            if source is None:
                return []
            table = self.tables[to_kind.name]
            targets = self.associations.targets(source.object_type.name, source.id, to_kind.name)
            return [one for one in targets if (found := table.get(one)) is not None and not found.archived]

    def _page_type_ids(self, source: Record, target: Record) -> tuple[int, ...]:
        names = (source.object_type.name, target.object_type.name)
        types = association_types(*names)
        if types.primary is None:
            return (types.default,)
        holder = source if names[1] == "companies" else target
        first = self.associations.primary(holder.object_type.name, holder.id, "companies") is None
        return types.ids if first else (types.default,)

    def _put_association(
        self, source: Record, target: Record, type_ids: Sequence[int] | None, at: datetime
    ) -> None:
        names = (source.object_type.name, target.object_type.name)
        wanted = (association_types(*names).default,) if type_ids is None else type_ids
        new = self.associations.put(names[0], source.id, names[1], target.id, wanted)
        self.mirror_primary_company(source, target, at)
        if not new or source.object_type.activity == target.object_type.activity:
            return
        activity, other = (source, target) if source.object_type.activity else (target, source)
        self.compute(other, effects_on_target(activity, other, max(at, self.now())), _CALCULATED, at)

    def mirror_primary_company(self, one: Record, two: Record, at: datetime) -> None:
        """Keep a contact's `associatedcompanyid` equal to its primary company."""
        for contact, company in ((one, two), (two, one)):
            if contact.object_type.name == "contacts" and company.object_type.name == "companies":
                primary = self.associations.primary("contacts", contact.id, "companies")
                self.compute(contact, {"associatedcompanyid": primary or ""}, _CALCULATED, at)
            elif contact.object_type.name == company.object_type.name == "companies":
                self.hierarchy.show_parent(contact, at)

    def _live(self, type_name: str, record_id: str) -> Record:
        record = self.table(type_name).resolve(str(record_id))
        if record is None or record.archived:
            raise errors.record_not_found(str(record_id))
        return record

    def _moment(self, at: datetime | None) -> datetime:
        return self.now() if at is None else truncated(at)
