"""The mapping's ``activities``: what is copied which way, whose edit wins, what a deletion does, and the roll-up.

The YAML's shape and its defaults; carrying it out is for the ``activity_`` and ``plan_`` modules.
"""

from typing import Annotated, Literal

from pydantic import Field

from sync_rules.mapping_strict import Strict, Texts
from sync_rules.records import Side

ActivityKind = Literal["call", "email", "meeting", "task"]
EditRule = Literal["two_way", "prefer_hubspot", "prefer_salesforce"]
DeletionPolicy = Literal["ignore", "delete"]


class KindSpec(Strict):
    """Where one kind of activity lives on each side, which way it is copied, and which outcomes are not."""

    hubspot: Literal["calls", "emails", "meetings", "tasks"]
    salesforce: Literal["Task", "Event"]
    copy_to: Literal["both", "hubspot", "salesforce", "neither"] = "both"
    except_outcomes: Texts = ()


class RollUp(Strict):
    """One Salesforce Task per person and day for marketing engagement."""

    kinds: Texts = ("form_submission", "page_view", "email_open", "email_click")
    time_zone: str = "UTC"
    lines: Annotated[int, Field(ge=1, le=200)] = 40


class ActivityDeletions(Strict):
    """What becomes of an activity's other record when one side deletes its own."""

    hubspot_archived: DeletionPolicy = "ignore"
    salesforce_deleted: DeletionPolicy = "ignore"

    def policy(self, deleted_in: Side) -> DeletionPolicy:
        """What is to be done across when a record is deleted on that side."""
        return self.hubspot_archived if deleted_in == "hubspot" else self.salesforce_deleted


class Activities(Strict):
    """Activity sync.

    Attributes:
        same_touch_minutes: two records of one touch are at most this far apart.
        edits: who wins when both sides have edited the same part of an activity.
    """

    kinds: dict[ActivityKind, KindSpec]
    same_touch_minutes: Annotated[int, Field(ge=0, le=24 * 60)] = 15
    edits: EditRule = "two_way"
    deletions: ActivityDeletions = ActivityDeletions()
    roll_up: RollUp | None = None
