"""What the figures of marketing's own promises are read from: announced campaigns, and whom a quota is about."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import polars as pl
import sqlalchemy as sa

from connectors.store import agreement, frames, links, mirror, showings
from connectors.store.tables import judgements
from passes import persons
from passes.context import PassContext
from sla_rules.metrics.quota import ANNOUNCEMENTS, PEOPLE
from sla_rules.sla import SlaContract


def note_announcements(connection: sa.Connection) -> int:
    """Note campaigns that have a start and a description by now, as of the change that brought it."""
    found = {
        record.id: record.modified_at
        for record in mirror.load_all(connection, "salesforce", "Campaign")
        if not record.deleted and record.fields.get("StartDate") and record.fields.get("Description")
    }
    return agreement.announce(connection, found) if found else 0


def announcements(context: PassContext, connection: sa.Connection) -> pl.DataFrame:
    """Every campaign with a first day, and when sales was told: by itself or on a record."""
    if not promised(context.contracts.sla):
        return pl.DataFrame(schema=ANNOUNCEMENTS)
    known, seen = agreement.announced(connection), showings.first_shown(connection)
    told = {
        key: min(one for one in (known.get(key), seen.get(key)) if one) for key in known.keys() | seen.keys()
    }
    zone = ZoneInfo(context.time_zone)
    rows = [
        (record.fields.get("Name"), _start(str(record.fields["StartDate"]), zone), told.get(record.id))
        for record in mirror.load_all(connection, "salesforce", "Campaign")
        if not record.deleted and record.fields.get("StartDate")
    ]
    return pl.DataFrame(rows, schema=dict(ANNOUNCEMENTS), orient="row")


def promised(contract: SlaContract) -> bool:
    """Whether the agreement has campaigns announced."""
    return any(commitment.measure == "campaigns announced" for commitment in contract.commitments)


def _start(day: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(date.fromisoformat(day[:10]), time(), zone).astimezone(UTC)


def segmented(context: PassContext, connection: sa.Connection, person_ids: Iterable[str]) -> pl.DataFrame:
    """What a quota by segment asks of people; nobody where no quota is by segment."""
    if not any(commitment.segment for commitment in context.contracts.sla.commitments):
        return pl.DataFrame(schema=PEOPLE)
    rows = list(links.load(connection, person_ids).values())
    people = persons.load(connection, rows)
    sources = persons.sources(people, context.mapping)
    ids = [person.link_id for person in people]
    judged = frames.read(connection, judgements, link_ids=ids).select("person_id", "persona")
    attributes = persons.frame(people, context.mapping).select(
        "person_id", pl.col("country").alias("territory"), "industry"
    )
    known = pl.DataFrame(
        list(sources.items()), schema={"person_id": pl.String, "source": pl.String}, orient="row"
    )
    return attributes.join(known, on="person_id", how="left").join(judged, on="person_id", how="left")
