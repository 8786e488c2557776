"""Every table of Accord's state, and nothing that reads or writes them; some are made in modules of their own.

One row per link holds its base and computed values as JSON: a row per field is five times slower.
"""

import sqlalchemy as sa

from connectors.store.column_types import UtcDateTime
from connectors.store.columns import Key as _Key
from connectors.store.columns import Name as _Name
from connectors.store.columns import column as _column
from connectors.store.columns import metadata as metadata
from connectors.store.columns import optional as _optional
from connectors.store.tables_account import reconciliation as reconciliation
from connectors.store.tables_account import reconciliation_daily as reconciliation_daily
from connectors.store.tables_agreement import campaign_announcements as campaign_announcements
from connectors.store.tables_agreement import clock_excuses as clock_excuses
from connectors.store.tables_agreement import published_figures as published_figures
from connectors.store.tables_definitions import definition_activations as definition_activations
from connectors.store.tables_erasures import erased_keys as erased_keys
from connectors.store.tables_erasures import erasures as erasures
from connectors.store.tables_figures import known_facts as known_facts
from connectors.store.tables_figures import review_decisions as review_decisions
from connectors.store.tables_figures import stated_figures as stated_figures
from connectors.store.tables_identity import former_emails as former_emails
from connectors.store.tables_identity import link_decisions as link_decisions
from connectors.store.tables_identity import link_evidence as link_evidence
from connectors.store.tables_inputs import attribute_history as attribute_history
from connectors.store.tables_inputs import former_activities as former_activities
from connectors.store.tables_mapping import mapped_fields as mapped_fields
from connectors.store.tables_mapping import merge_decisions as merge_decisions
from connectors.store.tables_notices import notices as notices
from connectors.store.tables_notices import watched_people as watched_people
from connectors.store.tables_notices import watches as watches
from connectors.store.tables_routing import assignments as assignments
from connectors.store.tables_routing import campaign_showings as campaign_showings
from connectors.store.tables_routing import wake_ups as wake_ups

# What each side last said. `version` grows with every real change, so a step can take up where it left off.
mirror = sa.Table(
    "mirror",
    metadata,
    _column("side", sa.String(10), primary_key=True),
    _column("object_type", sa.String(40), primary_key=True),
    _column("record_id", _Key, primary_key=True),
    _column("fields", sa.JSON),
    _column("stamps", sa.JSON),
    _column("modified_at", UtcDateTime),
    _optional("created_at", UtcDateTime),
    _optional("modified_by", _Name),
    _column("deleted", sa.Boolean),
    _column("version", sa.BigInteger, index=True),
    _optional("link_id", _Key, index=True),
)

# The keys by which a record's other half can be found, so that a link is one indexed look-up.
mirror_keys = sa.Table(
    "mirror_keys",
    metadata,
    _column("side", sa.String(10), primary_key=True),
    _column("object_type", sa.String(40), primary_key=True),
    _column("record_id", _Key, primary_key=True),
    _column("kind", sa.String(40), primary_key=True),
    _column("key", sa.String(255), primary_key=True),
    sa.Index("ix_mirror_keys_kind_key", "kind", "key"),
)

# One row per person or company. The `…_due` marks say which step has to look at it again; only the step
# that has finished clears its mark, so a crash repeats work and loses none.
links = sa.Table(
    "links",
    metadata,
    _column("link_id", _Key, primary_key=True),
    _column("kind", sa.String(10), index=True),
    _optional("hubspot_id", _Key, index=True),
    _optional("salesforce_type", sa.String(40)),
    _optional("salesforce_id", _Key, index=True),
    _optional("lead_id", _Key),
    _column("evidence", _Name),
    _column("made_at", UtcDateTime),
    _optional("base", sa.JSON),
    _column("computed", sa.JSON),
    _column("judge_due", sa.Boolean, index=True),
    _column("feedback_due", sa.Boolean, index=True),
    _column("plan_due", sa.Boolean, index=True),
    _column("account_due", sa.Boolean, index=True, server_default=sa.true()),
    _column("activities_met", sa.SmallInteger, index=True),  # 0 never planned, 1 planned, 2 carried out
    _optional("merged_into", _Key),
)

cursors = sa.Table(
    "cursors",
    metadata,
    _column("name", _Name, primary_key=True),
    _column("value", sa.JSON),
    _column("moved_at", UtcDateTime),
)

sequences = sa.Table(
    "sequences",
    metadata,
    _column("name", _Name, primary_key=True),
    _column("value", sa.BigInteger),
)

