"""The tables of notices: what is to be told to whom, and what became of it; whom reps watch."""

import sqlalchemy as sa

from connectors.store.column_types import UtcDateTime
from connectors.store.columns import Key, Name, column, metadata, optional

# Ids and times only: names and reasons are looked up when a notice is sent, and kept nowhere.
notices = sa.Table(
    "notices",
    metadata,
    column("notice_id", sa.String(40), primary_key=True),  # of event, channel and recipient: one of each
    column("event", sa.String(255)),
    column("kind", sa.String(20)),
    column("channel", sa.String(10)),
    column("role", sa.String(12)),
    column("recipient", sa.String(255)),
    optional("link_id", Key, index=True),
    column("about", sa.JSON),
    column("happened_at", UtcDateTime),
    column("decided_at", UtcDateTime, index=True),
    column("send_at", UtcDateTime),
    column("state", sa.String(12), index=True),  # queued, sending, sent, failed, withdrawn
    column("tries", sa.Integer),
    optional("message_id", Name, index=True),  # of the message that carries it; the same at every try
    optional("trouble", sa.String(400)),
    optional("remedy", sa.String(400)),
    optional("settled_at", UtcDateTime),
)

# The people of a watched Account, as records of either side.
watched_people = sa.Table(
    "watched_people",
    metadata,
    column("account_id", Key, primary_key=True),
    column("side", sa.String(10), primary_key=True),
    column("object_type", sa.String(40), primary_key=True),
    column("record_id", Key, primary_key=True),
)

# The Leads, Contacts and Accounts that somebody watches, since when it was seen.
watches = sa.Table(
    "watches",
    metadata,
    column("object_type", sa.String(40), primary_key=True),
    column("record_id", Key, primary_key=True),
    column("since", UtcDateTime),
)
