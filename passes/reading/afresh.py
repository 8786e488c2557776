"""Reads the records that stored writes concern, as both sides have them now; in batches, by id.

Nothing is put into the mirror: a partial read of records is no read of what changed.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from connectors.hubspot.gateway import HubSpotGateway
from connectors.salesforce.gateway import SalesforceGateway
from passes.context import PassContext
from sync_rules.addresses import normal_email
from sync_rules.changes import email_target
from sync_rules.plan import Write
from sync_rules.present import RecordKey, wanted
from sync_rules.present_people import SAME_PERSON, addresses, consent_fields
from sync_rules.records import Link, Record, Side


def read(context: PassContext, writes: Sequence[Write], links: Mapping[str, Link]) -> dict[RecordKey, Record]:
    """The records written and their twins, by ``(side, object type, id)``; those that are gone are absent."""
    found: dict[RecordKey, Record] = {}
    for (side, object_type), item in sorted(wanted(writes, links, context.mapping).items()):
        consent = [spec.target(object_type) or "" for spec in consent_fields(context.mapping, object_type)]
        fields = sorted({*item.fields, *consent})
        records = gateway(context, side).read(object_type, sorted(item.ids), fields)
        # A record merged away is answered by its winner, under another id.
        found |= {(side, object_type, one.id): one for one in records if not one.deleted}
    return found


def existing(context: PassContext, writes: Sequence[Write]) -> set[str]:
    """The keys of those creates whose record exists already, by its external id."""
    groups: dict[tuple[Side, str, str], dict[str, str]] = defaultdict(dict)
    for write in writes:
        if write.operation == "create" and write.external_key is not None:
            field, value = write.external_key
            groups[write.side, write.object_type, field][value.strip().casefold()] = write.key
    found: set[str] = set()
    for (side, object_type, field), keys in sorted(groups.items()):
        for record in gateway(context, side).read_by(object_type, field, sorted(keys), [field]):
            key = keys.get(str(record.fields.get(field) or "").strip().casefold())
            if key is not None:
                found.add(key)
    return found


def namesakes(context: PassContext, writes: Sequence[Write]) -> list[tuple[Write, Record]]:
    """Records that have the e-mail address of a person to be created, on the side where that would be."""
    found: list[tuple[Write, Record]] = []
    for side, by_address in sorted(addresses(writes).items()):
        for object_type in SAME_PERSON[side]:
            field = email_target(context.mapping, object_type)
            if not field:
                continue
            for record in gateway(context, side).read_by(object_type, field, sorted(by_address), [field]):
                email = normal_email(record.fields.get(field))
                if email in by_address:
                    found.append((by_address[email], record))
    return found


def gateway(context: PassContext, side: Side) -> HubSpotGateway | SalesforceGateway:
    """The gateway of a side."""
    return context.hubspot if side == "hubspot" else context.salesforce