# People's activities on one time line, wherever they were recorded.
activities = sa.Table(
    "activities",
    metadata,
    _column("activity_id", sa.String(200), primary_key=True),
    _column(
        "record_key", sa.String(120), index=True
    ),  # the record that tells it: calls:12, Task:00T…, contacts:5
    _column("link_id", _Key, index=True),
    _column("kind", sa.String(40)),
    _column("at", UtcDateTime),
    _optional("detail", sa.String(1000)),
    _column("side", sa.String(10)),
    _optional("actor_id", _Name),
    _optional("direction", sa.String(10)),
    _optional("outcome", _Name),
    _optional("copy_of", sa.String(160)),
    _column("rolled_up", sa.Boolean, index=True),  # marketing engagement that a Task tells of, or never will
    _optional(
        "known_at", UtcDateTime
    ),  # when Accord learnt what the row says; null: no later than it happened
)

# Who was deleted, by keyed hashes of what a later record of the same person would carry: no address is kept here.
tombstones = sa.Table(
    "tombstones",
    metadata,
    _column("key", sa.String(64), primary_key=True),
    _column("record", sa.String(64), primary_key=True, index=True),
    _column("side", sa.String(10)),
    _column("link_id", _Key, index=True),
    _column("deleted_at", UtcDateTime),
)

# What both records of an activity last agreed on, by the key of the record with which it began.
activity_bases = sa.Table(
    "activity_bases",
    metadata,
    _column("activity_key", sa.String(160), primary_key=True),
    _column("base", sa.JSON),
)

judgements = sa.Table(
    "judgements",
    metadata,
    _column("link_id", _Key, primary_key=True),
    _column("stage", sa.String(20), index=True),
    _column("score", sa.Integer),
    _column("passed", sa.String(16)),  # 64-bit masks as hexadecimal text: no database's integer is unsigned
    _column("failed", sa.String(16)),
    _column("unknown", sa.String(16)),
    _column("reason", sa.String(255)),
    _column("missing", sa.String(255)),
    _column("definition_version", sa.String(40)),
    _column("judged_at", UtcDateTime),
    _optional("next_change_at", UtcDateTime, index=True),
    _optional("persona", sa.String(60)),
    _optional("step", sa.String(30)),
)

stage_history = sa.Table(
    "stage_history",
    metadata,
    _column("link_id", _Key, primary_key=True),
    _column("at", UtcDateTime, primary_key=True),
    _column("stage", sa.String(20)),
    _optional("previous_stage", sa.String(20)),
    _column("score", sa.Integer),
    _column("definition_version", sa.String(40)),
    _optional("persona", sa.String(60)),
    _optional("step", sa.String(30)),
)

handoffs = sa.Table(
    "handoffs",
    metadata,
    _column("link_id", _Key, primary_key=True),
    _column("handed_off_at", UtcDateTime, primary_key=True),
    _column("stage", sa.String(20)),
    _optional("owner", _Name),
    _optional("source", _Name),
    _optional("campaign", sa.String(255)),
    _optional("created_in_crm_at", UtcDateTime),
    _column("qualified_at", UtcDateTime),
    _optional("routed_at", UtcDateTime),
    _optional("minimum_missing", sa.String(255)),  # what the agreed minimum lacked at the handoff
    _optional("criteria", sa.Text),  # ids of the criteria met at the handoff, blanks between them
    _column("confirmed", sa.Boolean),  # the person is in Salesforce; until then the handoff is a proposal
)

# What sales answered, as a history: a later answer never rewrites an earlier one.
dispositions = sa.Table(
    "dispositions",
    metadata,
    _column("link_id", _Key, primary_key=True),
    _column("at", UtcDateTime, primary_key=True),
    _column("disposition", sa.String(40)),
    _optional("reason", _Name),
    _optional("note", sa.Text),
    _optional("owner", _Name),
)

sales_statuses = sa.Table(
    "sales_statuses",
    metadata,
    _column("link_id", _Key, primary_key=True),
    _column("at", UtcDateTime, primary_key=True),
    _column("status", _Name),
    _optional("owner", _Name),
)

# What excuses a person's clocks, since when: told once and never moved, so a late look changes no verdict.
excuses = sa.Table(
    "excuses",
    metadata,
    _column("link_id", _Key, primary_key=True),
    _column("kind", sa.String(40), primary_key=True),
    _column("at", UtcDateTime),
)

clocks = sa.Table(
    "clocks",
    metadata,
    _column("link_id", _Key, primary_key=True),
    _column("commitment", sa.String(60), primary_key=True),
    _column("handed_off_at", UtcDateTime, primary_key=True),
    _column("team", sa.String(20)),
    _optional("owner", _Name),
    _column("started_at", UtcDateTime),
    _optional("due_at", UtcDateTime, index=True),
    _optional("warn_at", UtcDateTime),
    _optional("stopped_at", UtcDateTime),
    _column("status", sa.String(12), index=True),
    _optional("business_minutes", sa.Float),
    _optional("sync_minutes", sa.Float),
    _optional("routing_minutes", sa.Float),
    _optional("human_minutes", sa.Float),
    _optional("first_touch_at", UtcDateTime),
    _optional("touches_made", sa.Integer),
    _optional("touches_owed", sa.Integer),
    _optional("why", sa.String(255)),
)

