"""What is in HubSpot's bin, and what has come out of it: its search shows neither, so both are asked for.

Told to the mirror; what follows from a deletion is the planner's business.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from connectors.store import cursors, mirror
from passes.context import PassContext
from passes.reading import barred, wanted

# Companies are seldom deleted: about an hour is soon enough, and a write to one that is gone is only held till then.
_AGES = {"companies": timedelta(minutes=50)}
_READ = "bin read hubspot"
_FOR_GOOD = "_for_good"


def read(context: PassContext, object_type: str) -> int:
    """Take archived records for deleted, restored ones for living; answers how many were newly archived.

    Raises:
        ConnectorError: the bin could not be read; nothing is taken for deleted or restored then.
    """
    now, name = context.now(), f"{_READ} {object_type}"
    with context.store.begin() as connection:
        last = cursors.get(connection, name)
    if last is not None and now - datetime.fromisoformat(last) < _AGES.get(object_type, timedelta(0)):
        return 0
    archived = {record.id: record for record in context.hubspot.archived(object_type)}
    with context.store.begin() as connection:
        known = mirror.load(connection, "hubspot", object_type, archived)
        left = mirror.deleted_ids(connection, "hubspot", object_type) - archived.keys()
        absent = mirror.load(connection, "hubspot", object_type, left)
    # Whoever is not in the bin any more is back, or gone for good; the search need not tell which.
    asked = [one for one, record in absent.items() if not record.fields.get(_FOR_GOOD)]
    fields = wanted.fields(context.mapping, "hubspot", object_type)
    back = context.hubspot.read(object_type, asked, fields) if asked else []
    lost = set(asked) - {record.id for record in back}
    marked = [replace(absent[one], fields={_FOR_GOOD: True}, stamps={}) for one in sorted(lost)]
    with context.store.begin() as connection:
        # An archived record that was never seen concerns nobody.
        told = [record for one, record in archived.items() if one in known]
        gone = mirror.save(connection, barred.admit(context, connection, told))
        mirror.save(connection, barred.admit(context, connection, back))
        mirror.save(connection, marked, mark=False)
        cursors.put(connection, name, now.isoformat(), now=now)
    return len(gone)
