"""The tables of who is who: evidence of links, former addresses, people's decisions."""

import sqlalchemy as sa

from connectors.store.column_types import UtcDateTime
from connectors.store.columns import Key, Name, column, metadata, optional

# How each link came to have the records that it has; only ever added to.
link_evidence = sa.Table(
    "link_evidence",
    metadata,
    column("evidence_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    column("link_id", Key, index=True),
    column("at", UtcDateTime),
    column("pass_id", Key),
    column("event", sa.String(12)),  # began, joined, created, converted, merged, separated
    column("evidence", Name),
    column("keys", sa.JSON),  # the kinds of the keys that agreed
    column("records", sa.JSON),  # [[side, object type, id], …] as of then
    column("why", sa.Text),
)

# Addresses that somebody had, so that a late record with an old one still finds its person.
former_emails = sa.Table(
    "former_emails",
    metadata,
    column("email", sa.String(255), primary_key=True),
    column("link_id", Key, primary_key=True, index=True),
    column("left_at", UtcDateTime),
)

# What people decided about pairs of records; a later decision revokes the earlier one about the same pair.
link_decisions = sa.Table(
    "link_decisions",
    metadata,
    column("decision_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    column("kind", sa.String(10)),  # person, company
    column("hubspot_id", Key, index=True),
    column("salesforce_id", Key, index=True),
    column("verdict", sa.String(10)),  # same, different
    column("made_by", Name),
    column("made_how", sa.String(10)),  # accept, reject, split
    column("at", UtcDateTime),
    optional("revoked_at", UtcDateTime),
)