# The figures of one period, a table of them in each row; a later computation restates the period.
metrics = sa.Table(
    "metrics",
    metadata,
    _column("period", sa.String(12), primary_key=True),
    _column("period_start", UtcDateTime, primary_key=True),
    _column("name", sa.String(40), primary_key=True),
    _column("contract_version", sa.String(40)),
    _column("rows", sa.JSON),
    _column("computed_at", UtcDateTime),
)

documents = sa.Table(
    "documents",
    metadata,
    _column("name", _Name, primary_key=True),
    _column("made_at", UtcDateTime, primary_key=True),
    _column("media_type", sa.String(40)),
    _column("body", sa.Text),
)

contract_versions = sa.Table(
    "contract_versions",
    metadata,
    _column("kind", sa.String(20), primary_key=True),
    _column("version", sa.String(40), primary_key=True),
    _column("digest", sa.String(64), primary_key=True),
    _column("body", sa.Text),
    _column("first_used_at", UtcDateTime),
)

passes = sa.Table(
    "passes",
    metadata,
    _column("pass_id", _Key, primary_key=True),
    _column("started_at", UtcDateTime, index=True),
    _optional("finished_at", UtcDateTime),
    _column("status", sa.String(12)),
    _column("counts", sa.JSON),
)

plans = sa.Table(
    "plans",
    metadata,
    _column("plan_id", _Key, primary_key=True),
    _column("pass_id", _Key, index=True),
    _column("made_at", UtcDateTime, index=True),
    _column("status", sa.String(12)),  # planned, stopped, approved, applied, dry
    _column("counts", sa.JSON),
    _column("tripped", sa.JSON),
    _column("considered", sa.Integer),
    _column("in_agreement", sa.Integer),
)

# Every write, planned before it is sent: what, before, after, why, by which rule, and what became of it.
journal = sa.Table(
    "journal",
    metadata,
    _column("write_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    _column("plan_id", _Key, index=True),
    _column("key", sa.String(200)),
    _column("side", sa.String(10)),
    _column("object_type", sa.String(40)),
    _column("operation", sa.String(10)),
    _optional("record_id", _Key),
    _column("link_id", _Key, index=True),
    _column("changes", sa.JSON),
    _optional("external_key", sa.JSON),
    _column("associations", sa.JSON),
    _column("state", sa.String(10), index=True),  # planned, sent, done, failed, withdrawn
    _optional("code", _Name),
    _optional("message", sa.Text),
    _optional("sent_at", UtcDateTime),
    _optional("settled_at", UtcDateTime),
)

holds = sa.Table(
    "holds",
    metadata,
    _column("link_id", _Key, primary_key=True),
    _column("side", sa.String(10), primary_key=True),
    _column("object_type", sa.String(40), primary_key=True),
    _column("kind", sa.String(40), primary_key=True),
    _column("field", _Name, primary_key=True),
    _column("why", sa.Text),
    _column("remedy", sa.Text),
    _optional("value", sa.JSON),
    _column("accepted", sa.JSON),
    _column("first_seen_at", UtcDateTime),
    _column("last_seen_at", UtcDateTime),
    _optional("released_at", UtcDateTime, index=True),
)

conflicts = sa.Table(
    "conflicts",
    metadata,
    _column("conflict_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    _column("plan_id", _Key, index=True),
    _column("link_id", _Key, index=True),
    _column("field", _Name),
    _column("rule", sa.String(30)),
    _column("winner", sa.String(10)),
    _optional("winning_value", sa.JSON),
    _optional("losing_value", sa.JSON),
    _optional("losing_at", UtcDateTime),
    _optional("losing_actor", _Name),
    _column("why", sa.Text),
)

owners = sa.Table(
    "owners",
    metadata,
    _column("side", sa.String(10), primary_key=True),
    _column("owner_id", _Key, primary_key=True),
    _optional("email", sa.String(255), index=True),
    _column("name", sa.String(255)),
    _column("active", sa.Boolean),
    _column("queue", sa.Boolean),
)

schemas = sa.Table(
    "schemas",
    metadata,
    _column("side", sa.String(10), primary_key=True),
    _column("object_type", sa.String(40), primary_key=True),
    _column("fields", sa.JSON),
    _column("read_at", UtcDateTime),
)

leases = sa.Table(
    "leases",
    metadata,
    _column("name", _Key, primary_key=True),
    _column("owner", _Name),
    _column("fence", sa.BigInteger),
    _column("expires_at_s", sa.Float),
)

api_usage = sa.Table(
    "api_usage",
    metadata,
    _column("pass_id", _Key, primary_key=True),
    _column("side", sa.String(10), primary_key=True),
    _column("step", sa.String(40), primary_key=True),
    _column("calls", sa.Integer),
    _column("by_endpoint", sa.JSON),
)
