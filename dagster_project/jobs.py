"""The jobs: a pass, a dry run, a back-fill, metrics, the scorecard, the audit, the backtest, notices.

All but the notices carry the pass's tag: figures are of whole passes, so they wait for one that runs.
"""

import dagster as dg
from pydantic import Field

from assets.activities import activity_timeline
from assets.audit import parity_audit
from assets.backtest import definition_backtest
from assets.feedback import sales_feedback
from assets.hubspot import hubspot_activities, hubspot_companies, hubspot_engagement, hubspot_people
from assets.leads import applied_writes, reconciliation, sync_plan
from assets.links import people_links
from assets.notices import notices
from assets.options import PlanConfig, ReadConfig
from assets.qualification import judgements
from assets.salesforce import (
    salesforce_accounts,
    salesforce_activities,
    salesforce_opportunities,
    salesforce_people,
)
from assets.sla import sla_clocks, sla_metrics, sla_review, sla_scorecard
from dagster_project.under_way import NOTICES_TAG, PASS_TAG

READING = (
    hubspot_people,
    hubspot_companies,
    hubspot_activities,
    hubspot_engagement,
    salesforce_people,
    salesforce_accounts,
    salesforce_activities,
    salesforce_opportunities,
)
DECIDING = (people_links, activity_timeline, judgements, sales_feedback, sla_clocks, sync_plan)
WRITING = (applied_writes, reconciliation)
REPORTING = (sla_metrics, sla_scorecard)
ASSETS = (*READING, *DECIDING, *WRITING, *REPORTING, sla_review, parity_audit, definition_backtest, notices)

accord_pass = dg.define_asset_job(
    "accord_pass",
    selection=dg.AssetSelection.assets(*READING, *DECIDING, *WRITING),
    description="One pass: read both sides, judge, plan, write, reconcile.",
    tags=PASS_TAG,
)

accord_dry_run = dg.define_asset_job(
    "accord_dry_run",
    selection=dg.AssetSelection.assets(*READING, *DECIDING),
    description="Read both sides and show the plan; write nothing to either CRM.",
    tags=PASS_TAG,
    config={"ops": {"sync_plan": {"config": {"dry_run": True}}}},
)


class BackFillConfig(PlanConfig):
    """One window for everything that is read, and what a pass can be asked besides."""

    window_days: float = Field(default=30.0, description="Read everything changed in the last n days again.")


@dg.config_mapping
def back_fill_config(asked: BackFillConfig) -> dg.RunConfig:
    """The same window for each reading asset."""
    window = ReadConfig(window_days=asked.window_days)
    plan = PlanConfig(**asked.model_dump(include=set(PlanConfig.model_fields)))
    return dg.RunConfig(ops={**{asset.op.name: window for asset in READING}, sync_plan.op.name: plan})


accord_back_fill = dg.define_asset_job(
    "accord_back_fill",
    selection=dg.AssetSelection.assets(*READING, *DECIDING, *WRITING),
    description="A pass that reads the last 30 days of both sides again (set window_days in the Launchpad).",
    tags=PASS_TAG,
    config=back_fill_config,
)

accord_scorecard = dg.define_asset_job(
    "accord_scorecard",
    selection=dg.AssetSelection.assets(*REPORTING),
    description="Metrics and the scorecard, from what the database holds; reads neither CRM.",
    tags=PASS_TAG,
)

accord_metrics = dg.define_asset_job(
    "accord_metrics",
    selection=dg.AssetSelection.assets(sla_metrics),
    description="The SLA metrics, from what the database holds.",
    tags=PASS_TAG,
)

accord_review = dg.define_asset_job(
    "accord_review",
    selection=dg.AssetSelection.assets(sla_review),
    description="The review pack of the last whole month (or quarter), from what the database holds.",
    tags=PASS_TAG,
)

accord_audit = dg.define_asset_job(
    "accord_audit",
    selection=dg.AssetSelection.assets(parity_audit),
    description="Read both systems whole and list every difference that no rule explains; writes to neither.",
    tags=PASS_TAG,
)

accord_notices = dg.define_asset_job(
    "accord_notices",
    selection=dg.AssetSelection.assets(notices),
    description="Tell people what is new since the last time, from what the database holds; calls neither CRM.",
    tags=NOTICES_TAG,
)

accord_backtest = dg.define_asset_job(
    "accord_backtest",
    selection=dg.AssetSelection.assets(definition_backtest),
    description="Try a proposed lead definition on the past (say which in the Launchpad); reads neither CRM.",
    tags=PASS_TAG,
)

JOBS = (
    accord_pass,
    accord_dry_run,
    accord_back_fill,
    accord_metrics,
    accord_scorecard,
    accord_review,
    accord_audit,
    accord_notices,
    accord_backtest,
)
